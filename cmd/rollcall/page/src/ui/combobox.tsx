import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { isAbort, words } from "../api.ts";
import { show } from "./popup.ts";

export interface Option {
  value: string;
  label?: string;
  hint?: ComponentChildren;
  group?: string;
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** The options that fit a text; it may ask the server, and is asked with a signal. */
  options: (search: string, signal: AbortSignal) => Option[] | Promise<Option[]>;
  /** Any text is a value, the options are suggestions only. */
  free?: boolean;
  placeholder?: string;
  invalid?: boolean;
  id?: string;
  class?: string;
  autoFocus?: boolean;
  /** What is shown of the value while nobody types. */
  shown?: (value: string) => string;
  /** Empties the field after a choice: for adding to a list. */
  clears?: boolean;
  onBackspace?: () => void;
}

/** A text field with a list of options to search in (ARIA 1.2 combobox). */
export function Combobox(p: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState<Option[]>([]);
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const pop = useRef<HTMLDivElement>(null);
  const id = useId();
  const shown = p.shown ? p.shown(p.value) : p.value;
  const text = typed ?? (p.clears ? "" : shown);

  // The options of what was typed; a search that is overtaken is aborted.
  useEffect(() => {
    if (!open) return;
    const abort = new AbortController();
    const result = p.options(typed ?? "", abort.signal);
    const take = (options: Option[]) => {
      if (abort.signal.aborted) return;
      setFailed("");
      setBusy(false);
      setFound(options);
      const chosen = options.findIndex((o) => o.value === p.value);
      setActive(typed === null ? chosen : p.free ? -1 : options.length > 0 ? 0 : -1);
    };
    if (Array.isArray(result)) take(result);
    else {
      setBusy(true);
      result.then(take, (error) => {
        if (isAbort(error) || abort.signal.aborted) return;
        setBusy(false);
        setFound([]);
        setFailed(words(error));
      });
    }
    return () => abort.abort();
  }, [open, typed]);

  const nothing = open && !busy && !failed && found.length === 0;
  const visible = open && (found.length > 0 || failed !== "" || (nothing && !p.free) || busy);
  useEffect(() => {
    if (!visible || !pop.current || !input.current) return;
    return show(pop.current, input.current, 200);
  }, [visible]);
  useEffect(() => {
    pop.current?.querySelector(".option.active")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const choose = (value: string) => {
    setOpen(false);
    setTyped(null);
    if (p.clears || value !== p.value) p.onChange(value);
  };
  const leave = () => {
    setOpen(false);
    if (typed === null) return;
    if (p.free && (typed !== "" || !p.clears)) choose(typed);
    else {
      const exact = found.find((o) => o.value === typed || o.label === typed);
      if (exact) choose(exact.value);
    }
    setTyped(null);
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.isComposing || e.altKey) return; // Alt and arrows move conditions.
    const n = found.length;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (!open) return setOpen(true);
      if (n > 0) setActive(e.key === "ArrowDown" ? (active + 1) % n : (active <= 0 ? n : active) - 1);
    } else if (e.key === "Enter") {
      const option = open ? found[active] : undefined;
      if (option) {
        e.preventDefault();
        e.stopPropagation();
        choose(option.value);
      } else if (p.free && typed !== null) {
        e.preventDefault();
        e.stopPropagation();
        choose(typed);
      }
    } else if (e.key === "Escape" && open) {
      e.preventDefault();
      e.stopPropagation();
      setOpen(false);
      setTyped(null);
    } else if (e.key === "Tab" && open && typed && !p.free) {
      const option = found[active];
      if (option) choose(option.value); // What is marked is meant, as with Enter; the focus goes on.
    } else if (e.key === "Backspace" && text === "" && p.onBackspace) p.onBackspace();
  };

  let group: string | undefined;
  return (
    <span class={"combo " + (p.class ?? "")}>
      <input
        ref={input} id={p.id} class="input" type="text" role="combobox" aria-label={p.label} aria-expanded={visible} aria-controls={id} aria-autocomplete="list"
        aria-activedescendant={visible && active >= 0 ? `${id}-${active}` : undefined} aria-invalid={p.invalid} data-typed={typed !== null || undefined} placeholder={p.placeholder} autocomplete="off" spellcheck={false}
        value={text} title={shown || undefined} autoFocus={p.autoFocus} size={Math.min(Math.max(text.length, p.placeholder?.length ?? 0, 4) + 1, 36)}
        onFocus={(e) => e.currentTarget.select()} onPointerDown={() => setOpen(true)}
        onInput={(e) => { setTyped(e.currentTarget.value); setOpen(true); }} onKeyDown={onKey} onBlur={leave}
      />
      {visible && (
        <div ref={pop} id={id} class="pop" popover="manual" role="listbox" aria-label={p.label} onPointerDown={(e) => e.preventDefault()}>
          {busy && found.length === 0 && <div class="menu-head">Searching…</div>}
          {failed && <div class="menu-head">{failed}</div>}
          {nothing && <div class="menu-head">Nothing found</div>}
          {found.map((o, i) => {
            const head = o.group !== group && o.group ? o.group : undefined;
            group = o.group;
            return (
              <>
                {head && <div class="menu-head" role="presentation">{head}</div>}
                <div key={o.value} id={`${id}-${i}`} role="option" aria-selected={o.value === p.value} class={"option" + (i === active ? " active" : "")} onPointerMove={() => i !== active && setActive(i)} onClick={() => choose(o.value)}>
                  <span class="ellipsis">{o.label ?? o.value}</span>
                  {o.hint !== undefined && <span class="hint num">{o.hint}</span>}
                </div>
              </>
            );
          })}
        </div>
      )}
    </span>
  );
}

/** The options whose text has the search in it, those that start with it first. */
export function matching(options: Option[], search: string): Option[] {
  const s = search.toLowerCase();
  if (!s) return options;
  const text = (o: Option) => (o.label ?? o.value).toLowerCase();
  const hits = options.filter((o) => text(o).includes(s));
  return hits.sort((a, b) => Number(!text(a).startsWith(s)) - Number(!text(b).startsWith(s)));
}
