import { useState } from "preact/hooks";
import { asks, needsSnapshot, words } from "../api.ts";
import { edge, n, percent, value as shown } from "../format.ts";
import { useAsked } from "../results/asked.ts";
import { binsFor } from "../results/period.ts";
import { everybody } from "../rule/everybody.ts";
import { isList, kindOf } from "../rule/operators.ts";
import { countedAsk, fields, lookedFrom, parentName } from "../state.ts";
import type { Attribute, Json } from "../types.ts";
import { Histogram } from "./histogram.tsx";
import { valuesOf } from "./values.ts";

/** What an attribute, or a field of events, looks like: its most frequent values, or a histogram. */
export function Detail({ field, attribute, ofEvents, onValue }: { field: string; attribute: Attribute; ofEvents?: boolean; onValue?: (v: Json) => void }) {
  const kind = kindOf(attribute.type);
  const picture = !ofEvents && !isList(attribute.type) && kind !== "string" && kind !== "boolean";
  const s = attribute.stats;
  const customers = fields.value?.customers ?? 0;
  return (
    <div class="field-detail">
      {s && (
        <dl class="facts">
          {s.distinct !== undefined && <><dt>values</dt><dd class="num">{n(s.distinct)}</dd></>}
          {s.nulls > 0 && <><dt>null</dt><dd class="num">{n(s.nulls)} · {percent(s.nulls / customers)}</dd></>}
        </dl>
      )}
      {picture ? <Bins field={field} attribute={attribute} /> : <TopValues field={field} onValue={onValue} />}
    </div>
  );
}

function TopValues({ field, onValue }: { field: string; onValue?: (v: Json) => void }) {
  const [search, setSearch] = useState("");
  const { data: found, error } = useAsked(JSON.stringify([parentName.value, field, search]), (signal) => valuesOf(field, search, 12, signal), search ? 120 : 0);
  if (error) return <Failed error={error} />;
  if (!found) return <p class="tiny muted">…</p>;
  const most = Math.max(1, ...found.values.map((v) => v.count));
  return (
    <>
      {(found.more || search !== "") && <input class="input value-search" type="search" placeholder="Search values" aria-label={`Search values of ${field}`} value={search} onInput={(e) => setSearch(e.currentTarget.value)} />}
      <ul class="values">
        {found.values.map((v) => (
          <li key={String(v.value)}>
            <button type="button" class="value-row" disabled={!onValue} title={onValue ? "Add to the rule" : undefined} onClick={() => onValue?.(v.value)}>
              <i style={{ width: `${(100 * v.count) / most}%` }} />
              <span class="ellipsis">{v.value === "" ? "“”" : shown(v.value)}</span><span class="num muted">{n(v.count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.values.length === 0 && <p class="tiny muted">No value has this in it.</p>}
      {found.more && <p class="tiny muted">{found.distinct > 0 ? `${n(Math.max(0, found.distinct - found.values.length))} more` : "There are more"}{found.rest > 0 ? `, ${n(found.rest)} ${found.of}` : ""}</p>}
    </>
  );
}

function Failed({ error }: { error: unknown }) {
  return <p class={"tiny " + (needsSnapshot(error) ? "muted" : "bad-text")}>{words(error)}</p>;
}

/** A histogram of everybody with the audience in it. */
function Bins({ field, attribute }: { field: string; attribute: Attribute }) {
  const s = attribute.stats;
  const numbers = kindOf(attribute.type) === "number";
  const told = (v: string | undefined) => v && edge(numbers ? Number(v) : v);
  const bins = numbers ? { bins: 24 } : { every: binsFor(s?.least, s?.greatest) };
  const body = { ...(countedAsk.value ?? { ...everybody(field), ...lookedFrom() }), by: [field], ...bins };
  const { data, error } = useAsked(JSON.stringify([parentName.value, body]), (signal) => asks.breakdown(parentName.value, body, signal));
  if (error) return <Failed error={error} />;
  const found = data?.breakdowns[0];
  if (!found) return <p class="tiny muted">…</p>;
  return <Histogram breakdown={found} name={field} audience={countedAsk.value !== null} least={told(s?.least)} greatest={told(s?.greatest)} />;
}
