// Pages to administer the studio.

import { route } from "../route.ts";
import { AuditPage } from "./audit.tsx";
import { TokensPage } from "./tokens.tsx";
import "./admin.css";

export { ConnectionsPage } from "./connections.tsx";
export { JobsPage } from "./jobs.tsx";
export { ParentsPage } from "./parents.tsx";

/** #/tokens and #/audit. */
export function AccessPage() {
  return route.value.page === "audit" ? <AuditPage /> : <TokensPage />;
}
