// Routing by the hash: #/p/PARENT/build, #/p/PARENT/segment/PATH, #/parents, #/connections,
// #/jobs, #/tokens, #/audit. Every part is percent-encoded.

import { signal } from "@preact/signals";

export type Route =
  | { page: "home" }
  | { page: "studio"; parent: string; segment?: string }
  | { page: "parents" | "connections" | "jobs" | "tokens" | "audit" };

export function parse(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/").filter(Boolean).map(decode);
  const [first, second, third, fourth] = parts;
  if (first === "p" && second) return third === "segment" && fourth ? { page: "studio", parent: second, segment: fourth } : { page: "studio", parent: second };
  if (first === "parents" || first === "connections" || first === "jobs" || first === "tokens" || first === "audit") return { page: first };
  return { page: "home" };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function href(r: Route): string {
  if (r.page === "home") return "#/";
  if (r.page !== "studio") return `#/${r.page}`;
  const base = `#/p/${encodeURIComponent(r.parent)}`;
  return r.segment ? `${base}/segment/${encodeURIComponent(r.segment)}` : `${base}/build`;
}

export const route = signal<Route>({ page: "home" });

export function go(r: Route): void {
  location.hash = href(r);
}

/** Starts to follow the address. */
export function follow(): void {
  const read = () => { route.value = parse(location.hash); };
  window.addEventListener("hashchange", read);
  read();
}
