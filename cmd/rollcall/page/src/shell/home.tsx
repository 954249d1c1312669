import { useEffect } from "preact/hooks";
import { ago, n } from "../format.ts";
import { go, href } from "../route.ts";
import { loadParents, parentsError, parentsLoaded } from "../session.ts";
import { may, parentList } from "../state.ts";
import type { Parent } from "../types.ts";
import { ErrorNote } from "../ui/note.tsx";

/** The first page: the parent segments to choose from; where there is one, it is chosen. */
export function Home() {
  const all = parentList.value;
  const only = all.length === 1 ? all[0] : undefined;
  useEffect(() => {
    if (only) go({ page: "studio", parent: only.name });
  }, [only]);
  return (
    <div class="page">
      <h1>Parent segments</h1>
      <ErrorNote error={parentsError.value} retry={() => void loadParents()} />
      {!parentsLoaded.value && <div class="empty"><span class="spin" /></div>}
      {parentsLoaded.value && all.length === 0 && !parentsError.value && (
        <div class="card empty">
          <p>There is no parent segment yet.</p>
          <p>{may("admin") ? <>Register a <a href={href({ page: "connections" })}>connection</a>, then upload a configuration under <a href={href({ page: "parents" })}>Parent segments</a>.</> : "Someone who administers this server has to upload a configuration."}</p>
        </div>
      )}
      <ul class="parents">
        {all.map((p) => <li key={p.name}><ParentCard parent={p} /></li>)}
      </ul>
    </div>
  );
}

function ParentCard({ parent }: { parent: Parent }) {
  const f = parent.freshness;
  return (
    <a class="card parent-card" href={href({ page: "studio", parent: parent.name })}>
      <strong class="ellipsis">{parent.name}</strong>
      <span class="small muted">{f.state === "never_built" ? "not built yet" : f.state === "broken" ? "cannot be opened" : `${n(f.customers)} customers`}</span>
      <span class="tiny muted">{f.state === "in_place" ? "asked in its source" : `updated ${ago(f.last_updated)}`}</span>
    </a>
  );
}
