import { useEffect, useState } from "preact/hooks";
import * as api from "../api.ts";
import { micros, n } from "../format.ts";
import { countedAsk, parentName } from "../state.ts";
import type { Count, PlanStep } from "../types.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { Table } from "../ui/table.tsx";

interface Row extends PlanStep {
  depth: number;
}

function rows(step: PlanStep, depth = 0): Row[] {
  return [{ ...step, depth }, ...(step.steps ?? []).flatMap((s) => rows(s, depth + 1))];
}

/** How the engine has counted the rule: its plan, in the order that it chose; or, where a
    source was asked, the statement. */
export function PlanDialog({ onClose }: { onClose: () => void }) {
  const [found, setFound] = useState<Count | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    if (!countedAsk.value) return;
    api.asks.count(parentName.value, { ...countedAsk.value, explain: true }, abort.signal).then(setFound, (e: unknown) => { if (!api.isAbort(e)) setError(e); });
    return () => abort.abort();
  }, []);
  return (
    <Dialog title="How it is counted" wide onClose={onClose}>
      <ErrorNote error={error} />
      {!found && !error && <div class="empty"><span class="spin" /></div>}
      {found?.plan && (
        <div class="plan">
          <Table
            caption="Plan of the count" rows={rows(found.plan)} keyOf={(_, i) => i}
            columns={[
              { head: "condition", cell: (r) => <span style={{ paddingLeft: `${r.depth * 14}px` }}>{r.condition}</span> },
              { head: "by", cell: (r) => r.access },
              { head: "alone", number: true, cell: (r) => n(r.alone) },
              { head: "together", number: true, cell: (r) => n(r.together) },
              { head: "bytes", number: true, cell: (r) => n(r.bytes) },
              { head: "time", number: true, cell: (r) => micros(r.elapsed_us) },
            ]}
          />
        </div>
      )}
      {found?.sql && <pre class="rule-text">{found.sql}</pre>}
    </Dialog>
  );
}
