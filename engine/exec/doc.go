// Package exec runs programs: block by block of 65,536 customers, every step of
// a rule while the block's bits are in cache, combining words in place. Nothing
// as large as the snapshot is made; a count after the first allocates only what
// planning did.
package exec
