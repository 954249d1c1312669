package ask

import (
	"context"
	"iter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Asker answers questions about one rule at one as_of: from a version of a snapshot, a
// [*Question], or in the source where the data lies, an [*InPlace]. Its answers are all
// of one state of the data. It has nothing open of its own: who has the snapshot or the
// place closes that, after the last answer. It is safe for concurrent use.
//
// What a source cannot say exactly is an error, a [*federate.UnsupportedError].
type Asker interface {
	// Schema returns the names that the rule was checked against.
	Schema() *model.Schema
	// Location returns the parent segment's time zone.
	Location() *time.Location
	// Count counts the members.
	Count(ctx context.Context) (*Answer, error)
	// Explain counts the members, and says how: by the plan of a snapshot, or the
	// statement that a source runs.
	Explain(ctx context.Context) (*Answer, *Explained, error)
	// List returns the first members in the order of their keys, limit of them at most;
	// columns are attributes or values of events, beside the key.
	List(ctx context.Context, limit int, columns []string) (*Answer, *Page, error)
	// Members streams all members, for an export.
	Members(ctx context.Context, columns []string) (*Audience, error)
	// Breakdown divides the members by each of several attributes, one at least; limit is
	// the values of each that are named at most. [Divide] makes by.
	Breakdown(ctx context.Context, by []engine.By, limit int) (*Answer, []*Breakdown, error)
	// Why says why the rule selects a customer, or does not. The answer has no count. The
	// error for a key that no customer has is an [*engine.KeyError].
	Why(ctx context.Context, key string) (*Answer, *engine.Reason, error)
	// Funnel counts how far customers come in the rule's sequence.
	Funnel(ctx context.Context) (*Answer, *engine.Funnel, error)
	// Trend counts the members at several times, of which the as_of of the rule is none.
	// The answer is that of the last one.
	Trend(ctx context.Context, span engine.TrendSpan) (*Answer, *Trend, error)
	// Diff compares the members at two times, and lists those who entered or left.
	Diff(ctx context.Context, options DiffOptions) (*Diff, error)
}

// Answer is an answer with where it comes from.
type Answer struct {
	engine.Answer        // its Manifest is nil where a source answered
	Rule          string // canonical text
	Pick          string // which members were taken, in words; empty: all
	Schema        *model.Schema
	Location      *time.Location
	Snapshot      *SnapshotJSON // nil: a source answered
	Source        *SourceJSON   // nil: a snapshot answered
}

// Explained is how an answer came about: one of the two.
type Explained struct {
	Plan *engine.Step // of a snapshot
	SQL  string       // that a source runs
}

// Page is some members of a rule, to look at.
type Page struct {
	Columns []string // names, without the key's
	Rows    []engine.Row
}

// newPage returns a page without rows; schema is that of its columns, the key first.
func newPage(schema *arrow.Schema) *Page {
	p := &Page{Columns: []string{}, Rows: []engine.Row{}}
	for _, f := range schema.Fields()[1:] {
		p.Columns = append(p.Columns, f.Name)
	}
	return p
}

// Audience is the members of a rule, to be written to a file. It is for one goroutine.
type Audience struct {
	Schema   *arrow.Schema                       // the key first
	Batches  iter.Seq2[arrow.RecordBatch, error] // once; a batch is valid until the next one
	AsOf     time.Time                           // in the parent segment's time zone
	Expected int64                               // members; -1: unknown until they have come
	Metadata map[string]string                   // says in the file what the audience is; never nil
	Warnings []string

	// Answer returns the answer, rows being the members that were written. It is called
	// once Batches has ended well.
	Answer func(ctx context.Context, rows int64) (*Answer, error)
}

// AllColumns returns the columns of a list or a file that names none: all attributes but
// the key, which comes first anyway.
func AllColumns(schema *model.Schema) []string {
	names := []string{}
	for _, attr := range schema.Attributes {
		if attr.Name != schema.KeyColumn {
			names = append(names, attr.Name)
		}
	}
	return names
}
