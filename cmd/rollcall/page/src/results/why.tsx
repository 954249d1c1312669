import type { Reason } from "../types.ts";
import { Icon } from "../ui/icon.tsx";
import { Cell } from "./cell.tsx";

/** A rule's tree with what holds for a customer, and the values that decide. */
export function Reasons({ reason, depth = 0 }: { reason: Reason; depth?: number }) {
  const inner = reason.reasons ?? [];
  const joined = reason.kind === "and" || reason.kind === "or";
  return (
    <li class={reason.holds ? "holds" : "fails"}>
      <div class="reason">
        <Icon name={reason.holds ? "check" : "close"} />
        <span class="sr">{reason.holds ? "True: " : "False: "}</span>
        <span class="grow">
          {joined ? <strong>{reason.kind === "and" ? "all of these" : "any of these"}</strong> : reason.kind === "not" ? <strong>not</strong> : <code>{reason.condition}</code>}
          {reason.subject !== undefined && <span class="tiny muted num"> {reason.subject} is <strong class="decides"><Cell value={reason.value} /></strong></span>}
        </span>
      </div>
      {inner.length > 0 && depth < 40 && <ul>{inner.map((r, i) => <Reasons key={i} reason={r} depth={depth + 1} />)}</ul>}
    </li>
  );
}
