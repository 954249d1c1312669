// The title of the document: what is looked at, for tabs, bookmarks and screen readers.

import { effect } from "@preact/signals";
import { route } from "./route.ts";
import { signedOut } from "./session.ts";
import { opened, type Opened } from "./state.ts";

const names = { home: "Parent segments", parents: "Parent segments", connections: "Connections", jobs: "Jobs", tokens: "Tokens", audit: "Audit" } as const;

/** What the rule that is edited is called. */
export function titleOf(at: Opened | null): string {
  return at?.path ?? "New rule";
}

/** Keeps the title as the page is. */
export function followTitle(): void {
  effect(() => {
    const r = route.value;
    const what = signedOut.value ? "Sign in" : r.page === "studio" ? `${titleOf(opened.value)} · ${r.parent}` : names[r.page];
    document.title = `${what} · rollcall`;
  });
}
