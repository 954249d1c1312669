import { edge, value as shown } from "../format.ts";
import type { Json } from "../types.ts";
import { maskOf } from "./masks.ts";

const precise = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });

/** A value of a customer: NULL in a light tone, masked ones as such, times without midnights. */
export function Cell({ value, isKey }: { value: Json | undefined; isKey?: boolean }) {
  if (value === null || value === undefined) return <span class="null">NULL</span>;
  const mask = maskOf(value);
  if (mask === "redact") return <span class="masked" title="Your roles do not show this value">masked</span>;
  if (mask === "hash") return <span class="masked mono" title={`A hash, in place of the value: ${String(value)}`}>#{String(value).slice(0, 8)}</span>;
  if (typeof value === "number") return <>{isKey ? String(value) : precise.format(value)}</>;
  if (value === "") return <span class="null">“”</span>;
  return <>{typeof value === "string" ? edge(value) : shown(value)}</>;
}
