// Package document reads YAML and JSON files into one tree whose every node
// knows its place, so that what is wrong with a file can be said with line and
// column. It knows nothing of what files mean.
//
// [ParseYAML] and [ParseJSON] read one syntax; [Parse] tells which of the two a
// text is written in. All scalars are the text of the file: 00001 is these
// characters, 1.10 keeps its zero, and nothing is turned into a time or a
// boolean.
//
// YAML is read as the plain part of it that people write: one document of
// lists, mappings and scalars. Anchors, aliases, merge keys, tags, keys that are
// no text and keys given twice are problems: each lets a file mean something
// else than it shows. JSON is that of RFC 8259, without keys given twice and
// without halves of surrogate pairs.
//
// Files may come from anywhere: time and memory are bounded by [Limits], and no
// text makes a reader panic. Offsets are those of the bytes as given, a byte
// order mark at the start included; the mark is in no node and in no column.
package document
