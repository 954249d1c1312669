import { kindOf } from "../rule/operators.ts";
import type { Behavior } from "../types.ts";

const plain = /^[A-Za-z_]\w*$/;

/** Columns of events to start from: how often, when last, and sums of numbers. Names that
    need quotes are left out: such columns are typed. */
export function eventColumns(behaviors: readonly Behavior[]): string[] {
  return behaviors.filter((b) => plain.test(b.name)).flatMap((b) => [
    `${b.name} count`,
    `last ${b.name}`,
    ...b.fields.filter((f) => plain.test(f.name) && kindOf(f.type) === "number").map((f) => `${b.name} sum(${f.name}) in last 90 days as ${f.name}_90d`),
  ]);
}
