// Times in the zone of a parent segment, which its fields tell; UTC where it is not known.

import { signal } from "@preact/signals";
import { parents } from "../api.ts";
import { parentList } from "../state.ts";

const zones = signal<ReadonlyMap<string, string>>(new Map());

/** The zone of a parent segment; it is fetched when it is asked for the first time. One
    that cannot be asked, or is there no more, has no fields: UTC it is. */
export function zoneOf(name: string): string {
  const p = parentList.value.find((x) => x.name === name);
  if (!p || (p.freshness.state !== "ready" && p.freshness.state !== "in_place")) return "UTC";
  const key = `${p.version} ${p.name}`;
  const known = zones.value.get(key);
  if (known !== undefined) return known;
  queueMicrotask(() => {
    if (zones.peek().has(key)) return;
    const put = (zone: string) => { zones.value = new Map(zones.peek()).set(key, zone); };
    put("UTC");
    parents.fields(name, false).then((f) => put(f.timezone || "UTC"), () => {}); // The list tells what is wrong with it.
  });
  return "UTC";
}

/** A time in a zone, to the minute: 2026-11-23 07:10. */
export function inZone(rfc3339: string | null | undefined, zone: string): string {
  if (!rfc3339) return "–";
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339;
  const format = (timeZone: string) => new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).format(at);
  try {
    return format(zone);
  } catch {
    return format("UTC"); // The browser does not know the zone.
  }
}
