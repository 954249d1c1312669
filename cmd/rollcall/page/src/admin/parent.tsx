import { parents } from "../api.ts";
import { ago, n } from "../format.ts";
import type { Json } from "../types.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Note } from "../ui/note.tsx";
import { Table } from "../ui/table.tsx";
import { List } from "./frame.tsx";
import { rowsOf } from "./report.ts";
import { useLoaded } from "./loaded.ts";
import { failing } from "./words.ts";
import { inZone, zoneOf } from "./zones.ts";

/** A parent segment as it is: what its last load read, and its configuration. */
export function ParentDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const loaded = useLoaded(name, (signal) => parents.get(name, signal));
  const zone = zoneOf(name);
  return (
    <Dialog title={name} wide onClose={onClose}>
      <List loaded={loaded}>
        {(p) => {
          const f = p.freshness, rows = rowsOf(p.load as Json | undefined);
          return (
            <>
              <dl class="fact-list small">
                <div><dt>Mode</dt><dd>{p.mode === "in_place" ? "in place" : "copied"}</dd></div>
                <div><dt>Form</dt><dd>{p.form}</dd></div>
                <div><dt>Connections</dt><dd>{p.connections.join(", ")}</dd></div>
                <div><dt>Version</dt><dd class="num">{n(p.version)}, changed {ago(p.updated.at)} by {p.updated.by}</dd></div>
                <div><dt>Last updated</dt><dd class="num">{f.last_updated ? `${inZone(f.last_updated, zone)} ${zone}` : "never"}</dd></div>
                <div><dt>Next run</dt><dd class="num">{p.schedule.next_run ? `${inZone(p.schedule.next_run, zone)} ${zone}` : "none"}</dd></div>
                {f.snapshot_version !== undefined && <div><dt>Snapshot</dt><dd class="num">version {n(f.snapshot_version)}</dd></div>}
              </dl>
              {failing(f) && <Note kind="bad">The last job failed {ago(f.last_failure?.finished)}{f.last_failure?.error ? `: ${f.last_failure.error}` : "."}</Note>}
              {rows.length > 0 && (
                <>
                  <h3>Load report <span class="tiny muted">what the last load read; a refresh reads what is new</span></h3>
                  <Table
                    caption="What the last load read" rows={rows} keyOf={(_, i) => i}
                    columns={[
                      { head: "Table", cell: (r) => <>{r.table}<div class="tiny muted">{r.use}{r.names ? `: ${r.names}` : ""}</div></> },
                      { head: "Rows", number: true, cell: (r) => n(r.rows) },
                      { head: "Loaded", number: true, cell: (r) => n(r.loaded) },
                      { head: "Left out", cell: (r) => (r.left.length === 0 ? <span class="muted">none</span> : r.left.join(", ")) },
                    ]}
                  />
                </>
              )}
              {p.text !== undefined && <><h3>Configuration</h3><pre class="rule-text config-shown" role="region" aria-label="Configuration" tabIndex={0}>{p.text}</pre></>}
            </>
          );
        }}
      </List>
    </Dialog>
  );
}
