import { href, go, route, type Route } from "../route.ts";
import { signOut, signedOut } from "../session.ts";
import { may, parentList, parentName, session, theme } from "../state.ts";
import { Combobox, matching } from "../ui/combobox.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { short } from "../format.ts";

/** The bar on top: which parent segment, which page, the look, and who is signed in. */
export function TopBar() {
  const s = session.value;
  const shown = s && !signedOut.value;
  return (
    <header class="topbar">
      <a class="brand" href="#/" aria-label="rollcall studio, start"><Logo /><span class="brand-name">rollcall</span></a>
      {shown && <ParentChooser />}
      {shown && <Nav />}
      <div class="right row topbar-end">
        {s?.server.demo && <span class="badge accent">demo</span>}
        <Look />
        {shown && <Who />}
      </div>
    </header>
  );
}

function Logo() {
  return <svg class="logo" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="var(--accent)" /><g fill="#fff"><circle cx="9" cy="10" r="2.6" /><rect x="14" y="8" width="11" height="4" rx="2" /><circle cx="9" cy="16" r="2.6" opacity=".75" /><rect x="14" y="14" width="7" height="4" rx="2" opacity=".8" /><circle cx="9" cy="22" r="2.6" /><rect x="14" y="20" width="11" height="4" rx="2" opacity=".6" /></g></svg>;
}

function ParentChooser() {
  const options = parentList.value.map((p) => ({ value: p.name, hint: p.freshness.state === "never_built" ? "not built" : short(p.freshness.customers) }));
  if (options.length === 0) return null;
  return (
    <Combobox
      label="Parent segment" class="parent-chooser" placeholder="Choose a parent segment" value={parentName.value}
      options={(s) => matching(options, s)} onChange={(name) => go({ page: "studio", parent: name })}
    />
  );
}

const pages: { page: Exclude<Route["page"], "home" | "studio">; label: string; admin: boolean }[] = [
  { page: "parents", label: "Parent segments", admin: false },
  { page: "connections", label: "Connections", admin: true },
  { page: "jobs", label: "Jobs", admin: false },
  { page: "tokens", label: "Tokens", admin: true },
  { page: "audit", label: "Audit", admin: true },
];

function Nav() {
  const at = route.value.page;
  const links = pages.filter((p) => !p.admin || may("admin"));
  const studio: Route = parentName.value ? { page: "studio", parent: parentName.value } : { page: "home" };
  const items: MenuItem[] = [
    { label: "Build", onSelect: () => go(studio) },
    ...links.map((p) => ({ label: p.label, onSelect: () => go({ page: p.page }) })),
  ];
  return (
    <>
      <nav class="nav" aria-label="Pages">
        <a href={href(studio)} aria-current={at === "studio" || at === "home" ? "page" : undefined}>Build</a>
        {links.map((p) => <a key={p.page} href={href({ page: p.page })} aria-current={at === p.page ? "page" : undefined}>{p.label}</a>)}
      </nav>
      <div class="nav-small"><Menu label="Pages" icon="list" items={items} /></div>
    </>
  );
}

function Look() {
  const icons = { auto: "auto", light: "sun", dark: "moon" } as const;
  const names = { auto: "As the system", light: "Light", dark: "Dark" } as const;
  const items = (["auto", "light", "dark"] as const).map((t) => ({ label: names[t], checked: theme.value === t, onSelect: () => { theme.value = t; } }));
  return <Menu label="Look: light or dark" icon={icons[theme.value]} items={items} />;
}

function Who() {
  const s = session.value;
  if (!s) return null;
  const items: MenuItem[] = [
    { heading: s.local ? "Local, without a token" : s.name },
    { heading: `Roles: ${s.roles.join(", ") || "none"}` },
    { heading: `rollcall ${s.server.version}` },
  ];
  if (!s.local) items.push({ separator: true }, { label: "Sign out", onSelect: () => void signOut() });
  return <Menu label={`Signed in as ${s.name}`} icon="user" items={items} />;
}

