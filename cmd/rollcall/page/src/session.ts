// Who is signed in, and the parent segments that they may see.

import { signal } from "@preact/signals";
import * as api from "./api.ts";
import { parentList, session } from "./state.ts";

/** Why the server could not say who is signed in; null where it could. */
export const sessionError = signal<unknown>(null);
/** True when a token is needed and none is there. */
export const signedOut = signal(false);
export const parentsError = signal<unknown>(null);
export const parentsLoaded = signal(false);

export async function startSession(): Promise<void> {
  api.setUnauthorized(() => { signedOut.value = true; });
  sessionError.value = null;
  try {
    take(await api.session.get());
  } catch (error) {
    sessionError.value = error;
    return;
  }
  if (!signedOut.value) await loadParents();
}

function take(s: NonNullable<typeof session.value>): void {
  session.value = s;
  signedOut.value = s.tokens_required && s.roles.length === 0;
}

/** Signs in with a token; a wrong one is an error to be shown. */
export async function signIn(token: string): Promise<void> {
  take(await api.session.login(token));
  await loadParents();
}

export async function signOut(): Promise<void> {
  await api.session.logout();
  parentList.value = [];
  await startSession();
}

/** Fetches the parent segments again: after one was created, refreshed or removed. */
export async function loadParents(): Promise<void> {
  try {
    parentList.value = await api.all(api.parents.list);
    parentsError.value = null;
  } catch (error) {
    parentsError.value = error;
  }
  parentsLoaded.value = true;
}
