import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { asks } from "../api.ts";
import { n } from "../format.ts";
import { isList, kindOf } from "../rule/operators.ts";
import { fields, parentName } from "../state.ts";
import type { Attribute } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { audience, useAsked } from "./asked.ts";
import { Bars } from "./bars.tsx";
import { Bins } from "./bins.tsx";
import { Answered, Notes } from "./frame.tsx";
import { binsFor } from "./period.ts";
import { PictureMenu } from "./picture.tsx";

/** The attributes that were chosen, by parent segment; kept while the page is open. */
const chosen = signal<Record<string, string[]>>({});

/** How the audience divides by attributes, against all customers. */
export function BreakdownView() {
  const all = fields.value?.attributes ?? [];
  const parent = parentName.value;
  const names = (chosen.value[parent] ?? first(all)).filter((x) => all.some((a) => a.name === x));
  const choose = (next: string[]) => { chosen.value = { ...chosen.value, [parent]: next }; };
  const options = all.filter((a) => !names.includes(a.name)).map((a) => ({ value: a.name, hint: a.type.split(" ")[0] }));
  return (
    <div class="col results-view">
      <div class="row">
        <label class="label" for="breakdown-by">By</label>
        <Combobox id="breakdown-by" label="By" class="grow" value="" clears placeholder={names.length > 0 ? "add an attribute" : "choose an attribute"} options={(s) => matching(options, s)} onChange={(x) => choose([x, ...names.filter((y) => y !== x)])} />
      </div>
      {names.length === 0 && <p class="empty">{all.length === 0 ? "There are no attributes to divide by." : "Choose an attribute to divide the audience by."}</p>}
      {names.map((name) => {
        const attribute = all.find((a) => a.name === name);
        return attribute && <One key={name} attribute={attribute} onRemove={() => choose(names.filter((x) => x !== name))} />;
      })}
    </div>
  );
}

/** The attribute that is shown at first: a text with few values, where there is one. */
function first(all: Attribute[]): string[] {
  const few = all.filter((a) => kindOf(a.type) === "string" && (a.stats?.distinct ?? 999) <= 30);
  const at = few[0] ?? all[0];
  return at ? [at.name] : [];
}

/** The forms that a breakdown of an attribute can have: top values, or bins of some size. */
function formsOf(a: Attribute): { key: string; label: string }[] {
  const kind = isList(a.type) ? "string" : kindOf(a.type);
  const top = { key: "values", label: "top values" };
  if (kind === "number") return [...[10, 20, 50].map((b) => ({ key: `bins:${b}`, label: `${b} bins` })), top];
  if (kind === "date" || kind === "timestamp") return [...["day", "week", "month", "quarter", "year"].map((e) => ({ key: `every:${e}`, label: `by ${e}` })), top];
  return [top];
}

function firstForm(a: Attribute): string {
  const kind = isList(a.type) ? "string" : kindOf(a.type);
  if (kind === "number") return (a.stats?.distinct ?? 999) <= 12 ? "values" : "bins:20";
  if (kind === "date" || kind === "timestamp") return `every:${binsFor(a.stats?.least, a.stats?.greatest)}`;
  return "values";
}

function One({ attribute: a, onRemove }: { attribute: Attribute; onRemove: () => void }) {
  const [form, setForm] = useState(() => firstForm(a));
  const [limit, setLimit] = useState(10);
  const ask = audience();
  const [how, size] = form.split(":");
  const body = ask && { ...ask, by: [a.name], limit, ...(how === "bins" ? { bins: Number(size) } : how === "every" ? { every: size } : {}) };
  const asked = useAsked(body && JSON.stringify([parentName.value, body]), (signal) => asks.breakdown(parentName.value, body!, signal));
  const forms = formsOf(a);
  return (
    <section class="result-card" aria-label={`By ${a.name}`}>
      <header class="row">
        <h2 class="grow ellipsis" title={a.name}>{a.name}</h2>
        {forms.length > 1 && (
          <select class="input small-select" aria-label={`Form of ${a.name}`} value={form} onChange={(e) => setForm(e.currentTarget.value)}>
            {forms.map((f) => <option key={f.key} value={f.key}>{f.label}</option>)}
          </select>
        )}
        {body && <PictureMenu what="breakdown" body={body} label={`Picture of ${a.name}`} />}
        <Button kind="quiet" icon="close" aria-label={`Remove ${a.name}`} onClick={onRemove} />
      </header>
      <Answered asked={asked}>
        {(answer) => {
          const b = answer.breakdowns[0];
          if (!b) return null;
          const more = b.rest?.values ?? 0;
          return (
            <>
              {b.bins ? <Bins breakdown={b} members={answer.count} customers={answer.customers} label={`Histogram of ${a.name}`} /> : <Bars breakdown={b} customers={answer.customers} />}
              {b.elements && <p class="tiny muted">A customer counts for every value of the list.</p>}
              {!b.bins && (more > 0 || limit > 10) && (
                <div class="row">
                  {more > 0 && limit < 1000 && <Button kind="quiet" onClick={() => setLimit(limit === 10 ? 50 : 1000)}>Show {n(Math.min(more, (limit === 10 ? 50 : 1000) - limit))} more</Button>}
                  {limit > 10 && <Button kind="quiet" onClick={() => setLimit(10)}>Show fewer</Button>}
                </div>
              )}
              <Notes notes={answer.warnings.filter((w) => !w.includes("--as-of"))} />
            </>
          );
        }}
      </Answered>
    </section>
  );
}
