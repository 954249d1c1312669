import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/note.tsx";
import type { Loaded } from "./loaded.ts";
import type { Tone } from "./words.ts";

/** A page with a heading, and what can be done on its right. */
export function AdminPage({ title, tools, children }: { title: string; tools?: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="page admin">
      <div class="row"><h1 class="grow">{title}</h1>{tools}</div>
      {children}
    </div>
  );
}

/** A list once it is there; an error stands above what was there before. */
export function List<T>({ loaded, children }: { loaded: Loaded<T>; children: (data: T) => ComponentChildren }) {
  return (
    <>
      <ErrorNote error={loaded.error} retry={loaded.again} />
      {loaded.data === null ? !loaded.error && <div class="empty" role="status"><span class="spin" /><span class="sr">Loading</span></div> : children(loaded.data)}
    </>
  );
}

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** Asks before something that cannot be taken back. An error keeps the question open. */
export function Confirm({ title, action, children, onConfirm, onClose }: { title: string; action: string; children: ComponentChildren; onConfirm: () => Promise<void>; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose} footer={<><Button autoFocus onClick={onClose}>Cancel</Button><Button kind="danger" disabled={busy} onClick={() => void run()}>{action}</Button></>}>
      <div class="small">{children}</div>
      <ErrorNote error={error} />
    </Dialog>
  );
}
