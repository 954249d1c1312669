// The look of the rule language: words, names, strings, numbers, comments. What a rule
// means is for the server to say; this is colours and the words to be completed.

import { HighlightStyle, StreamLanguage, type StreamParser } from "@codemirror/language";
import { tags } from "@lezer/highlight";

/** The words of the language, as the server reserves them. */
export const keywords = new Set(
  ("after ago all and any at avg before between contains count days distinct ends ever exactly false first for from full in is last least matches max " +
    "min more most next not null or segment since starts sum than this to today true where with yesterday then within").split(" "),
);
export const unitWords = ["seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years"];
const unit = new Set(unitWords.flatMap((u) => [u, u.slice(0, -1)]));

const parser: StreamParser<null> = {
  name: "rule",
  startState: () => null,
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match("--")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^'(?:[^']|'')*'?/)) return "string";
    if (stream.match(/^"(?:[^"]|"")*"?/)) return "variableName";
    if (stream.match(/^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/)) return "number";
    const word = stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u) as RegExpMatchArray | null;
    if (word) {
      const w = word[0].toLowerCase();
      return keywords.has(w) ? "keyword" : unit.has(w) ? "unit" : "variableName";
    }
    if (stream.match(/^(?:!=|<=|>=|=|<|>)/)) return "operator";
    stream.next();
    return null;
  },
  tokenTable: { unit: tags.unit },
};

export const ruleLanguage = StreamLanguage.define(parser);

export const highlight = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--c-keyword)" },
  { tag: tags.unit, color: "var(--c-keyword)" },
  { tag: tags.variableName, color: "var(--c-name)" },
  { tag: tags.string, color: "var(--c-string)" },
  { tag: tags.number, color: "var(--c-number)" },
  { tag: tags.comment, color: "var(--c-comment)", fontStyle: "italic" },
  { tag: tags.operator, color: "var(--text-2)" },
]);
