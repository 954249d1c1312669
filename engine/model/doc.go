// Package model is the parent segment as rollcall works with it: one master
// table with a row per customer, attributes (1:1, what a customer is) and
// behaviors (N:1, timestamped events, what a customer did).
//
// Three descriptions live here, and the difference matters:
//
//   - [ParentSegment] is the configuration, as people write it: names of
//     databases, tables and columns, normalised from the file form that it was
//     read from. It says nothing about types unless somebody forced one.
//   - [Schema] is what a load found behind those names: every attribute and
//     every behavior field with its exact [Type]. Rules are checked against it.
//   - [Layout] is where the parts of a Schema lie in the source they were loaded
//     from. SQL is made from it.
//
// [Parse] reads a configuration in any of the five forms that
// docs/configuration.md describes, and [AppendBook] writes one in the first of
// them. Reading goes over a file in three steps, each of which finds its own
// problems:
//
//  1. the file as YAML or JSON, which is the work of package document;
//  2. the form: which of the five it is, by its keys (form.go);
//  3. the content: which keys, which values, which names (a form_*.go for each).
//
// The first ends at its first problem of syntax, the last finds all of its own.
// All messages stand in config_messages.go.
//
// The package reads bytes it is given. But for the system's time-zone data it
// never touches a file, a source or the network.
package model
