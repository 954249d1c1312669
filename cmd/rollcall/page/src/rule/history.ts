// What was edited, to be undone and redone. States are never changed, so that keeping
// them costs little.

const LIMIT = 200;
/** Edits of one thing that follow each other this soon are one step, in milliseconds. */
const PAUSE = 1_000;

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** What the last edit was of: edits of one thing in a row are one step. */
  readonly of?: string;
  /** When that was, in milliseconds. */
  readonly at?: number;
}

export function begin<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

/** Notes an edit. One of the same thing as the edit just before replaces that one's result. */
export function edit<T>(h: History<T>, now: T, of?: string, at = Date.now()): History<T> {
  if (now === h.now) return h;
  const goesOn = of !== undefined && of === h.of && at - (h.at ?? 0) < PAUSE && h.past.length > 0;
  if (goesOn) return { ...h, now, future: [], at };
  return { past: [...h.past.slice(-(LIMIT - 1)), h.now], now, future: [], of, at };
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
