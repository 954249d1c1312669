// The time that the events of a parent segment span.

export const DAY = 86_400_000;

/** The local days between which there are events, the end the day after the newest. */
export function span(all: { first: string | null; last: string | null }[]): { from: string; to: string } | null {
  const first = all.flatMap((b) => (b.first ? [b.first.slice(0, 10)] : [])).sort()[0];
  const last = all.flatMap((b) => (b.last ? [b.last.slice(0, 10)] : [])).sort().at(-1);
  if (!first || !last) return null;
  return { from: first, to: dayOf(Date.parse(last) + DAY) };
}

/** The day of a time in milliseconds, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
