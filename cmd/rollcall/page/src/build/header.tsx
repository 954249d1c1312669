import { history, dirty, may, opened, countedAsk } from "../state.ts";
import { titleOf } from "../title.ts";
import { redo, undo } from "../studio.ts";
import { Button } from "../ui/button.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { fresh } from "../workspace.ts";
import { cannotSave, dialog, saveKey, saving } from "./saving.ts";
import { Dialogs } from "./dialogs.tsx";
import { TimeTravel } from "./timetravel.tsx";

/** What is being edited, and what can be done with it as a whole. */
export function RuleHeader() {
  const at = opened.value;
  const slash = at?.path.lastIndexOf("/") ?? -1;
  const why = cannotSave();
  const items: MenuItem[] = [
    { label: "New rule", icon: "plus", onSelect: fresh },
    { label: "Save as…", icon: "save", disabled: why !== "", onSelect: () => { dialog.value = { kind: "save" }; } },
  ];
  items.push({ label: "How it is counted…", icon: "bolt", disabled: !countedAsk.value, onSelect: () => { dialog.value = { kind: "plan" }; } });
  items.push({ separator: true }, { label: "Keys", key: "?", icon: "info", onSelect: () => { dialog.value = { kind: "keys" }; } });
  return (
    <div class="rule-head">
      <h1 class="rule-title">
        <span class="ellipsis" title={at?.path}>{at ? <>{slash > 0 && <span class="muted">{at.path.slice(0, slash)} / </span>}{at.path.slice(slash + 1)}</> : titleOf(at)}</span>
        {at && <span class="badge" title={`Saved by ${at.updated.by}`}>v{at.version}</span>}
        {dirty.value && <span class="badge warn">not saved</span>}
      </h1>
      <div class="row rule-tools">
        <Button kind="quiet" icon="undo" aria-label="Undo (Ctrl+Z)" disabled={history.value.past.length === 0} onClick={undo} />
        <Button kind="quiet" icon="redo" aria-label="Redo (Ctrl+Shift+Z)" disabled={history.value.future.length === 0} onClick={redo} />
        <TimeTravel />
        {may("members") && <Button kind="quiet" icon="download" aria-label="Export" disabled={!countedAsk.value} onClick={() => { dialog.value = { kind: "export" }; }} />}
        <Button kind="primary" icon="save" disabled={why !== "" || saving.value || !dirty.value} title={why || "Save (Ctrl+S)"} onClick={saveKey}>Save</Button>
        <Menu label="More" icon="more" items={items} />
      </div>
      <Dialogs />
    </div>
  );
}
