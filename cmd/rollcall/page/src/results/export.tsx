import { useEffect, useState } from "preact/hooks";
import { asks, isAbort, jobs } from "../api.ts";
import { n } from "../format.ts";
import { href } from "../route.ts";
import { count, countedAsk, fields, parentName } from "../state.ts";
import type { Job } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";
import { ColumnChoice } from "./columns.tsx";
import { changesOf } from "./earlier.ts";
import { pickOf, type Pick } from "./pick.ts";
import { SinceChoice, type Since } from "./since.tsx";

const formats = [["parquet", "Parquet"], ["csv", "CSV"], ["arrow", "Arrow IPC"]] as const;

/** Exports the audience of the rule that was counted last, as a job with a file. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const parent = parentName.value, ask = countedAsk.value;
  const [format, setFormat] = useState("parquet");
  const [columns, setColumns] = useState(() => (fields.value?.attributes ?? []).map((a) => a.name));
  const [masks, setMasks] = useState<Record<string, string>>({});
  const [pick, setPick] = useState<Pick>({ kind: "all", many: "1000", of: "", by: "", least: false });
  const [since, setSince] = useState<Since>({ job: 0, stayed: false });
  const [job, setJob] = useState<Job | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const chosen = pickOf(pick);
  const start = async () => {
    if (!ask || busy || chosen.wrong) return;
    setBusy(true);
    setError(null);
    const names = [fields.value?.key_column ?? "", ...columns];
    const hidden = Object.fromEntries(Object.entries(masks).filter(([name, mask]) => mask !== "clear" && names.includes(name)));
    const changes = since.job > 0 ? { delta_from: since.job, ...(since.stayed ? { delta_stayed: true } : {}) } : {};
    try {
      setJob(await asks.exports(parent, { ...ask, columns, format, masks: hidden, ...chosen.body, ...changes }));
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  return (
    <Dialog
      title="Export audience" onClose={onClose} wide
      footer={job ? <Button onClick={onClose}>Close</Button> : <><Button onClick={onClose}>Cancel</Button><Button kind="primary" disabled={!ask || busy || chosen.wrong !== ""} onClick={() => void start()}>Start export</Button></>}
    >
      {job ? <Running first={job} /> : (
        <>
          {ask ? <p class="small num">{count.value.answer ? <><strong>{n(count.value.answer.count)}</strong> customers of <code>{count.value.answer.rule}</code></> : "The audience of the rule that was counted last."}</p> : <Note kind="warn">There is no rule to export yet.</Note>}
          <div class="export-line">
            <div class="field">
              <label for="export-format">Format</label>
              <select id="export-format" class="input" value={format} onChange={(e) => setFormat(e.currentTarget.value)}>{formats.map(([key, label]) => <option key={key} value={key}>{label}</option>)}</select>
            </div>
            <PickChoice pick={pick} onChange={setPick} />
          </div>
          {chosen.wrong && <Note kind="warn">{chosen.wrong}</Note>}
          <SinceChoice rule={count.value.answer?.rule ?? ""} since={since} onChange={setSince} />
          <ColumnChoice value={columns} onChange={setColumns} />
          <MaskChoice columns={[fields.value?.key_column ?? "", ...columns].filter(Boolean)} masks={masks} onChange={setMasks} />
          <p class="tiny muted">Columns that your roles do not see are masked in any case. Starting and downloading are written into the audit log.</p>
          <ErrorNote error={error} />
        </>
      )}
    </Dialog>
  );
}

function PickChoice({ pick, onChange }: { pick: Pick; onChange: (p: Pick) => void }) {
  const attributes = (fields.value?.attributes ?? []).map((a) => a.name);
  const set = (next: Partial<Pick>) => onChange({ ...pick, ...next });
  const list = (none: string) => <>{none && <option value="">{none}</option>}{attributes.map((a) => <option key={a} value={a}>{a}</option>)}</>;
  return (
    <>
      <div class="field">
        <label for="export-who">Who</label>
        <select id="export-who" class="input" value={pick.kind} onChange={(e) => { const kind = e.currentTarget.value as Pick["kind"]; set({ kind, of: pick.of || (attributes[0] ?? "") }); }}>
          <option value="all">all members</option><option value="top">the top</option><option value="per">some of each value</option>
        </select>
      </div>
      {pick.kind !== "all" && (
        <>
          <div class="field"><label for="export-many">{pick.kind === "top" ? "How many, or %" : "At most of each"}</label><input id="export-many" class="input num" size={8} value={pick.many} onInput={(e) => set({ many: e.currentTarget.value })} /></div>
          {pick.kind === "per" && <div class="field"><label for="export-of">Value of</label><select id="export-of" class="input" value={pick.of} onChange={(e) => set({ of: e.currentTarget.value })}>{list("")}</select></div>}
          <div class="field"><label for="export-by">Ordered by</label><select id="export-by" class="input" value={pick.by} onChange={(e) => set({ by: e.currentTarget.value })}>{list("the key")}</select></div>
          {pick.by && <label class="check"><input type="checkbox" checked={pick.least} onChange={(e) => set({ least: e.currentTarget.checked })} />least first</label>}
        </>
      )}
    </>
  );
}

/** How columns are written: as they are, as a hash, or not at all. */
function MaskChoice({ columns, masks, onChange }: { columns: string[]; masks: Record<string, string>; onChange: (m: Record<string, string>) => void }) {
  const plain = columns.map((c) => / as (\w+)$/.exec(c)?.[1] ?? c);
  const hidden = plain.filter((c) => (masks[c] ?? "clear") !== "clear").length;
  return (
    <details class="masks">
      <summary class="small">Masks{hidden > 0 ? ` · ${hidden} column${hidden === 1 ? "" : "s"}` : ": all columns as they are"}</summary>
      <ul class="mask-list">
        {plain.map((c) => (
          <li key={c} class="row">
            <span class="ellipsis grow small" title={c}>{c}</span>
            <select class="input small-select" aria-label={`Mask of ${c}`} value={masks[c] ?? "clear"} onChange={(e) => onChange({ ...masks, [c]: e.currentTarget.value })}>
              <option value="clear">as it is</option><option value="hash">hash</option><option value="redact">redact</option>
            </select>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** An export that was started, until it has ended. */
function Running({ first }: { first: Job }) {
  const [job, setJob] = useState(first);
  const [error, setError] = useState<unknown>(null);
  const running = job.state === "queued" || job.state === "running";
  useEffect(() => {
    if (!running) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      jobs.get(job.id, abort.signal).then((j) => { setJob(j); setError(null); }, (e: unknown) => {
        if (isAbort(e)) return;
        setError(e);
        setJob((j) => ({ ...j })); // Asked again after a while.
      });
    }, 700);
    return () => { clearTimeout(timer); abort.abort(); };
  }, [job]);
  const { done, total } = job.progress, changes = changesOf(job);
  return (
    <div class="col" role="status">
      {running && <p class="row small"><span class="spin" /> {job.state === "queued" ? "Waiting for its turn" : "Writing"}<span class="num muted">{done > 0 && ` ${n(done)}${total > 0 ? ` of ${n(total)}` : ""} ${job.progress.what ?? ""}`}</span></p>}
      {running && total > 0 && <progress class="progress" max={total} value={done} aria-label="Progress" />}
      {job.state === "succeeded" && <Note kind="good" action={job.downloadable && <a class="btn" href={jobs.downloadUrl(job.id)} download>Download</a>}>The export is written{changes ? `, ${changes}` : ""}.</Note>}
      {(job.state === "failed" || job.state === "cancelled") && <Note kind="bad">{job.state === "cancelled" ? "The export was cancelled." : job.error || "The export has failed."}</Note>}
      {job.state === "interrupted" && <Note kind="warn">The server was stopped; the export is done again when it starts.</Note>}
      <ErrorNote error={error} />
      <p class="small">It is job {job.id}, kept <a href={href({ page: "jobs" })}>among the jobs</a>.</p>
    </div>
  );
}
