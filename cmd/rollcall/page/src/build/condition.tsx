// One condition: its controls, by what it is about.

import type { ComponentChildren } from "preact";
import { group, type AttributeTest, type BehaviorTest, type FieldTest, type Leaf, type Operator, type SegmentRef, type Sequence } from "../rule/node.ts";
import {
  aggregateChoices, aggregates, choiceOf, choicesOf, isList, kindOf, operatorAs, quantAs, quantKey, quantKeys, quantNumber, type Choice, type Kind, type QuantKey,
} from "../rule/operators.ts";
import { update } from "../rule/edit.ts";
import { keyOfWindow, operatorOfWindow, windowAs, windowOfKey, windowOfOperator } from "../rule/window.ts";
import { nodeCounts } from "../state.ts";
import { edit } from "../studio.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Icon } from "../ui/icon.tsx";
import { focusNode } from "./focus.ts";
import { firstOperator, newField } from "./make.ts";
import { attributeOptions, behaviorOptions, fieldsOf, segmentOptions, typeOfAttribute, typeOfField, typeWord } from "./suggest.ts";
import { ValueEditor } from "./values.tsx";
import { WindowEdit } from "./windowedit.tsx";

/** Changes a node; edits of one part of it in a row are one step to undo. */
function set<T extends Leaf>(node: T, change: Partial<T>, part: string): void {
  edit((root) => update(root, node.id, (old) => ({ ...old, ...change }) as T), `${node.id}.${part}`);
}

/** The controls of a condition. `behavior` is the one whose filter it stands in. */
export function Condition({ node, behavior }: { node: Leaf; behavior?: string }): ComponentChildren {
  switch (node.kind) {
    case "attribute": return <AttributeControls node={node} />;
    case "field": return <FieldControls node={node} behavior={behavior ?? ""} />;
    case "behavior": return <BehaviorControls node={node} />;
    case "segment": return <SegmentControls node={node} />;
    case "sequence": return <SequenceShown node={node} />;
    default: return <span class="small">A condition that only the text can change: <code>{nodeCounts.value.get(node.id)?.text ?? "…"}</code></span>;
  }
}

function AttributeControls({ node }: { node: AttributeTest }) {
  const type = typeOfAttribute(node.attribute);
  return (
    <>
      <Combobox
        label="Field" class="name" value={node.attribute} options={(s) => matching(attributeOptions(), s)} invalid={type === undefined && node.attribute !== ""}
        onChange={(attribute) => {
          const next = typeOfAttribute(attribute) ?? "string";
          const same = type !== undefined && kindOf(type) === kindOf(next) && isList(type) === isList(next);
          set(node, { attribute, ...(same ? {} : { operator: firstOperator(next), quant: undefined }) }, "name");
        }}
      />
      <Test node={node} type={type ?? "string"} field={node.attribute} />
    </>
  );
}

function FieldControls({ node, behavior }: { node: FieldTest; behavior: string }) {
  const type = typeOfField(behavior, node.column);
  const isTime = type === "timestamp" && !fieldsOf(behavior).slice(0, -1).some((f) => f.name === node.column);
  return (
    <>
      <Combobox
        label="Field" class="name" value={node.column} options={(s) => matching(fieldsOf(behavior).map((f) => ({ value: f.name, hint: typeWord(f.type) })), s)}
        invalid={type === undefined && node.column !== ""}
        onChange={(column) => {
          const next = typeOfField(behavior, column) ?? "string";
          set(node, { column, ...(type !== undefined && kindOf(type) === kindOf(next) ? {} : { operator: firstOperator(next), quant: undefined }) }, "name");
        }}
      />
      <Test node={node} type={type ?? "string"} field={isTime ? undefined : `${behavior}.${node.column}`} />
    </>
  );
}

