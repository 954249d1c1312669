// The pictures and members of the audience, and its export.

import { useState } from "preact/hooks";
import { may } from "../state.ts";
import { Tabs, type Tab } from "../ui/tabs.tsx";
import { BreakdownView } from "./breakdown.tsx";
import { ExportDialog } from "./export.tsx";
import { FunnelView, isSequence } from "./funnel.tsx";
import { MembersView } from "./members.tsx";
import { OverlapView } from "./overlap.tsx";
import { ProfileView } from "./profile.tsx";
import { TrendView } from "./trend.tsx";
import { useWidth } from "./width.ts";
import "./results.css";

export { ExportDialog };

/** The tabs beside the rule. Only the chosen one asks, and what is personal only while it
    is seen: on small screens the panel may be hidden while the rule is edited. */
export function ResultsPanel() {
  const [tab, setTab] = useState("breakdown");
  const [customer, setCustomer] = useState("");
  const [ref, width] = useWidth<HTMLDivElement>();
  const tabs: Tab[] = [
    { id: "breakdown", label: "Breakdown", content: () => <BreakdownView /> },
    { id: "trend", label: "Trend", content: () => <TrendView /> },
    { id: "overlap", label: "Overlap", content: () => <OverlapView /> },
  ];
  if (isSequence()) tabs.push({ id: "funnel", label: "Funnel", content: () => <FunnelView /> });
  if (may("members")) {
    tabs.push(
      { id: "members", label: "Members", content: () => <MembersView seen={width > 0} onOpen={(key) => { setCustomer(key); setTab("profile"); }} /> },
      { id: "profile", label: "Profile", content: () => <ProfileView seen={width > 0} customer={customer} onOpen={setCustomer} /> },
    );
  }
  return (
    <div class="results" ref={ref}>
      <Tabs label="Results" tabs={tabs} value={tabs.some((t) => t.id === tab) ? tab : "breakdown"} onChange={setTab} />
    </div>
  );
}
