// What the results are asked of, and asking: again when the question changes, and never
// with an answer to an older one.

import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api.ts";
import { prune } from "../rule/complete.ts";
import { everybody } from "../rule/everybody.ts";
import { count, countedAsk, fields, lookedFrom, text, tree, truth } from "../state.ts";
import type { Ask } from "../types.ts";

/** The audience that results are of: of the rule that was counted last, and as long as
    there is no rule, everybody. null: nothing can be asked yet. */
export function audience(): Ask | null {
  if (countedAsk.value) return countedAsk.value;
  const first = fields.value?.attributes[0];
  const nothing = truth.value === "builder" ? prune(tree.value).nodes.length === 0 : text.value.trim() === "";
  return nothing && first ? { ...everybody(first.name), ...lookedFrom() } : null;
}

/** A question without its time: for asks that have times of their own. */
export function timeless(a: Ask): Ask {
  const { as_of: _at, ...rest } = a;
  return rest;
}

export interface Asked<T> {
  data: T | null;
  busy: boolean;
  error: unknown;
  again: () => void;
}

/** Asks what key says, `wait` milliseconds after it or the snapshot has changed, and at once
    where there is no answer yet; null asks nothing. The answer before stays until the new one
    is there; a request that is overtaken is aborted. */
export function useAsked<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>, wait = 20): Asked<T> {
  const [state, setState] = useState<{ data: T | null; busy: boolean; error: unknown }>({ data: null, busy: key !== null, error: null });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const version = count.value.answer?.snapshot?.version;
  useEffect(() => {
    if (key === null) {
      setState({ data: null, busy: false, error: null });
      return;
    }
    const abort = new AbortController();
    setState((s) => ({ ...s, busy: true }));
    const timer = setTimeout(() => {
      latest.current(abort.signal).then(
        (data) => { if (!abort.signal.aborted) setState({ data, busy: false, error: null }); },
        (error: unknown) => { if (!abort.signal.aborted && !api.isAbort(error)) setState({ data: null, busy: false, error }); },
      );
    }, state.data === null ? 0 : wait);
    return () => { clearTimeout(timer); abort.abort(); };
  }, [key, version, round]);
  return { ...state, again: () => setRound((r) => r + 1) };
}
