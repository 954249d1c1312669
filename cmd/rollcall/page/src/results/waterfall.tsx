import { asks } from "../api.ts";
import { n, percent } from "../format.ts";
import { parentName } from "../state.ts";
import type { Ask } from "../types.ts";
import { useAsked } from "./asked.ts";
import { Answered } from "./frame.tsx";
import { letter } from "./upset.tsx";

/** Who is taken where rules take customers one after the other, each at most once. */
export function WaterfallView({ body, names }: { body: { rules: Ask[]; as_of?: string }; names: string[] }) {
  const asked = useAsked(JSON.stringify([parentName.value, "waterfall", body]), (signal) => asks.waterfall(parentName.value, body, signal), 60);
  return (
    <Answered asked={asked}>
      {(w) => {
        const all = Math.max(1, w.customers);
        let before = 0;
        return (
          <>
            <ol class="funnel" aria-label="Waterfall of the rules, in their order">
              {w.rules.map((r, i) => {
                const left = before;
                before += r.taken;
                return (
                  <li key={i}>
                    <div class="row"><span class="ellipsis grow"><strong>{letter(i)}</strong> {names[i]}</span><span class="num">{n(r.taken)}</span><span class="num muted tiny">{percent(r.taken / all)}</span></div>
                    <span class="bar"><i class="past" style={{ width: `${(100 * left) / all}%` }} />{r.taken > 0 && <i style={{ left: `${(100 * left) / all}%`, width: `${(100 * r.taken) / all}%` }} />}</span>
                    {r.lost > 0 && <p class="tiny muted num">{n(r.lost)} of its {n(r.count)} were taken before</p>}
                  </li>
                );
              })}
              <li><div class="row quiet"><span class="grow">in none of them</span><span class="num">{n(w.rest)}</span><span class="num muted tiny">{percent(w.rest / all)}</span></div></li>
            </ol>
            <p class="tiny muted">Each rule takes who is left by those above it. The order is that of the list.</p>
          </>
        );
      }}
    </Answered>
  );
}
