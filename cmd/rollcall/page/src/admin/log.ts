// The log of what was done, as the page asks for it.

/** Actions, and starts of some: what one of them starts with up to a point is found, too. */
export const actions: readonly string[] = [
  "login", "list", "profile", "why", "diff.rows", "export", "export.request", "export.download", "build", "job.cancel",
  "segment", "segment.create", "segment.update", "segment.move", "segment.delete", "segment.restore",
  "parent", "parent.put", "parent.refresh", "parent.delete", "connection", "connection.put", "connection.test", "connection.delete", "token", "token.add", "token.revoke",
];

/** Where the page of the newest entries starts: after this number; "" is the start of the log. */
export function placeOf(end: number, size: number): string {
  return end > size ? String(end - size) : "";
}
