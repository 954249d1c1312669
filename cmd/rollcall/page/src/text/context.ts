// What is being typed at a place of the text: a name, or the value of which name. It looks
// at the words before the place only; it need not understand the rule.

export interface Context {
  /** Where what is typed starts. */
  from: number;
  typed: string;
  want: "name" | "value" | "segment";
  /** Of a value: the attribute or field it is of. */
  name?: string;
  /** The behavior whose events are meant here, as far as can be told. */
  behavior?: string;
  /** A quote has been typed already. */
  quoted: boolean;
}

const WORD = /[\p{L}\p{N}_]*$/u;
const NAME = /"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_]*/gu;

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** The context at a place. behaviors are the names of behaviors, by which filters are told. */
export function contextAt(text: string, pos: number, behaviors: ReadonlySet<string>): Context {
  const before = text.slice(0, pos);
  const quotes = before.replaceAll("''", "  ");
  const quoted = (quotes.match(/'/g)?.length ?? 0) % 2 === 1;
  const from = quoted ? quotes.lastIndexOf("'") + 1 : pos - (WORD.exec(before)?.[0].length ?? 0);
  const typed = before.slice(from);
  const head = before.slice(0, quoted ? from - 1 : from);
  const behavior = behaviorBefore(head, behaviors);
  const base = { from, typed, quoted, behavior };
  if (/\bsegment\s*$/i.test(head)) return { ...base, want: "segment" };
  const test = /("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_]*)\s*(?:(?:not\s+)?in\s*\((?:\s*'(?:[^']|'')*'\s*,|\s*[\d.]+\s*,)*\s*|=\s*|!=\s*)$/iu.exec(head);
  if (test?.[1]) return { ...base, want: "value", name: unquoted(test[1]) };
  return { ...base, want: "name" };
}

/** The last behavior named before, if its `where` is still open. */
function behaviorBefore(head: string, behaviors: ReadonlySet<string>): string | undefined {
  const where = /\bwhere\b(?!.*\bwhere\b)/is.exec(head);
  if (!where) return undefined;
  const inside = head.slice(where.index + 5).replace(/'(?:[^']|'')*'/g, "''");
  let depth = 0;
  for (const c of inside) {
    if (c === "(") depth++;
    if (c === ")" && --depth <= 0) return undefined;
  }
  const names = head.slice(0, where.index).match(NAME) ?? [];
  for (const name of names.reverse()) if (behaviors.has(unquoted(name))) return unquoted(name);
  return undefined;
}

/** A name as the language writes it: in double quotes where it is no plain word. */
export function written(name: string, keywords: ReadonlySet<string>): string {
  const plain = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !keywords.has(name.toLowerCase());
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}
