import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import * as api from "../api.ts";
import { fieldsOf, typeOfAttribute, typeOfField, typeWord } from "../build/suggest.ts";
import { n } from "../format.ts";
import { kindOf } from "../rule/operators.ts";
import { fields, parentName, segmentList } from "../state.ts";
import { contextAt, written, type Context } from "./context.ts";
import { keywords, unitWords } from "./language.ts";

const words: Completion[] = [
  ...["and", "or", "not", "in", "between", "contains", "starts with", "ends with", "matches", "is null", "is not null", "where", "count", "count distinct", "count distinct days", "segment", "then", "within"],
  "in last", "in next", "this month", "today", "yesterday", "since", "before", "more than", "ever", ...unitWords,
].map((label) => ({ label, type: "keyword", boost: -50 }));

/** Completes names and words everywhere, and values where a value is wanted. */
export async function complete(at: CompletionContext): Promise<CompletionResult | null> {
  const f = fields.value;
  if (!f) return null;
  const c = contextAt(at.state.doc.toString(), at.pos, new Set(f.behaviors.map((b) => b.name)));
  if (c.want === "segment") return segments(c);
  if (c.want === "value") return values(c, at);
  if (c.quoted || (c.typed === "" && !at.explicit)) return null;
  return { from: c.from, options: [...names(c), ...words], validFor: /^[\p{L}\p{N}_]*$/u };
}

function names(c: Context): Completion[] {
  const f = fields.value;
  if (!f) return [];
  const of = (name: string, detail: string, boost: number, type: string): Completion => ({ label: name, apply: written(name, keywords), detail, boost, type });
  if (c.behavior) return fieldsOf(c.behavior).map((x) => of(x.name, typeWord(x.type), 20, "property"));
  return [...f.attributes.map((a) => of(a.name, typeWord(a.type), 10, "property")), ...f.behaviors.map((b) => of(b.name, "behavior", 9, "class"))];
}

function segments(c: Context): CompletionResult {
  return {
    from: c.quoted ? c.from - 1 : c.from,
    options: segmentList.value.map((s) => ({ label: `'${s.path.replaceAll("'", "''")}'`, displayLabel: s.path, type: "class" })),
    filter: !c.quoted,
  };
}

async function values(c: Context, at: CompletionContext): Promise<CompletionResult | null> {
  const name = c.name ?? "";
  const ofField = c.behavior !== undefined && typeOfField(c.behavior, name) !== undefined;
  const type = ofField ? typeOfField(c.behavior ?? "", name) : typeOfAttribute(name);
  if (type === undefined) return null;
  if (kindOf(type) === "boolean") return { from: c.from, options: [{ label: "true" }, { label: "false" }] };
  const abort = new AbortController();
  at.addEventListener("abort", () => abort.abort());
  try {
    const found = await api.parents.values(parentName.value, { field: ofField ? `${c.behavior}.${name}` : name, search: c.typed, limit: 30 }, abort.signal);
    const number = kindOf(type) === "number";
    const from = c.quoted ? c.from - 1 : c.from;
    const closes = c.quoted && at.state.sliceDoc(at.pos, at.pos + 1) === "'";
    return {
      from, to: closes ? at.pos + 1 : at.pos, filter: false,
      options: found.values.filter((v) => v.value !== null).map((v) => ({
        label: number ? String(v.value) : `'${String(v.value).replaceAll("'", "''")}'`, displayLabel: String(v.value), detail: n(v.count), type: "constant",
      })),
    };
  } catch {
    return null; // Suggestions are an extra: nothing is told where there are none.
  }
}
