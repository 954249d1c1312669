import { useEffect, useState } from "preact/hooks";
import { parents } from "../api.ts";
import { ago, n } from "../format.ts";
import { href } from "../route.ts";
import { loadParents, parentsError, parentsLoaded } from "../session.ts";
import { may, parentList } from "../state.ts";
import type { Parent } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { Table } from "../ui/table.tsx";
import { toast, toastError } from "../ui/toast.tsx";
import { AdminPage, Badge, Confirm } from "./frame.tsx";
import { ParentDialog } from "./parent.tsx";
import { RefreshDialog } from "./refresh.tsx";
import { UploadDialog } from "./upload.tsx";
import { failing, stateOf } from "./words.ts";
import { inZone, zoneOf } from "./zones.ts";

type Open = { kind: "upload"; of?: Parent } | { kind: "detail" | "refresh" | "delete"; of: Parent } | null;

/** The parent segments: how fresh they are, and what changes and refreshes them. */
export function ParentsPage() {
  const [open, setOpen] = useState<Open>(null);
  const all = parentList.value, admin = may("admin");
  const running = all.some((p) => p.freshness.running_job);
  useEffect(() => {
    void loadParents();
    const timer = setInterval(() => { if (document.visibilityState === "visible") void loadParents(); }, running ? 1_000 : 20_000);
    return () => clearInterval(timer);
  }, [running]);
  const close = () => setOpen(null);
  const refresh = async (p: Parent) => {
    try {
      const job = await parents.refresh(p.name);
      toast(`Refreshing ${p.name}, job ${job.id}.`);
    } catch (error) {
      toastError(error);
    }
    await loadParents();
  };
  const itemsOf = (p: Parent): MenuItem[] => [
    { label: "Details and load report", icon: "info", onSelect: () => setOpen({ kind: "detail", of: p }) },
    { label: "Change the configuration", icon: "file", onSelect: () => setOpen({ kind: "upload", of: p }) },
    { label: "Refresh in another way", icon: "refresh", disabled: p.mode === "in_place", onSelect: () => setOpen({ kind: "refresh", of: p }) },
    { separator: true },
    { label: "Delete", icon: "trash", danger: true, onSelect: () => setOpen({ kind: "delete", of: p }) },
  ];
  return (
    <AdminPage title="Parent segments" tools={admin && <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "upload" })}>Upload configuration</Button>}>
      <ErrorNote error={parentsError.value} retry={() => void loadParents()} />
      {!parentsLoaded.value && <div class="empty" role="status"><span class="spin" /><span class="sr">Loading</span></div>}
      {parentsLoaded.value && (
        <div class="card stack">
          <Table
            caption="Parent segments" rows={all} keyOf={(p) => p.name} empty={admin ? "There is no parent segment yet. Register a connection, then upload a configuration." : "There is no parent segment yet. Someone who administers this server has to upload a configuration."}
            columns={[
              { head: "Name", cell: (p) => <><a class="strong" href={href({ page: "studio", parent: p.name })}>{p.name}</a><div class="tiny muted">{p.mode === "in_place" ? "asked in its source" : "copied"} · {p.connections.join(", ")}</div></> },
              { head: "State", cell: (p) => <State parent={p} /> },
              { head: "Customers", number: true, cell: (p) => (p.freshness.state === "never_built" ? "–" : <>{n(p.freshness.customers)}<span class="only-small muted"> customers</span></>) },
              { head: "Last updated", cell: (p) => <Updated parent={p} /> },
              { head: "Schedule", cell: (p) => <><span class="small">{p.schedule.text || p.schedule.type}</span>{p.schedule.next_run && <div class="tiny muted num" title={`${inZone(p.schedule.next_run, zoneOf(p.name))} ${zoneOf(p.name)}`}>next run {ago(p.schedule.next_run)}</div>}</> },
              ...(admin ? [{
                head: "Actions", cell: (p: Parent) => (
                  <div class="row actions">
                    {p.mode !== "in_place" && <Button icon="refresh" disabled={p.freshness.running_job !== null} onClick={() => void refresh(p)} aria-label={`Refresh now: ${p.name}`}>Refresh now</Button>}
                    <Menu label={`More of ${p.name}`} icon="more" items={() => itemsOf(p)} />
                  </div>
                ),
              }] : []),
            ]}
          />
        </div>
      )}
      {open?.kind === "upload" && <UploadDialog of={open.of} onClose={close} />}
      {open?.kind === "detail" && <ParentDialog name={open.of.name} onClose={close} />}
      {open?.kind === "refresh" && <RefreshDialog parent={open.of} onClose={close} />}
      {open?.kind === "delete" && (
        <Confirm title={`Delete ${open.of.name}`} action="Delete" onClose={close} onConfirm={async () => { await parents.remove(open.of.name); toast(`Deleted ${open.of.name}.`); await loadParents(); }}>
          Its configuration, its snapshot and the files of its exports are deleted; the source is not touched. One that still has saved segments is refused: delete those first.
        </Confirm>
      )}
    </AdminPage>
  );
}

function State({ parent: p }: { parent: Parent }) {
  const { text, tone } = stateOf(p.freshness);
  return (
    <>
      <Badge tone={tone}>{text}</Badge>
      {p.freshness.problem && <div class="tiny bad-text">{p.freshness.problem}</div>}
      {failing(p.freshness) && <div class="tiny bad-text">last try failed {ago(p.freshness.last_failure?.finished)}{p.freshness.last_failure?.error ? `: ${p.freshness.last_failure.error}` : ""}</div>}
    </>
  );
}

function Updated({ parent: p }: { parent: Parent }) {
  const f = p.freshness;
  if (f.state === "in_place") return <span class="small muted">each question asks the source</span>;
  if (!f.last_updated) return <span class="small muted">never</span>;
  const zone = zoneOf(p.name);
  return <><span class="small">last updated {ago(f.last_updated)}</span><div class="tiny muted num">{inZone(f.last_updated, zone)} {zone}</div></>;
}
