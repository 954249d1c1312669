import { useState } from "preact/hooks";
import { all, connections, words } from "../api.ts";
import { ago, micros } from "../format.ts";
import type { Connection } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { Table } from "../ui/table.tsx";
import { toast } from "../ui/toast.tsx";
import { ConnectionDialog } from "./connection.tsx";
import { AdminPage, Badge, Confirm, List } from "./frame.tsx";
import { useLoaded } from "./loaded.ts";
import { TablesDialog } from "./tables.tsx";
import { kinds } from "./uri.ts";

type Open = { kind: "create" } | { kind: "edit" | "tables" | "delete"; of: Connection } | null;
type Tested = { busy: true } | { busy: false; ok: boolean; text: string };

/** The sources that parent segments read: folders of files, and warehouses. */
export function ConnectionsPage() {
  const [open, setOpen] = useState<Open>(null);
  const [tested, setTested] = useState<Record<string, Tested>>({});
  const loaded = useLoaded("connections", () => all(connections.list));
  const close = () => setOpen(null);
  const test = async (c: Connection) => {
    const put = (t: Tested) => setTested((all) => ({ ...all, [c.name]: t }));
    put({ busy: true });
    try {
      const r = await connections.test(c.name);
      put({ busy: false, ok: r.ok, text: r.ok ? `${r.tables} tables, in ${micros(r.elapsed_us)}` : r.error ?? "it does not answer" });
    } catch (e) {
      put({ busy: false, ok: false, text: words(e) });
    }
  };
  const itemsOf = (c: Connection): MenuItem[] => [
    { label: "Tables and columns", icon: "table", onSelect: () => setOpen({ kind: "tables", of: c }) },
    { label: "Change", icon: "file", onSelect: () => setOpen({ kind: "edit", of: c }) },
    { separator: true },
    { label: "Delete", icon: "trash", danger: true, onSelect: () => setOpen({ kind: "delete", of: c }) },
  ];
  const saved = (c: Connection) => { close(); loaded.again(); void test(c); };
  return (
    <AdminPage title="Connections" tools={<Button kind="primary" icon="plus" onClick={() => setOpen({ kind: "create" })}>Add connection</Button>}>
      <List loaded={loaded}>
        {(list) => (
          <div class="card stack">
            <Table
              caption="Connections" rows={list} keyOf={(c) => c.name} empty="There is no connection yet. Add the folder or the warehouse that customers are read from."
              columns={[
                { head: "Name", cell: (c) => <><span class="strong">{c.name}</span><div class="tiny muted">{kinds.find((k) => k.key === c.kind)?.label ?? c.kind}</div></> },
                { head: "Where", cell: (c) => <><code class="where">{c.uri}</code>{Object.entries(c.secrets ?? {}).map(([role, how]) => <div key={role} class="tiny muted">{role}: {how === "stored" ? "stored by the server" : how.replace(/^env:/, "from ")}</div>)}</> },
                { head: "Changed", cell: (c) => <span class="small">{ago(c.updated.at)} by {c.updated.by}</span> },
                { head: "Test", cell: (c) => <TestResult tested={tested[c.name]} /> },
                { head: "Actions", cell: (c) => <div class="row actions"><Button disabled={tested[c.name]?.busy} aria-label={`Test ${c.name}`} onClick={() => void test(c)}>Test</Button><Menu label={`More of ${c.name}`} icon="more" items={() => itemsOf(c)} /></div> },
              ]}
            />
          </div>
        )}
      </List>
      {open?.kind === "create" && <ConnectionDialog names={(loaded.data ?? []).map((c) => c.name)} onClose={close} onSaved={saved} />}
      {open?.kind === "edit" && <ConnectionDialog of={open.of} names={[]} onClose={close} onSaved={saved} />}
      {open?.kind === "tables" && <TablesDialog name={open.of.name} onClose={close} />}
      {open?.kind === "delete" && (
        <Confirm title={`Delete ${open.of.name}`} action="Delete" onClose={close} onConfirm={async () => { await connections.remove(open.of.name); toast(`Deleted ${open.of.name}.`); loaded.again(); }}>
          The connection and its secrets are deleted. The source is not touched.
        </Confirm>
      )}
    </AdminPage>
  );
}

function TestResult({ tested: t }: { tested?: Tested }) {
  if (!t) return <span class="muted">–</span>;
  return (
    <div role="status">
      {t.busy ? <><span class="spin" /><span class="sr">Testing</span></> : <><Badge tone={t.ok ? "good" : "bad"}>{t.ok ? "works" : "fails"}</Badge><div class={"tiny " + (t.ok ? "muted" : "bad-text")}>{t.text}</div></>}
    </div>
  );
}
