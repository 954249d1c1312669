// The page: a bar on top, and below it what the address says.
//
// Slots, and who fills them. They read signals of state.ts; they take no props but those
// named here.
//
//   results/index.tsx   <ResultsPanel />            beside or below the rule in the studio: tabs of breakdown, trend, overlap and
//                                                   members, asked of `countedAsk` of the parent segment `parentName`
//                       <ExportDialog onClose />    a Dialog: exports the audience of `countedAsk`
//   admin/index.tsx     <ParentsPage />             #/parents: list, freshness, upload of a configuration, refresh
//                       <ConnectionsPage />         #/connections
//                       <JobsPage />                #/jobs: history, progress, cancel, download
//                       <AccessPage />              #/tokens and #/audit: route.value.page says which of the two
//
// Helpers for them: loadParents() of session.ts after a change of parents; go() and href()
// of route.ts; toast(), announce(), Dialog, Button, Combobox, Menu, Tabs, Table of ui/;
// may(role) of state.ts; formats of format.ts. CSS of their own in results/results.css and
// admin/admin.css (imported there), with the tokens of style.css.

import { AccessPage, ConnectionsPage, JobsPage, ParentsPage } from "./admin/index.tsx";
import { TopBar } from "./shell/topbar.tsx";
import { Home } from "./shell/home.tsx";
import { SignIn } from "./shell/signin.tsx";
import { Studio } from "./build/studio.tsx";
import { route } from "./route.ts";
import { sessionError, signedOut, startSession } from "./session.ts";
import { session } from "./state.ts";
import { ErrorNote } from "./ui/note.tsx";
import { LiveRegion } from "./ui/live.tsx";
import { Toasts } from "./ui/toast.tsx";

export function App() {
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to content</a>
      <TopBar />
      <main id="main" tabIndex={-1}><Content /></main>
      <LiveRegion />
      <Toasts />
    </>
  );
}

function Content() {
  if (sessionError.value) {
    return <div class="page"><h1 class="sr">rollcall</h1><ErrorNote error={sessionError.value} retry={() => void startSession()} /></div>;
  }
  if (!session.value) return <div class="page empty"><h1 class="sr">rollcall</h1><span class="spin" /> <span class="sr">Loading</span></div>;
  if (signedOut.value) return <SignIn />;
  const r = route.value;
  switch (r.page) {
    case "studio": return <Studio key={r.parent} parent={r.parent} segment={r.segment} />;
    case "parents": return <ParentsPage />;
    case "connections": return <ConnectionsPage />;
    case "jobs": return <JobsPage />;
    case "tokens":
    case "audit": return <AccessPage />;
    default: return <Home />;
  }
}
