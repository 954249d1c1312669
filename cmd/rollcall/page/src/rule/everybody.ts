import type { Json } from "../types.ts";

/** All customers, as a rule about one attribute: there is no other way to say it. */
export function everybody(attribute: string): { segment: Json } {
  const test = (not: boolean): Json => ({ type: "Value", attribute, operator: not ? { type: "IsNull", not } : { type: "IsNull" } });
  return { segment: { type: "Or", conditions: [test(false), test(true)] } };
}
