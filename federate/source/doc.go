// Package source is the contract between rollcall and the places where
// customer data lives. A [Source] holds tables; a [Table] has an Arrow schema
// and streams a projection of its columns as Arrow record batches.
//
// A table may be more than that: a [Parted] is read part by part, a [Resumable]
// says what came since, a [Filterer] leaves rows out where they lie, a [Texter] is
// read without the types that it inferred, a [Declarer] knows keys. A source that
// is an [Engine] runs SQL.
//
// A scan is complete or it fails: an implementation that cannot prove that it
// delivered every row returns an error instead of ending the stream.
package source
