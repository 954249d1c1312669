// Package load builds and refreshes snapshots for a server, in a process of its own.
//
// A build is all work and memory, and a server that counts shares its cores with it. In
// one process the counts of others would wait for it: Go's scheduler gives a goroutine 10 ms
// at a time and looks for what came over the network when it has nothing else to do. A
// process of lower priority leaves the cores to the server whenever that has something to
// do, gives its memory back when it ends, and takes nobody along where the machine runs
// out of it.
//
// The process gets its [Request], secrets and all, over its standard input, never in its
// arguments or its environment, and tells its progress and its end over its standard
// output, a line of JSON each. When its standard input ends, the server is gone, and it
// ends at once: what it has written so far is no version of the snapshot, and the next
// build clears it away.
package load
