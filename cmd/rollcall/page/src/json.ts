// Reading JSON whose shape this page does not know.

import type { Json } from "./types.ts";

export function isMap(v: Json | undefined): v is { [key: string]: Json } {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}

/** A member of an object; undefined where there is none, or no object. */
export function member(v: Json | undefined, name: string): Json | undefined {
  return isMap(v) ? v[name] : undefined;
}

/** A number that is told; 0 where there is none. */
export function numberIn(v: Json | undefined, name: string): number {
  const found = member(v, name);
  return typeof found === "number" ? found : 0;
}

/** A text that is told; "" where there is none. */
export function textIn(v: Json | undefined, name: string): string {
  const found = member(v, name);
  return typeof found === "string" ? found : "";
}
