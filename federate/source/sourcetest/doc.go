// Package sourcetest is the contract of package source as a test suite. The
// tests of every source call [Run], which asks the source to hold tables that
// it makes up and then checks that the source keeps the contract for them.
//
// A format that cannot hold a type leaves the type's [Column] out.
package sourcetest
