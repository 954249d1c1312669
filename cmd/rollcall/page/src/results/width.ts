import type { Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The width of an element in pixels, as it changes; 0 while it is not shown. */
export function useWidth<T extends HTMLElement>(): [Ref<T>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const at = ref.current;
    if (!at) return;
    const read = () => setWidth(Math.floor(at.getBoundingClientRect().width));
    read();
    const watch = new ResizeObserver(read);
    watch.observe(at);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}
