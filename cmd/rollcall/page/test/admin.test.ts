import assert from "node:assert/strict";
import { test } from "node:test";
import { contentTypeOf, nameOf } from "../src/admin/configuration.ts";
import { connectionBody, connectionWrong, partsFrom } from "../src/admin/uri.ts";
import { placeOf } from "../src/admin/log.ts";
import { rowsOf } from "../src/admin/report.ts";
import { changeText, failing, progressOf, resultOf, ruleOf, stateOf, took } from "../src/admin/words.ts";
import { inZone } from "../src/admin/zones.ts";
import { pickOf } from "../src/results/pick.ts";
import { eventColumns } from "../src/results/eventcolumns.ts";
import type { Freshness, Job, Json } from "../src/types.ts";

const job = (x: Partial<Job>): Job => ({ id: 1, kind: "build", parent: "P", state: "running", queued: { at: "", by: "" }, progress: { done: 0, total: 0 }, downloadable: false, ...x });
const fresh = (x: Partial<Freshness>): Freshness => ({ state: "ready", customers: 1, last_updated: null, last_success: null, last_failure: null, running_job: null, ...x });

test("the name and the form of a configuration", () => {
  assert.equal(nameOf("# head\nname: CDNOW customers\ntimezone: UTC\n"), "CDNOW customers");
  assert.equal(nameOf('timezone: UTC\nname: "A: b"  # c\n'), "A: b");
  assert.equal(nameOf("name: 'x'"), "x");
  assert.equal(nameOf("attributes:\n  - name: cohort\n"), "");
  assert.equal(nameOf('{"name": "J", "attributes": []}'), "J");
  assert.equal(nameOf('{"name": '), "");
  assert.equal(contentTypeOf(' {"a": 1}'), "application/json");
  assert.equal(contentTypeOf("name: x", "a.JSON"), "application/json");
  assert.equal(contentTypeOf("name: x"), "application/yaml");
});

test("the parts of a connection's address, and back", () => {
  assert.deepEqual(partsFrom("files", "/data/w"), { path: "/data/w" });
  assert.deepEqual(partsFrom("postgres", "postgres://u%40x@db.example:443/shop"), { host: "db.example", port: "443", database: "shop", user: "u@x" });
  assert.deepEqual(partsFrom("postgres", "postgres://localhost/d"), { host: "localhost", port: "", database: "d", user: "" });
  assert.deepEqual(partsFrom("databricks", "databricks://h.example/sql/1.0/warehouses/ab?catalog=main"), { host: "h.example", http_path: "sql/1.0/warehouses/ab", catalog: "main", schema: "" });
  assert.equal(partsFrom("postgres", "postgres://h/d?sslmode=require"), null);
  assert.equal(partsFrom("postgres", "no address"), null);
});

test("a connection's body has what was filled in, and secrets as they are given", () => {
  assert.deepEqual(connectionBody("postgres", { parts: { host: " h ", port: "5433", database: "d", user: "" } }, { password: { how: "env", text: " PW " } }),
    { kind: "postgres", host: "h", port: 5433, database: "d", secrets: { password: { env: "PW" } } });
  assert.deepEqual(connectionBody("databricks", { uri: "databricks://h/p" }, { token: { how: "keep", text: "" }, client_id: { how: "none", text: "" } }),
    { kind: "databricks", uri: "databricks://h/p", secrets: { token: {} } });
  assert.deepEqual(connectionBody("files", { parts: { path: "/d" } }, {}), { kind: "files", path: "/d" });
  assert.equal(connectionWrong("", "files", { parts: { path: "/d" } }, {}), "Give the connection a name.");
  assert.equal(connectionWrong("x", "files", { parts: {} }, {}), "Folder is missing.");
  assert.equal(connectionWrong("x", "postgres", { parts: { host: "h", database: "d", port: "0" } }, {}), "Port: a number from 1 to 65,535.");
  assert.equal(connectionWrong("x", "postgres", { uri: "postgres://h/d" }, { password: { how: "env", text: "A B" } }), "Password: the name of a variable of the server's environment.");
  assert.equal(connectionWrong("x", "postgres", { uri: "postgres://h/d" }, { password: { how: "value", text: "s" } }), "");
});

