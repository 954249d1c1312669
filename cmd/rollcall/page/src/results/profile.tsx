import { useEffect, useState } from "preact/hooks";
import { asks, needsSnapshot } from "../api.ts";
import { ago, n, time } from "../format.ts";
import { countedAsk, fields, lookedFrom, may, parentName } from "../state.ts";
import type { Profile } from "../types.ts";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { useAsked } from "./asked.ts";
import { Cell } from "./cell.tsx";
import { Answered } from "./frame.tsx";
import { PERSONAL_WAIT } from "./members.tsx";
import { Reasons } from "./why.tsx";

/** One customer: found by key, or opened from the members. */
export function ProfileView({ seen, customer, onOpen }: { seen: boolean; customer: string; onOpen: (key: string) => void }) {
  const [typed, setTyped] = useState(customer);
  const parent = parentName.value, rule = countedAsk.value;
  const allowed = may("members") && seen && customer !== "";
  const body = { key: customer, events: 5, segments: true, ...lookedFrom() };
  const profile = useAsked(allowed ? JSON.stringify([parent, body]) : null, (signal) => asks.profile(parent, body, signal), 0);
  const why = useAsked(allowed && rule ? JSON.stringify([parent, customer, rule]) : null, (signal) => asks.why(parent, { ...rule!, key: customer }, signal), profile.data ? PERSONAL_WAIT : 0);
  useEffect(() => setTyped(customer), [customer]);
  if (!may("members")) return <Note>Your roles do not show single customers.</Note>;
  return (
    <div class="col results-view">
      <form class="row" onSubmit={(e) => { e.preventDefault(); if (typed.trim() !== "") onOpen(typed.trim()); }}>
        <label class="label" for="customer-key">{fields.value?.key_column ?? "Key"}</label>
        <input id="customer-key" class="input grow" aria-label="Customer key" value={typed} placeholder="a customer's key" spellcheck={false} autocomplete="off" onInput={(e) => setTyped(e.currentTarget.value)} />
        <Button type="submit" disabled={typed.trim() === ""}>Open</Button>
      </form>
      {customer === "" ? <p class="empty">Give a customer's key, or choose one under Members. That it was read is in the audit log.</p> : (
        <>
          <Answered asked={profile}>{(p) => <Card profile={p} />}</Answered>
          {(profile.data || needsSnapshot(profile.error)) && rule && (
            <section class="result-card" aria-label="Why">
              <header class="row"><h2>Why</h2>{why.data && <span class={"badge " + (why.data.holds ? "good" : "bad")}>{why.data.holds ? "is in the audience" : "is not in the audience"}</span>}</header>
              <Answered asked={why}>{(w) => <ul class="why"><Reasons reason={w.reason} /></ul>}</Answered>
            </section>
          )}
        </>
      )}
    </div>
  );
}

function Card({ profile: p }: { profile: Profile }) {
  return (
    <section class="result-card" aria-label={`Customer ${p.key}`}>
      <header class="row"><h2 class="grow">{p.key}</h2><span class="tiny muted num">as of {time(p.as_of)} {p.timezone}</span></header>
      <dl class="profile-facts">
        {p.attributes.map((a) => <div key={a.name}><dt title={a.name}>{a.name}</dt><dd class="num"><Cell value={a.value} /></dd></div>)}
      </dl>
      {p.behaviors.map((b) => (
        <div key={b.behavior} class="events">
          <h2>{b.behavior} <span class="tiny muted num">{n(b.count)} event{b.count === 1 ? "" : "s"}{b.first && <>, <span class="nowrap">{time(b.first)}</span>{b.last !== b.first && <> to <span class="nowrap">{time(b.last)}</span></>}</>}</span></h2>
          {b.recent.length > 0 && (
            <ol>
              {b.recent.map((e, i) => (
                <li key={i}>
                  <span class="num when" title={e.time ? ago(e.time, Date.parse(p.as_of)) : undefined}>{e.time ? time(e.time) : "undated"}</span>
                  <span class="what num">{e.fields.map((x) => <span key={x.name}><span class="muted">{x.name}</span> <Cell value={x.value} /></span>)}</span>
                </li>
              ))}
            </ol>
          )}
          {b.count > b.recent.length && b.recent.length > 0 && <p class="tiny muted num">and {n(b.count - b.recent.length)} before</p>}
        </div>
      ))}
      {p.segments && (
        <div>
          <h2>Segments</h2>
          {p.segments.length === 0 ? <p class="tiny muted">{p.segments_asked === 0 ? "Nothing is saved yet." : `In none of ${n(p.segments_asked ?? 0)} saved segments.`}</p>
            : <span class="chips">{p.segments.map((s) => <span key={s} class="chip seg">{s}</span>)}</span>}
        </div>
      )}
    </section>
  );
}
