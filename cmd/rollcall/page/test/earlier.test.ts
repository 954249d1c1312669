import assert from "node:assert/strict";
import { test } from "node:test";
import { changesOf, earlierOf } from "../src/results/earlier.ts";
import type { Job, Json } from "../src/types.ts";

const job = (id: number, result: Json, x: Partial<Job> = {}): Job =>
  ({ id, kind: "export", parent: "P", state: "succeeded", queued: { at: "", by: "" }, progress: { done: 0, total: 0 }, downloadable: true, result, ...x });

test("an export is compared with whole ones whose file is there, those of its rule first", () => {
  const as = { as_of: "1998-06-01T00:00:00Z", customers: 1422 };
  const found = earlierOf([
    job(1, { rule: "a", ...as }), job(2, { rule: "a", ...as, pick: "top 10% by orders" }), job(3, { rule: "b", ...as }), job(4, { rule: "a", ...as, delta: { from: 1 } }),
    job(5, { rule: "a", ...as }, { downloadable: false }), job(6, { customers: 5 }, { kind: "build" }),
  ], "a");
  assert.deepEqual(found, [
    { job: 2, same: true, text: "job 2 · as of 1998-06-01 · 1,422 customers · top 10% by orders" },
    { job: 1, same: true, text: "job 1 · as of 1998-06-01 · 1,422 customers" },
    { job: 3, same: false, text: "job 3 · as of 1998-06-01 · 1,422 customers" },
  ]);
});

test("what has changed, in words", () => {
  const delta = { from: 7, entered: 1073, left: 989, gone: 0, stayed: 433 };
  assert.equal(changesOf({ result: { rows: 2062, delta } }), "since job 7: 1,073 entered, 989 left, 433 stayed");
  assert.equal(changesOf({ result: { rows: 2062, delta: { ...delta, gone: 2 } } }), "since job 7: 1,073 entered, 989 left (2 exist no more), 433 stayed");
  assert.equal(changesOf({ result: { rows: 5 } }), "");
  assert.equal(changesOf({}), "");
});
