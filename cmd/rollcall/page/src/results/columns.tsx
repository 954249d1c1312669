import { fields } from "../state.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Icon } from "../ui/icon.tsx";
import { eventColumns } from "./eventcolumns.ts";

/** Chooses columns: attributes by checkbox, and what events come to, as text. */
export function ColumnChoice({ value, onChange }: { value: string[]; onChange: (columns: string[]) => void }) {
  const f = fields.value;
  const attributes = (f?.attributes ?? []).map((a) => a.name);
  const events = value.filter((c) => !attributes.includes(c));
  const order = (names: Set<string>) => [...attributes.filter((a) => names.has(a)), ...events];
  const toggle = (name: string, on: boolean) => {
    const names = new Set(value);
    if (on) names.add(name);
    else names.delete(name);
    onChange(order(names));
  };
  const suggestions = f ? eventColumns(f.behaviors).filter((c) => !value.includes(c)).map((c) => ({ value: c })) : [];
  return (
    <fieldset class="columns-choice col">
      <legend class="label">Columns beside the key</legend>
      <div class="row">
        <Button kind="quiet" onClick={() => onChange([...attributes, ...events])}>All attributes</Button>
        <Button kind="quiet" onClick={() => onChange([])}>None</Button>
      </div>
      <div class="checks">
        {attributes.map((a) => (
          <label key={a} class="check"><input type="checkbox" checked={value.includes(a)} onChange={(e) => toggle(a, e.currentTarget.checked)} /><span class="ellipsis" title={a}>{a}</span></label>
        ))}
      </div>
      {(f?.behaviors.length ?? 0) > 0 && (
        <>
          {events.length > 0 && (
            <span class="chips">
              {events.map((c) => (
                <span key={c} class="chip"><span class="ellipsis" title={c}>{c}</span><button type="button" aria-label={`Remove ${c}`} onClick={() => onChange(value.filter((x) => x !== c))}><Icon name="close" /></button></span>
              ))}
            </span>
          )}
          <Combobox
            label="Event column" value="" clears free placeholder="add what events come to, as purchase sum(amount) in last 90 days as spent"
            options={(s) => matching(suggestions, s)} onChange={(c) => { if (c.trim() && !value.includes(c.trim())) onChange([...value, c.trim()]); }}
          />
        </>
      )}
    </fieldset>
  );
}