/** Quantifier, operator and values of an attribute or a field. */
function Test({ node, type, field }: { node: AttributeTest | FieldTest; type: string; field?: string }) {
  const kind = kindOf(type);
  const change = (operator: Operator | undefined, part: string) => set(node, { operator }, part);
  return (
    <>
      {isList(type) && <Quantifier node={node} />}
      <Operators choices={choicesOf(type)} value={choiceOf(node.operator, kind)} onChange={(key) => change(operatorAs(key, node.operator), "operator")} />
      {node.operator && <ValueEditor kind={kind} operator={node.operator} field={field} onChange={(o) => change(o, "value")} />}
    </>
  );
}

/** A list of operators, with those of a group together. */
function Operators({ choices, value, onChange }: { choices: Choice[]; value: string; onChange: (key: string) => void }) {
  const groups = [...new Set(choices.map((c) => c.group))];
  const options = (group: string | undefined) => choices.filter((c) => c.group === group).map((c) => <option key={c.key} value={c.key}>{c.label}</option>);
  return (
    <select class="input op" aria-label="Operator" value={value} onChange={(e) => onChange(e.currentTarget.value)}>
      {!choices.some((c) => c.key === value) && <option value={value}>{value === "?" ? "…" : value.replace("w:", "").replace("!", " (not)")}</option>}
      {groups.map((g) => (g === undefined ? options(g) : <optgroup key={g} label={g}>{options(g)}</optgroup>))}
    </select>
  );
}

const quantLabels: Record<QuantKey, string> = { any: "any", all: "all", atLeast: "at least", atMost: "at most", exactly: "exactly" };

function Quantifier({ node }: { node: AttributeTest | FieldTest }) {
  const key = quantKey(node.quant), n = quantNumber(node.quant);
  const change = (k: QuantKey, m: number) => set(node, { quant: quantAs(k, m) }, "quant");
  return (
    <>
      <select class="input" aria-label="how many elements" value={key} onChange={(e) => change(e.currentTarget.value as QuantKey, n)}>
        {quantKeys.map((k) => <option key={k} value={k}>{quantLabels[k]}</option>)}
      </select>
      {key !== "any" && key !== "all" && (
        <input class="input num count" aria-label="number of elements" inputMode="numeric" size={3} value={String(n)} onInput={(e) => change(key, Math.max(0, Math.floor(Number(e.currentTarget.value) || 0)))} />
      )}
    </>
  );
}

/** Which field an aggregation takes when it is chosen: the one before if it can, else the first that can. */
function fieldFor(behavior: string, can: ((type: string) => boolean) | undefined, old: string | undefined): string | undefined {
  if (!can) return undefined;
  const all = fieldsOf(behavior).filter((f) => can(f.type));
  return all.find((f) => f.name === old)?.name ?? all[0]?.name ?? "";
}

