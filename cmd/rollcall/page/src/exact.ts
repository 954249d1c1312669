// Numbers of rules are exact, however many digits they have; those of JavaScript are not.

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Parses JSON; a number that JavaScript would write otherwise than it stands there comes
    as text, which files of segments may have in its place: 20.50, or one of thirty digits. */
export function parseExact(json: string): unknown {
  return JSON.parse(json.replace(TOKEN, (token) => (token.startsWith('"') || String(Number(token)) === token ? token : `"${token}"`)));
}
