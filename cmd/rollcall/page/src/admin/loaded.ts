// Lists of the pages to administer: fetched, fetched again, and watched while something runs.

import { useEffect, useRef, useState } from "preact/hooks";
import { isAbort } from "../api.ts";

export interface Loaded<T> {
  data: T | null;
  busy: boolean;
  error: unknown;
  /** Fetches again; what is there stays until then. */
  again: () => void;
  /** Puts an answer in place of the one that is there. */
  put: (data: T) => void;
}

/** Fetches when the key changes, and again every `pause` milliseconds where that says so of
    the answer (0: not). A page in the background is not kept up to date. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>, pause: (data: T) => number = () => 0): Loaded<T> {
  const [state, setState] = useState<{ key: string; data: T | null; busy: boolean; error: unknown }>({ key, data: null, busy: true, error: null });
  const [round, setRound] = useState(0);
  const latest = useRef({ load, pause });
  latest.current = { load, pause };
  useEffect(() => {
    const abort = new AbortController();
    setState((s) => ({ ...s, key, data: s.key === key ? s.data : null, busy: true }));
    latest.current.load(abort.signal).then(
      (data) => { if (!abort.signal.aborted) setState({ key, data, busy: false, error: null }); },
      (error: unknown) => { if (!abort.signal.aborted && !isAbort(error)) setState((s) => ({ ...s, busy: false, error })); },
    );
    return () => abort.abort();
  }, [key, round]);
  useEffect(() => {
    if (state.busy || !state.data) return;
    const wait = state.error ? 5_000 : latest.current.pause(state.data);
    if (wait <= 0) return;
    const timer = setInterval(() => { if (document.visibilityState === "visible") setRound((r) => r + 1); }, wait);
    return () => clearInterval(timer);
  }, [state]);
  return { data: state.key === key ? state.data : null, busy: state.busy, error: state.error, again: () => setRound((r) => r + 1), put: (data) => setState({ key, data, busy: false, error: null }) };
}
