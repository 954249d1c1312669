import { useState } from "preact/hooks";
import { ApiError, audit, words } from "../api.ts";
import { n } from "../format.ts";
import { parentList } from "../state.ts";
import type { AuditEntry, Page } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Note } from "../ui/note.tsx";
import { Table } from "../ui/table.tsx";
import { Choice } from "./jobs.tsx";
import { AdminPage, Badge, List } from "./frame.tsx";
import { useLoaded } from "./loaded.ts";
import { actions, placeOf } from "./log.ts";

const SIZE = 100;

/** The log of changes and of reads of personal data. The server reads it from its start;
    the page starts at its end, which checking the chain of entries tells. */
export function AuditPage() {
  const [filter, setFilter] = useState({ action: "", parent: "", by: "" });
  const [starts, setStarts] = useState<string[] | null>(null); // Of the pages up to this one; null: the newest.
  const checked = useLoaded("verify", () => check());
  const end = checked.data?.head ?? 0;
  const filtered = filter.action !== "" || filter.parent !== "" || filter.by !== "";
  const newest = starts === null && !filtered;
  const after = newest ? placeOf(end, SIZE) : starts?.at(-1) ?? "";
  const key = checked.data ? JSON.stringify([filter, after]) : null;
  const loaded = useLoaded<Page<AuditEntry> | null>(
    key ?? "", async (signal) => (key === null ? null : audit.list({ action: filter.action || undefined, parent: filter.parent || undefined, by: filter.by || undefined, after: after || undefined, limit: SIZE }, signal)),
  );
  const set = (next: Partial<typeof filter>) => { setFilter({ ...filter, ...next }); setStarts(null); };
  const rows = loaded.data?.items ?? [];
  const shown = newest ? [...rows].reverse() : rows;
  const older = Math.max(0, Number(after) - SIZE);
  return (
    <AdminPage title="Audit" tools={<Button icon="check" disabled={checked.busy} onClick={() => { checked.again(); setStarts(null); }}>Verify</Button>}>
      {checked.data && (checked.data.wrong
        ? <Note kind="bad">The log does not hold: {checked.data.wrong}</Note>
        : <Note kind="good">{n(checked.data.entries)} entries, each bound to the one before it: nothing in the log was changed.</Note>)}
      <div class="row filters" role="group" aria-label="Filters">
        <Combobox label="Action" value={filter.action} free placeholder="all actions" options={(s) => matching(actions.map((a) => ({ value: a })), s)} onChange={(action) => set({ action: action.trim() })} />
        <Choice label="About" none="all parent segments" value={filter.parent} options={parentList.value.map((p) => p.name)} onChange={(parent) => set({ parent })} />
        <input class="input" aria-label="By whom" placeholder="by anybody" value={filter.by} onChange={(e) => set({ by: e.currentTarget.value.trim() })} />
        {filtered && <Button kind="quiet" onClick={() => set({ action: "", parent: "", by: "" })}>Clear</Button>}
        {!newest && <span class="tiny muted">the oldest first</span>}
      </div>
      <List loaded={{ ...loaded, data: loaded.data, error: loaded.error ?? checked.error, again: () => { checked.again(); loaded.again(); } }}>
        {() => (
          <div class="card stack flow">
            <Table
              caption={newest ? "Entries of the log, newest first" : "Entries of the log, oldest first"} rows={shown} keyOf={(e) => e.seq} empty={filtered ? "No entry is like that." : "The log is empty."}
              columns={[
                { head: "No.", number: true, cell: (e) => <span class="num muted">{n(e.seq)}</span> },
                { head: "Time (UTC)", cell: (e) => <span class="num nowrap">{e.time.slice(0, 19).replace("T", " ")}</span> },
                { head: "Who", cell: (e) => <>{e.actor.name}{e.actor.token && <div class="tiny muted mono">{e.actor.token}</div>}</> },
                { head: "Action", cell: (e) => <code>{e.action}</code> },
                { head: "About", cell: (e) => <>{e.object}{e.version ? <span class="muted num"> v{e.version}</span> : null}</> },
                { head: "Customers", number: true, cell: (e) => (e.revealed ? <>{n(e.revealed)}<span class="only-small muted"> customer{e.revealed === 1 ? "" : "s"}</span></> : "") },
                { head: "Outcome", cell: (e) => <Badge tone={e.outcome === "done" ? "good" : e.outcome === "begun" ? "" : e.outcome === "denied" ? "bad" : "warn"}>{e.outcome}</Badge> },
              ]}
            />
          </div>
        )}
      </List>
      <div class="row">
        {newest && Number(after) > 0 && <Button onClick={() => setStarts([older === 0 ? "" : String(older)])}>Older</Button>}
        {!newest && starts !== null && !filtered && <Button onClick={() => setStarts(null)}>Newest</Button>}
        {!newest && starts !== null && !filtered && Number(after) > 0 && <Button onClick={() => setStarts([older === 0 ? "" : String(older)])}>Older</Button>}
        {filtered && (starts?.length ?? 0) > 0 && <Button onClick={() => setStarts((s) => { const back = (s ?? []).slice(0, -1); return back.length > 0 ? back : null; })}>Back</Button>}
        {!newest && loaded.data?.next && <Button onClick={() => setStarts([...(starts ?? []), loaded.data?.next ?? ""])}>Newer</Button>}
      </div>
    </AdminPage>
  );
}

/** What the server finds when it checks the log; a log that does not hold is an answer, too. */
async function check(): Promise<{ entries: number; head: number; wrong: string }> {
  try {
    const found = await audit.verify();
    const head = (found.head as { seq?: number } | undefined)?.seq ?? found.entries ?? 0;
    return { entries: found.entries ?? 0, head, wrong: "" };
  } catch (error) {
    if (error instanceof ApiError && error.status >= 500) return { entries: 0, head: 0, wrong: words(error) };
    throw error;
  }
}
