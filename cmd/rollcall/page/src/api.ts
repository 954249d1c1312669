// The client of the HTTP API: one function for each thing that the page asks. Every
// failure is an ApiError with words for people; an aborted request is none (isAbort).

import type {
  Ask, AuditEntry, Breakdowns, Change, Check, Connection, Count, Fields, Funnel, Job, Json, List, Overlap, Page, Parent, Problem,
  ProblemItem, Profile, Role, Segment, Session, Table, Token, Trend, Values, Waterfall, Why,
} from "./types.ts";
import { parseExact } from "./exact.ts";

const PREFIX = "/api/v1";

/** An answer of the server that is a problem, or that there was none (status 0). */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }
  get status(): number {
    return this.problem.status;
  }
  get code(): string {
    return this.problem.code;
  }
  get problems(): ProblemItem[] {
    return this.problem.problems ?? [];
  }
  get changes(): Change[] {
    return this.problem.changes ?? [];
  }
}

/** Says whether an error is a request that was aborted, which is nothing to tell. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

const plain: Record<number, string> = {
  401: "You are not signed in, or your session has ended.",
  403: "Your roles do not allow this.",
  413: "That is more than the server takes at once.",
  429: "Too many requests; wait a moment and try again.",
  500: "The server has a fault of its own; its log has more.",
  503: "The server is busy or shutting down; try again in a moment.",
};

/** Says whether an error is that a source, which is asked in place, cannot answer this: no
    fault, and asking again changes nothing. */
export function needsSnapshot(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === "UNSUPPORTED_IN_PLACE";
}

/** The words that people see of any error. */
export function words(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const p = error.problem;
  if (needsSnapshot(error)) return `This parent segment is asked in its source, and that cannot be done in place: ${error.problems[0]?.message ?? p.detail}. One whose mode is “copied” can do it.`;
  const text = p.detail || plain[p.status] || p.title;
  const nearest = p.nearest && !p.hint?.includes(p.nearest) ? ` Did you mean “${p.nearest}”?` : "";
  const id = p.status >= 500 && p.request_id ? ` (request ${p.request_id})` : "";
  return [sentence(text) + nearest, p.hint].filter(Boolean).join(" — ") + id;
}

/** Begins with a capital, if it begins with a word that is no name of something. */
function sentence(text: string): string {
  return /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

let onUnauthorized: () => void = () => {};

/** Sets what is done when an answer says that nobody is signed in. */
export function setUnauthorized(f: () => void): void {
  onUnauthorized = f;
}

interface Options {
  signal?: AbortSignal;
  body?: unknown;
  text?: string;
  contentType?: string;
  accept?: string;
  headers?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined | string[]>;
}

function urlOf(path: string, query: Options["query"]): string {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [String(value)]) q.append(key, one);
  }
  const text = q.toString();
  return PREFIX + path + (text && "?" + text);
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    status: response.status, title: response.statusText || `Status ${response.status}`, code: "",
    request_id: response.headers.get("X-Request-Id") ?? undefined,
  };
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? { ...fallback, ...body } : fallback;
  } catch {
    return fallback;
  }
}

