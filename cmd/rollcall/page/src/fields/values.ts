// The values of fields, as suggestions and lists show them. What was asked once of a
// snapshot is not asked again: people open the same fields, and go back while they type.

import * as api from "../api.ts";
import { fields, parentName, session } from "../state.ts";
import type { Values } from "../types.ts";

/** Answers that are kept, at most. */
const KEEP = 200;
const known = new Map<string, Values>();

/** At most limit values of a field with a text in them, the most frequent first. */
export async function valuesOf(field: string, search: string, limit: number, signal: AbortSignal): Promise<Values> {
  const name = parentName.value, version = fields.value?.last_updated; // A source has none, and is asked each time.
  const key = JSON.stringify([session.value?.name, session.value?.roles, name, version, field, search, limit]); // Roles see different values.
  const before = known.get(key);
  if (before) return before;
  const found = await api.parents.values(name, { field, search, limit }, signal);
  if (version) known.set(key, found);
  for (const oldest of known.keys()) {
    if (known.size <= KEEP) break;
    known.delete(oldest);
  }
  return found;
}
