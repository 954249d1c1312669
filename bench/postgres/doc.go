// Package postgres puts PostgreSQL under test: a server of its own for every
// Engine, with the settings and the indexes that a careful administrator would
// give it for questions like the suites'.
//
// The server is the one that is installed (on Debian: apt-get install
// postgresql). It listens on a port of 127.0.0.1 that nobody else has and on a
// socket in its private folder, which Close removes. PostgreSQL refuses to be
// run by root, so root's server runs as the user postgres, in a folder that this
// user can reach.
//
// The steps of [Open], a file each:
//
//  1. programs.go finds the programs, place.go a folder, settings.go the settings.
//  2. server.go starts the server, and ends it when the context does.
//  3. load.go makes the tables and fills them by COPY, in the binary format that
//     copy.go and binary.go write from Arrow batches.
//  4. indexes.go makes the indexes.
//
// Start at Open.
package postgres
