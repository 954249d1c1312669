import { signal } from "@preact/signals";
import { asks } from "../api.ts";
import { n } from "../format.ts";
import { fields, may, parentName } from "../state.ts";
import type { Json } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { Popover } from "../ui/popover.tsx";
import { Table } from "../ui/table.tsx";
import { audience, useAsked } from "./asked.ts";
import { Cell } from "./cell.tsx";
import { ColumnChoice } from "./columns.tsx";
import { Answered } from "./frame.tsx";
import { maskOf, masksOf } from "./masks.ts";

/** How long edits are waited for before members are read: each time is written into the log. */
export const PERSONAL_WAIT = 600;

/** The columns that were chosen, by parent segment; absent: the first few attributes. */
const columns = signal<Record<string, string[]>>({});
const limit = signal(20);

/** Some members of the audience. They are read while this is seen, and not before. */
export function MembersView({ seen, onOpen }: { seen: boolean; onOpen: (key: string) => void }) {
  const parent = parentName.value;
  const names = columns.value[parent] ?? (fields.value?.attributes ?? []).slice(0, 6).map((a) => a.name);
  const ask = audience();
  const body = ask && { ...ask, columns: names, limit: limit.value };
  const asked = useAsked(seen && body && may("members") ? JSON.stringify([parent, body]) : null, (signal) => asks.list(parent, body!, signal), PERSONAL_WAIT);
  if (!may("members")) return <Note>Your roles do not show single customers.</Note>;
  return (
    <div class="col results-view">
      <div class="row">
        <Popover label="Choose columns" icon="table" text={`${names.length} columns`}>
          {() => <ColumnChoice value={names} onChange={(next) => { columns.value = { ...columns.value, [parent]: next }; }} />}
        </Popover>
        <label class="row tiny muted right">Show
          <select class="input small-select" value={limit.value} onChange={(e) => { limit.value = Number(e.currentTarget.value); }}>
            {[20, 100, 500].map((x) => <option key={x} value={x}>{x}</option>)}
          </select>
        </label>
      </div>
      <Answered asked={asked}>
        {(list) => {
          const masks = masksOf(list.columns.length, list.rows);
          return (
            <>
              <Table
                caption="Members of the audience" rows={list.rows} keyOf={(_, i) => i} empty="Nobody is in this audience."
                columns={list.columns.map((name, i) => ({
                  head: name + (masks[i] === "hash" ? " (hashed)" : masks[i] === "redact" ? " (masked)" : ""),
                  number: i > 0 && list.rows.some((r) => typeof r[i] === "number"),
                  cell: (row: Json[]) => {
                    const v = row[i];
                    if (i > 0) return <Cell value={v} />;
                    if (maskOf(v) !== "clear") return <Cell value={v} isKey />;
                    return <Button kind="quiet" class="key-link" onClick={() => onOpen(String(v))}>{String(v)}</Button>;
                  },
                }))}
              />
              <p class="tiny muted num">{list.rows.length < list.count ? `The first ${n(list.rows.length)} of ${n(list.count)}, by key.` : `All ${n(list.count)}.`} That they were read is in the audit log.</p>
            </>
          );
        }}
      </Answered>
    </div>
  );
}
