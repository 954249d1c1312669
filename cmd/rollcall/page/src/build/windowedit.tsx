import { forms, units, windowAs, type Form, type Unit, type Window } from "../rule/window.ts";
import { DateField } from "./values.tsx";

/** What a window of a form has to be filled in with: numbers, units, dates. */
export function WindowParts({ window: w, onChange }: { window: Window; onChange: (w: Window) => void }) {
  const number = (value: number, label: string, set: (n: number) => Window) => (
    <input
      class="input num count" aria-label={label} inputMode="numeric" value={Number.isFinite(value) ? String(value) : ""} aria-invalid={!Number.isInteger(value)} size={4}
      onInput={(e) => onChange(set(/^\d+$/.test(e.currentTarget.value.trim()) ? Number(e.currentTarget.value) : NaN))}
    />
  );
  const unit = (value: Unit, n: number, set: (u: Unit) => Window) => (
    <select class="input" aria-label="Window unit" value={value} onChange={(e) => onChange(set(e.currentTarget.value as Unit))}>
      {units.map((u) => <option key={u} value={u}>{n === 1 ? u : `${u}s`}</option>)}
    </select>
  );
  switch (w.form) {
    case "last": case "lastFull": case "next": case "nextFull":
      return <>{number(w.n, "Window length", (n) => ({ ...w, n }))}{unit(w.unit, w.n, (u) => ({ ...w, unit: u }))}</>;
    case "moreAgo":
      return <>{number(w.n, "Window length", (n) => ({ ...w, n }))}{unit(w.unit, w.n, (u) => ({ ...w, unit: u }))}<span class="word">ago</span></>;
    case "this": return unit(w.unit, 1, (u) => ({ ...w, unit: u }));
    case "since": case "after": case "before": return <DateField label={`Window, ${w.form}`} value={w.at} onChange={(at) => onChange({ ...w, at })} />;
    case "between":
      return (
        <>
          <DateField label="Window, from" value={w.from} onChange={(from) => onChange({ ...w, from })} />
          <span class="word">and</span>
          <DateField label="Window, to" value={w.to} onChange={(to) => onChange({ ...w, to })} />
        </>
      );
    case "ago":
      return (
        <>
          {number(w.n, "Window, from how many", (n) => ({ ...w, n }))}<span class="word">to</span>{number(w.m, "Window, to how many", (m) => ({ ...w, m }))}
          {unit(w.unit, w.m, (u) => ({ ...w, unit: u }))}<span class="word">ago</span>
        </>
      );
    case "for":
      return (
        <>
          {number(w.n, "Window length", (n) => ({ ...w, n }))}{unit(w.unit, w.n, (u) => ({ ...w, unit: u }))}<span class="word">from</span>
          {number(w.m, "Window, how long ago", (m) => ({ ...w, m }))}{unit(w.unit2, w.m, (u) => ({ ...w, unit2: u }))}<span class="word">ago</span>
        </>
      );
    case "text": return <input class="input mono" aria-label="Window, in words" value={w.text} placeholder="in last 30 days" onInput={(e) => onChange({ form: "text", text: e.currentTarget.value })} />;
    default: return null;
  }
}

/** Chooses the form of a window and fills it in; without one, all time is meant. */
export function WindowEdit({ window, none, onChange }: { window: Window | undefined; none: string; onChange: (w: Window | undefined) => void }) {
  return (
    <>
      <select
        class="input" aria-label="Window" value={window?.form ?? ""}
        onChange={(e) => onChange(e.currentTarget.value === "" ? undefined : windowAs(e.currentTarget.value as Form, window))}
      >
        <option value="">{none}</option>
        {forms.filter((f) => f.form !== "ever" || window?.form === "ever").map((f) => <option key={f.form} value={f.form}>{f.label}</option>)}
        {window?.form === "text" && <option value="text">in words</option>}
      </select>
      {window && <WindowParts window={window} onChange={onChange} />}
    </>
  );
}
