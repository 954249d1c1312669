import assert from "node:assert/strict";
import { test } from "node:test";
import { amend, begin, edit, redo, undo } from "../src/rule/history.ts";

test("undo and redo go through what was edited", () => {
  let h = begin("a");
  h = edit(h, "b");
  h = edit(h, "c");
  h = undo(h);
  assert.equal(h.now, "b");
  h = undo(undo(h));
  assert.equal(h.now, "a");
  h = redo(redo(redo(h)));
  assert.equal(h.now, "c");
});

test("an edit after undo forgets what was undone", () => {
  const h = edit(undo(edit(edit(begin("a"), "b"), "c")), "d");
  assert.equal(redo(h).now, "d");
  assert.equal(undo(h).now, "b");
});

test("edits of one thing in a row are one step", () => {
  let h = edit(begin("a"), "x1", "value", 0);
  h = edit(h, "x2", "value", 900);
  h = edit(h, "y", "other", 1_000);
  assert.equal(undo(h).now, "x2");
  assert.equal(undo(undo(h)).now, "a");
  const later = edit(edit(begin("a"), "x1", "value", 0), "x2", "value", 1_100);
  assert.equal(undo(later).now, "x1", "after a pause it is a step of its own");
  const again = edit(undo(h), "z", "other", 1_100);
  assert.equal(undo(again).now, "x2", "a step that was undone is not added to");
});

test("the same state is no step, and the past is bounded", () => {
  const h = begin("a");
  assert.equal(edit(h, "a"), h);
  let long = begin(0);
  for (let i = 1; i <= 500; i++) long = edit(long, i);
  assert.equal(long.past.length, 200);
  assert.equal(amend(long, -1).past, long.past);
});
