// What every condition of the rule selects, by itself and joined with those above it in its
// group. The plan of a count has such numbers too, but in the order that the engine chose,
// with conditions merged; people want them in the order that they wrote. Many rules are
// asked at once as a waterfall, whose answer has the count of each by itself.

import * as api from "./api.ts";
import { write } from "./rule/form.ts";
import { group, type Group, type Node } from "./rule/node.ts";
import { nodeCounts, type NodeCount } from "./state.ts";
import type { Ask, Count, Json } from "./types.ts";

/** Rules of one question, at most; a waterfall takes 64. */
const AT_ONCE = 48;
const KEEP = 4_000;

interface Known {
  count: number;
  text: string;
}
const known = new Map<string, Known>();

/** Forgets all counts: they are of another parent segment. */
export function forgetNodeCounts(): void {
  known.clear();
}

interface Wanted {
  key: string;
  segment: Json;
}

/** Asks for what is not known yet, and shows the counts of all conditions of a tree. */
export async function countNodes(parent: string, root: Group, answer: Count, signal: AbortSignal): Promise<void> {
  const time = `${answer.as_of}|${answer.snapshot?.version ?? 0}|`;
  const wanted = new Map<string, Wanted>();
  const want = (node: Node): string => {
    const segment = write(node);
    const key = time + JSON.stringify(segment);
    if (!known.has(key)) wanted.set(key, { key, segment });
    return key;
  };
  for (const whole of wholesOf(root)) known.set(time + JSON.stringify(write(whole)), { count: answer.count, text: answer.rule });
  const keys = new Map<string, { alone: string; together: string | null }>();
  note(root, want, keys);
  try {
    const all = [...wanted.values()];
    for (let i = 0; i < all.length; i += AT_ONCE) await fetchCounts(parent, all.slice(i, i + AT_ONCE), answer.as_of, signal);
  } catch (error) {
    if (!api.isAbort(error)) nodeCounts.value = new Map(); // Numbers of another rule would mislead.
    return;
  }
  if (signal.aborted) return;
  const out = new Map<string, NodeCount>();
  for (const [id, of] of keys) {
    const alone = known.get(of.alone), together = of.together === null ? null : known.get(of.together);
    if (alone) out.set(id, { alone: alone.count, together: together?.count ?? null, text: alone.text });
  }
  nodeCounts.value = out;
  for (const key of known.keys()) {
    if (known.size <= KEEP) break;
    known.delete(key);
  }
}

/** The nodes that select what the whole rule does, which was counted already. */
function wholesOf(root: Group): Node[] {
  if (root.not) return [];
  const only = root.nodes.length === 1 ? root.nodes[0] : undefined;
  return [group(root.op, root.nodes), ...(only ? [only] : [])];
}

/** Notes what is to be asked of the nodes of a group, those of filters left out. */
function note(g: Group, want: (n: Node) => string, keys: Map<string, { alone: string; together: string | null }>): void {
  g.nodes.forEach((node, i) => {
    const together = i === 0 ? null : want({ ...group(g.op, g.nodes.slice(0, i + 1)) });
    keys.set(node.id, { alone: want(node), together });
    if (node.kind === "group") note(node, want, keys);
  });
}

async function fetchCounts(parent: string, wanted: Wanted[], asOf: string, signal: AbortSignal): Promise<void> {
  const asks: Ask[] = wanted.map((w) => ({ segment: rule(w.segment) }));
  const first = asks[0], only = wanted[0];
  if (!first || !only) return;
  if (asks.length === 1) {
    const c = await api.asks.count(parent, { ...first, as_of: asOf }, signal);
    known.set(only.key, { count: c.count, text: c.rule });
    return;
  }
  const w = await api.asks.waterfall(parent, { rules: asks, as_of: asOf }, signal);
  w.rules.forEach((r, i) => {
    const of = wanted[i];
    if (of) known.set(of.key, { count: r.count, text: r.rule });
  });
}

/** A condition alone is no rule of a file: it stands in a group. */
function rule(m: Json): Json {
  const typed = m as { type?: Json };
  return typed.type === "And" || typed.type === "Or" ? m : { type: "And", conditions: [m] };
}
