// Where a connection is, as the parts that a form has, and the secrets of each kind.

import type { Connection } from "../types.ts";

export type Kind = Connection["kind"];

export const kinds: readonly { key: Kind; label: string }[] = [
  { key: "files", label: "Folder of Parquet files" }, { key: "databricks", label: "Databricks" }, { key: "postgres", label: "PostgreSQL" },
];

/** The parts that a kind of connection has. */
export const partsOf: Record<Kind, readonly { key: string; label: string; hint?: string; needed?: boolean }[]> = {
  files: [{ key: "path", label: "Folder", hint: "/data/warehouse, below a folder that the server was started with", needed: true }],
  databricks: [
    { key: "host", label: "Host", hint: "dbc-1234.cloud.databricks.com", needed: true }, { key: "http_path", label: "HTTP path", hint: "sql/1.0/warehouses/…", needed: true },
    { key: "catalog", label: "Catalog", hint: "main" }, { key: "schema", label: "Schema" },
  ],
  postgres: [
    { key: "host", label: "Host", needed: true }, { key: "port", label: "Port", hint: "5432" }, { key: "database", label: "Database", needed: true }, { key: "user", label: "User" },
  ],
};

/** What secrets a kind takes; of Databricks a token, or the two of a service principal. */
export const secretsOf: Record<Kind, readonly { key: string; label: string }[]> = {
  files: [],
  databricks: [{ key: "token", label: "Token" }, { key: "client_id", label: "Client id" }, { key: "client_secret", label: "Client secret" }],
  postgres: [{ key: "password", label: "Password" }],
};

/** The parts of a URI; null where it says more than the parts can. */
export function partsFrom(kind: Kind, uri: string): Record<string, string> | null {
  if (kind === "files") return { path: uri };
  let u: URL;
  try {
    u = new URL(uri.replace(/^[a-z]+:/, "https:")); // Other schemes have no host for browsers.
  } catch {
    return null;
  }
  const path = decodeURIComponent(u.pathname.replace(/^\//, ""));
  const known = kind === "databricks" ? ["catalog", "schema"] : [];
  if ([...u.searchParams.keys()].some((k) => !known.includes(k)) || u.hash || u.password) return null;
  const port = /:(\d+)$/.exec(/^[a-z]+:\/\/([^/?#]*)/.exec(uri)?.[1] ?? "")?.[1] ?? ""; // u.port is "" for 443.
  if (kind === "postgres") return { host: u.hostname, port, database: path, user: decodeURIComponent(u.username) };
  if (u.username) return null;
  return { host: port ? `${u.hostname}:${port}` : u.hostname, http_path: path, catalog: u.searchParams.get("catalog") ?? "", schema: u.searchParams.get("schema") ?? "" };
}

/** How a secret is given: stored by the server, as it was, from the environment, or not. */
export interface SecretField {
  how: "none" | "keep" | "value" | "env";
  text: string;
}

/** The body that creates or changes a connection. A secret that stays as it is has an empty
    object; one that is left out is forgotten. */
export function connectionBody(kind: Kind, where: { uri: string } | { parts: Record<string, string> }, secrets: Record<string, SecretField>): object {
  const place: Record<string, string | number> = {};
  if ("uri" in where) place.uri = where.uri.trim();
  else {
    for (const { key } of partsOf[kind]) {
      const v = (where.parts[key] ?? "").trim();
      if (v !== "") place[key] = key === "port" ? Number(v) : v;
    }
  }
  const given: Record<string, object> = {};
  for (const { key } of secretsOf[kind]) {
    const s = secrets[key];
    if (!s || s.how === "none") continue;
    given[key] = s.how === "keep" ? {} : s.how === "env" ? { env: s.text.trim() } : { value: s.text };
  }
  return { kind, ...place, ...(Object.keys(given).length > 0 ? { secrets: given } : {}) };
}

/** What is missing before a connection can be saved, in words; "" if nothing is. */
export function connectionWrong(name: string, kind: Kind, where: { uri: string } | { parts: Record<string, string> }, secrets: Record<string, SecretField>): string {
  if (name.trim() === "") return "Give the connection a name.";
  if ("uri" in where) {
    if (where.uri.trim() === "") return "Say where it is.";
  } else {
    for (const p of partsOf[kind]) if (p.needed && (where.parts[p.key] ?? "").trim() === "") return `${p.label} is missing.`;
    const port = (where.parts.port ?? "").trim();
    if (kind === "postgres" && port !== "" && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) return "Port: a number from 1 to 65,535.";
  }
  for (const { key, label } of secretsOf[kind]) {
    const s = secrets[key];
    if (s?.how === "env" && !/^[A-Za-z_]\w*$/.test(s.text.trim())) return `${label}: the name of a variable of the server's environment.`;
    if (s?.how === "value" && s.text === "") return `${label}: type it, or choose another way.`;
  }
  return "";
}
