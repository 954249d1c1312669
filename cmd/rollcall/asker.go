package main

import (
	"context"
	"iter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
)

// asker answers questions about one rule at one as_of: from a snapshot, or in the
// source where the data lies. Its answers are all of one state of the data.
type asker interface {
	// Close releases what is open.
	Close() error
	// schema returns the names that the rule was checked against.
	schema() *model.Schema
	// count counts the members.
	count(ctx context.Context) (*answered, error)
	// list returns the first members in the order of their keys.
	list(ctx context.Context, limit int, columns []string) (*answered, *page, error)
	// members streams all members for an export. The answer may be asked for once
	// the stream has ended well.
	members(ctx context.Context, columns []string) (*audience, error)
	// breakdown divides the members by each of several attributes.
	breakdown(ctx context.Context, by []engine.By, limit int) (*answered, []*breakdownParts, error)
	// why says why the rule selects a customer, or does not.
	why(ctx context.Context, key string) (*answered, *engine.Reason, error)
	// funnel counts how far customers come in the rule's sequence.
	funnel(ctx context.Context) (*answered, *engine.Funnel, error)
	// trend counts the members at several times.
	trend(ctx context.Context, span *givenSpan) (*answered, *trendParts, error)
	// diff compares the members at two times, and lists those who entered or left.
	diff(ctx context.Context, given *givenDiff) (*diffed, error)
}

// answered is an answer with where it comes from.
type answered struct {
	engine.Answer // its Manifest is nil where a source answered
	rule          string
	pick          string // which members were taken, in words; empty: all
	schema        *model.Schema
	location      *time.Location
	snapshot      *snapshotJSON // nil: a source answered
	source        *sourceJSON   // nil: a snapshot answered
}

// page is some members of a rule, to look at.
type page struct {
	columns []string // names, without the key's
	rows    []engine.Row
}

// newPage returns a page without rows; schema is that of its columns, the key first.
func newPage(schema *arrow.Schema) *page {
	p := &page{columns: []string{}, rows: []engine.Row{}}
	for _, f := range schema.Fields()[1:] {
		p.columns = append(p.columns, f.Name)
	}
	return p
}

// audience is the members of a rule, to be written to a file.
type audience struct {
	schema   *arrow.Schema
	batches  iter.Seq2[arrow.RecordBatch, error]
	asOf     time.Time
	expected int64             // members; -1: unknown until they have come
	metadata map[string]string // says in the file what the audience is
	warnings []string
	// answer returns the answer, rows being the members that were written.
	answer func(ctx context.Context, rows int64) (*answered, error)
}

// snapshotJSON says which version of a snapshot answered.
type snapshotJSON struct {
	Version   uint64    `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	Sources   []string  `json:"sources"`
}

// sourceJSON says which source answered, and from which state of its tables.
type sourceJSON struct {
	URI      string            `json:"uri"`      // without secrets
	Versions map[string]string `json:"versions"` // by table; those that have none are left out
	Notes    []string          `json:"notes"`    // what people should know of how tables are read
	unpinned []string          // tables of which statements may see other states
}

// answerJSON is what the objects of all answers have.
type answerJSON struct {
	Rule      string        `json:"rule"`           // canonical text
	Pick      string        `json:"pick,omitempty"` // which members were taken, in words
	AsOf      string        `json:"as_of"`
	Timezone  string        `json:"timezone"`
	Snapshot  *snapshotJSON `json:"snapshot,omitempty"`
	Source    *sourceJSON   `json:"source,omitempty"` // in place of snapshot
	Windows   []windowJSON  `json:"windows"`
	Warnings  []string      `json:"warnings"`
	ElapsedUS int64         `json:"elapsed_us"`
}

// windowJSON is a resolved window; times are text, since years may lie beyond
// those that package time puts into JSON.
type windowJSON struct {
	Condition string  `json:"condition"`
	From      *string `json:"from"` // null: unbounded
	To        *string `json:"to"`   // null: unbounded
}

func newAnswerJSON(a *answered) answerJSON {
	windows := []windowJSON{}
	for _, w := range a.Windows {
		windows = append(windows, windowJSON{w.Condition, timeOrNil(w.From), timeOrNil(w.To)})
	}
	return answerJSON{
		Rule: a.rule, Pick: a.pick, AsOf: timeText(a.AsOf.In(a.location)), Timezone: a.schema.Timezone,
		Snapshot: a.snapshot, Source: a.source, Windows: windows, Warnings: a.Warnings, ElapsedUS: a.Elapsed.Microseconds(),
	}
}
