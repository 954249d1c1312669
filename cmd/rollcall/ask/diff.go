package ask

import (
	"context"
	"iter"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate"
)

// Side is who is listed of a diff.
type Side string

// The sides of a diff.
const (
	Nobody  Side = ""
	Entered Side = "entered" // members after, and not before
	Left    Side = "left"    // members before, and not after
)

// DiffOptions says what a diff compares and lists.
type DiffOptions struct {
	From, To time.Time // before and after; [DiffVersions] does not look at them
	Show     Side
	Columns  []string // to list beside the key; nil: the key alone. A source lists no others
	Limit    int      // customers to list at most
}

// Diff is what became of an audience.
type Diff struct {
	Before, After         *Answer
	Entered, Left, Stayed uint64
	Shown                 Side
	Listed                *Page // those who are asked for; nil: nobody is
	Notes                 []string
}

// Diff compares the members at two times of one version.
func (q *Question) Diff(ctx context.Context, options DiffOptions) (*Diff, error) {
	d, err := q.Query.Diff(ctx, options.From, options.To)
	if err != nil {
		return nil, err
	}
	return newDiff(ctx, d, q, q, &options)
}

// DiffVersions compares the members of two versions of a snapshot, each at the as_of of
// its question. Customers are told by their keys.
func DiffVersions(ctx context.Context, before, after *Question, options DiffOptions) (*Diff, error) {
	d, err := engine.Compare(ctx, before.Query, after.Query)
	if err != nil {
		return nil, err
	}
	return newDiff(ctx, d, before, after, &options)
}

// newDiff lists who is asked for of a diff.
func newDiff(ctx context.Context, d *engine.Diff, before, after *Question, options *DiffOptions) (*Diff, error) {
	out := &Diff{
		Before: before.answered(&d.Before), After: after.answered(&d.After),
		Entered: d.Entered, Left: d.Left, Stayed: d.Stayed, Shown: options.Show, Notes: d.Notes,
	}
	out.After.Elapsed = d.Elapsed
	var rows iter.Seq2[engine.Row, error]
	of := after
	switch options.Show {
	case Entered:
		rows = d.EnteredRows(ctx, options.Columns...)
	case Left:
		rows, of = d.LeftRows(ctx, options.Columns...), before
	default:
		return out, nil
	}
	var found []engine.Row
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		if found = append(found, row); len(found) == options.Limit {
			break
		}
	}
	schema, err := of.Query.BatchSchema(options.Columns...)
	if err != nil {
		return nil, err
	}
	out.Listed = newPage(schema)
	out.Listed.Rows = found
	return out, nil
}

// KeysAloneInPlace is the error for a diff in place that is to list more than keys.
func KeysAloneInPlace(show Side) error {
	return UnsupportedInPlace("a source lists the keys of those who " + string(show) + " alone")
}

// Diff compares the members at two times.
func (q *InPlace) Diff(ctx context.Context, options DiffOptions) (*Diff, error) {
	if options.Show != Nobody && options.Columns != nil {
		return nil, KeysAloneInPlace(options.Show)
	}
	from, to := options.From, options.To
	changed, err := federate.Diff(ctx, q.Place.Place, q.Checked, from, to)
	if err != nil {
		return nil, err
	}
	out := &Diff{
		Entered: changed.After - changed.Stayed, Left: changed.Before - changed.Stayed, Stayed: changed.Stayed,
		Shown: options.Show, Notes: engine.HistoryNotes(q.Checked),
	}
	var keys []string
	switch options.Show {
	case Entered:
		keys, err = federate.Entered(ctx, q.Place.Place, q.Checked, from, to, options.Limit)
	case Left:
		keys, err = federate.Entered(ctx, q.Place.Place, q.Checked, to, from, options.Limit)
	}
	if err != nil {
		return nil, err
	}
	if options.Show != Nobody {
		out.Listed = &Page{}
		for _, key := range keys {
			out.Listed.Rows = append(out.Listed.Rows, engine.Row{Key: key})
		}
	}
	if out.Before, err = q.at(from).Answered(ctx, changed.Before); err != nil {
		return nil, err
	}
	out.After, err = q.at(to).Answered(ctx, changed.After)
	return out, err
}
