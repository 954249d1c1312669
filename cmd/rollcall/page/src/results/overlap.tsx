import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { asks } from "../api.ts";
import { n, percent } from "../format.ts";
import { countedAsk, lookedFrom, opened, parentName, segmentList } from "../state.ts";
import type { Ask } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Icon } from "../ui/icon.tsx";
import { timeless, useAsked } from "./asked.ts";
import { Answered } from "./frame.tsx";
import { Pairs } from "./pairs.tsx";
import { PictureMenu } from "./picture.tsx";
import { UpSet, letter } from "./upset.tsx";
import { WaterfallView } from "./waterfall.tsx";

/** The most rules that can be compared. */
const MOST = 8;
/** The rule that is edited, among the paths of saved ones: no path is empty. */
const CURRENT = "";

/** The rules that were chosen, by parent segment; kept while the page is open. */
const chosen = signal<Record<string, string[]>>({});

/** Who the rule and saved segments have in common, or take one after the other. */
export function OverlapView() {
  const [view, setView] = useState<"overlap" | "waterfall">("overlap");
  const parent = parentName.value, current = countedAsk.value;
  const paths = segmentList.value.filter((s) => s.problems.length === 0).map((s) => s.path);
  const picked = (chosen.value[parent] ?? [CURRENT]).filter((x) => (x === CURRENT ? current !== null : paths.includes(x)));
  const choose = (next: string[]) => { chosen.value = { ...chosen.value, [parent]: next }; };
  const names = picked.map((x) => (x === CURRENT ? `this rule${opened.value ? ` (${opened.value.path})` : ""}` : x));
  const rules: Ask[] = picked.map((x) => (x === CURRENT && current ? timeless(current) : { path: x }));
  const body = { rules, ...lookedFrom() };
  const enough = picked.length >= 2;
  const asked = useAsked(enough ? JSON.stringify([parent, body]) : null, (signal) => asks.overlap(parent, body, signal), 60);
  const options = [...(current && !picked.includes(CURRENT) ? [{ value: "\0current", label: "this rule" }] : []), ...paths.filter((p) => !picked.includes(p)).map((p) => ({ value: p }))];
  const earlier = (i: number) => choose(picked.map((x, j) => (j === i - 1 ? picked[i]! : j === i ? picked[i - 1]! : x)));
  return (
    <div class="col results-view">
      <div class="row">
        {picked.length < MOST ? (
          <Combobox label="Compare with" class="grow" value="" clears placeholder="add a saved segment" options={(s) => matching(options, s)} onChange={(x) => choose([...picked, x === "\0current" ? CURRENT : x])} />
        ) : <p class="tiny muted grow">At most {MOST} rules are compared.</p>}
        <div class="row switch" role="group" aria-label="View of the overlap">
          <Button kind="quiet" class={view === "overlap" ? "on" : ""} aria-pressed={view === "overlap"} onClick={() => setView("overlap")}>UpSet</Button>
          <Button kind="quiet" class={view === "waterfall" ? "on" : ""} aria-pressed={view === "waterfall"} onClick={() => setView("waterfall")}>Waterfall</Button>
        </div>
        {enough && <PictureMenu what="overlap" body={body} label="Picture of the overlap" />}
      </div>
      <ol class="sets">
        {names.map((name, i) => {
          const r = asked.data?.rules.length === names.length ? asked.data.rules[i] : undefined;
          return (
            <li key={picked[i]} class="row">
              <span class="set-key">{letter(i)}</span>
              <span class="ellipsis grow" title={r ? `${name}: ${r.rule}` : name}>{name}</span>
              {r && <span class="num tiny">{n(r.count)} <span class="muted">{percent(r.share)}</span></span>}
              {i > 0 && <Button kind="quiet" icon="up" aria-label={`${name} earlier`} onClick={() => earlier(i)} />}
              <Button kind="quiet" icon="close" aria-label={`Leave out ${name}`} onClick={() => choose(picked.filter((_, j) => j !== i))} />
            </li>
          );
        })}
      </ol>
      {!enough && <p class="empty"><Icon name="chart" /> {paths.length === 0 ? "Nothing is saved yet: save segments to compare the rule with." : picked.length === 0 ? "Choose two saved segments or more, or build a rule to compare." : "Add a saved segment to compare with."}</p>}
      {enough && view === "overlap" && (
        <Answered asked={asked}>
          {(o) => (o.rules.length !== names.length ? null : (
            <>
              {o.count === 0 ? <p class="empty">Nobody is in any of them.</p> : <UpSet overlap={o} names={names.map((_, i) => letter(i))} />}
              <h2>Pairs</h2>
              <Pairs overlap={o} />
              {o.rules.length > 2 && <p class="tiny muted num">Jaccard of all: {o.jaccard.toFixed(3)}</p>}
            </>
          ))}
        </Answered>
      )}
      {enough && view === "waterfall" && <WaterfallView body={body} names={names} />}
    </div>
  );
}
