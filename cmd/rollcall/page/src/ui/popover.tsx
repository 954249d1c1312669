import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import { show } from "./popup.ts";

/** A button that opens a small panel beside it. Escape, and a click elsewhere, close it. */
export function Popover({ label, text, icon, kind, children }: {
  label: string; text: ComponentChildren; icon?: IconName; kind?: string; children: (close: () => void) => ComponentChildren;
}) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const pop = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open || !pop.current || !anchor.current) return;
    const hide = show(pop.current, anchor.current);
    pop.current.querySelector<HTMLElement>("input:not(:disabled), button:not(:disabled), select:not(:disabled)")?.focus();
    const outside = (e: PointerEvent) => {
      const at = e.target as Node;
      if (!pop.current?.contains(at) && !anchor.current?.contains(at)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      hide();
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    anchor.current?.focus();
  };
  return (
    <>
      <button type="button" ref={anchor} class={"btn " + (kind ?? "")} aria-haspopup="dialog" aria-expanded={open} aria-controls={open ? id : undefined} title={label} onClick={() => setOpen(!open)}>
        {icon && <Icon name={icon} />}{text}<Icon name="chevron" />
      </button>
      {open && (
        <div
          ref={pop} id={id} class="pop panel" popover="manual" role="dialog" aria-label={label}
          onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); e.preventDefault(); close(); } }}
        >
          {children(close)}
        </div>
      )}
    </>
  );
}
