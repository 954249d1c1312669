import { useState } from "preact/hooks";
import { ago, n, short, time } from "../format.ts";
import * as tree_ from "../rule/edit.ts";
import type { Node } from "../rule/node.ts";
import { fields, tree } from "../state.ts";
import { edit } from "../studio.ts";
import type { Attribute, Behavior } from "../types.ts";
import { current, focusNode } from "../build/focus.ts";
import { newAttribute, newBehavior } from "../build/make.ts";
import { fieldsOf, typeWord } from "../build/suggest.ts";
import { Icon } from "../ui/icon.tsx";
import { Detail } from "./detail.tsx";

/** Adds a condition behind the one that was worked on last, or at the end of the rule. */
export function addCondition(node: Node, focus = true): void {
  const root = tree.value;
  const path = tree_.pathTo(root, current.value);
  const outside = path.findIndex((x) => x.kind === "behavior");
  const at = (outside < 0 ? path : path.slice(0, outside + 1)).at(-1);
  if (at?.kind === "group") edit((r) => tree_.insert(r, at.id, node));
  else {
    const parent = at && tree_.parentOf(root, at.id);
    if (parent && at) edit((r) => tree_.insert(r, parent.id, node, parent.nodes.findIndex((x) => x.id === at.id) + 1));
    else edit((r) => tree_.insert(r, r.id, node));
  }
  if (focus) focusNode(node.id);
}

/** Attributes and behaviors, to be searched, looked into, and added to the rule. */
export function FieldsPanel({ onPicked }: { onPicked: () => void }) {
  const [search, setSearch] = useState("");
  const f = fields.value;
  const s = search.trim().toLowerCase();
  const has = (name: string) => name.toLowerCase().includes(s);
  const attributes = f?.attributes.filter((a) => has(a.name) || typeWord(a.type).includes(s)) ?? [];
  const behaviors = f?.behaviors.filter((b) => has(b.name) || b.fields.some((x) => has(x.name))) ?? [];
  return (
    <div class="fields">
      <div class="search">
        <Icon name="search" />
        <input id="field-search" class="input" type="search" placeholder="Search fields  ( / )" aria-label="Search fields" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
      </div>
      {!f && <div class="empty"><span class="spin" /><span class="sr">Loading the fields</span></div>}
      {f && (
        <>
          <h2 class="list-head">Attributes <span class="muted num">{attributes.length}</span></h2>
          <ul>{attributes.map((a) => <AttributeItem key={a.name} attribute={a} onPicked={onPicked} />)}</ul>
          <h2 class="list-head">Behaviors <span class="muted num">{behaviors.length}</span></h2>
          <ul>{behaviors.map((b) => <BehaviorItem key={b.name} behavior={b} search={s} onPicked={onPicked} />)}</ul>
          {attributes.length + behaviors.length === 0 && <p class="empty">No field is called so.</p>}
          <p class="tiny muted foot">
            {n(f.customers)} customers by {f.key_column}, {f.timezone}. {f.last_updated ? `Updated ${ago(f.last_updated)}.` : f.source ? "Asked in its source." : ""}
          </p>
        </>
      )}
    </div>
  );
}

function AttributeItem({ attribute: a, onPicked }: { attribute: Attribute; onPicked: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <li class="field-item">
      <div class="field-line">
        <button type="button" class="field-name" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? "chevron" : "right"} /><span class="ellipsis" title={a.name}>{a.name}</span><span class="type">{typeWord(a.type)}</span>
        </button>
        <AddButton name={a.name} onAdd={() => { addCondition(newAttribute(a.name, a.type)); onPicked(); }} />
      </div>
      {open && <Detail field={a.name} attribute={a} onValue={(v) => { addCondition(newAttribute(a.name, a.type, v), false); onPicked(); }} />}
    </li>
  );
}

function BehaviorItem({ behavior: b, search, onPicked }: { behavior: Behavior; search: string; onPicked: () => void }) {
  const [open, setOpen] = useState(false);
  const [field, setField] = useState("");
  const shown = open || (search !== "" && b.fields.some((x) => x.name.toLowerCase().includes(search)));
  return (
    <li class="field-item">
      <div class="field-line">
        <button type="button" class="field-name" aria-expanded={shown} onClick={() => setOpen(!open)}>
          <Icon name={shown ? "chevron" : "right"} /><span class="ellipsis" title={b.name}>{b.name}</span><span class="type">{b.stats ? `${short(b.stats.events)} events` : "events"}</span>
        </button>
        <AddButton name={b.name} onAdd={() => { addCondition(newBehavior(b.name)); onPicked(); }} />
      </div>
      {shown && (
        <div class="field-detail">
          {b.stats && (
            <dl class="facts">
              <dt>customers with one</dt><dd class="num">{n(b.stats.customers)}</dd>
              <dt>first</dt><dd class="num">{time(b.stats.first)}</dd>
              <dt>last</dt><dd class="num">{time(b.stats.last)}</dd>
              {b.stats.undated > 0 && <><dt>without a time</dt><dd class="num">{n(b.stats.undated)}</dd></>}
            </dl>
          )}
          <ul>
            {fieldsOf(b.name).map((f) => (
              <li key={f.name}>
                <button type="button" class="field-name sub" aria-expanded={field === f.name} onClick={() => setField(field === f.name ? "" : f.name)}>
                  <Icon name={field === f.name ? "chevron" : "right"} /><span class="ellipsis">{f.name}</span><span class="type">{typeWord(f.type)}</span>
                </button>
                {field === f.name && (f.name === b.time_column && b.stats ? <p class="tiny muted field-detail">{time(b.stats.first)} – {time(b.stats.last)}</p> : <Detail field={`${b.name}.${f.name}`} attribute={f} ofEvents />)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </li>
  );
}

function AddButton({ name, onAdd }: { name: string; onAdd: () => void }) {
  return <button type="button" class="btn quiet icon add-button" aria-label={`Add ${name} to the rule`} title="Add to the rule" onClick={onAdd}><Icon name="plus" /></button>;
}