async function send(method: string, path: string, o: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: o.accept ?? "application/json", ...o.headers };
  if (o.body !== undefined) headers["Content-Type"] = "application/json";
  if (o.text !== undefined) headers["Content-Type"] = o.contentType ?? "text/plain";
  let response: Response;
  try {
    response = await fetch(urlOf(path, o.query), {
      method, headers, signal: o.signal, credentials: "same-origin",
      body: o.text ?? (o.body === undefined ? undefined : JSON.stringify(o.body)),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError({ status: 0, title: "No answer", code: "NO_ANSWER", detail: "The server does not answer.", hint: "Is rollcall serve still running?" });
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (response.status === 401 && path !== "/session") onUnauthorized();
  throw new ApiError(problem);
}

async function json<T>(method: string, path: string, o?: Options): Promise<T> {
  const response = await send(method, path, o);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The same, of an answer that has rules in it: their numbers stay exact. */
async function exactJson<T>(method: string, path: string, o?: Options): Promise<T> {
  const response = await send(method, path, o);
  return parseExact(await response.text()) as T;
}

const part = encodeURIComponent;
const parent = (name: string) => `/parents/${part(name)}`;

/** Asks a question of a parent segment: POST with a JSON body. */
export function ask<T>(name: string, what: string, body: object, signal?: AbortSignal): Promise<T> {
  return json<T>("POST", `${parent(name)}/${what}`, { body, signal });
}

/** Reads a list to its end, page by page, at most pages of them. */
export async function all<T>(read: (after?: string) => Promise<Page<T>>, pages = 50): Promise<T[]> {
  const out: T[] = [];
  let after: string | undefined;
  for (let i = 0; i < pages; i++) {
    const page = await read(after);
    out.push(...page.items);
    if (!page.next) break;
    after = page.next;
  }
  return out;
}

export const session = {
  get: (signal?: AbortSignal) => json<Session>("GET", "/session", { signal }),
  login: (token: string) => json<Session>("POST", "/session", { body: { token } }),
  logout: () => json<void>("DELETE", "/session"),
};

export const parents = {
  list: (after?: string) => json<Page<Parent>>("GET", "/parents", { query: { after, limit: 200 } }),
  get: (name: string, signal?: AbortSignal) => json<Parent>("GET", parent(name), { signal }),
  put: (name: string, text: string, o: { mode?: string; connections?: string[]; delete?: boolean; build?: boolean; contentType?: string } = {}) =>
    json<{ parent: Parent; outcome: "created" | "updated" | "unchanged"; changes: Change[]; job: Job | null }>("PUT", parent(name), {
      text, contentType: o.contentType ?? "application/yaml",
      query: { mode: o.mode, connection: o.connections, delete: o.delete || undefined, build: o.build },
    }),
  remove: (name: string) => json<void>("DELETE", parent(name)),
  refresh: (name: string, body: { full?: boolean; delete?: boolean } = {}) => json<Job>("POST", `${parent(name)}/refresh`, { body }),
  fields: (name: string, stats = true, signal?: AbortSignal) => json<Fields>("GET", `${parent(name)}/fields`, { query: { stats }, signal }),
  values: (name: string, q: { field: string; search?: string; limit?: number; rule?: string; as_of?: string }, signal?: AbortSignal) =>
    json<Values>("GET", `${parent(name)}/values`, { query: { ...q }, signal }),
  sourceTables: (name: string, signal?: AbortSignal) => json<{ tables: Table[] }>("GET", `${parent(name)}/source-tables`, { signal }),
  suggestAttribute: (name: string, body: { table: string; column: string; name?: string }) =>
    json<{ attribute: { name: string; type: string }; snippet: string; configuration: string; where: string; notes: string[] }>(
      "POST", `${parent(name)}/suggest-attribute`, { body }),
};

export const asks = {
  check: (name: string, a: Ask, signal?: AbortSignal) => exactJson<Check>("POST", `${parent(name)}/check`, { body: a, signal }),
  count: (name: string, a: Ask & { explain?: boolean; with_segment?: boolean }, signal?: AbortSignal) => ask<Count>(name, "count", a, signal),
  list: (name: string, a: Ask & { columns?: string[]; limit?: number; top?: string; order_by?: string; per?: string }, signal?: AbortSignal) =>
    ask<List>(name, "list", a, signal),
  profile: (name: string, a: { key: string; as_of?: string; events?: number; columns?: string[]; segments?: boolean }, signal?: AbortSignal) =>
    ask<Profile>(name, "profile", a, signal),
  why: (name: string, a: Ask & { key: string }, signal?: AbortSignal) => ask<Why>(name, "why", a, signal),
  breakdown: (name: string, a: Ask & { by: string[]; limit?: number; bins?: number; every?: string }, signal?: AbortSignal) =>
    ask<Breakdowns>(name, "breakdown", a, signal),
  overlap: (name: string, a: { rules: Ask[]; as_of?: string }, signal?: AbortSignal) => ask<Overlap>(name, "overlap", a, signal),
  waterfall: (name: string, a: { rules: Ask[]; as_of?: string }, signal?: AbortSignal) => ask<Waterfall>(name, "waterfall", a, signal),
  trend: (name: string, a: Ask & { from: string; to: string; every: string }, signal?: AbortSignal) => ask<Trend>(name, "trend", a, signal),
  funnel: (name: string, a: Ask, signal?: AbortSignal) => ask<Funnel>(name, "funnel", a, signal),
  exports: (name: string, a: Ask & { columns?: string[]; format?: string; masks?: Record<string, string>; top?: string; order_by?: string; per?: string; delta_from?: number; delta_stayed?: boolean }) =>
    ask<Job>(name, "exports", a),
  /** A picture of breakdown, trend or overlap, drawn by the server. */
  picture: async (name: string, what: "breakdown" | "trend" | "overlap", body: object, type: "image/svg+xml" | "image/png", signal?: AbortSignal) =>
    (await send("POST", `${parent(name)}/${what}`, { body, accept: type, signal })).blob(),
};

const segment = (name: string, path: string) => `${parent(name)}/segments/${part(path)}`;
const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });

/** A rule to be saved: one of rule, segment and file. */
export interface SegmentBody {
  rule?: string;
  segment?: Json;
  file?: string;
  note?: string;
}

export const segments = {
  list: (name: string, q: { folder?: string; counts?: boolean; deleted?: boolean; as_of?: string; after?: string }, signal?: AbortSignal) =>
    exactJson<Page<Segment>>("GET", `${parent(name)}/segments`, { query: { ...q, limit: 500 }, signal }),
  get: (name: string, path: string, signal?: AbortSignal) => exactJson<Segment>("GET", segment(name, path), { signal }),
  create: (name: string, path: string, body: SegmentBody) => exactJson<Segment>("POST", `${parent(name)}/segments`, { body: { path, ...body } }),
  update: (name: string, path: string, version: number, body: SegmentBody) =>
    exactJson<Segment>("PUT", segment(name, path), { body, headers: ifMatch(version) }),
  remove: (name: string, path: string, version: number) => json<void>("DELETE", segment(name, path), { headers: ifMatch(version) }),
  move: (name: string, path: string, version: number, to: string, note?: string) =>
    exactJson<Segment>("POST", `${segment(name, path)}/move`, { body: { to, note }, headers: ifMatch(version) }),
  versions: (name: string, path: string, signal?: AbortSignal) => exactJson<Page<Segment>>("GET", `${segment(name, path)}/versions`, { signal }),
  restore: (name: string, path: string, body: { version?: number; id?: number; note?: string }) =>
    exactJson<Segment>("POST", `${segment(name, path)}/restore`, { body }),
};

export const jobs = {
  list: (q: { parent?: string; kind?: string; state?: string; after?: string; limit?: number } = {}, signal?: AbortSignal) =>
    json<Page<Job>>("GET", "/jobs", { query: q, signal }),
  get: (id: number, signal?: AbortSignal) => json<Job>("GET", `/jobs/${id}`, { signal }),
  cancel: (id: number) => json<Job>("POST", `/jobs/${id}/cancel`),
  /** Where the browser downloads the file of an export. */
  downloadUrl: (id: number) => `${PREFIX}/jobs/${id}/download`,
};

export const connections = {
  list: (after?: string) => json<Page<Connection>>("GET", "/connections", { query: { after, limit: 200 } }),
  get: (name: string) => json<Connection>("GET", `/connections/${part(name)}`),
  put: (name: string, body: object) => json<Connection>("PUT", `/connections/${part(name)}`, { body }),
  remove: (name: string) => json<void>("DELETE", `/connections/${part(name)}`),
  test: (name: string) => json<{ ok: boolean; elapsed_us: number; tables: number; error?: string }>("POST", `/connections/${part(name)}/test`),
  tables: (name: string, signal?: AbortSignal) => json<{ tables: Table[]; next?: string }>("GET", `/connections/${part(name)}/tables`, { signal }),
  table: (name: string, table: string, signal?: AbortSignal) => json<Table>("GET", `/connections/${part(name)}/tables/${part(table)}`, { signal }),
};

export const tokens = {
  list: () => json<Page<Token>>("GET", "/tokens"),
  create: (body: { name: string; roles: Role[]; expires?: string }) => json<{ token: Token; secret: string }>("POST", "/tokens", { body }),
  revoke: (id: string) => json<void>("DELETE", `/tokens/${part(id)}`),
};

export const audit = {
  list: (q: { after?: string; limit?: number; action?: string; parent?: string; by?: string } = {}, signal?: AbortSignal) =>
    json<Page<AuditEntry>>("GET", "/audit", { query: q, signal }),
  verify: () => json<{ ok?: boolean; entries?: number; error?: string; [key: string]: unknown }>("GET", "/audit/verify"),
};
