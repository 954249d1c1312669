import { useEffect, useState } from "preact/hooks";
import * as api from "../api.ts";
import { addCondition } from "../fields/panel.tsx";
import { ago, short } from "../format.ts";
import { segmentRef } from "../rule/node.ts";
import { asOf, dirty, may, opened, parentName, segmentList, segmentsError } from "../state.ts";
import type { Segment } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { toast, toastError } from "../ui/toast.tsx";
import { fresh, loadSegments, replaceBy } from "../workspace.ts";
import { DeletedDialog, DiscardDialog, HistoryDialog, MoveDialog } from "./dialogs.tsx";
import { foldersOf, type Folder } from "./folders.ts";

type Dialog = { kind: "move" | "history" | "discard"; segment: Segment } | { kind: "deleted" } | null;

/** The saved segments in their folders: opened, used in the rule, moved, deleted. */
export function SegmentsPanel({ onPicked }: { onPicked: () => void }) {
  const [search, setSearch] = useState("");
  const [dialog, setDialog] = useState<Dialog>(null);
  const counts = useCounts();
  const s = search.trim().toLowerCase();
  const found = segmentList.value.filter((x) => x.path.toLowerCase().includes(s));

  const load = (segment: Segment) => {
    if (dirty.value) setDialog({ kind: "discard", segment });
    else openNow(segment);
  };
  const openNow = (segment: Segment) => {
    setDialog(null);
    void replaceBy(segment.path);
    onPicked();
  };
  const itemsOf = (x: Segment): MenuItem[] => [
    { label: "Open", icon: "file", onSelect: () => load(x) },
    { label: "Use in the rule", icon: "plus", onSelect: () => { addCondition(segmentRef(x.path), false); onPicked(); } },
    { label: "History", icon: "history", onSelect: () => setDialog({ kind: "history", segment: x }) },
    { separator: true },
    { label: "Rename or move", icon: "folder", disabled: !may("segments"), onSelect: () => setDialog({ kind: "move", segment: x }) },
    { label: "Delete", icon: "trash", danger: true, disabled: !may("segments"), onSelect: () => void remove(x) },
  ];
  const props = { load, itemsOf, counts };
  return (
    <div class="fields">
      <div class="search">
        <Icon name="search" />
        <input class="input" type="search" placeholder="Search segments" aria-label="Search segments" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
      </div>
      <ErrorNote error={segmentsError.value} retry={() => void loadSegments()} />
      {segmentList.value.length === 0 && !segmentsError.value && <p class="empty">Nothing is saved yet. Build a rule and save it with Ctrl+S.</p>}
      {segmentList.value.length > 0 && found.length === 0 && <p class="empty">No segment is called so.</p>}
      <FolderItems folder={foldersOf(found)} open={s !== ""} {...props} />
      <div class="row foot">
        <Button kind="quiet" icon="plus" onClick={() => { fresh(); onPicked(); }}>New rule</Button>
        <Button kind="quiet" icon="trash" onClick={() => setDialog({ kind: "deleted" })}>Deleted</Button>
      </div>
      {dialog?.kind === "move" && <MoveDialog segment={dialog.segment} onClose={() => setDialog(null)} />}
      {dialog?.kind === "history" && <HistoryDialog segment={dialog.segment} onClose={() => setDialog(null)} />}
      {dialog?.kind === "deleted" && <DeletedDialog onClose={() => setDialog(null)} />}
      {dialog?.kind === "discard" && <DiscardDialog segment={dialog.segment} onOpen={openNow} onClose={() => setDialog(null)} />}
    </div>
  );
}

interface Shown {
  load: (s: Segment) => void;
  itemsOf: (s: Segment) => MenuItem[];
  counts: ReadonlyMap<string, number>;
}

function FolderItems({ folder, open, ...shown }: { folder: Folder; open: boolean } & Shown) {
  return (
    <ul class="tree">
      {folder.folders.map((f) => (
        <li key={"/" + f.path}>
          <details open={open || f.path.split("/").length < 3}>
            <summary><Icon name="folder" /><span class="ellipsis">{f.name}</span></summary>
            <FolderItems folder={f} open={open} {...shown} />
          </details>
        </li>
      ))}
      {folder.segments.map((x) => {
        const current = opened.value?.path === x.path;
        const c = shown.counts.get(x.path);
        return (
          <li key={x.path} class="field-line">
            <button type="button" class={"field-name" + (current ? " on" : "")} aria-current={current ? "true" : undefined} title={`${x.rule}\nversion ${x.version}, ${ago(x.updated.at)} by ${x.updated.by}`} onClick={() => shown.load(x)}>
              <Icon name={x.problems.length > 0 ? "warn" : "file"} /><span class="ellipsis">{x.name}</span>
              <span class="type num">{x.problems.length > 0 ? "has problems" : c === undefined ? "" : short(c)}</span>
            </button>
            <Menu label={`Change ${x.path}`} icon="more" items={() => shown.itemsOf(x)} />
          </li>
        );
      })}
    </ul>
  );
}

/** The counts of the saved segments, asked for once the panel is open. */
function useCounts(): ReadonlyMap<string, number> {
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const all = segmentList.value, when = asOf.value;
  useEffect(() => {
    if (all.length === 0) return;
    const abort = new AbortController();
    api.all((after) => api.segments.list(parentName.value, { counts: true, as_of: when, after }, abort.signal)).then(
      (found) => setCounts(new Map(found.flatMap((s) => (s.count === undefined || s.count === null ? [] : [[s.path, s.count] as const])))),
      () => {}, // Counts are an extra here: without them the list is whole.
    );
    return () => abort.abort();
  }, [all, when]);
  return counts;
}

async function remove(x: Segment): Promise<void> {
  const name = parentName.value;
  try {
    await api.segments.remove(name, x.path, x.version);
    if (opened.value?.path === x.path) opened.value = null; // The rule stays, as one that is not saved.
    toast(`Deleted ${x.path}.`, { action: { label: "Restore", run: () => void restore(x) } });
  } catch (error) {
    toastError(error);
  }
  await loadSegments();
}

/** Brings a deleted segment back under its path. */
export async function restore(x: Segment): Promise<void> {
  try {
    await api.segments.restore(parentName.value, x.path, { id: x.id });
    toast(`Restored ${x.path}.`);
  } catch (error) {
    toastError(error);
  }
  await loadSegments();
}

