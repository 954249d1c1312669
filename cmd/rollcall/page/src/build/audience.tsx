import { inWords } from "./warnings.ts";
import { micros, n, percent, time } from "../format.ts";
import { prune } from "../rule/complete.ts";
import { asOf, count, fields, parent, tree, text, warnings, windows, builderProblem, problems, truth } from "../state.ts";
import { schedule, setAsOf, unfinished } from "../studio.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";

/** How many customers the rule selects, how fast that was, and what is to be said of it. */
export function AudienceBar() {
  const c = count.value;
  const all = c.answer?.customers ?? fields.value?.customers ?? parent.value?.freshness.customers ?? 0;
  const empty = truth.value === "builder" ? prune(tree.value).nodes.length === 0 : text.value.trim() === "";
  const share = c.answer && all > 0 ? c.answer.count / all : 0;
  const left = unfinished();
  const broken = truth.value === "text" ? problems.value.length > 0 : builderProblem.value !== "";
  return (
    <div class={"audience card" + (c.busy ? " busy" : "") + (broken ? " old" : "")}>
      <div class="audience-line" role="status" aria-live="off" aria-label="Count">
        <div class={"big num" + (all >= 10_000_000 ? " long" : "")} data-testid="count">{c.answer ? n(c.answer.count) : empty ? n(all) : "–"}</div>{" "}
        <div class="audience-of">
          <div class="small">
            {c.answer ? <>of <span class="num">{n(all)}</span> customers · <span class="num">{percent(share)}</span></> : empty ? "customers: everybody, as long as there is no condition" : "customers"}
          </div>
          <div class="tiny muted num">
            {c.answer && <>
              as of {time(c.answer.as_of)}{asOf.value === "" ? " (now)" : ""} · <span title={`${Math.round(c.latency)} ms from the page`}>counted in {micros(c.answer.elapsed_us)}</span>
              {c.answer.snapshot && <> · data of {time(c.answer.snapshot.created_at).slice(0, 16)}</>}
            </>}
          </div>
        </div>
        <div class="right status">{c.busy && <span class="spin" aria-hidden="true" />}{broken && c.answer && <span class="badge bad">not of this rule</span>}</div>
      </div>
      <div class="meter" aria-hidden="true"><i style={{ width: `${c.answer ? 100 * share : empty ? 100 : 0}%` }} /></div>
      {(left > 0 || builderProblem.value || warnings.value.length > 0 || Boolean(c.error)) && (
        <div class="says-list">
          {left > 0 && <p class="small muted">{left === 1 ? "One condition is" : `${left} conditions are`} not filled in yet, and not counted.</p>}
          {builderProblem.value && <Note kind="bad">{builderProblem.value}</Note>}
          <Warnings />
          <ErrorNote error={c.error} retry={() => schedule(0)} />
        </div>
      )}
      {windows.value.length > 0 && (
        <details class="windows">
          <summary class="tiny">{windows.value.length === 1 ? "1 window of time" : `${windows.value.length} windows of time`}</summary>
          <ul class="tiny num">
            {windows.value.map((w, i) => <li key={i}><code>{w.condition}</code> {w.from ? `from ${time(w.from)}` : "from the start"} {w.to ? `to before ${time(w.to)}` : "without an end"}</li>)}
          </ul>
        </details>
      )}
    </div>
  );
}

/** The warnings; where all that is wrong is that the data is older, a way to look from its end. */
function Warnings() {
  return (
    <>
      {inWords(warnings.value).map((w) => (
        <Note key={w.text} kind="warn" action={w.lookFrom && <Button onClick={() => setAsOf(w.lookFrom ?? "")}>Look from {w.lookFrom}</Button>}>{w.text}</Note>
      ))}
    </>
  );
}
