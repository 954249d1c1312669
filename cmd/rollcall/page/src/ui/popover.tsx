import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";
import { usePopup } from "./usepopup.ts";

/** A button that opens a small panel beside it. Escape, and a click elsewhere, close it. */
export function Popover({ label, text, icon, kind, children }: {
  label: string; text: ComponentChildren; icon?: IconName; kind?: string; children: (close: () => void) => ComponentChildren;
}) {
  const { open, setOpen, close, anchor, pop, id } = usePopup("input:not(:disabled), button:not(:disabled), select:not(:disabled)");
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
