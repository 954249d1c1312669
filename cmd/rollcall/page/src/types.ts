// The objects of the HTTP API, as the server describes them in /openapi.json. Names are
// the server's; what is optional there is optional here.

export type Role = "counts" | "members" | "segments" | "admin";

export interface Session {
  name: string;
  roles: Role[];
  local: boolean;
  tokens_required: boolean;
  server: { version: string; demo: boolean };
}

export interface Stamp {
  at: string;
  by: string;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

/** One thing wrong in a rule or a configuration; start and end are in UTF-16 units. */
export interface ProblemItem {
  code: string;
  message: string;
  file?: string;
  path?: string;
  line?: number;
  column?: number;
  start: number;
  end: number;
  hint?: string;
  nearest?: string;
  allowed?: string[];
  condition?: string;
}

export interface Change {
  kind?: string;
  name?: string;
  [key: string]: unknown;
}

/** The body of an error, application/problem+json. */
export interface Problem {
  status: number;
  title: string;
  detail?: string;
  code: string;
  problems?: ProblemItem[];
  changes?: Change[];
  hint?: string;
  nearest?: string;
  current_version?: number;
  request_id?: string;
}

/** The last job of a parent segment, good or bad. */
export interface JobNote {
  job: number;
  finished: string;
  error?: string;
}

export interface Freshness {
  state: "ready" | "never_built" | "in_place" | "broken";
  problem?: string;
  snapshot_version?: number;
  customers: number;
  last_updated: string | null;
  last_success: JobNote | null;
  last_failure: JobNote | null;
  running_job: number | null;
}

export interface Schedule {
  type: string;
  next_run: string | null;
  text: string;
}

export interface Parent {
  name: string;
  form: string;
  mode: "copied" | "in_place";
  connections: string[];
  version: number;
  checksum: string;
  created: Stamp;
  updated: Stamp;
  text?: string;
  schedule: Schedule;
  freshness: Freshness;
  load?: unknown;
}

export interface AttributeStats {
  nulls: number;
  distinct?: number;
  indexed?: boolean;
  least?: string;
  greatest?: string;
}

/** An attribute; of a field of events stats are absent. */
export interface Attribute {
  name: string;
  type: string;
  stats?: AttributeStats;
}

export interface Behavior {
  name: string;
  time_column: string;
  fields: Attribute[];
  stats?: { events: number; undated: number; customers: number; first: string | null; last: string | null };
}

export interface Fields {
  name: string;
  key_column: string;
  key_type: string;
  timezone: string;
  customers: number;
  last_updated?: string;
  source?: { uri: string };
  attributes: Attribute[];
  behaviors: Behavior[];
}

/** JSON of a rule in the segment file form; tree.ts gives it a shape. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What every question has: one of rule, segment and path, and when it is asked. */
export interface Ask {
  rule?: string;
  segment?: Json;
  path?: string;
  as_of?: string;
  version?: number;
}

export interface WindowOf {
  condition: string;
  from: string | null;
  to: string | null;
}

export interface Answer {
  rule: string;
  as_of: string;
  timezone: string;
  snapshot?: { version: number; created_at: string };
  source?: { uri: string };
  windows: WindowOf[];
  warnings: string[];
  elapsed_us: number;
  pick?: string;
}

export interface PlanStep {
  condition: string;
  access: string;
  estimated_bytes: number;
  bytes: number;
  alone: number;
  together: number;
  elapsed_us: number;
  steps?: PlanStep[];
}

export interface Count extends Answer {
  count: number;
  customers: number;
  plan?: PlanStep;
  sql?: string;
  segment?: Json;
}

export interface Check {
  ok: boolean;
  rule?: string;
  segment?: Json;
  wire?: Json;
  problems?: ProblemItem[];
  warnings?: string[];
  windows?: WindowOf[];
}

export interface Values {
  field: string;
  type: string;
  values: { value: Json; count: number }[];
  distinct: number;
  more: boolean;
  rest: number;
  of: "customers" | "events";
  notes: string[];
}

export interface Portion {
  count: number;
  share: number;
  customers: number | null;
  lift: number | null;
}

export interface Breakdown {
  attribute: string;
  elements?: boolean;
  distinct?: number;
  values?: ({ value: Json } & Portion)[];
  bins?: ({ from: Json; to: Json; to_included: boolean } & Portion)[];
  below?: Portion;
  above?: Portion;
  empty?: Portion;
  null: Portion;
  rest?: { values: number; count: number; share: number };
}

export interface Breakdowns extends Count {
  breakdowns: Breakdown[];
}

export interface RuleCount {
  rule: string;
  count: number;
  share: number;
}

export interface Overlap extends Count {
  rules: RuleCount[];
  common: number;
  jaccard: number;
  regions: { rules: number[]; count: number }[];
  pairs: { rules: [number, number]; both: number; jaccard: number }[];
}

export interface Waterfall extends Count {
  rules: (RuleCount & { taken: number; lost: number })[];
  rest: number;
}

export interface Trend extends Count {
  every: string;
  points: { as_of: string; count: number }[];
  notes: string[];
}

export interface Funnel extends Count {
  steps: { step: string; count: number; of_first: number; of_previous: number }[];
}

export interface List extends Count {
  columns: string[];
  rows: Json[][];
}

export interface Named {
  name: string;
  value: Json;
}

export interface Profile {
  key: string;
  attributes: Named[];
  behaviors: {
    behavior: string;
    count: number;
    first: string | null;
    last: string | null;
    recent: { time: string | null; fields: Named[] }[];
  }[];
  segments?: string[];
  segments_asked?: number;
  as_of: string;
  timezone: string;
  snapshot: { version: number; created_at: string } | null;
  elapsed_us: number;
}

export interface Reason {
  kind: string;
  condition: string;
  holds: boolean;
  reasons?: Reason[];
  subject?: string;
  value?: Json;
}

export interface Why extends Answer {
  key: string;
  holds: boolean;
  reason: Reason;
}

export interface Segment {
  id: number;
  path: string;
  folder: string;
  name: string;
  rule: string;
  text: string;
  form: string;
  segment?: Json;
  wire?: Json;
  problems: ProblemItem[];
  version: number;
  created: Stamp;
  updated: Stamp;
  note?: string;
  deleted?: boolean;
  count?: number;
  as_of?: string;
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

export interface Job {
  id: number;
  kind: "build" | "refresh" | "export";
  parent: string;
  state: JobState;
  request?: Json;
  queued: Stamp;
  started?: string;
  finished?: string;
  progress: { done: number; total: number; what?: string };
  error?: string;
  result?: Json;
  downloadable: boolean;
}

export interface Token {
  id: string;
  name: string;
  roles: Role[];
  created: string;
  expires?: string;
  revoked?: string;
}

export interface AuditEntry {
  seq: number;
  time: string;
  actor: { token: string; name: string };
  action: string;
  object: string;
  version?: number;
  revealed?: number;
  outcome: string;
}

export interface Connection {
  name: string;
  kind: "files" | "databricks" | "postgres";
  uri: string;
  secrets?: Record<string, string>;
  version: number;
  created: Stamp;
  updated: Stamp;
  outcome?: string;
}

export interface Table {
  connection?: string;
  name: string;
  columns?: { name: string; type: string; uses?: string[] }[];
  rows?: number;
  problem?: string;
  uses?: string[];
}
