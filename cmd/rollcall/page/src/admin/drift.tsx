import type { Change } from "../types.ts";
import { changeText } from "./words.ts";

/** What a configuration takes away, adds and changes. */
export function Drift({ changes }: { changes: Change[] }) {
  return (
    <ul class="drift small">
      {changes.map((c, i) => <li key={i} class={c.change === "removed" || c.kind === "removed" ? "bad-text" : undefined}>{changeText(c)}</li>)}
    </ul>
  );
}
