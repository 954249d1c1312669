package dbtest

import "time"

// Fault is something that goes wrong in one call, or in some calls in a row.
type Fault struct {
	// Method of the calls: a Thrift method by its name, [MethodFile],
	// [MethodToken], [MethodDiscovery]; empty: any of them.
	Method string
	// Nth of the calls of Method, counted from 1 when the fault was injected; 0
	// means 1.
	Nth int
	// Times is how many calls in a row it hits; 0 means 1, below 0 all that follow.
	Times int
	Kind  Kind

	Status     int           // of HTTPStatus; 0 means 500
	RetryAfter time.Duration // of HTTPStatus, in whole seconds; below 0: the answer has none
	Message    string        // of ThriftError and StatementError; empty: one that the server has
	State      string        // of StatementError
	Quiet      bool          // of LostPage, RepeatedPage and LostEnd: offsets hide it, so that nothing but the count of rows shows it
}

// Kind is what goes wrong. Kinds that mean nothing in a call leave it as it is,
// and are not counted as injected.
type Kind string

// Kinds of any call.
const (
	HTTPStatus Kind = "HTTP status"     // the call is answered with Status, and not carried out
	Cut        Kind = "connection cut"  // the connection ends before the call is carried out
	CutAnswer  Kind = "answer cut"      // the call is carried out, the connection ends without an answer
	CutBody    Kind = "body cut"        // the connection ends in the middle of the answer
	Stall      Kind = "stalled"         // the call is not carried out and never answered
	StallBody  Kind = "stalled in body" // the answer stops in its middle, the connection stays
)

// Kinds of Thrift methods.
const (
	ThriftError     Kind = "Thrift error"     // the answer has the status ERROR, and Message
	ThriftException Kind = "Thrift exception" // the answer is an exception of the Thrift layer
	TokenExpired    Kind = "token expired"    // the token of this call is not accepted from here on
	SessionClosed   Kind = "session closed"   // the server has closed the session of the call
	OperationClosed Kind = "operation closed" // the server has closed the operation of the call
)

// Kinds of ExecuteStatement.
const (
	StatementError Kind = "statement error" // the statement fails with State and Message
	VersionGone    Kind = "version gone"    // the statement fails as files of its table version were vacuumed
	Late           Kind = "late result"     // the answer has no result, the client has to ask for the state; this is allowed
	Endless        Kind = "endless"         // the statement runs until it is cancelled or closed
	SchemaChange   Kind = "schema change"   // the first column is a STRING, or BIGINT where it was one
	NameChange     Kind = "name change"     // the first column has another name
	ColumnLost     Kind = "column lost"     // the last column is missing
)

// Kinds of calls that give rows: FetchResults, and ExecuteStatement with direct
// results.
const (
	LostPage      Kind = "page lost"        // the rows of a page are skipped; whether there are more is told as ever
	RepeatedPage  Kind = "page repeated"    // the rows of a page come again in the next
	EmptyPage     Kind = "page empty"       // a page has no rows though there are more, which the next one has; this is allowed
	EarlyEnd      Kind = "early end"        // the answer says that there are no more rows though there are
	EndlessPages  Kind = "endless pages"    // the answer says that there are more rows though there are none
	CorruptArrow  Kind = "corrupt Arrow"    // Arrow messages are damaged; also of MethodFile
	StaleName     Kind = "stale name"       // the Arrow schema names the first column otherwise than the Thrift schema
	PlainRows     Kind = "plain rows"       // rows come as Thrift rows, not as Arrow
	PlainColumns  Kind = "plain columns"    // rows come as Thrift columns, not as Arrow
	NoMetadata    Kind = "metadata missing" // the answer has no metadata of the result
	ExpiredLink   Kind = "link expired"     // links say that they have expired, and have
	LyingRowCount Kind = "row count wrong"  // the first batch or link declares a row more than it has
	LostEnd       Kind = "end lost"         // the connection ends without an answer, which had all rows that were left; the next page has none, and begins at row 0
	EmptyLink     Kind = "link empty"       // a link to a file without rows stands before the others; this is allowed
)

// Kinds of [MethodFile].
const (
	PaddedFile Kind = "padding rows" // the file has rows beyond those that its link declares
	ShortFile  Kind = "short file"   // the file lacks its last rows, as a well-formed stream
	TornFile   Kind = "torn file"    // the file ends in its middle, with that length declared
	LinkGone   Kind = "link gone"    // the link has expired before its time: 403
)

// Methods of calls that are not Thrift, for [Fault] and [Call].
const (
	MethodFile      = "CloudFetch" // GET of a file of a link
	MethodToken     = "Token"      // POST to a token endpoint
	MethodDiscovery = "Discovery"  // GET of a well-known document
)
