import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { ResultsPanel } from "../results/index.tsx";
import { enter, follow, leave } from "../workspace.ts";
import { fieldsError, opened, parent, parentName } from "../state.ts";
import { titleOf } from "../title.ts";
import { loadParents } from "../session.ts";
import { ErrorNote, Note } from "../ui/note.tsx";
import { LeftPanel } from "../fields/left.tsx";
import { AudienceBar } from "./audience.tsx";
import { Builder } from "./builder.tsx";
import { RuleHeader } from "./header.tsx";
import { onStudioKey } from "./keys.ts";
import { TextPane } from "../text/pane.tsx";
import { href } from "../route.ts";
import "./build.css";

type View = "fields" | "rule" | "results";

/** The studio of a parent segment: its fields, the rule, and what the rule selects. On
    small screens they are three views of one column, and those without the rule, whose
    heading names the page, have a heading of their own. */
export function Studio({ parent: name, segment }: { parent: string; segment?: string }) {
  const [view, setView] = useState<View>("rule");
  useEffect(() => {
    void enter(name, segment);
    return leave;
  }, [name]);
  useEffect(() => follow(segment), [segment]);
  useEffect(() => {
    document.addEventListener("keydown", onStudioKey);
    return () => document.removeEventListener("keydown", onStudioKey);
  }, []);
  if (parentName.value !== name) return null;
  if (fieldsError.value) return <Unavailable />;
  return (
    <div class="studio" data-view={view}>
      <div class="views" role="group" aria-label="View">
        {(["fields", "rule", "results"] as const).map((v) => (
          <button key={v} type="button" class="tab" aria-pressed={view === v} onClick={() => setView(v)}>{{ fields: "Fields", rule: "Rule", results: "Audience" }[v]}</button>
        ))}
      </div>
      {view !== "rule" && <h1 class="sr view-name">{view === "fields" ? `Fields and segments of ${name}` : `Audience of ${titleOf(opened.value)}`}</h1>}
      <aside class="pane pane-fields" aria-label="Fields and segments"><LeftPanel onPicked={() => setView("rule")} /></aside>
      <section class="pane pane-rule" aria-label="Rule">
        <RuleHeader />
        <AudienceBar />
        <Builder />
        <TextPane />
      </section>
      <section class="pane pane-results" aria-label="Audience"><ResultsPanel /></section>
    </div>
  );
}

/** Why a parent segment cannot be asked, and what to do. */
function Unavailable() {
  const error = fieldsError.value;
  const notBuilt = error instanceof ApiError && error.code === "NOT_BUILT";
  const state = parent.value?.freshness.state;
  useEffect(() => {
    if (!notBuilt) return;
    if (state === "ready") void enter(parentName.value);
    const timer = setInterval(() => void loadParents(), 1_500); // Until its first build is done.
    return () => clearInterval(timer);
  }, [notBuilt, state]);
  return (
    <div class="page">
      <h1>{parentName.value}</h1>
      {notBuilt ? (
        <Note kind="warn">
          This parent segment has no snapshot yet. {parent.value?.freshness.running_job ? "It is being built; " : "It has to be built; "}
          <a href={href({ page: "jobs" })}>see its jobs</a>.
        </Note>
      ) : <ErrorNote error={error} />}
      <div><button type="button" class="btn" onClick={() => { void loadParents(); void enter(parentName.value); }}>Try again</button></div>
    </div>
  );
}
