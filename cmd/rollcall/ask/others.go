package ask

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// MembersAt streams the keys of the members as of another time; of those that a pick takes
// those that it would have taken then. q is what [Ask], [AskInPlace] or [Choose] returned.
func MembersAt(ctx context.Context, q Asker, then time.Time) iter.Seq2[arrow.RecordBatch, error] {
	switch q := q.(type) {
	case *choice:
		pick, _ := q.picked.Picked()
		picked, err := q.Query.At(then).Pick(pick)
		if err != nil {
			return failed(err)
		}
		return picked.Batches(ctx)
	case *Question:
		return q.Query.At(then).Batches(ctx)
	case *InPlace:
		return batchesOf(ctx, q.at(then), nil)
	case *choiceInPlace:
		earlier := q.picked
		earlier.AsOf = then
		return earlier.Audience(ctx)
	}
	return failed(fmt.Errorf("%T cannot be asked as of another time", q))
}

// OthersOf streams the customers whom the rule of q does not select as of a time, and of
// those it selects those whom a pick might have taken. q is as for [MembersAt].
func OthersOf(ctx context.Context, q Asker, asOf time.Time, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	switch q := q.(type) {
	case *choice:
		return chained(q.Query.At(asOf).Batches(ctx, columns...), OthersOf(ctx, q.Question, asOf, columns))
	case *Question:
		r, err := rule.Parse("not (" + q.Query.String() + ")")
		if err != nil {
			return failed(err)
		}
		others, err := q.Snapshot.QueryRule(r)
		if err != nil {
			return failed(err)
		}
		return others.At(asOf).Batches(ctx, columns...)
	case *InPlace:
		r, err := rule.Parse("not (" + q.Checked.String() + ")")
		if err != nil {
			return failed(err)
		}
		checked, err := rule.Check(r, q.Schema(), q.Library)
		if err != nil {
			return failed(err)
		}
		others := *q.at(asOf)
		others.Rule, others.Checked = r, checked
		return batchesOf(ctx, &others, columns)
	case *choiceInPlace:
		return chained(batchesOf(ctx, q.at(asOf), columns), OthersOf(ctx, q.InPlace, asOf, columns))
	}
	return failed(fmt.Errorf("%T cannot be asked for other customers", q))
}

// batchesOf gives the members of a rule that a source is asked.
func batchesOf(ctx context.Context, q *InPlace, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	m, err := q.Members(ctx, columns)
	if err != nil {
		return failed(err)
	}
	return m.Batches
}

// failed gives an error alone.
func failed(err error) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) { yield(nil, err) }
}

// chained gives one sequence after the other, up to an error.
func chained(all ...iter.Seq2[arrow.RecordBatch, error]) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for _, one := range all {
			for batch, err := range one {
				if !yield(batch, err) || err != nil {
					return
				}
			}
		}
	}
}
