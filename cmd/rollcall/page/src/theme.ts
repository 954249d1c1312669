import { effect } from "@preact/signals";
import { theme } from "./state.ts";

const KEY = "rollcall.theme";

/** Keeps data-theme of the page as the switch and the system have it. */
export function followTheme(): void {
  const saved = localStorage.getItem(KEY);
  if (saved === "light" || saved === "dark") theme.value = saved;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.theme = theme.value === "auto" ? (dark.matches ? "dark" : "light") : theme.value;
  };
  dark.addEventListener("change", apply);
  effect(() => {
    if (theme.value === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme.value);
    apply();
  });
}
