import type { Json } from "../types.ts";
import { fits, takesList, valueFrom, valuesOf, wholeValues, type Kind } from "../rule/operators.ts";
import type { Operator } from "../rule/node.ts";
import { windowOfOperator, operatorOfWindow } from "../rule/window.ts";
import { Combobox } from "../ui/combobox.tsx";
import { Icon } from "../ui/icon.tsx";
import { useRef } from "preact/hooks";
import { valueOptions } from "./suggest.ts";
import { WindowParts } from "./windowedit.tsx";

interface Props {
  kind: Kind;
  operator: Operator;
  /** What values are suggested of; undefined: of nothing. */
  field?: string;
  onChange: (o: Operator) => void;
}

/** The values of an operator: none, one, a list, two bounds, or a window. */
export function ValueEditor({ kind, operator, field, onChange }: Props) {
  const window = windowOfOperator(operator);
  if (window) return <WindowParts window={window} onChange={(w) => onChange({ ...operatorOfWindow(w), ...(operator.not ? { not: true } : {}) })} />;
  if (operator.type === "IsNull" || kind === "boolean") return null;
  if (operator.type === "Between") {
    const bound = (key: "min" | "max", label: string) => (
      <OneValue label={label} kind={kind} value={operator[key]} field={field} onChange={(v) => onChange({ ...operator, [key]: v })} />
    );
    return <>{bound("min", "Value, least")}<span class="word">and</span>{bound("max", "Value, greatest")}</>;
  }
  const { rightValue: _r, rightValues: _rs, ...rest } = operator;
  if (takesList(operator)) {
    return <ValueList kind={kind} values={valuesOf(operator)} field={wholeValues(operator.type) ? field : undefined} onChange={(value) => onChange({ ...rest, value })} />;
  }
  return <OneValue label="Value" kind={kind} value={valuesOf(operator)[0]} field={operator.type === "Regexp" ? undefined : field} onChange={(value) => onChange({ ...rest, value })} pattern={operator.type === "Regexp"} />;
}

function OneValue({ label, kind, value, field, onChange, pattern }: {
  label: string; kind: Kind; value: Json | undefined; field?: string; onChange: (v: Json) => void; pattern?: boolean;
}) {
  const text = value === undefined || value === null ? "" : String(value);
  if (kind === "date" || kind === "timestamp") return <DateField label={label} value={text} onChange={onChange} />;
  if (kind === "string" && field) {
    return <Combobox label={label} value={text} free placeholder="value" options={valueOptions(field)} onChange={onChange} invalid={text === "" ? undefined : !fits(text, kind)} />;
  }
  return (
    <input
      class={"input value" + (pattern ? " mono" : "")} aria-label={label} value={text} inputMode={kind === "number" ? "decimal" : undefined} placeholder={kind === "number" ? "number" : pattern ? "pattern" : "value"}
      aria-invalid={text !== "" && !fits(text, kind)} size={Math.min(Math.max(text.length, 6) + 1, 30)} spellcheck={false} onInput={(e) => onChange(valueFrom(e.currentTarget.value, kind))}
    />
  );
}

/** A date or a time as text, with the browser's calendar beside it. */
export function DateField({ label, value, onChange, placeholder = "1998-07-01", id, onCommit }: {
  label: string; value: string; onChange: (v: string) => void; placeholder?: string; id?: string; onCommit?: () => void;
}) {
  const picker = useRef<HTMLInputElement>(null);
  const bad = value !== "" && !fits(value, "timestamp");
  return (
    <span class="date">
      <input
        id={id} class="input num" aria-label={label} value={value} placeholder={placeholder} aria-invalid={bad} size={Math.max(value.length, 10) + 1} spellcheck={false}
        onInput={(e) => onChange(e.currentTarget.value)} onBlur={onCommit} onKeyDown={(e) => { if (e.key === "Enter") onCommit?.(); }}
      />
      <button type="button" class="date-button" aria-label={`${label}: calendar`} title="Calendar" onClick={() => picker.current?.showPicker()}><Icon name="calendar" /></button>
      <input
        ref={picker} class="date-native" type="date" tabIndex={-1} aria-hidden="true" value={value.slice(0, 10)}
        onInput={(e) => { onChange(e.currentTarget.value); onCommit?.(); }}
      />
    </span>
  );
}

function ValueList({ kind, values, field, onChange }: { kind: Kind; values: Json[]; field?: string; onChange: (v: Json[]) => void }) {
  const add = (text: string) => {
    const found = text.split(kind === "number" ? /[,;\s]+/ : /\n/).map((t) => t.trim() === "" && kind === "number" ? "" : t).filter((t) => t !== "").map((t) => valueFrom(t, kind));
    const fresh = found.filter((v) => !values.some((x) => String(x) === String(v)));
    if (fresh.length > 0) onChange([...values, ...fresh]);
  };
  return (
    <span class="chips">
      {values.map((v, i) => (
        <span key={i} class={"chip" + (fits(String(v), kind) ? "" : " bad")}>
          <span class="ellipsis">{v === "" ? "“”" : String(v)}</span>
          <button type="button" aria-label={`Remove ${String(v)}`} onClick={() => onChange(values.filter((_, j) => j !== i))}><Icon name="close" /></button>
        </span>
      ))}
      <Combobox
        label="Value, add one" class="add-value" value="" clears free placeholder={values.length > 0 ? "add…" : "values"}
        options={async (search, signal) => {
          if (!field) return [];
          const found = await valueOptions(field)(search, signal);
          return found.filter((o) => !values.some((v) => String(v) === o.value));
        }}
        onChange={add} onBackspace={() => values.length > 0 && onChange(values.slice(0, -1))}
      />
    </span>
  );
}
