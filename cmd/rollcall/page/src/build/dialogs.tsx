import { useState } from "preact/hooks";
import { ago } from "../format.ts";
import { opened, segmentList, text } from "../state.ts";
import { open } from "../studio.ts";
import type { Segment } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { ExportDialog } from "../results/index.tsx";
import { KeysDialog } from "./help.tsx";
import { PlanDialog } from "./plan.tsx";
import { dialog, saveAs, saveOver } from "./saving.ts";

/** The dialog that is open, if one is. */
export function Dialogs() {
  const d = dialog.value;
  const close = () => { dialog.value = null; };
  switch (d?.kind) {
    case "save": return <SaveDialog onClose={close} />;
    case "conflict": return <ConflictDialog theirs={d.theirs} onClose={close} />;
    case "keys": return <KeysDialog onClose={close} />;
    case "plan": return <PlanDialog onClose={close} />;
    case "export": return <ExportDialog onClose={close} />;
    default: return null;
  }
}

/** folder/name of its two parts. */
export function pathOf(folder: string, name: string): string {
  const f = folder.trim().replace(/^\/+|\/+$/g, "");
  return f ? `${f}/${name.trim()}` : name.trim();
}

export function folders(): string[] {
  return [...new Set(segmentList.value.map((s) => s.folder).filter(Boolean))].sort();
}

/** Folder and name of a segment, as two fields. */
export function PathFields({ folder, name, onFolder, onName }: { folder: string; name: string; onFolder: (v: string) => void; onName: (v: string) => void }) {
  return (
    <div class="path-fields">
      <div class="field">
        <label for="save-folder">Folder</label>
        <Combobox id="save-folder" label="Folder" value={folder} free placeholder="none" options={(s) => matching(folders().map((f) => ({ value: f })), s)} onChange={onFolder} />
      </div>
      <div class="field grow">
        <label for="save-name">Name</label>
        <input id="save-name" class="input" value={name} required autoFocus onInput={(e) => onName(e.currentTarget.value)} />
      </div>
    </div>
  );
}

function SaveDialog({ onClose }: { onClose: () => void }) {
  const at = opened.value?.path ?? "";
  const slash = at.lastIndexOf("/");
  const [folder, setFolder] = useState(slash > 0 ? at.slice(0, slash) : "");
  const [name, setName] = useState(at ? `${at.slice(slash + 1)} copy` : "");
  const [note, setNote] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (name.trim() === "" || busy) return;
    setBusy(true);
    setError(null);
    try {
      await saveAs(pathOf(folder, name), note.trim());
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  return (
    <Dialog
      title={at ? "Save as" : "Save segment"} onClose={onClose} onSubmit={() => void save()}
      footer={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" disabled={busy || name.trim() === ""} onClick={() => void save()}>Save</Button></>}
    >
      <PathFields folder={folder} name={name} onFolder={setFolder} onName={setName} />
      <div class="field">
        <label for="save-note">Note</label>
        <input id="save-note" class="input" placeholder="for the history; may be left out" value={note} onInput={(e) => setNote(e.currentTarget.value)} />
      </div>
      <pre class="rule-text">{text.value}</pre>
      <ErrorNote error={error} />
    </Dialog>
  );
}

/** Somebody else has saved the segment since it was opened: nothing is lost, whatever is chosen. */
function ConflictDialog({ theirs, onClose }: { theirs: Segment; onClose: () => void }) {
  return (
    <Dialog
      title="Saved by somebody else meanwhile" wide onClose={onClose}
      footer={
        <>
          <Button autoFocus onClick={onClose}>Go on editing</Button>
          <Button onClick={() => { open(theirs); onClose(); }}>Take theirs</Button>
          <Button onClick={() => { dialog.value = { kind: "save" }; }}>Save mine as a copy</Button>
          <Button kind="primary" onClick={() => void saveOver(theirs.version)}>Save mine as the next version</Button>
        </>
      }
    >
      <p class="small">
        <strong>{theirs.path}</strong> has version {theirs.version} by now, saved {ago(theirs.updated.at)} by {theirs.updated.by}; you started from version {opened.value?.version}.
        Every version is kept.
      </p>
      <div class="two">
        <div class="field"><span class="label">Theirs</span><pre class="rule-text">{theirs.rule}</pre></div>
        <div class="field"><span class="label">Yours</span><pre class="rule-text">{text.value}</pre></div>
      </div>
    </Dialog>
  );
}
