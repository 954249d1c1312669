import { useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { signIn } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";

/** Asks for a token. It is sent once and kept nowhere: the session is a cookie that scripts cannot read. */
export function SignIn() {
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      await signIn(token.trim());
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  return (
    <div class="page narrow">
      <form class="card" onSubmit={(e) => { e.preventDefault(); void submit(); }}>
        <header><h1 class="h-card">Sign in</h1></header>
        <div class="body col">
          <p class="small muted">This server asks for a token. Whoever runs it makes one with <code>rollcall token add</code>.</p>
          <div class="field">
            <label for="token">Token</label>
            <input id="token" class="input mono" type="password" autocomplete="current-password" placeholder="rc_…" required autoFocus value={token} onInput={(e) => setToken(e.currentTarget.value)} />
          </div>
          {error instanceof ApiError && error.status === 401
            ? <Note kind="bad">This is no token of this server, or it is not valid any more.</Note>
            : <ErrorNote error={error} />}
          <div class="row"><Button type="submit" kind="primary" disabled={busy || token.trim() === ""}>Sign in</Button></div>
        </div>
      </form>
    </div>
  );
}
