import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords } from "../src/build/warnings.ts";
import { ago, micros, n, percent, short, time, value } from "../src/format.ts";
import { href, parse } from "../src/route.ts";
import { foldersOf } from "../src/segments/folders.ts";
import type { Segment } from "../src/types.ts";

test("numbers and times", () => {
  assert.equal(n(10_000_000), "10,000,000");
  assert.equal(short(69_659), "69.7K");
  assert.equal(short(850_123), "850K");
  assert.equal(short(7_640_000), "7.64M");
  assert.equal(percent(0.0999), "10 %");
  assert.deepEqual([0, 0.00001, 0.031, 0.5, 0.99999, 1].map(percent), ["0 %", "< 0.1 %", "3.1 %", "50 %", "> 99.9 %", "100 %"]);
  assert.deepEqual([412, 1_810, 15_000, 2_400_000].map(micros), ["412 µs", "1.8 ms", "15 ms", "2.4 s"]);
  assert.equal(time("1998-07-01T00:00:00Z"), "1998-07-01");
  assert.equal(time("1998-07-01T12:30:00+09:00"), "1998-07-01 12:30");
  assert.equal(time(null), "–");
  const now = Date.parse("2026-01-02T00:00:00Z");
  assert.equal(ago("2026-01-01T23:59:50Z", now), "just now");
  assert.equal(ago("2026-01-01T21:00:00Z", now), "3 hours ago");
  assert.equal(ago("2026-01-04T01:00:00Z", now), "in 2 days");
  assert.equal(ago(null, now), "never");
  assert.equal(value(["a", null]), "a, NULL");
});

test("addresses say what they are of, whatever the names", () => {
  for (const r of [{ page: "home" }, { page: "jobs" }, { page: "studio", parent: "CDNOW customers" }, { page: "studio", parent: "a/b %", segment: "VIP/Gold #1" }] as const) {
    assert.deepEqual(parse(href(r)), r);
  }
  assert.deepEqual(parse("#/p/%E0%A4%A"), { page: "studio", parent: "%E0%A4%A" });
  assert.deepEqual(parse("#/nowhere"), { page: "home" });
});

test("segments stand in their folders", () => {
  const s = (path: string) => ({ path, name: path.split("/").at(-1) }) as Segment;
  const root = foldersOf([s("b"), s("x/y/c"), s("a"), s("x/d")]);
  assert.deepEqual(root.segments.map((x) => x.path), ["a", "b"]);
  assert.deepEqual(root.folders.map((f) => [f.path, f.segments.length, f.folders.map((g) => g.path)]), [["x", 1, ["x/y"]]]);
});

test("warnings that the data is older are one, with a way out", () => {
  const late = (c: string) => `"${c}" looks at the time from 2026-10-24T05:52:47.7Z on, but the newest purchase is of 1998-06-30T00:00:00Z; use --as-of to look from another day`;
  assert.deepEqual(inWords([late("purchase in last 30 days")]), [
    { text: "The newest purchase is of 1998-06-30, before “purchase in last 30 days” starts: it finds nobody.", lookFrom: "1998-07-01" },
  ]);
  assert.equal(inWords([late("a"), "something else", late("b")]).length, 2);
  assert.deepEqual(inWords(["between 5 and 1 is empty"]), [{ text: "between 5 and 1 is empty" }]);
});
