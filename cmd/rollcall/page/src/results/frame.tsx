import type { ComponentChildren } from "preact";
import { count, fields } from "../state.ts";
import { ErrorNote } from "../ui/note.tsx";
import type { Asked } from "./asked.ts";

/** The frame of one answer: an error in words, a sign of waiting, or what is made of the
    answer, dimmed while a newer one is asked for. */
export function Answered<T>({ asked, children, none }: { asked: Asked<T>; children: (data: T) => ComponentChildren; none?: ComponentChildren }) {
  if (asked.error) return <ErrorNote error={asked.error} retry={asked.again} />;
  if (!asked.data) {
    if (asked.busy || count.value.busy || !fields.value) return <div class="empty" role="status"><span class="spin" /><span class="sr">Loading</span></div>;
    return <p class="empty">{none ?? "There is no rule that could be asked yet."}</p>;
  }
  return <div class={"answer" + (asked.busy ? " busy" : "")} aria-busy={asked.busy}>{children(asked.data)}</div>;
}

/** What the server notes about an answer. */
export function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return <ul class="answer-notes tiny muted">{notes.map((x) => <li key={x}>{x}</li>)}</ul>;
}
