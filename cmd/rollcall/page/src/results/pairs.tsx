import { n, percent } from "../format.ts";
import type { Overlap } from "../types.ts";
import { Table } from "../ui/table.tsx";
import { letter } from "./upset.tsx";

/** Each pair of rules: how many customers have both, and how alike they are. */
export function Pairs({ overlap }: { overlap: Overlap }) {
  return (
    <Table
      caption="Pairs of rules" rows={overlap.pairs} keyOf={(_, i) => i}
      columns={[
        { head: "Pair", cell: (p) => `${letter(p.rules[0] - 1)} ∩ ${letter(p.rules[1] - 1)}` },
        { head: "Both", number: true, cell: (p) => n(p.both) },
        { head: "Of first", number: true, cell: (p) => of(p.both, overlap.rules[p.rules[0] - 1]?.count) },
        { head: "Of second", number: true, cell: (p) => of(p.both, overlap.rules[p.rules[1] - 1]?.count) },
        { head: "Jaccard", number: true, cell: (p) => p.jaccard.toFixed(3) },
      ]}
    />
  );
}

function of(both: number, all: number | undefined): string {
  return all ? percent(both / all) : "–";
}
