import { useState } from "preact/hooks";
import { jobs } from "../api.ts";
import { ago, n } from "../format.ts";
import { may, parentList } from "../state.ts";
import type { Job, Page } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Table } from "../ui/table.tsx";
import { toast, toastError } from "../ui/toast.tsx";
import { AdminPage, Badge, List } from "./frame.tsx";
import { useLoaded } from "./loaded.ts";
import { progressOf, resultOf, ruleOf, runs, toneOf, took } from "./words.ts";
import { inZone, zoneOf } from "./zones.ts";

const SIZE = 50;

/** The jobs, newest first: builds, refreshes and exports, live while any runs. */
export function JobsPage() {
  const [filter, setFilter] = useState({ parent: "", kind: "", state: "" });
  const [limit, setLimit] = useState(SIZE);
  const query = { ...filter, limit };
  const loaded = useLoaded<Page<Job>>(
    JSON.stringify(query),
    (signal) => jobs.list({ parent: filter.parent || undefined, kind: filter.kind || undefined, state: filter.state || undefined, limit }, signal),
    (page) => (page.items.some(runs) ? 1_000 : 10_000),
  );
  const set = (next: Partial<typeof filter>) => { setFilter({ ...filter, ...next }); setLimit(SIZE); };
  const cancel = async (job: Job) => {
    try {
      await jobs.cancel(job.id);
      toast(`Job ${job.id} is being cancelled.`);
    } catch (error) {
      toastError(error);
    }
    loaded.again();
  };
  const names = [...new Set([...parentList.value.map((p) => p.name), filter.parent].filter(Boolean))];
  return (
    <AdminPage title="Jobs" tools={<Button icon="refresh" disabled={loaded.busy} onClick={loaded.again}>Look again</Button>}>
      <div class="row filters" role="group" aria-label="Filters">
        <Choice label="Parent segment of jobs" none="all parent segments" value={filter.parent} options={names} onChange={(parent) => set({ parent })} />
        <Choice label="Kind" none="all kinds" value={filter.kind} options={["build", "refresh", "export"]} onChange={(kind) => set({ kind })} />
        <Choice label="State" none="all states" value={filter.state} options={["queued", "running", "succeeded", "failed", "cancelled", "interrupted"]} onChange={(state) => set({ state })} />
      </div>
      <List loaded={loaded}>
        {(page) => (
          <div class="card stack">
            <Table
              caption="Jobs, newest first" rows={page.items} keyOf={(j) => j.id} empty={filter.parent || filter.kind || filter.state ? "No job is like that." : "Nothing was built, refreshed or exported yet."}
              columns={[
                { head: "Job", cell: (j) => <span class="num strong"><span class="only-small">Job </span>{j.id}</span> },
                { head: "What", cell: (j) => <>{j.kind} <span class="muted">of</span> {j.parent}{ruleOf(j) && <div class="tiny muted"><code class="job-rule">{ruleOf(j)}</code></div>}</> },
                { head: "State", cell: (j) => <State job={j} /> },
                { head: "Started", cell: (j) => <Started job={j} /> },
                { head: "Took", cell: (j) => <span class="num small nowrap"><span class="only-small muted">took </span>{took(j, Date.now())}</span> },
                {
                  head: "Actions", cell: (j) => (
                    <div class="row actions">
                      {j.downloadable && may("members") && <a class="btn" href={jobs.downloadUrl(j.id)} download aria-describedby={`job-${j.id}`}>Download</a>}
                      {runs(j) && (may("admin") || (may("members") && j.kind === "export")) && <Button kind="danger" aria-label={`Cancel job ${j.id}`} onClick={() => void cancel(j)}>Cancel</Button>}
                    </div>
                  ),
                },
              ]}
            />
          </div>
        )}
      </List>
      {loaded.data?.next && limit < 1_000 && <div class="row"><Button disabled={loaded.busy} onClick={() => setLimit(Math.min(1_000, limit * 2))}>Show older ones</Button></div>}
    </AdminPage>
  );
}

export function Choice({ label, none, value, options, onChange }: { label: string; none: string; value: string; options: readonly string[]; onChange: (v: string) => void }) {
  return (
    <select class="input" aria-label={label} value={value} onChange={(e) => onChange(e.currentTarget.value)}>
      <option value="">{none}</option>
      {options.map((o) => <option key={o} value={o}>{o}</option>)}
    </select>
  );
}

function State({ job: j }: { job: Job }) {
  const { done, total } = j.progress;
  const told = runs(j) ? progressOf(j) : resultOf(j);
  return (
    <div class="job-state" id={`job-${j.id}`}>
      <Badge tone={toneOf(j.state)}>{j.state}</Badge>
      {told && <span class="tiny muted num"> {told}</span>}
      {j.state === "running" && total > 0 && <progress class="progress" max={total} value={Math.min(done, total)} aria-label={`Progress of job ${j.id}`} title={`${n(done)} of ${n(total)}`} />}
      {j.error && <div class="tiny bad-text job-error">{j.error}</div>}
    </div>
  );
}

function Started({ job: j }: { job: Job }) {
  const zone = zoneOf(j.parent), at = j.started ?? j.queued.at;
  return <><span class="small">{j.started ? "" : "queued "}{ago(at)} by {j.queued.by}</span><div class="tiny muted num">{inZone(at, zone)} {zone}</div></>;
}
