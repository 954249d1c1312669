import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../api.ts";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  action?: { label: string; run: () => void };
}

const toasts = signal<Toast[]>([]);
let last = 0;

/** Tells something for a few seconds; what is bad, or offers to do something, stays longer. */
export function toast(text: string, o: { bad?: boolean; action?: Toast["action"] } = {}): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-3), { id, text, bad: !!o.bad, action: o.action }];
  setTimeout(() => dismiss(id), o.bad || o.action ? 10_000 : 4_000);
}

/** Tells what went wrong. */
export function toastError(error: unknown): void {
  toast(words(error), { bad: true });
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((t) => t.id !== id);
}

/** Where toasts appear; it is in the page once, and in the top layer, above dialogs. */
export function Toasts() {
  const ref = useRef<HTMLDivElement>(null);
  const n = toasts.value.length;
  useEffect(() => {
    const at = ref.current;
    if (!at) return;
    if (at.matches(":popover-open")) at.hidePopover();
    if (n > 0) at.showPopover();
  }, [n]);
  return (
    <div ref={ref} class="toasts" popover="manual" role="status" aria-live="polite">
      {toasts.value.map((t) => (
        <div key={t.id} class={"toast" + (t.bad ? " bad" : "")} role={t.bad ? "alert" : undefined}>
          <span class="grow">{t.text}</span>
          {t.action && <button type="button" class="btn" onClick={() => { dismiss(t.id); t.action?.run(); }}>{t.action.label}</button>}
          <button type="button" class="btn" aria-label="Dismiss" onClick={() => dismiss(t.id)}>×</button>
        </div>
      ))}
    </div>
  );
}
