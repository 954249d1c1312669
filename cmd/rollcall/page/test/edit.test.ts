import assert from "node:assert/strict";
import { test } from "node:test";
import { duplicate, find, insert, into, move, negate, parentOf, pathTo, remove, setOp, unwrap, update, wrap } from "../src/rule/edit.ts";
import { write } from "../src/rule/form.ts";
import { attributeTest, behaviorTest, fieldTest, group, walk, type BehaviorTest, type Group, type Node } from "../src/rule/node.ts";

const a = (name: string) => attributeTest(name, { type: "IsNull" });

/** A tree as text: (a and (b or c)). */
function show(n: Node): string {
  const not = n.not ? "!" : "";
  if (n.kind === "group") return `${not}(${n.nodes.map(show).join(n.op === "And" ? " & " : " | ")})`;
  if (n.kind === "attribute") return not + n.attribute;
  if (n.kind === "field") return not + n.column;
  if (n.kind === "behavior") return not + n.behavior + (n.filter ? `[${show(n.filter)}]` : "");
  return not + n.kind;
}

const nodes = { a: a("a"), b: a("b"), c: a("c"), d: a("d") };
const inner = group("Or", [nodes.b, nodes.c]);
const root = group("And", [nodes.a, inner, nodes.d]);

test("moving goes up and down, and out of a group at its ends", () => {
  assert.equal(show(move(root, nodes.d.id, -1)), "(a & d & (b | c))");
  assert.equal(show(move(root, nodes.a.id, 1)), "((b | c) & a & d)");
  assert.equal(show(move(root, nodes.b.id, -1)), "(a & b & (c) & d)");
  assert.equal(show(move(root, nodes.c.id, 1)), "(a & (b) & c & d)");
  assert.equal(move(root, nodes.a.id, -1), root);
  assert.equal(move(root, nodes.d.id, 1), root);
  assert.equal(move(root, root.id, 1), root);
});

test("a group that is left empty by moving goes", () => {
  const one = group("And", [nodes.a, group("Or", [nodes.b]), nodes.d]);
  assert.equal(show(move(one, nodes.b.id, -1)), "(a & b & d)");
  assert.equal(show(move(one, nodes.b.id, 1)), "(a & b & d)");
});

test("moving into the group beside", () => {
  assert.equal(show(into(root, nodes.a.id, 1)), "((a | b | c) & d)");
  assert.equal(show(into(root, nodes.d.id, -1)), "(a & (b | c | d))");
  assert.equal(into(root, nodes.d.id, 1), root);
  assert.equal(into(root, nodes.a.id, -1), root);
});

test("wrapping and taking apart", () => {
  const wrapped = wrap(root, nodes.a.id);
  assert.equal(show(wrapped.root), "((a) & (b | c) & d)");
  assert.equal(find(wrapped.root, wrapped.id)?.kind, "group");
  assert.equal(show(unwrap(root, inner.id)), "(a & b & c & d)");
  assert.equal(unwrap(root, nodes.a.id), root);
});

test("a negated group is taken apart only where its meaning stays", () => {
  const many = negate(root, inner.id);
  assert.equal(show(many), "(a & !(b | c) & d)");
  assert.equal(unwrap(many, inner.id), many);
  const one = group("And", [negate(group("Or", [group("Or", [nodes.b])]), "x").nodes[0] as Group]);
  const negated = negate(one, one.nodes[0]!.id);
  assert.equal(show(unwrap(negated, negated.nodes[0]!.id)), "(!b)");
});

test("removing, duplicating, inserting, joining", () => {
  assert.equal(show(remove(root, inner.id)), "(a & d)");
  assert.equal(show(remove(root, root.id)), "()");
  const twice = duplicate(root, inner.id);
  assert.equal(show(twice.root), "(a & (b | c) & (b | c) & d)");
  assert.notEqual(twice.id, inner.id);
  assert.equal(show(insert(root, inner.id, a("x"), 0)), "(a & (x | b | c) & d)");
  assert.equal(show(setOp(root, inner.id, "And")), "(a & (b & c) & d)");
});

test("filters of behaviors are edited like groups, and go with their last test", () => {
  const f = fieldTest("f", { type: "IsNull" }), g = fieldTest("g", { type: "IsNull" });
  const filter = group("And", [f, g]);
  const behavior: BehaviorTest = { ...behaviorTest("p"), filter };
  const tree = group("And", [behavior]);
  assert.equal(show(move(tree, g.id, -1)), "(p[(g & f)])");
  assert.equal(move(tree, f.id, -1), tree, "a test of a field does not leave its behavior");
  assert.equal(show(remove(tree, filter.id)), "(p)");
  assert.equal(show(wrap(tree, f.id).root), "(p[((f) & g)])");
  assert.equal(parentOf(tree, f.id)?.id, filter.id);
  assert.deepEqual(pathTo(tree, g.id).map((n) => n.kind), ["group", "behavior", "group", "field"]);
});

/** Numbers that look random and are the same for a seed. */
function random(seed: number): (n: number) => number {
  let s = seed >>> 0;
  return (n) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.floor((s / 2 ** 32) * n);
  };
}

function pick<T>(all: readonly T[], r: (n: number) => number): T {
  return all[r(all.length)] as T;
}

test("random edits keep identities unique, lose no condition, and change no tree that is there", () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  const r = random(seed);
  for (let round = 0; round < 200; round++) {
    let tree: Group = group("And", [a("a"), group("Or", [a("b"), a("c")]), { ...behaviorTest("p"), filter: group("And", [fieldTest("f"), fieldTest("g")]) }]);
    for (let i = 0; i < 40; i++) {
      const before = tree, text = JSON.stringify(write(tree));
      const all = [...walk(tree)];
      const node = pick(all, r);
      const leaves = (t: Group) => [...walk(t)].filter((n) => n.kind !== "group").map((n) => n.id).sort().join();
      switch (r(6)) {
        case 0: tree = move(tree, node.id, r(2) ? 1 : -1); break;
        case 1: tree = into(tree, node.id, r(2) ? 1 : -1); break;
        case 2: tree = wrap(tree, node.id).root; break;
        case 3: tree = unwrap(tree, node.id); break;
        case 4: tree = update(tree, node.id, (n) => ({ ...n, not: !n.not })); break;
        case 5: tree = setOp(tree, node.id, r(2) ? "And" : "Or"); break;
      }
      assert.equal(JSON.stringify(write(before)), text, `seed ${seed}: the tree before was changed`);
      assert.equal(leaves(tree), leaves(before), `seed ${seed}: conditions were lost or doubled`);
      const ids = [...walk(tree)].map((n) => n.id);
      assert.equal(new Set(ids).size, ids.length, `seed ${seed}: an identity is there twice`);
      assert.equal(tree.kind, "group");
      for (const n of walk(tree)) if (n.kind === "field") assert.ok(pathTo(tree, n.id).some((x) => x.kind === "behavior"), `seed ${seed}: a field left its behavior`);
    }
  }
});
