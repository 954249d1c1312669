import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { nearest } from "./scale.ts";
import { useWidth } from "./width.ts";

/** A picture of n things from left to right, that says what is under the pointer. With the
    keyboard it is a slider over them: arrows, Home and End; each is told to screen readers. */
export function Plot({ label, n, height, first, last, told, children, rest }: {
  label: string;
  n: number;
  height: number;
  /** Where the first and the last thing stand in a picture of a width. */
  first: (width: number) => number;
  last: (width: number) => number;
  told: (i: number) => ComponentChildren;
  /** What is told while nothing is pointed at. */
  rest: ComponentChildren;
  children: (width: number, active: number) => ComponentChildren;
}) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [active, setActive] = useState(-1);
  const at = active < n ? active : -1;
  const onKey = (e: KeyboardEvent) => {
    const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: n - 1, PageUp: at + 10, PageDown: at - 10 }[e.key];
    if (to === undefined || n === 0) return;
    e.preventDefault();
    setActive(Math.min(n - 1, Math.max(0, to)));
  };
  const onPoint = (e: PointerEvent) => {
    const box = (e.currentTarget as Element).getBoundingClientRect();
    setActive(nearest(e.clientX - box.left, first(width), last(width), n));
  };
  return (
    <div class="plot" ref={ref}>
      <p class="plot-told tiny num">{at >= 0 ? told(at) : rest}</p>
      <div
        class="plot-area" role="slider" tabIndex={0} aria-label={`${label}; arrows read it`} aria-valuemin={1} aria-valuemax={Math.max(1, n)} aria-valuenow={at + 1 || 1}
        aria-valuetext={plain(at >= 0 ? told(at) : rest)} onKeyDown={onKey} onPointerMove={onPoint} onPointerDown={onPoint} onPointerLeave={() => setActive(-1)} onBlur={() => setActive(-1)}
      >
        {width > 0 && <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">{children(width, at)}</svg>}
      </div>
    </div>
  );
}

/** The text of what is shown, without its markup. */
function plain(x: ComponentChildren): string {
  if (x === null || x === undefined || typeof x === "boolean") return "";
  if (typeof x === "string" || typeof x === "number" || typeof x === "bigint") return String(x);
  if (Array.isArray(x)) return x.map(plain).join("");
  return "props" in x ? plain((x as { props: { children?: ComponentChildren } }).props.children) : "";
}

/** The same numbers as a table, for those who rather read than look. */
export function AsTable({ children }: { children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="as-table tiny" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>As a table</summary>
      {open && children()}
    </details>
  );
}
