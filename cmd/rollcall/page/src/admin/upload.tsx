import { useEffect, useState } from "preact/hooks";
import { ApiError, all, connections, isAbort, parents } from "../api.ts";
import { n } from "../format.ts";
import { loadParents } from "../session.ts";
import type { Connection, Parent } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";
import { toast } from "../ui/toast.tsx";
import { MAX_BYTES, contentTypeOf, nameOf } from "./configuration.ts";
import { Drift } from "./drift.tsx";

/** Creates a parent segment from a configuration, or changes one. What is wrong with it is
    shown with its lines; names that would go have to be allowed. */
export function UploadDialog({ of, onClose }: { of?: Parent; onClose: () => void }) {
  const [text, setText] = useState("");
  const [fileName, setFileName] = useState("");
  const [name, setName] = useState(of?.name ?? "");
  const [known, setKnown] = useState<Connection[]>([]);
  const [chosen, setChosen] = useState<string[]>(of?.connections ?? []);
  const [mode, setMode] = useState<string>(of?.mode ?? "copied");
  const [remove, setRemove] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    const failed = (e: unknown) => { if (!isAbort(e)) setError(e); };
    all(connections.list).then((found) => {
      setKnown(found);
      const only = found.length === 1 ? found[0] : undefined;
      if (!of && only) setChosen((c) => (c.length > 0 ? c : [only.name]));
    }, failed);
    if (of) parents.get(of.name, abort.signal).then((p) => setText((t) => t || (p.text ?? "")), failed);
    return () => abort.abort();
  }, []);
  const take = (next: string) => {
    setText(next);
    setError(null);
    if (!of) setName((before) => nameOf(next) || (before === nameOf(text) ? "" : before));
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MAX_BYTES) return setError(new Error(`${file.name} has ${n(file.size)} bytes, at most ${n(MAX_BYTES)} are taken.`));
    setFileName(file.name);
    take(await file.text());
  };
  const drift = error instanceof ApiError && error.changes.length > 0 ? error.changes : null;
  const ready = text.trim() !== "" && name.trim() !== "" && chosen.length > 0 && !busy && (!drift || remove);
  const upload = async () => {
    if (!ready) return;
    setBusy(true);
    try {
      const done = await parents.put(name.trim(), text, { mode, connections: chosen, delete: remove, contentType: contentTypeOf(text, fileName) });
      toast(`${done.parent.name}: ${done.outcome}${done.job ? `, being built by job ${done.job.id}` : ""}.`);
      onClose();
      await loadParents();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={of ? `Change ${of.name}` : "Upload configuration"} wide onClose={onClose}
      footer={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" disabled={!ready} onClick={() => void upload()}>{busy ? "Uploading…" : "Upload"}</Button></>}
    >
      <div class="field"><label for="config-file">Configuration file</label><input id="config-file" class="input" type="file" accept=".yml,.yaml,.json,.txt" onChange={(e) => void read(e.currentTarget.files?.[0])} /></div>
      <div class="field"><label for="config-text">Configuration text</label><textarea id="config-text" class="input mono config-text" rows={12} spellcheck={false} value={text} placeholder="or paste it here, in any of the five forms" onInput={(e) => take(e.currentTarget.value)} /></div>
      <div class="form-line">
        <div class="field grow"><label for="config-name">Parent segment's name</label><input id="config-name" class="input" value={name} disabled={of !== undefined} onInput={(e) => setName(e.currentTarget.value)} /></div>
        <div class="field grow">
          <label for="config-connection">Connection</label>
          <span class="chips">
            {chosen.map((c) => <span key={c} class="chip"><span class="ellipsis">{c}</span><button type="button" aria-label={`Without ${c}`} onClick={() => setChosen(chosen.filter((x) => x !== c))}><Icon name="close" /></button></span>)}
            <Combobox
              id="config-connection" label="Connection" value="" clears placeholder={chosen.length > 0 ? "add another" : "choose one"}
              options={(s) => matching(known.filter((c) => !chosen.includes(c.name)).map((c) => ({ value: c.name, hint: c.kind })), s)} onChange={(c) => setChosen([...chosen, c])}
            />
          </span>
        </div>
        <div class="field">
          <label for="config-mode">Mode</label>
          <select id="config-mode" class="input" value={mode} onChange={(e) => setMode(e.currentTarget.value)}><option value="copied">copied: a snapshot</option><option value="in_place">in place: SQL in the source</option></select>
        </div>
      </div>
      {known.length === 0 && !error && <p class="tiny muted">There is no connection yet: register one first.</p>}
      {drift ? (
        <Note kind="warn">
          <p>This takes away what rules may use:</p>
          <Drift changes={drift} />
          <label class="check"><input type="checkbox" checked={remove} onChange={(e) => setRemove(e.currentTarget.checked)} />Allow removal</label>
        </Note>
      ) : <ErrorNote error={error} />}
    </Dialog>
  );
}