function BehaviorControls({ node }: { node: BehaviorTest }) {
  const a = node.aggregation;
  const aggregate = aggregates.find((x) => x.key === (a?.type ?? ""));
  const edge = a?.type === "First" || a?.type === "Last";
  const valueKind: Kind = a && (a.type === "Min" || a.type === "Max") ? kindOf(typeOfField(node.behavior, a.column ?? "") ?? "number") : "number";
  const choose = (key: string) => {
    const next = aggregates.find((x) => x.key === key);
    const column = fieldFor(node.behavior, next?.fields, a?.column);
    const window = windowOfKey(node.window) ?? (node.operator && windowOfOperator(node.operator));
    if (key === "") return set(node, { aggregation: undefined, operator: undefined, window: keyOfWindow(window) }, "aggregate");
    const aggregation = column === undefined ? { type: key } : { type: key, column };
    if (key === "First" || key === "Last") {
      return set(node, { aggregation, operator: operatorOfWindow(window ?? windowAs("last")), window: undefined }, "aggregate");
    }
    const operator = edge || !node.operator ? { type: "GreaterEqual", value: key === "Count" || key.startsWith("CountDistinct") ? 2 : "" } : node.operator;
    set(node, { aggregation, operator, window: keyOfWindow(window) }, "aggregate");
  };
  const operator = !edge && node.operator;
  const field = aggregate?.fields && (
    <Combobox
      label="Field" class="name" value={a?.column ?? ""} placeholder="field" onChange={(column) => set(node, { aggregation: { type: a?.type ?? "", column } }, "field")}
      options={(s) => matching(fieldsOf(node.behavior).filter((f) => aggregate.fields?.(f.type)).map((f) => ({ value: f.name, hint: typeWord(f.type) })), s)}
    />
  );
  return (
    <>
      <Combobox label="Behavior" class="name" value={node.behavior} options={(s) => matching(behaviorOptions(), s)} onChange={(behavior) => set(node, { behavior, filter: undefined }, "name")} />
      {!node.filter && <FilterAdd node={node} />}
      <select class="input" aria-label="Aggregate" value={a?.type ?? ""} onChange={(e) => choose(e.currentTarget.value)}>
        {aggregates.map((x) => <option key={x.key} value={x.key} disabled={x.fields !== undefined && fieldFor(node.behavior, x.fields, undefined) === ""}>{x.label}</option>)}
        {a && !aggregate && <option value={a.type}>{a.type}</option>}
      </select>
      {field}
      {operator && (
        <>
          <Operators choices={aggregateChoices(valueKind)} value={choiceOf(operator, valueKind)} onChange={(key) => set(node, { operator: operatorAs(key, operator) }, "operator")} />
          <ValueEditor kind={valueKind} operator={operator} onChange={(o) => set(node, { operator: o }, "value")} />
        </>
      )}
      {edge ? (
        <WindowEdit none="choose a window" window={node.operator && windowOfOperator(node.operator)} onChange={(w) => set(node, { operator: w && operatorOfWindow(w) }, "window")} />
      ) : (
        <WindowEdit none="ever" window={windowOfKey(node.window)} onChange={(w) => set(node, { window: keyOfWindow(w) }, "window")} />
      )}
    </>
  );
}

/** Adds a filter to a behavior: its first field is chosen here. */
function FilterAdd({ node }: { node: BehaviorTest }) {
  return (
    <Button kind="quiet" icon="filter" class="where-btn" aria-label="Add where: filter its events" onClick={() => {
      const first = fieldsOf(node.behavior)[0];
      const test = newField(first?.name ?? "", first?.type ?? "string");
      edit((root) => update(root, node.id, (b) => ({ ...b, filter: group("And", [test]) }) as BehaviorTest));
      focusNode(test.id);
    }} />
  );
}

function SegmentControls({ node }: { node: SegmentRef }) {
  return (
    <>
      <span class="word"><Icon name="users" /> in segment</span>
      <Combobox label="Segment" class="name" value={node.segment} placeholder="segment" options={(s) => matching(segmentOptions(), s)} onChange={(segment) => set(node, { segment, byId: undefined }, "name")} />
    </>
  );
}

interface Step {
  source?: unknown;
  exclude?: unknown;
  not?: unknown;
  within?: { value?: unknown; unit?: unknown };
  filter?: { conditions?: unknown[] };
}

/** The steps of a sequence, one after the other; they are changed as text. */
function SequenceShown({ node }: { node: Sequence }) {
  const steps = (Array.isArray(node.raw.steps) ? node.raw.steps : []) as unknown as Step[];
  const source = (s: Step) => String(s.source ?? "").replace(/^behavior_/, "");
  return (
    <span class="sequence" aria-label="Sequence">
      {steps.map((s, i) => (
        <span key={i} class="step">
          {i > 0 && <span class="word">then</span>}
          <span class={"chip" + (s.exclude || s.not ? " not" : "")}>
            {s.exclude || s.not ? "not " : ""}{source(s)}{s.filter?.conditions ? " where …" : ""}
          </span>
          {s.within && <span class="word">within {String(s.within.value)} {String(s.within.unit)}{Number(s.within.value) === 1 ? "" : "s"}</span>}
        </span>
      ))}
      <button type="button" class="btn quiet" onClick={() => document.dispatchEvent(new CustomEvent("rollcall:edit-text", { detail: nodeCounts.value.get(node.id)?.text ?? "" }))}>
        <Icon name="text" /> Edit as text
      </button>
    </span>
  );
}
