// Package audit keeps the log of who did and saw what: a line of JSON for every
// entry, in files that are appended to and never changed or removed.
//
// # Files
//
// The folder DIR/audit has a file for every day (UTC) with entries, and another
// when one has grown to [MaxFileBytes]: 000000000001-2026-11-23.jsonl, named by
// the number of its first entry and the day. Entries are numbered from 1 without
// a gap. Each carries the SHA-256 of the line before it, without the line break,
// so that a change of any line shows in the next one. Taking lines off the end
// does not show: who must rule that out keeps the head that [Log.Verify] reports
// in another place. Beside them lie a lock, a salt, and what was cut off.
//
// # Durability
//
// [Log.Append] returns after the entry is on disk. Entries of callers that wait at
// the same time are written and synced together. A last line without its line
// break is what a crash left of an entry that nobody was told of: [Open] moves it
// to a file beside, named like the log's with .torn-1 behind, and [Log.Torn] says
// so. Whatever else is wrong is an error that names the file and the line.
//
// # Personal data
//
// Entries have none: no value of an attribute, no text of a rule (which may have
// one in it), no key of a customer. Objects are names of things that were
// registered, members are a number. Where it matters whose profile was read, the
// entry has [Log.CustomerHash]: an HMAC-SHA-256 of the key under a salt of this
// log. With the folder, which only its owner can read, one can tell whether a
// given customer was looked at; from the lines alone one cannot.
package audit
