// Package cdnow is a real data set: the customers of an online CD shop and
// what they bought in 1997 and 1998, with the means to lay it out as a
// warehouse folder.
//
// The published text is embedded. [Purchases] reads it row by row, with money
// in whole cents; it is the judge that tests compare every other reading with.
// [WriteWarehouse] turns the same rows into Parquet tables, and [ParentYAML]
// is the parent segment over those tables. README.md lists the tables and the
// facts known about the data.
//
// The package knows nothing of the engine: it imports no other package of this
// module.
package cdnow
