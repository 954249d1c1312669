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
	list(ctx context.Context, limit int, columns []string) (*answered, []engine.Row, error)
	// members streams all members for an export. The answer may be asked for once
	// the stream has ended well.
	members(ctx context.Context, columns []string) (*audience, error)
	// breakdown divides the members by an attribute.
	breakdown(ctx context.Context, attribute string, limit int) (*answered, *breakdownParts, error)
	// why says why the rule selects a customer, or does not.
	why(ctx context.Context, key string) (*answered, *engine.Reason, error)
}

// answered is an answer with where it comes from.
type answered struct {
	engine.Answer // its Manifest is nil where a source answered
	rule          string
	schema        *model.Schema
	location      *time.Location
	snapshot      *snapshotJSON // nil: a source answered
	source        *sourceJSON   // nil: a snapshot answered
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
	Rule      string        `json:"rule"` // canonical text
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
		Rule: a.rule, AsOf: timeText(a.AsOf.In(a.location)), Timezone: a.schema.Timezone,
		Snapshot: a.snapshot, Source: a.source, Windows: windows, Warnings: a.Warnings, ElapsedUS: a.Elapsed.Microseconds(),
	}
}
