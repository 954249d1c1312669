import { Dialog } from "../ui/dialog.tsx";

const keys: [string, [string, string][]][] = [
  ["Anywhere", [["/", "search the fields"], ["?", "these keys"], ["Ctrl S", "save"], ["Ctrl Z", "undo"], ["Ctrl Shift Z", "redo"]]],
  ["In a condition or a group", [
    ["Alt ↑  Alt ↓", "move it up or down, and out of its group at the ends"], ["Alt Shift ↑  Alt Shift ↓", "move it into the group above or below"],
    ["Alt N", "negate it"], ["Alt G", "put it into a group of its own"], ["Alt U", "take the group apart"], ["Alt D", "duplicate it"], ["Alt Del", "remove it"],
    ["↑  ↓", "the condition above or below, where the condition itself has the focus"],
  ]],
  ["In the text", [["Alt Enter", "complete names and values"], ["F8", "the next problem"], ["Esc, then Tab", "leave the text"]]],
];

/** The keys of the studio. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      {keys.map(([where, list]) => (
        <section key={where} class="col">
          <h3>{where}</h3>
          <dl class="keys">
            {list.map(([key, what]) => <div key={key}><dt>{key.split("  ").map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{what}</dd></div>)}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
