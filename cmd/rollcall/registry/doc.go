// Package registry keeps what the studio must not forget: connections, parent
// segments, segments with all their versions, and jobs.
//
// # Files
//
// All of it but secrets is in DIR/studio.db, a bbolt file that one process at a
// time has open. Every change is a transaction: when a method returns without an
// error, what it did is on disk; after a crash a change is there whole or not at
// all. Values are JSON with the number of their format and a checksum over key and
// value, so that a file that was damaged is an error and no wrong answer. Secrets
// are in DIR/secrets.json, which is replaced as a whole. Both have mode 0600, and
// a folder that is made here has 0700.
//
// # Secrets
//
// A connection says for each of its secrets where it is: "stored" here, or
// "env:NAME", a variable of the environment. Values go in by
// [Registry.PutConnection] and come out by [Registry.Secret] alone, as a [Secret],
// which prints, formats and marshals as "[secret]". Should the process die between
// the two files, a secret that nobody refers to is left over; [Open] drops it.
//
// # Names
//
// Names of connections and parent segments, and the parts of a segment's path
// (folder/name), are UTF-8 of at most [MaxNameBytes], without slashes, backslashes
// and control characters, without space at their ends, and not "." or "..". They
// differ by their bytes: "Gold" and "gold" are two. No name becomes a path of the
// file system: the folder of a snapshot is made of the ASCII letters and digits of
// the name, in lower case, and of a hash of it, and is never given twice.
//
// # Lists
//
// Lists are in the order of names, by bytes, or newest first where they are
// numbered. Each call gives a [Page] and what continues it.
package registry
