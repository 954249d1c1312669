import { useState } from "preact/hooks";
import { tokens } from "../api.ts";
import { ago } from "../format.ts";
import { signIn, startSession } from "../session.ts";
import { session } from "../state.ts";
import type { Role, Token } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote, Note } from "../ui/note.tsx";
import { Table } from "../ui/table.tsx";
import { toast, toastError } from "../ui/toast.tsx";
import { AdminPage, Badge, Confirm, List } from "./frame.tsx";
import { useLoaded } from "./loaded.ts";
import { inZone } from "./zones.ts";

const roles: readonly { role: Role; says: string }[] = [
  { role: "counts", says: "count and compare audiences, see fields" },
  { role: "members", says: "see single customers, export" },
  { role: "segments", says: "create and change saved segments" },
  { role: "admin", says: "everything: connections, parent segments, tokens, audit" },
];

function stateOf(t: Token): { text: string; tone: "good" | "bad" | "warn" } {
  if (t.revoked) return { text: "revoked", tone: "bad" };
  if (t.expires && Date.parse(t.expires) <= Date.now()) return { text: "expired", tone: "warn" };
  return { text: "valid", tone: "good" };
}

/** Who may come in, and as what. */
export function TokensPage() {
  const [open, setOpen] = useState<{ kind: "create" } | { kind: "revoke"; token: Token } | null>(null);
  const loaded = useLoaded("tokens", async () => (await tokens.list()).items ?? []);
  const close = () => setOpen(null);
  return (
    <AdminPage title="Tokens" tools={<Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "create" })}>Create token</Button>}>
      {session.value?.local && <Note>Nobody needs a token on this machine as long as there is none. From the first one on, everybody does.</Note>}
      <List loaded={loaded}>
        {(all) => (
          <div class="card stack">
            <Table
              caption="Tokens" rows={all} keyOf={(t) => t.id} empty="There is no token yet."
              columns={[
                { head: "Name", cell: (t) => <><span class="strong">{t.name}</span><div class="tiny muted mono">{t.id}</div></> },
                { head: "Roles", cell: (t) => <span class="row">{t.roles.map((r) => <span key={r} class="badge">{r}</span>)}</span> },
                { head: "State", cell: (t) => { const s = stateOf(t); return <Badge tone={s.tone}>{s.text}</Badge>; } },
                { head: "Created", cell: (t) => <span class="small num" title={`${inZone(t.created, "UTC")} UTC`}>{ago(t.created)}</span> },
                { head: "Expires", cell: (t) => <span class="small num" title={t.expires ? `${inZone(t.expires, "UTC")} UTC` : undefined}>{t.expires ? ago(t.expires) : "never"}</span> },
                { head: "Actions", cell: (t) => !t.revoked && <Button kind="danger" aria-label={`Revoke ${t.name}`} onClick={() => setOpen({ kind: "revoke", token: t })}>Revoke</Button> },
              ]}
            />
          </div>
        )}
      </List>
      {open?.kind === "create" && <CreateDialog first={(loaded.data ?? []).length === 0} onClose={() => { close(); loaded.again(); }} />}
      {open?.kind === "revoke" && (
        <Confirm title={`Revoke ${open.token.name}`} action="Revoke" onClose={close} onConfirm={async () => { await tokens.revoke(open.token.id); toast(`Revoked ${open.token.name}.`); loaded.again(); }}>
          Whoever has this token is refused from now on. This cannot be taken back.
        </Confirm>
      )}
    </AdminPage>
  );
}

const DAY = 86_400_000;

function CreateDialog({ first, onClose }: { first: boolean; onClose: () => void }) {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<Role[]>(first ? ["admin"] : ["counts"]);
  const [days, setDays] = useState("90");
  const [made, setMade] = useState<{ token: Token; secret: string } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const ready = name.trim() !== "" && chosen.length > 0 && !busy;
  const create = async () => {
    if (!ready) return;
    setBusy(true);
    setError(null);
    try {
      setMade(await tokens.create({ name: name.trim(), roles: chosen, ...(days ? { expires: new Date(Date.now() + Number(days) * DAY).toISOString() } : {}) }));
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  if (made) return <SecretDialog made={made} onClose={onClose} />;
  return (
    <Dialog title="Create token" onClose={onClose} onSubmit={() => void create()} footer={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" disabled={!ready} onClick={() => void create()}>Create</Button></>}>
      {first && session.value?.local && <Note kind="warn">This is the first token: from then on everybody needs one, and so do you. Give it the role admin{chosen.includes("admin") ? "" : ", which it lacks now"}.</Note>}
      <div class="field"><label for="token-name">Name of who is to have it</label><input id="token-name" class="input" value={name} autoFocus autocomplete="off" onInput={(e) => setName(e.currentTarget.value)} /></div>
      <fieldset class="col">
        <legend class="label">Roles</legend>
        {roles.map(({ role, says }) => (
          <label key={role} class="check"><input type="checkbox" checked={chosen.includes(role)} onChange={(e) => setChosen(e.currentTarget.checked ? [...chosen, role] : chosen.filter((r) => r !== role))} /><span><strong>{role}</strong> <span class="muted">{says}</span></span></label>
        ))}
      </fieldset>
      <div class="field">
        <label for="token-expires">Expires</label>
        <select id="token-expires" class="input" value={days} onChange={(e) => setDays(e.currentTarget.value)}><option value="7">in 7 days</option><option value="30">in 30 days</option><option value="90">in 90 days</option><option value="365">in a year</option><option value="">never</option></select>
      </div>
      <ErrorNote error={error} />
    </Dialog>
  );
}

/** The secret of a new token: it is here once, and nowhere else. */
function SecretDialog({ made, onClose }: { made: { token: Token; secret: string }; onClose: () => void }) {
  const local = session.value?.local ?? false;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.secret);
      toast("Copied the token.");
    } catch {
      toast("The browser does not let this page write to the clipboard: select the token and copy it.", { bad: true });
    }
  };
  const enter = async () => {
    try {
      await signIn(made.secret);
      onClose();
    } catch (e) {
      toastError(e);
    }
  };
  const close = () => {
    onClose();
    if (local) void startSession(); // Who came without a token may need one now.
  };
  return (
    <Dialog title={`Token of ${made.token.name}`} onClose={close} footer={<>{local && <Button onClick={() => void enter()}>Sign in with it</Button>}<Button kind="primary" onClick={close}>I have it</Button></>}>
      <Note kind="warn">Copy it now: it is shown this once, and kept nowhere.</Note>
      <div class="row secret">
        <input class="input mono grow" readOnly aria-label="Token" value={made.secret} onFocus={(e) => e.currentTarget.select()} />
        <Button icon="copy" onClick={() => void copy()}>Copy</Button>
      </div>
    </Dialog>
  );
}
