import { useState } from "preact/hooks";
import { connections } from "../api.ts";
import { n } from "../format.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { List } from "./frame.tsx";
import { useLoaded } from "./loaded.ts";

/** The tables of a connection, each with its columns once it is opened. */
export function TablesDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [search, setSearch] = useState("");
  const loaded = useLoaded(name, (signal) => connections.tables(name, signal));
  return (
    <Dialog title={`Tables of ${name}`} wide onClose={onClose}>
      <List loaded={loaded}>
        {(found) => {
          const s = search.trim().toLowerCase();
          const shown = found.tables.filter((t) => t.name.toLowerCase().includes(s));
          return (
            <>
              {found.tables.length > 8 && <div class="search"><Icon name="search" /><input class="input" type="search" aria-label="Search tables" placeholder="Search tables" value={search} onInput={(e) => setSearch(e.currentTarget.value)} /></div>}
              {found.tables.length === 0 && <p class="empty">There is no table.</p>}
              {found.tables.length > 0 && shown.length === 0 && <p class="empty">No table is called so.</p>}
              <ul class="tables">{shown.slice(0, 500).map((t) => <li key={t.name}><TableItem connection={name} table={t.name} /></li>)}</ul>
              {(shown.length > 500 || found.next) && <p class="tiny muted">There are more: search for them.</p>}
            </>
          );
        }}
      </List>
    </Dialog>
  );
}

function TableItem({ connection, table }: { connection: string; table: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary class="small"><Icon name="table" /> {table}</summary>
      {open && <Columns connection={connection} table={table} />}
    </details>
  );
}

function Columns({ connection, table }: { connection: string; table: string }) {
  const loaded = useLoaded(`${connection} ${table}`, (signal) => connections.table(connection, table, signal));
  return (
    <List loaded={loaded}>
      {(t) => (
        <div class="table-columns">
          {t.problem && <p class="tiny bad-text">{t.problem}</p>}
          {t.rows !== undefined && <p class="tiny muted num">{n(t.rows)} rows</p>}
          <dl>{(t.columns ?? []).map((c) => <div key={c.name}><dt>{c.name}</dt><dd class="muted">{c.type}</dd></div>)}</dl>
        </div>
      )}
    </List>
  );
}
