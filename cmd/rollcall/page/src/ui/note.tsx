import type { ComponentChildren } from "preact";
import { ApiError, needsSnapshot, words } from "../api.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** A note with a colour and an icon; what is bad is announced. */
export function Note({ kind, children, action }: { kind?: "warn" | "bad" | "good"; children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class={"note " + (kind ?? "")} role={kind === "bad" ? "alert" : undefined}>
      <Icon name={kind === "good" ? "check" : kind ? "warn" : "info"} />
      <div class="grow">{children}</div>
      {action}
    </div>
  );
}

/** An error in words, with each of its problems, and a button to try again. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  if (needsSnapshot(error)) return <Note>{words(error)}</Note>;
  const items = error instanceof ApiError ? error.problems : [];
  return (
    <Note kind="bad" action={retry && <Button onClick={retry}>Try again</Button>}>
      {items.length === 0 ? words(error) : (
        <ul>
          {items.map((p, i) => (
            <li key={i}>{p.line ? `Line ${p.line}: ` : p.path ? `${p.path}: ` : ""}{p.message}{p.hint ? ` — ${p.hint}` : ""}</li>
          ))}
        </ul>
      )}
    </Note>
  );
}
