package dbtest

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// SQLEngine runs the statements that the server takes in. It is safe for
// concurrent use.
type SQLEngine interface {
	// OpenSession begins a session with the given namespace, each part empty where
	// the client did not name it, and the session's parameters as the client sent
	// them (timezone, ANSI_MODE, STATEMENT_TIMEOUT, QUERY_TAGS, ...). The server
	// itself keeps STATEMENT_TIMEOUT.
	OpenSession(ctx context.Context, catalog, schema string, params map[string]string) (SQLSession, error)
}

// SQLSession is one client's session. The server uses it from one goroutine at a
// time, reads of the results that it gave included.
type SQLSession interface {
	// Query runs one statement. What it returned earlier may still be open and is
	// read on afterwards. The statement, and reading of its result, end with ctx,
	// soon and with an error. An error that is an *SQLError reaches the client as it
	// is, any other as an internal error.
	Query(ctx context.Context, statement string, params []Param) (*Result, error)
	// Close ends the session. Results have been released before.
	Close() error
}

// Param is a parameter of a statement.
type Param struct {
	Name  string // without a colon; empty: positional, in the order of the list
	Type  string // SQL name, such as STRING, BIGINT or DECIMAL(10,2)
	Value string // as text
	Null  bool   // Value means nothing
}

// Result is what a statement gives.
type Result struct {
	// Reader has the rows, nil where the statement gives none. Its schema is of the
	// types that a warehouse sends: bool, int8 to int64, float32, float64, utf8,
	// binary, date32, decimal128, timestamp[us] with a zone (TIMESTAMP) or without
	// (TIMESTAMP_NTZ), and list, map and struct of these. The server sends fields
	// as nullable, each with the SQL name of its type as metadata
	// ([SQLNameKey]), which the engine may set itself where it knows better.
	// Batches may have any number of rows; 16,384 to 65,536 are sent fastest, whole
	// and without a copy, so a batch must stay as it is while it is retained.
	//
	// The server releases Reader, and does not read further ahead than the page
	// that it was asked for and one batch.
	Reader array.RecordReader
	// Affected is how many rows the statement wrote; -1 where that is not known or
	// means nothing.
	Affected int64
}

// SQLError is an error of a statement as a warehouse tells it.
type SQLError struct {
	State   string // SQLSTATE, five characters
	Message string // begins with the class: "[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found. SQLSTATE: 42P01"
}

// Error returns the message.
func (e *SQLError) Error() string { return e.Message }

// SQLNameKey is the metadata of an Arrow field that has the SQL name of its
// type, such as DECIMAL(10,2) or ARRAY<STRING>.
const SQLNameKey = "Spark:DataType:SqlName"
