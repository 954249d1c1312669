// What a configuration's text tells by itself: its form on the wire, and its name.

/** The content type that a configuration is sent with. */
export function contentTypeOf(text: string, fileName = ""): string {
  if (/\.json$/i.test(fileName) || /^\s*[{[]/.test(text)) return "application/json";
  return "application/yaml";
}

/** The name that a configuration gives the parent segment; "" where it gives none. */
export function nameOf(text: string): string {
  if (/^\s*\{/.test(text)) {
    try {
      const v: unknown = JSON.parse(text);
      return typeof v === "object" && v !== null && "name" in v && typeof v.name === "string" ? v.name : "";
    } catch {
      return "";
    }
  }
  const m = /^name:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*?))[ \t]*(?:#.*)?$/m.exec(text);
  return (m?.[1] ?? m?.[2] ?? m?.[3] ?? "").trim();
}

/** The most that the server takes of a configuration, in bytes. */
export const MAX_BYTES = 4 << 20;
