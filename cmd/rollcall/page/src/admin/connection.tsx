import { useState } from "preact/hooks";
import { connections } from "../api.ts";
import type { Connection } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { toast } from "../ui/toast.tsx";
import { connectionBody, connectionWrong, kinds, partsFrom, partsOf, secretsOf, type Kind, type SecretField } from "./uri.ts";

/** Adds a connection, or changes one. Secrets go to the server, and never come back. */
export function ConnectionDialog({ of, names, onClose, onSaved }: { of?: Connection; names: string[]; onClose: () => void; onSaved: (c: Connection) => void }) {
  const [name, setName] = useState(of?.name ?? "");
  const [kind, setKind] = useState<Kind>(of?.kind ?? "files");
  const [parts, setParts] = useState<Record<string, string>>(() => (of ? partsFrom(of.kind, of.uri) ?? {} : {}));
  const [uri, setUri] = useState(of?.uri ?? "");
  const [byUri, setByUri] = useState(of !== undefined && partsFrom(of.kind, of.uri) === null);
  const [secrets, setSecrets] = useState<Record<string, SecretField>>(() => Object.fromEntries(Object.entries(of?.secrets ?? {}).map(([role, how]) => [role, secretOf(how)])));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const where = byUri ? { uri } : { parts };
  const taken = !of && names.includes(name.trim());
  const wrong = taken ? `There is a connection “${name.trim()}” already.` : connectionWrong(name, kind, where, secrets);
  const save = async () => {
    if (wrong || busy) return;
    setBusy(true);
    setError(null);
    try {
      const done = await connections.put(name.trim(), connectionBody(kind, where, secrets));
      toast(`Saved ${done.name}.`);
      onSaved(done);
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={of ? `Change ${of.name}` : "Add connection"} onClose={onClose} onSubmit={() => void save()}
      footer={<><span class="tiny muted grow wrong">{wrong}</span><Button onClick={onClose}>Cancel</Button><Button kind="primary" disabled={wrong !== "" || busy} onClick={() => void save()}>Save</Button></>}
    >
      <div class="form-line">
        <div class="field grow"><label for="c-name">Name</label><input id="c-name" class="input" value={name} disabled={of !== undefined} autoFocus={!of} onInput={(e) => setName(e.currentTarget.value)} /></div>
        <div class="field">
          <label for="c-kind">Kind</label>
          <select id="c-kind" class="input" value={kind} onChange={(e) => { setKind(e.currentTarget.value as Kind); setSecrets({}); }}>{kinds.map((k) => <option key={k.key} value={k.key}>{k.label}</option>)}</select>
        </div>
      </div>
      {byUri ? <div class="field"><label for="c-uri">Address</label><input id="c-uri" class="input mono" value={uri} spellcheck={false} onInput={(e) => setUri(e.currentTarget.value)} /></div> : (
        <div class="parts">
          {partsOf[kind].map((p) => (
            <div key={`${kind} ${p.key}`} class="field">
              <label for={`c-${p.key}`}>{p.label}{p.needed ? "" : " (may be left out)"}</label>
              <input id={`c-${p.key}`} class="input" value={parts[p.key] ?? ""} placeholder={p.hint} spellcheck={false} autocomplete="off" onInput={(e) => setParts({ ...parts, [p.key]: e.currentTarget.value })} />
            </div>
          ))}
        </div>
      )}
      {kind !== "files" && <label class="check"><input type="checkbox" checked={byUri} onChange={(e) => setByUri(e.currentTarget.checked)} />Give the address as a URI, without secrets</label>}
      {secretsOf[kind].map((s) => (
        <SecretInput key={`${kind} ${s.key}`} id={s.key} label={s.label} kept={of?.kind === kind && of.secrets?.[s.key] !== undefined} value={secrets[s.key] ?? { how: "none", text: "" }} onChange={(v) => setSecrets({ ...secrets, [s.key]: v })} />
      ))}
      <ErrorNote error={error} />
    </Dialog>
  );
}

function secretOf(how: string): SecretField {
  return how.startsWith("env:") ? { how: "env", text: how.slice(4) } : { how: "keep", text: "" };
}

function SecretInput({ id, label, kept, value: v, onChange }: { id: string; label: string; kept: boolean; value: SecretField; onChange: (v: SecretField) => void }) {
  return (
    <fieldset class="form-line secret-line">
      <legend class="label">{label}</legend>
      <select class="input" aria-label={`${label}: how it is given`} value={v.how} onChange={(e) => onChange({ how: e.currentTarget.value as SecretField["how"], text: "" })}>
        {kept && <option value="keep">as it is</option>}
        <option value="none">none</option>
        <option value="value">typed here, stored by the server</option>
        <option value="env">from the server's environment</option>
      </select>
      {v.how === "value" && <input class="input grow" type="password" aria-label={label} autocomplete="new-password" value={v.text} onInput={(e) => onChange({ ...v, text: e.currentTarget.value })} id={`secret-${id}`} />}
      {v.how === "env" && <input class="input grow mono" aria-label={`${label}: name of the variable`} placeholder="WAREHOUSE_TOKEN" spellcheck={false} autocomplete="off" value={v.text} onInput={(e) => onChange({ ...v, text: e.currentTarget.value })} />}
    </fieldset>
  );
}
