// Package model is the parent segment as rollcall works with it: one master
// table with a row per customer, attributes (1:1, what a customer is) and
// behaviors (N:1, timestamped events, what a customer did).
//
// Two descriptions live here, and the difference matters:
//
//   - [ParentSegment] is the configuration, as people write it: names of
//     databases, tables and columns, normalised from the file form that it was
//     read from. It says nothing about types unless somebody forced one.
//   - [Schema] is what a load found behind those names: every attribute and
//     every behavior field with its exact [Type]. Rules are checked against it.
//
// [ParseBook] reads a configuration; docs/configuration.md describes the format.
// It goes over a file in four steps, each of which finds its own problems:
//
//  1. the bytes: size, encoding, how much structure there can be;
//  2. the YAML: one document, not nested too deep;
//  3. the tree: no anchors, aliases, merge keys, tags or duplicate keys;
//  4. the format: which keys, which values, which names.
//
// The first two end at their first problem, the last two find all of theirs. All
// messages stand in config_messages.go.
//
// The package reads bytes it is given. But for the system's time-zone data it
// never touches a file, a source or the network.
package model
