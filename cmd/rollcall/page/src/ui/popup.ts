// Pop-ups are in the top layer (popover), so that no scrolling container cuts them off,
// and stand beside the element that opened them.

/** Puts a pop-up below its anchor, above it where there is more room, within the window. */
export function place(pop: HTMLElement, anchor: HTMLElement, minWidth = 0): void {
  const gap = 4, edge = 8;
  const a = anchor.getBoundingClientRect();
  pop.style.minWidth = `${Math.max(minWidth, Math.min(a.width, 480))}px`;
  pop.style.maxHeight = "";
  const below = window.innerHeight - a.bottom - gap - edge, above = a.top - gap - edge;
  const size = pop.getBoundingClientRect();
  const up = size.height > below && above > below;
  const room = up ? above : below;
  if (size.height > room) pop.style.maxHeight = `${Math.max(room, 120)}px`;
  const height = Math.min(size.height, Math.max(room, 120));
  const left = Math.max(edge, Math.min(a.left, window.innerWidth - size.width - edge));
  pop.style.left = `${left}px`;
  pop.style.top = `${up ? a.top - gap - height : a.bottom + gap}px`;
}

/** Shows a pop-up and keeps it beside its anchor until the function returned is called. */
export function show(pop: HTMLElement, anchor: HTMLElement, minWidth = 0): () => void {
  if (!pop.matches(":popover-open")) pop.showPopover();
  const again = () => place(pop, anchor, minWidth);
  again();
  window.addEventListener("scroll", again, true);
  window.addEventListener("resize", again);
  const watch = new ResizeObserver(again);
  watch.observe(pop);
  return () => {
    watch.disconnect();
    window.removeEventListener("scroll", again, true);
    window.removeEventListener("resize", again);
    if (pop.isConnected && pop.matches(":popover-open")) pop.hidePopover();
  };
}
