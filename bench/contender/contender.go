package contender

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// ErrUnsupported is returned, wrapped with the reason, where an engine cannot
// express a query, take more data or write a file.
var ErrUnsupported = errors.New("the engine cannot do that")

// Engine is a loaded database under test. Its methods are safe for concurrent
// use, but for Close.
type Engine interface {
	// Name is what tables and JSON call it, as duckdb or duckdb-disk.
	Name() string
	// Version is the engine's own, as it tells it.
	Version() string
	// Loaded says what it took to load the data.
	Loaded() Load
	// Prepare readies a query to be asked any number of times. Errors are
	// ErrUnsupported, wrapped with the reason, or the engine's.
	Prepare(ctx context.Context, q *suite.Query) (Prepared, error)
	// Append loads one more day, which add holds, behind the data that is loaded, and
	// returns how long that took. Queries prepared before may be of the old data or of
	// the new.
	Append(ctx context.Context, add *workload.Dataset) (time.Duration, error)
	// Export writes every customer that q selects to a Parquet file with these
	// columns of the customers table, ascending by customer_id, ZSTD at level 1 in row
	// groups of about 122,880 rows. It returns how long that took, until the file's bytes
	// were synced to disk. Engines that cannot return ErrUnsupported.
	Export(ctx context.Context, q *suite.Query, columns []string, file string) (time.Duration, error)
	// Close ends the engine and removes what it put on disk and nobody asked to keep.
	Close() error
}

// Prepared is a query of one engine. It is safe for concurrent use, but for
// Close.
type Prepared interface {
	// Count asks how many customers the query selects. took is measured next to the
	// engine, without what carries the answer here.
	Count(ctx context.Context) (n int64, took time.Duration, err error)
	// Keys returns the customer_id of every customer that the query selects, ascending.
	Keys(ctx context.Context) ([]int64, error)
	Close() error
}

// Load is what loading the data took.
type Load struct {
	Seconds   float64 `json:"seconds"`
	SizeBytes int64   `json:"size_bytes"` // on disk, or in memory where it is only there
	// PeakBytes is the most memory that loading took: of an engine in this process, by
	// how much it grew at most; of one in processes of its own, all that they had.
	// Pages of mapped files are not in it where AnonOnly says so.
	PeakBytes int64 `json:"peak_bytes"`
	AnonOnly  bool  `json:"peak_is_anonymous"`
	// Indexes has sizes of parts, by name, where the engine tells them.
	Indexes map[string]int64 `json:"indexes,omitempty"`
	Note    string           `json:"note,omitempty"` // what a reader of the figures must know
}

// Options are what engines are loaded with.
type Options struct {
	Scratch string // an empty folder for files, removed by who made it
	Threads int    // cores that the engine may use
	// Progress is told what the engine is doing now, in a few words. It is never nil.
	Progress func(stage string)
	// Python runs chDB and has it installed; "": the engine prepares an environment of
	// its own below the user's cache folder.
	Python string
}
