import { useState } from "preact/hooks";
import { Tabs } from "../ui/tabs.tsx";
import { SegmentsPanel } from "../segments/panel.tsx";
import { FieldsPanel } from "./panel.tsx";

/** The left side of the studio: what rules can be about, and the saved ones. */
export function LeftPanel({ onPicked }: { onPicked: () => void }) {
  const [tab, setTab] = useState("fields");
  return (
    <Tabs
      label="Fields and segments" value={tab} onChange={setTab}
      tabs={[
        { id: "fields", label: "Fields", content: () => <FieldsPanel onPicked={onPicked} /> },
        { id: "segments", label: "Segments", content: () => <SegmentsPanel onPicked={onPicked} /> },
      ]}
    />
  );
}
