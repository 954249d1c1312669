import { useState } from "preact/hooks";
import { asks } from "../api.ts";
import { DateField } from "../build/values.tsx";
import { n, time } from "../format.ts";
import { span } from "../rule/span.ts";
import { asOf, fields, parentName } from "../state.ts";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { Table } from "../ui/table.tsx";
import { audience, timeless, useAsked } from "./asked.ts";
import { Answered, Notes } from "./frame.tsx";
import { Line } from "./line.tsx";
import { firstPeriod, stepFor, steps, wrong, type Period, type Step } from "./period.ts";
import { PictureMenu } from "./picture.tsx";
import { AsTable } from "./plot.tsx";

/** How many customers the rule selected as seen from one time after the other. */
export function TrendView() {
  const data = span((fields.value?.behaviors ?? []).flatMap((b) => (b.stats ? [b.stats] : [])));
  const usual = firstPeriod(asOf.value, data);
  const [own, setOwn] = useState<Period | null>(null); // null: as the time that is looked from has it.
  const period = own ?? usual;
  const change = (next: Partial<Period>) => {
    const ends = { ...period, ...next };
    setOwn({ ...ends, every: next.every ?? (wrong(ends) && !wrong({ ...ends, every: "year" }) ? stepFor(ends.from, ends.to) : ends.every) });
  };
  const why = wrong(period);
  const ask = audience();
  const body = ask && !why ? { ...timeless(ask), ...period } : null;
  const asked = useAsked(body && JSON.stringify([parentName.value, body]), (signal) => asks.trend(parentName.value, body!, signal), 60);
  return (
    <div class="col results-view">
      <div class="period">
        <div class="field"><span class="label" aria-hidden="true">From</span><DateField label="From" value={period.from} onChange={(from) => change({ from })} /></div>
        <div class="field"><span class="label" aria-hidden="true">To</span><DateField label="To" value={period.to} onChange={(to) => change({ to })} /></div>
        <div class="field">
          <label for="trend-step">Step</label>
          <select id="trend-step" class="input" value={period.every} onChange={(e) => change({ every: e.currentTarget.value as Step })}>
            {steps.map((s) => <option key={s} value={s}>{s}</option>)}
          </select>
        </div>
        {own && <Button kind="quiet" onClick={() => setOwn(null)}>Reset</Button>}
      </div>
      {why ? <Note kind="warn">{why}</Note> : (
        <Answered asked={asked}>
          {(trend) => (
            <>
              {trend.points.length === 0 ? <p class="empty">There is no time between these.</p> : (
                <div class="with-menu">
                  {body && <PictureMenu what="trend" body={body} label="Picture of the trend" />}
                  <Line trend={trend} label={`Trend of ${trend.rule}`} />
                </div>
              )}
              <Notes notes={trend.notes} />
              <AsTable>
                {() => (
                  <Table
                    caption="Members by time" rows={trend.points} keyOf={(p) => p.as_of}
                    columns={[{ head: `As of (${trend.timezone})`, cell: (p) => time(p.as_of) }, { head: "Members", number: true, cell: (p) => n(p.count) }]}
                  />
                )}
              </AsTable>
            </>
          )}
        </Answered>
      )}
    </div>
  );
}
