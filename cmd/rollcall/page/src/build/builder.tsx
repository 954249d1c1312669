import { n, percent } from "../format.ts";
import { missing } from "../rule/complete.ts";
import * as tree_ from "../rule/edit.ts";
import { group, type BehaviorTest, type Group, type Leaf, type Node } from "../rule/node.ts";
import { count, fields, nodeCounts, nodeProblems, problems, tree, truth } from "../state.ts";
import { edit } from "../studio.ts";
import { Button } from "../ui/button.tsx";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { announce } from "../ui/live.tsx";
import { act, actionsOf } from "./actions.ts";
import { Condition } from "./condition.tsx";
import { current, focusNode } from "./focus.ts";
import { newField, nodeOf } from "./make.ts";
import { conditionOptions, fieldsOf, typeOfAttribute, typeOfField, typeWord } from "./suggest.ts";

/** The rule as nested groups of conditions, each with what it selects. */
export function Builder() {
  const root = tree.value;
  const stale = truth.value === "text" && problems.value.length > 0 && root.nodes.length > 0;
  return (
    <div class={"builder card" + (stale ? " stale" : "")} style={{ "--digits": n(fields.value?.customers ?? 0).length }}>
      {stale && <p class="stale-note small" role="status">The text has a problem; below is the last rule that was right.</p>}
      <GroupView node={root} depth={0} />
    </div>
  );
}

/** How a group joins, as one choice: its operator and its negation. */
const joins = [
  { key: "And", label: "all", op: "And", not: false }, { key: "Or", label: "any", op: "Or", not: false },
  { key: "!And", label: "not all", op: "And", not: true }, { key: "!Or", label: "none", op: "Or", not: true },
] as const;

function GroupView({ node, depth, behavior }: { node: Group; depth: number; behavior?: BehaviorTest }) {
  const key = (node.not ? "!" : "") + node.op;
  const filter = behavior?.filter?.id === node.id;
  return (
    <div
      class={["group", depth === 0 && "root", filter && "filter", `g-${node.op}`].filter(Boolean).join(" ")} id={`node-${node.id}`} data-node={node.id} tabIndex={-1}
      role="group" aria-label={filter ? "Filter of events" : depth === 0 ? "Rule" : "Group of conditions"}
      onFocusIn={(e) => { e.stopPropagation(); current.value = node.id; }}
    >
      <div class="group-head">
        <span class="word">{filter ? "where" : depth === 0 ? "Customers who match" : "Match"}</span>
        <select
          class="input join" aria-label="how conditions are joined" value={key}
          onChange={(e) => {
            const j = joins.find((x) => x.key === e.currentTarget.value);
            if (j) edit((root) => tree_.update(root, node.id, (g) => ({ ...g, op: j.op, not: j.not }) as Group));
          }}
        >
          {joins.map((j) => <option key={j.key} value={j.key}>{j.label}</option>)}
        </select>
        <span class="word">of</span>
        {depth === 0 && node.nodes.length > 0 && <CountHeads />}
        {!filter && depth > 0 && <Numbers node={node} />}
        {depth > 0 && <NodeMenu node={node} />}
      </div>
      <ul class="nodes">
        {node.nodes.map((child, i) => (
          <li key={child.id} class="node">
            <span class="join-word" aria-hidden="true">{i === 0 ? "" : node.op === "And" ? "and" : "or"}</span>
            {child.kind === "group" ? <GroupView node={child} depth={depth + 1} behavior={behavior} /> : <Row node={child} depth={depth} behavior={behavior} />}
          </li>
        ))}
      </ul>
      <AddRow node={node} behavior={behavior} />
    </div>
  );
}

function CountHeads() {
  return <span class="numbers heads" aria-hidden="true"><span>alone</span><span>so far</span></span>;
}

function Row({ node, depth, behavior }: { node: Leaf; depth: number; behavior?: BehaviorTest }) {
  const wants = missing(node);
  const problem = nodeProblems.value.get(node.id);
  const words = nodeCounts.value.get(node.id)?.text;
  return (
    <div
      class={["cond", `k-${node.kind}`, wants && "wants", problem && "wrong", current.value === node.id && "current"].filter(Boolean).join(" ")} id={`node-${node.id}`} data-node={node.id}
      tabIndex={-1} role="group" aria-label={words ?? "condition"} onFocusIn={(e) => { e.stopPropagation(); current.value = node.id; }}
    >
      <div class="cond-line">
        <div class="controls">
          {node.not && (
            <button type="button" class="not" title="Negated: remove the not" aria-label="Remove the not" onClick={() => act("negate", node.id)}>not</button>
          )}
          <Condition node={node} behavior={behavior?.behavior} />
        </div>
        {!behavior && <Numbers node={node} />}
        <NodeMenu node={node} />
      </div>
      {node.kind === "behavior" && node.filter && <GroupView node={node.filter} depth={depth + 1} behavior={node} />}
      {problem ? <p class="says bad" role="alert"><Icon name="warn" />{problem}</p> : wants && <p class="says">wants {wants}; it is not counted yet</p>}
    </div>
  );
}

/** What a condition selects by itself, and joined with those above it. */
function Numbers({ node }: { node: Node }) {
  const c = nodeCounts.value.get(node.id);
  const of = count.value.answer?.customers ?? 0;
  if (!c) return <span class="numbers" aria-hidden="true"><span>–</span><span /></span>;
  const text = `${n(c.alone)} customers alone (${percent(c.alone / of)})` + (c.together === null ? "" : `; ${n(c.together)} together with those above`);
  return (
    <span class="numbers" title={text}>
      <span class="sr">{text}</span>
      <span aria-hidden="true">{n(c.alone)}</span>
      <span aria-hidden="true">{c.together === null ? "" : n(c.together)}</span>
      <span class="share" aria-hidden="true"><i style={{ width: `${of > 0 ? Math.max((100 * c.alone) / of, c.alone > 0 ? 1 : 0) : 0}%` }} /></span>
    </span>
  );
}

function NodeMenu({ node }: { node: Node }) {
  return (
    <Menu
      label="Change this" icon="more"
      items={() => actionsOf(node.id).map((a) => ("separator" in a ? a : { label: a.label, key: a.key, icon: a.icon, disabled: !a.can, danger: a.name === "remove", onSelect: () => act(a.name, node.id) }))}
    />
  );
}

/** Adds a condition or a group at the end of a group. */
function AddRow({ node, behavior }: { node: Group; behavior?: BehaviorTest }) {
  const add = (child: Node) => {
    edit((root) => tree_.insert(root, node.id, child));
    announce("Added");
    focusNode(child.id);
  };
  const options = behavior
    ? (s: string) => matching(fieldsOf(behavior.behavior).map((f) => ({ value: f.name, hint: typeWord(f.type) })), s)
    : conditionOptions;
  return (
    <div class="add">
      <Icon name="plus" />
      <Combobox
        key={fields.value ? "ready" : "waiting"} label={behavior ? "Add a field" : "Add condition"} class="add-combo" value="" clears
        placeholder={behavior ? "Add a field…" : "Add a condition…"} options={options}
        onChange={(value) => add(behavior ? newField(value, typeOfField(behavior.behavior, value) ?? "string") : nodeOf(value, typeOfAttribute))}
      />
      <Button kind="quiet" icon="group" class="small-btn" aria-label="Add group" onClick={() => {
        const child = group(node.op === "And" ? "Or" : "And");
        edit((root) => tree_.insert(root, node.id, child));
        requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`#node-${child.id} .add-combo input`)?.focus());
      }}>Group</Button>
    </div>
  );
}
