import { jobs } from "../api.ts";
import { parentName } from "../state.ts";
import { Note } from "../ui/note.tsx";
import { useAsked } from "./asked.ts";
import { earlierOf, type Earlier } from "./earlier.ts";

/** The most exports that are offered: the newest. */
const OFFERED = 100;

/** What an export is compared with: the job of an earlier one, 0 for none. */
export interface Since {
  job: number;
  /** Who stayed is written as well. */
  stayed: boolean;
}

/** Chooses the earlier export since which changes are written. Nothing is offered where
    there is none. */
export function SinceChoice({ rule, since, onChange }: { rule: string; since: Since; onChange: (s: Since) => void }) {
  const parent = parentName.value;
  const asked = useAsked(`exports ${parent}`, (signal) => jobs.list({ parent, kind: "export", state: "succeeded", limit: OFFERED }, signal), 0);
  const all = earlierOf(asked.data?.items ?? [], rule);
  if (all.length === 0) return null;
  const chosen = all.find((e) => e.job === since.job);
  const group = (label: string, found: Earlier[]) => found.length > 0 && <optgroup label={label}>{found.map((e) => <option key={e.job} value={e.job}>changes since {e.text}</option>)}</optgroup>;
  return (
    <div class="col">
      <div class="export-line">
        <div class="field">
          <label for="export-since">What is written</label>
          <select id="export-since" class="input" value={since.job} onChange={(e) => onChange({ ...since, job: Number(e.currentTarget.value) })}>
            <option value={0}>everybody in the audience</option>
            {group("since an export of this rule", all.filter((e) => e.same))}
            {group("since an export of another rule", all.filter((e) => !e.same))}
          </select>
        </div>
        {chosen && <label class="check"><input type="checkbox" checked={since.stayed} onChange={(e) => onChange({ ...since, stayed: e.currentTarget.checked })} />who stayed as well</label>}
      </div>
      {chosen && <p class="tiny muted">The file has who entered and who left since that export, told apart by its column <code>change</code>. The key has to be masked as it was then.</p>}
      {chosen && !chosen.same && <Note kind="warn">That export is of another rule: this, too, is why customers entered and left.</Note>}
    </div>
  );
}