test("states and jobs in words", () => {
  assert.deepEqual(stateOf(fresh({})), { text: "ready", tone: "good" });
  assert.deepEqual(stateOf(fresh({ state: "never_built", running_job: 3 })), { text: "building", tone: "accent" });
  const at = (finished: string) => ({ job: 1, finished });
  assert.equal(failing(fresh({ last_failure: at("2026-01-02T00:00:00Z"), last_success: at("2026-01-01T00:00:00Z") })), true);
  assert.equal(failing(fresh({ last_failure: at("2026-01-02T00:00:00Z"), last_success: at("2026-01-02T00:00:01Z") })), false);
  assert.equal(failing(fresh({ last_failure: at("2026-01-02T00:00:00Z") })), true);
  const since = (s: number) => took({ started: "2026-01-01T00:00:00Z" }, Date.parse("2026-01-01T00:00:00Z") + s * 1_000);
  assert.deepEqual([0.01, 0.27, 12.4, 185, 7_440].map(since), ["< 0.1 s", "0.3 s", "12 s", "3 min 5 s", "2 h 4 min"]);
  assert.equal(took({}, 0), "–");
  assert.equal(progressOf(job({ progress: { done: 12_000, total: 23_570, what: "rows" } })), "12,000 of 23,570 rows");
  assert.equal(progressOf(job({ progress: { done: 0, total: 0 } })), "");
  assert.equal(resultOf(job({ result: { customers: 23_570, version: 2 } })), "23,570 customers, version 2");
  assert.equal(resultOf(job({ result: { rows: 315 } })), "315 rows");
  assert.equal(ruleOf(job({ request: { rule: "a = 1" } })), "a = 1");
  assert.equal(ruleOf(job({})), "");
});

test("changes of a configuration in words", () => {
  assert.equal(changeText({ change: "removed", what: "attribute", name: "orders", table: "m.t" }), "removed attribute “orders” (m.t)");
  assert.equal(changeText({ change: "retyped", what: "attribute", name: "ltv", from: "string", to: "number" }), "retyped attribute “ltv”: string → number");
});

test("times in a zone", () => {
  assert.equal(inZone("2026-11-23T06:10:51Z", "Asia/Tokyo"), "2026-11-23 15:10");
  assert.equal(inZone("2026-11-23T06:10:51Z", "Nowhere/None"), "2026-11-23 06:10");
  assert.equal(inZone(null, "UTC"), "–");
  assert.equal(inZone("soon", "UTC"), "soon");
});

test("who an export takes", () => {
  const p = { kind: "top", many: "1,000", of: "", by: "", least: false } as const;
  assert.deepEqual(pickOf({ ...p, kind: "all" }), { body: {}, wrong: "" });
  assert.deepEqual(pickOf(p), { body: { top: "1000" }, wrong: "" });
  assert.deepEqual(pickOf({ ...p, many: "10 %", by: "ltv", least: true }), { body: { top: "10%", order_by: "ltv asc" }, wrong: "" });
  assert.notEqual(pickOf({ ...p, many: "0" }).wrong, "");
  assert.notEqual(pickOf({ ...p, many: "120%" }).wrong, "");
  assert.deepEqual(pickOf({ ...p, kind: "per", many: "5", of: "tier", by: "ltv" }).body, { per: "tier=5", order_by: "ltv desc" });
  assert.notEqual(pickOf({ ...p, kind: "per" , many: "5"}).wrong, "");
});

test("columns of events to start from", () => {
  const f = [{ name: "amount", type: "number (float64)" }, { name: "note", type: "string" }];
  assert.deepEqual(eventColumns([{ name: "purchase", time_column: "t", fields: f }, { name: "odd name", time_column: "t", fields: f }]),
    ["purchase count", "last purchase", "purchase sum(amount) in last 90 days as amount_90d"]);
});

test("a load report, and where the newest entries of the log start", () => {
  const table = { table: "m.t", use: "attributes", names: ["a", "b"], rows: 1_000, loaded: 990, null_keys: 10, filtered: 0, orphans: 2_000 };
  assert.deepEqual(rowsOf({ tables: [table, { table: "e.p", use: "behavior" }] }), [
    { table: "m.t", use: "attributes", names: "a, b", rows: 1_000, loaded: 990, left: ["10 without a key", "2,000 of unknown customers"] },
    { table: "e.p", use: "behavior", names: "", rows: 0, loaded: 0, left: [] },
  ]);
  assert.deepEqual(([undefined, null, {}, { tables: 3 }] as (Json | undefined)[]).map(rowsOf), [[], [], [], []]);
  assert.deepEqual([placeOf(0, 100), placeOf(100, 100), placeOf(142, 100)], ["", "", "42"]);
});
