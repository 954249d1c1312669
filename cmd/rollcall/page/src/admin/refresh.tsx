import { useState } from "preact/hooks";
import { ApiError, parents } from "../api.ts";
import { loadParents } from "../session.ts";
import type { Parent } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { toast } from "../ui/toast.tsx";
import { Drift } from "./drift.tsx";

/** A refresh that reads everything, or that may take names away. */
export function RefreshDialog({ parent, onClose }: { parent: Parent; onClose: () => void }) {
  const [full, setFull] = useState(true);
  const [remove, setRemove] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const start = async () => {
    setError(null);
    try {
      const job = await parents.refresh(parent.name, { full, delete: remove });
      toast(`Refreshing ${parent.name}, job ${job.id}.`);
      onClose();
      await loadParents();
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Dialog title={`Refresh ${parent.name}`} onClose={onClose} footer={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" onClick={() => void start()}>Refresh</Button></>}>
      <label class="check"><input type="checkbox" checked={full} onChange={(e) => setFull(e.currentTarget.checked)} />Full: read everything, and number the customers anew</label>
      <label class="check"><input type="checkbox" checked={remove} onChange={(e) => setRemove(e.currentTarget.checked)} />Allow removal of attributes, behaviors and fields that the source has no more</label>
      {error instanceof ApiError && error.changes.length > 0 && <Drift changes={error.changes} />}
      <ErrorNote error={error} />
    </Dialog>
  );
}
