import { useState } from "preact/hooks";
import { time } from "../format.ts";
import { DAY, dayOf, span } from "../rule/span.ts";
import { fits } from "../rule/operators.ts";
import { asOf, fields } from "../state.ts";
import { setAsOf } from "../studio.ts";
import { Button } from "../ui/button.tsx";
import { Popover } from "../ui/popover.tsx";
import { DateField } from "./values.tsx";

/** Chooses the time that the rule is looked at from. */
export function TimeTravel() {
  const now = asOf.value === "";
  return (
    <Popover label="Look from another time" icon="clock" kind={now ? "" : "on"} text={<span class="num"><span class="as-of-word">as of </span>{now ? "now" : time(asOf.value)}</span>}>
      {(close) => <Panel close={close} />}
    </Popover>
  );
}

function Panel({ close }: { close: () => void }) {
  const [typed, setTyped] = useState(asOf.value);
  const data = span((fields.value?.behaviors ?? []).flatMap((b) => (b.stats ? [b.stats] : [])));
  const apply = (value: string) => {
    setTyped(value);
    if (value === "" || fits(value, "timestamp")) setAsOf(value);
  };
  const presets: [string, string][] = [["Now", ""]];
  if (data) {
    const end = Date.parse(data.to);
    presets.push(["End of the data", data.to], ["30 days before", dayOf(end - 30 * DAY)], ["A year before", dayOf(end - 365 * DAY)]);
  }
  const today = dayOf(Date.now());
  const days = data ? Math.max(1, Math.round((Date.parse(data.to) - Date.parse(data.from)) / DAY)) : 0;
  const at = data ? Math.round((Date.parse((asOf.value || today).slice(0, 10)) - Date.parse(data.from)) / DAY) : 0;
  return (
    <div class="col time-panel">
      <div class="field">
        <label for="as-of">As of (a date, or a time) in {fields.value?.timezone}</label>
        <DateField id="as-of" label="As of" value={typed} placeholder="now" onChange={apply} />
      </div>
      {data && (
        <div class="field">
          <label for="as-of-day">A day of the data</label>
          <input
            id="as-of-day" type="range" min={0} max={days} value={Math.min(Math.max(at, 0), days)} aria-valuetext={asOf.value || "now"}
            onInput={(e) => apply(dayOf(Date.parse(data.from) + Number(e.currentTarget.value) * DAY))}
          />
          <div class="row tiny muted num"><span>{data.from}</span><span class="right">{data.to}</span></div>
        </div>
      )}
      <div class="row">{presets.map(([label, value]) => <Button key={label} class={asOf.value === value ? "on" : ""} onClick={() => { apply(value); close(); }}>{label}</Button>)}</div>
      <p class="tiny muted">Events at or after this time are not seen. Attributes have no history.</p>
    </div>
  );
}
