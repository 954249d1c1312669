import { Icon, type IconName } from "./icon.tsx";
import { usePopup } from "./usepopup.ts";

/** An entry of a menu: something to do, a line between, or a heading. */
export type MenuItem =
  | { label: string; onSelect: () => void; icon?: IconName; key?: string; disabled?: boolean; danger?: boolean; checked?: boolean }
  | { separator: true }
  | { heading: string };

interface Props {
  label: string;
  items: MenuItem[] | (() => MenuItem[]);
  icon?: IconName;
  text?: string;
  kind?: string;
  disabled?: boolean;
}

/** A button that opens a menu: arrows, Home, End and first letters move, Escape closes. */
export function Menu({ label, items, icon, text, kind = "quiet", disabled }: Props) {
  const { open, setOpen, close, anchor, pop, id } = usePopup("button:not(:disabled)");
  const onKey = (e: KeyboardEvent) => {
    const all = [...(pop.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const go = (i: number) => all[(i + all.length) % all.length]?.focus();
    if (e.key === "Escape") close();
    else if (e.key === "ArrowDown") go(at + 1);
    else if (e.key === "ArrowUp") go(at - 1);
    else if (e.key === "Home") go(0);
    else if (e.key === "End") go(all.length - 1);
    else if (e.key === "Tab") return setOpen(false);
    else if (e.key.length === 1 && e.key !== " " && !e.ctrlKey && !e.metaKey) {
      const rest = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      rest.find((b) => b.textContent?.trim().toLowerCase().startsWith(e.key.toLowerCase()))?.focus();
      return;
    } else return;
    e.preventDefault();
    e.stopPropagation();
  };

  const list = open ? (typeof items === "function" ? items() : items) : [];
  return (
    <>
      <button
        type="button" ref={anchor} class={["btn", kind, !text && "icon"].filter(Boolean).join(" ")} aria-haspopup="menu" aria-expanded={open} disabled={disabled}
        aria-controls={open ? id : undefined} aria-label={text ? undefined : label} title={label} onClick={() => setOpen(!open)}
        onKeyDown={(e) => { if (e.key === "ArrowDown" && !open) { e.preventDefault(); setOpen(true); } }}
      >
        {icon && <Icon name={icon} />}
        {text}
        {text && <Icon name="chevron" />}
      </button>
      {open && (
        <div ref={pop} id={id} class="pop" popover="manual" role="menu" aria-label={label} onKeyDown={onKey}>
          {list.map((item, i) =>
            "separator" in item ? <div key={i} class="menu-sep" role="separator" />
            : "heading" in item ? <div key={i} class="menu-head" role="presentation">{item.heading}</div>
            : (
              <button
                key={i} type="button" tabIndex={-1} class={"menu-item" + (item.danger ? " danger" : "")} disabled={item.disabled}
                role={item.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked={item.checked}
                onClick={() => { close(); item.onSelect(); }}
              >
                {item.checked !== undefined ? <span class="icon-svg">{item.checked && <Icon name="check" />}</span> : item.icon && <Icon name={item.icon} />}
                {item.label}
                {item.key && <span class="key" aria-hidden="true">{item.key}</span>}
              </button>
            ))}
        </div>
      )}
    </>
  );
}
