// Package access says who may do what: tokens with roles, and the columns that
// roles see masked.
//
// # Tokens
//
// A token is 32 random bytes, shown once by [Set.Add] as rc_ and 43 characters of
// base64url. Kept is their SHA-256 alone, with a short public id, the name of who
// has it, roles, and when it was made, ends and was revoked. Bytes that are random
// need no slow hash: there is nothing to guess.
//
// [Set.Find] takes the SHA-256 of what it is given and compares it with that of
// every token, each comparison and the choice among them in constant time. How long
// it takes depends on the number of tokens, not on how much of one is right; a text
// that is no token at all is looked for in the same way.
//
// # The file
//
// Tokens are in one file of JSON and mode 0600, which is replaced as a whole: after
// a crash it is as before a change or as after it. A change takes a lock beside the
// file, reads the file again and adds to what is there, so that several processes
// lose none of each other's tokens. A file that others can read, or that is not as
// it was written, is an error and stays as it is.
package access
