// What was edited, to be undone and redone. States are never changed, so that keeping
// them costs little.

const LIMIT = 200;

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** What the last edit was of: edits of one thing in a row are one step. */
  readonly of?: string;
}

export function begin<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

/** Notes an edit. With the same `of` as the edit before it replaces that one's result. */
export function edit<T>(h: History<T>, now: T, of?: string): History<T> {
  if (now === h.now) return h;
  if (of !== undefined && of === h.of && h.past.length > 0) return { ...h, now, future: [] };
  return { past: [...h.past.slice(-(LIMIT - 1)), h.now], now, future: [], of };
}

export function undo<T>(h: History<T>): History<T> {
  const now = h.past.at(-1);
  return now === undefined ? h : { past: h.past.slice(0, -1), now, future: [h.now, ...h.future] };
}

export function redo<T>(h: History<T>): History<T> {
  const now = h.future[0];
  return now === undefined ? h : { past: [...h.past, h.now], now, future: h.future.slice(1) };
}

/** Replaces the present without a step: for what the server says of the same rule. */
export function amend<T>(h: History<T>, now: T): History<T> {
  return { ...h, now };
}
