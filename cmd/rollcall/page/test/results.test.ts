import assert from "node:assert/strict";
import { test } from "node:test";
import { edge } from "../src/format.ts";
import { maskOf, masksOf } from "../src/results/masks.ts";
import { binsFor, firstPeriod, pointsOf, stepFor, wrong } from "../src/results/period.ts";
import { lift, nearest, places, ticks, timeLabel } from "../src/results/scale.ts";
import { layout, regionsOf, room, words } from "../src/results/upset.ts";

test("ticks are round, whole, and reach the greatest value", () => {
  assert.deepEqual(ticks(315), [0, 100, 200, 300, 400]);
  assert.deepEqual(ticks(0), [0, 1]);
  assert.deepEqual(ticks(1), [0, 1]);
  assert.deepEqual(ticks(3), [0, 1, 2, 3]);
  assert.deepEqual(ticks(10_000_000, 5), [0, 2_000_000, 4_000_000, 6_000_000, 8_000_000, 10_000_000]);
  assert.deepEqual(ticks(NaN), [0, 1]);
  for (let most = 1; most < 5_000; most += 7) {
    const all = ticks(most);
    assert.ok((all.at(-1) ?? 0) >= most && all.length <= 6, `${most}: ${all}`);
    assert.equal(new Set(all).size, all.length);
  }
});

test("places on an axis", () => {
  assert.deepEqual(places(3, 5), [0, 1, 2]);
  assert.deepEqual(places(10, 3), [0, 4, 8]);
  assert.deepEqual(places(0, 3), []);
  assert.equal(nearest(50, 0, 100, 3), 1);
  assert.equal(nearest(-9, 0, 100, 3), 0);
  assert.equal(nearest(999, 0, 100, 3), 2);
  assert.equal(nearest(5, 0, 0, 1), 0);
});

test("labels of times, edges and lifts are short", () => {
  const at = "1998-03-05T14:00:00+09:00";
  assert.deepEqual(["year", "quarter", "month", "week", "day", "hour"].map((every) => timeLabel(at, every)),
    ["1998", "Q1 1998", "Mar 1998", "5 Mar", "5 Mar", "5 Mar 14:00"]);
  assert.equal(timeLabel("soon", "day"), "soon");
  assert.deepEqual([1234567.891, 0.12345, "1997-01-01T00:00:00Z", "1997-01-01T08:30:00Z", null].map(edge), ["1,234,567.89", "0.123", "1997-01-01", "1997-01-01 08:30", ""]);
  assert.deepEqual([null, 0, 1.173, 32.11, 640].map(lift), ["–", "0.00×", "1.17×", "32.1×", "640×"]);
});

test("a trend starts with the year before, or the data there is", () => {
  const data = { from: "1997-01-01", to: "1998-07-01" };
  assert.deepEqual(firstPeriod("1998-07-01", data), { from: "1997-07-02", to: "1998-07-01", every: "month" });
  assert.deepEqual(firstPeriod("1997-03-01T00:00:00Z", data), { from: "1997-01-01", to: "1997-03-01", every: "day" });
  assert.deepEqual(firstPeriod("", data).to, "1998-07-01");
  assert.deepEqual(firstPeriod("", null, Date.parse("2026-05-01T10:00:00Z")), { from: "2025-05-02", to: "2026-05-01", every: "month" });
});

test("a period that cannot be asked says why", () => {
  assert.equal(wrong({ from: "1998-01-01", to: "1998-06-30", every: "month" }), "");
  assert.equal(wrong({ from: "yesterday", to: "1998-06-30", every: "month" }), "“From” is no date: write one as 1998-01-31.");
  assert.equal(wrong({ from: "1998-06-30", to: "", every: "month" }), "“To” is no date: write one as 1998-01-31.");
  assert.equal(wrong({ from: "1998-06-30", to: "1998-01-01", every: "day" }), "“From” is after “To”.");
  assert.equal(wrong({ from: "1990-01-01", to: "1998-01-01", every: "hour" }), "That is 70,129 points, at most 1,500 are drawn: choose a longer step.");
  assert.equal(pointsOf({ from: "1998-01-01", to: "1998-01-31", every: "day" }), 31);
  assert.equal(stepFor("1998-01-01", "1998-01-02"), "hour");
  assert.equal(stepFor("1980-01-01", "1998-01-02"), "year");
  assert.equal(binsFor("1998-01-01T00:00:00Z", "1998-01-02T00:00:00Z"), "day");
  assert.equal(binsFor("1997-01-01", "1998-06-30"), "month");
  assert.equal(binsFor(undefined, "1998-06-30"), "month");
});

test("regions of an overlap: the largest first, empty ones left out, the rest told", () => {
  const o = { regions: [{ rules: [3], count: 5 }, { rules: [1, 3], count: 0 }, { rules: [1, 2, 3], count: 9 }, { rules: [2], count: 5 }] };
  const { shown, hidden } = regionsOf(o, 2);
  assert.deepEqual(shown, [{ rules: [0, 1, 2], count: 9 }, { rules: [1], count: 5 }]);
  assert.deepEqual(hidden, { regions: 1, count: 5 });
  const names = ["A", "B", "C"];
  assert.equal(words(shown[0]!, names), "in all 3");
  assert.equal(words(shown[1]!, names), "only in B");
  assert.equal(words({ rules: [0, 1], count: 1 }, names), "in A and B alone");
});

test("an UpSet plot stays within its width, with as many columns as fit", () => {
  for (const width of [200, 300, 340, 480, 900]) {
    const columns = room(width);
    const l = layout(columns, 8, width);
    assert.ok(l.x(0) - l.bar / 2 >= l.left && l.x(columns - 1) + l.bar / 2 <= width, `width ${width}`);
    assert.ok(l.y(7) < l.height);
  }
});

test("columns are masked as all their values are", () => {
  const hash = "a".repeat(64);
  assert.deepEqual([maskOf("***"), maskOf(hash), maskOf("Gold"), maskOf(null), maskOf(3)], ["redact", "hash", "clear", "clear", "clear"]);
  assert.deepEqual(masksOf(4, [[hash, "***", "x", null], [hash, null, "***", null]]), ["hash", "redact", "clear", "clear"]);
  assert.deepEqual(masksOf(1, []), ["clear"]);
});
