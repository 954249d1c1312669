import { useEffect, useState } from "preact/hooks";
import * as api from "../api.ts";
import { PathFields, pathOf } from "../build/dialogs.tsx";
import { saveKey } from "../build/saving.ts";
import { ago } from "../format.ts";
import { may, opened, parentName } from "../state.ts";
import { editText } from "../studio.ts";
import type { Segment } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { toast } from "../ui/toast.tsx";
import { loadSegments } from "../workspace.ts";
import { restore } from "./panel.tsx";

/** Gives a segment another folder or name. Rules that refer to it are the server's care. */
export function MoveDialog({ segment, onClose }: { segment: Segment; onClose: () => void }) {
  const [folder, setFolder] = useState(segment.folder);
  const [name, setName] = useState(segment.name);
  const [error, setError] = useState<unknown>(null);
  const move = async () => {
    try {
      const moved = await api.segments.move(parentName.value, segment.path, segment.version, pathOf(folder, name));
      if (opened.value?.path === segment.path) opened.value = { ...opened.value, path: moved.path, version: moved.version };
      toast(`Moved to ${moved.path}.`);
      onClose();
      await loadSegments();
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Dialog
      title={`Move ${segment.path}`} onClose={onClose} onSubmit={() => void move()}
      footer={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" disabled={name.trim() === ""} onClick={() => void move()}>Move</Button></>}
    >
      <PathFields folder={folder} name={name} onFolder={setFolder} onName={setName} />
      <ErrorNote error={error} />
    </Dialog>
  );
}

/** The versions of a segment; an old one can be looked at, or be the newest again. */
export function HistoryDialog({ segment, onClose }: { segment: Segment; onClose: () => void }) {
  const [versions, setVersions] = useState<Segment[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    api.segments.versions(parentName.value, segment.path, abort.signal).then((p) => setVersions([...p.items].sort((a, b) => b.version - a.version)), (e: unknown) => { if (!api.isAbort(e)) setError(e); });
    return () => abort.abort();
  }, [segment.path]);
  const bring = async (v: Segment) => {
    try {
      const now = await api.segments.restore(parentName.value, segment.path, { version: v.version, note: `version ${v.version} again` });
      toast(`${now.path} has the rule of version ${v.version} again.`);
      if (opened.value?.path === now.path) {
        opened.value = { path: now.path, version: now.version, rule: now.rule, updated: now.updated };
        editText(now.rule);
      }
      onClose();
      await loadSegments();
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Dialog title={`History of ${segment.path}`} wide onClose={onClose}>
      <ErrorNote error={error} />
      {!versions && !error && <div class="empty"><span class="spin" /></div>}
      <ol class="versions">
        {versions?.map((v, i) => (
          <li key={v.version}>
            <div class="row">
              <strong class="num">Version {v.version}</strong>
              <span class="small muted">{ago(v.updated.at)} by {v.updated.by}{v.note ? ` — ${v.note}` : ""}</span>
              {v.deleted && <span class="badge bad">deleted</span>}
              <span class="right row">
                <Button kind="quiet" onClick={() => { editText(v.rule || v.text); onClose(); }}>Look at it</Button>
                {i > 0 && !v.deleted && <Button disabled={!may("segments")} onClick={() => void bring(v)}>Make it the newest</Button>}
              </span>
            </div>
            <pre class="rule-text">{v.rule || v.text}</pre>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

/** What was deleted, to be brought back. */
export function DeletedDialog({ onClose }: { onClose: () => void }) {
  const [all, setAll] = useState<Segment[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = () => {
    api.all((after) => api.segments.list(parentName.value, { deleted: true, after })).then(setAll, setError);
  };
  useEffect(load, []);
  return (
    <Dialog title="Deleted segments" wide onClose={onClose}>
      <ErrorNote error={error} />
      {!all && !error && <div class="empty"><span class="spin" /></div>}
      {all?.length === 0 && <p class="empty">Nothing was deleted.</p>}
      <ul class="versions">
        {all?.map((x) => (
          <li key={x.id}>
            <div class="row">
              <strong>{x.path}</strong>
              <span class="small muted">deleted {ago(x.updated.at)} by {x.updated.by}</span>
              <span class="right"><Button disabled={!may("segments")} onClick={() => void restore(x).then(load)}>Restore</Button></span>
            </div>
            <pre class="rule-text">{x.rule || x.text}</pre>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** Asks before a rule that is not saved makes place for another. */
export function DiscardDialog({ segment, onOpen, onClose }: { segment: Segment; onOpen: (s: Segment) => void; onClose: () => void }) {
  return (
    <Dialog
      title="Your rule is not saved" onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Go on editing</Button>
          <Button kind="danger" onClick={() => onOpen(segment)}>Open without saving</Button>
          <Button kind="primary" disabled={!may("segments")} onClick={() => { onClose(); saveKey(); }}>Save mine first</Button>
        </>
      }
    >
      <p class="small">Opening <strong>{segment.path}</strong> replaces the rule that you are editing.</p>
    </Dialog>
  );
}
