import { asks } from "../api.ts";
import { n, percent } from "../format.ts";
import { countedAsk, parentName, tree } from "../state.ts";
import { useAsked } from "./asked.ts";
import { Answered } from "./frame.tsx";

/** Says whether the rule that is edited is a sequence, alone or joined to other conditions. */
export function isSequence(): boolean {
  return tree.value.op === "And" && !tree.value.not && tree.value.nodes.filter((x) => x.kind === "sequence" && !x.not).length === 1;
}

/** How far customers get along the steps of a sequence. */
export function FunnelView() {
  const ask = countedAsk.value;
  const asked = useAsked(ask && JSON.stringify([parentName.value, ask]), (signal) => asks.funnel(parentName.value, ask!, signal), 60);
  return (
    <div class="col results-view">
      <Answered asked={asked} none="Write a sequence, such as purchase then purchase within 30 days, to see its funnel.">
        {(f) => {
          const most = Math.max(1, f.steps[0]?.count ?? 1);
          return (
            <ol class="funnel" aria-label="Steps of the sequence">
              {f.steps.map((s, i) => (
                <li key={i}>
                  {i > 0 && <p class="tiny muted num">↓ {percent(s.of_previous)} go on, {n((f.steps[i - 1]?.count ?? 0) - s.count)} do not</p>}
                  <div class="row"><code class="grow step-text">{i + 1}. {s.step}</code><span class="num">{n(s.count)}</span><span class="num muted tiny">{percent(s.of_first)}</span></div>
                  <span class="bar"><i style={{ width: `${(100 * s.count) / most}%` }} /></span>
                </li>
              ))}
            </ol>
          );
        }}
      </Answered>
    </div>
  );
}
