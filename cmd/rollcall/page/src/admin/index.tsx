// Pages to administer the studio.

export function ParentsPage() {
  return null;
}

export function ConnectionsPage() {
  return null;
}

export function JobsPage() {
  return null;
}

export function AccessPage() {
  return null;
}
