// Warnings of the server, for people who have a page and no command line.

export interface Warning {
  text: string;
  /** The day after the newest event: looked at from there, the window has events. */
  lookFrom?: string;
}

const tooNew = /^"(.+)" looks at the time from (\S+) on, but the newest (.+) is of (\d{4,}-\d\d-\d\d)\S*; use --as-of/;

/** The warnings in words; those that say that the data ends before the windows are one. */
export function inWords(warnings: readonly string[]): Warning[] {
  const out: Warning[] = [];
  const late = new Map<string, { newest: string; conditions: string[] }>();
  for (const text of warnings) {
    const m = tooNew.exec(text);
    const [, condition = "", , behavior = "", newest = ""] = m ?? [];
    if (!m) out.push({ text: text.replace(/; use --as-of.*$/, "") });
    else {
      const of = late.get(behavior) ?? { newest, conditions: [] };
      of.conditions.push(condition);
      late.set(behavior, of);
    }
  }
  for (const [behavior, of] of late) {
    const what = of.conditions.length === 1 ? `“${of.conditions[0]}” starts` : `the windows of ${of.conditions.length} conditions start`;
    const day = new Date(Date.parse(of.newest) + 86_400_000).toISOString().slice(0, 10);
    out.push({ text: `The newest ${behavior} is of ${of.newest}, before ${what}: it finds nobody.`, lookFrom: day });
  }
  return out;
}
