import assert from "node:assert/strict";
import { test } from "node:test";
import { contextAt, written } from "../src/text/context.ts";
import { changeOf, rangeOf } from "../src/text/ranges.ts";

test("problems are underlined within the text, and never nothing", () => {
  assert.deepEqual(rangeOf({ start: 2, end: 5 }, 10), { from: 2, to: 5 });
  assert.deepEqual(rangeOf({ start: 10, end: 10 }, 10), { from: 9, to: 10 });
  assert.deepEqual(rangeOf({ start: 3, end: 3 }, 10), { from: 3, to: 4 });
  assert.deepEqual(rangeOf({ start: 40, end: 60 }, 10), { from: 9, to: 10 });
  assert.deepEqual(rangeOf({ start: 0, end: 0 }, 0), { from: 0, to: 0 });
});

test("a change is the part that differs", () => {
  assert.equal(changeOf("abc", "abc"), null);
  const cases = [["a = 1", "a = 12"], ["", "x"], ["x", ""], ["aaa", "aa"], ["aa", "aaa"], ["abcdef", "abXdef"], ["abab", "abcab"]];
  for (const [before = "", after = ""] of cases) {
    const c = changeOf(before, after);
    assert.ok(c);
    assert.equal(before.slice(0, c.from) + c.insert + before.slice(c.to), after);
  }
  assert.deepEqual(changeOf("abcdef", "abXdef"), { from: 2, to: 3, insert: "X" });
});

const behaviors = new Set(["purchase", "page view"]);
const at = (text: string) => contextAt(text.replace("|", ""), text.indexOf("|"), behaviors);

test("names are completed at words", () => {
  assert.deepEqual(at("loy|"), { from: 0, typed: "loy", want: "name", quoted: false, behavior: undefined });
  assert.equal(at("a = 1 and pur|").from, 10);
  assert.equal(at("a = 'x' and |").want, "name");
});

test("values are completed behind an operator, in quotes or not", () => {
  assert.deepEqual(at("tier = |"), { from: 7, typed: "", want: "value", name: "tier", quoted: false, behavior: undefined });
  assert.deepEqual(at("tier = 'Go|"), { from: 8, typed: "Go", want: "value", name: "tier", quoted: true, behavior: undefined });
  assert.equal(at("tier != 'it''s|").typed, "it''s");
  assert.equal(at("tier in ('Gold', '|").name, "tier");
  assert.equal(at("tier not in ('Gold', |").name, "tier");
  assert.equal(at('"my tier" = \'|').name, "my tier");
  assert.equal(at("tier >= '|").want, "name");
});

test("fields are of the behavior whose filter is open", () => {
  assert.equal(at("purchase where (amo|").behavior, "purchase");
  assert.equal(at("purchase where amount > 1 and cat|").behavior, "purchase");
  assert.equal(at("purchase where (amount > 1) and co|").behavior, undefined);
  assert.equal(at('"page view" where (url = \'|').behavior, "page view");
  assert.equal(at("purchase where (category = 'x)|").behavior, "purchase");
});

test("segments, and names as the language writes them", () => {
  assert.equal(at("not segment 'Loy|").want, "segment");
  const keywords = new Set(["count"]);
  assert.equal(written("tier", keywords), "tier");
  assert.equal(written("Count", keywords), '"Count"');
  assert.equal(written('a "b"', keywords), '"a ""b"""');
});
