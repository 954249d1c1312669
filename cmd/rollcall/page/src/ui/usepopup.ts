import { useEffect, useId, useRef, useState } from "preact/hooks";
import { show } from "./popup.ts";

/** The opening and closing of a pop-up beside a button: it takes the focus to the first
    element that `first` selects, and a press elsewhere closes it. The refs go to the button
    and to the pop-up, which is there only while it is open; the id is the pop-up's. */
export function usePopup(first: string) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const pop = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open || !pop.current || !anchor.current) return;
    const hide = show(pop.current, anchor.current);
    pop.current.querySelector<HTMLElement>(first)?.focus();
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
  /** Closes it and gives the focus back to the button. */
  const close = () => {
    setOpen(false);
    anchor.current?.focus();
  };
  return { open, setOpen, close, anchor, pop, id };
}
