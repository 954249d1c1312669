import { useEffect, useState } from "preact/hooks";
import * as api from "../api.ts";
import { n, percent, value as shown } from "../format.ts";
import { isList, kindOf } from "../rule/operators.ts";
import { asOf, countedAsk, fields, parentName } from "../state.ts";
import type { Ask, Attribute, Breakdown, Json, Values } from "../types.ts";
import { Histogram } from "./histogram.tsx";

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

/** A least or greatest value where there is little room. */
function short(text: string | undefined): string | undefined {
  return text?.replace(/T00:00:00(Z|[-+]\d\d:\d\d)$/, "").replace("T", " ");
}

function TopValues({ field, onValue }: { field: string; onValue?: (v: Json) => void }) {
  const [search, setSearch] = useState("");
  const [found, setFound] = useState<Values | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api.parents.values(parentName.value, { field, search, limit: 12 }, abort.signal).then(
        (v) => { setFound(v); setError(null); },
        (e: unknown) => { if (!api.isAbort(e)) setError(e); },
      );
    }, search ? 120 : 0);
    return () => { clearTimeout(timer); abort.abort(); };
  }, [field, search]);
  if (error) return <p class="tiny bad-text">{api.words(error)}</p>;
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

/** All customers, as a rule about one attribute: there is no other way to say it. */
function everybody(attribute: string): Ask {
  const test = (not: boolean): Json => ({ type: "Value", attribute, operator: not ? { type: "IsNull", not } : { type: "IsNull" } });
  return { segment: { type: "Or", conditions: [test(false), test(true)] } };
}

/** The step that makes about thirty bins of a span of dates. */
export function stepOf(least: string, greatest: string): string {
  const days = (Date.parse(greatest.slice(0, 10)) - Date.parse(least.slice(0, 10))) / 86_400_000;
  if (!(days >= 0)) return "month";
  return days <= 45 ? "day" : days <= 300 ? "week" : days <= 1_500 ? "month" : days <= 4_500 ? "quarter" : "year";
}

/** A histogram of everybody with the audience in it. */
function Bins({ field, attribute }: { field: string; attribute: Attribute }) {
  const [found, setFound] = useState<Breakdown | null>(null);
  const [error, setError] = useState<unknown>(null);
  const audience = countedAsk.value;
  const at = asOf.value;
  useEffect(() => {
    const abort = new AbortController();
    const ask = audience ?? { ...everybody(field), ...(at ? { as_of: at } : {}) };
    const s = attribute.stats;
    const bins = kindOf(attribute.type) === "number" ? { bins: 24 } : { every: stepOf(s?.least ?? "", s?.greatest ?? "") };
    const timer = setTimeout(() => {
      api.asks.breakdown(parentName.value, { ...ask, by: [field], ...bins }, abort.signal).then(
        (b) => { setFound(b.breakdowns[0] ?? null); setError(null); },
        (e: unknown) => { if (!api.isAbort(e)) setError(e); },
      );
    }, 60);
    return () => { clearTimeout(timer); abort.abort(); };
  }, [field, audience, at]);
  if (error) return <p class="tiny bad-text">{api.words(error)}</p>;
  if (!found) return <p class="tiny muted">…</p>;
  const s = attribute.stats;
  return <Histogram breakdown={found} name={field} audience={audience !== null} least={short(s?.least)} greatest={short(s?.greatest)} />;
}
