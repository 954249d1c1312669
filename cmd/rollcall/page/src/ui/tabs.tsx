import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

export interface Tab {
  id: string;
  label: string;
  content: () => ComponentChildren;
}

/** Tabs: arrows move between them, and only the chosen one's content is there. */
export function Tabs({ label, tabs, value, onChange, extra }: {
  label: string; tabs: Tab[]; value: string; onChange: (id: string) => void; extra?: ComponentChildren;
}) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(0, tabs.findIndex((t) => t.id === value));
  const go = (i: number) => {
    const next = tabs[(i + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.id);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[tabs.indexOf(next)]?.focus();
  };
  const current = tabs[at];
  return (
    <>
      <div class="row tabs-bar">
        <div
          class="tabs grow" role="tablist" aria-label={label} ref={list}
          onKeyDown={(e) => {
            const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[e.key];
            if (to === undefined) return;
            e.preventDefault();
            go(to);
          }}
        >
          {tabs.map((t, i) => (
            <button key={t.id} type="button" role="tab" class="tab" id={`${base}-t-${t.id}`} aria-controls={`${base}-p`} aria-selected={i === at} tabIndex={i === at ? 0 : -1} onClick={() => onChange(t.id)}>
              {t.label}
            </button>
          ))}
        </div>
        {extra}
      </div>
      <div role="tabpanel" id={`${base}-p`} aria-labelledby={current && `${base}-t-${current.id}`}>{current?.content()}</div>
    </>
  );
}
