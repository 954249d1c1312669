import { signal } from "@preact/signals";

const message = signal("");
let timer = 0;

/** Says something to screen readers, once things have been quiet for a moment. */
export function announce(text: string): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    message.value = message.value === text ? text + " " : text;
  }, 600);
}

/** The region that screen readers read from; it is in the page once. */
export function LiveRegion() {
  return <div class="sr" role="status" aria-live="polite">{message.value}</div>;
}
