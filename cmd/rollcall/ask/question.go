package ask

import (
	"context"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Question is a rule asked of a version of a snapshot. It is an [Asker].
type Question struct {
	Query    *engine.Query // at its as_of
	Snapshot *Snapshot
}

var _ Asker = (*Question)(nil)

// Ask checks a rule against a version of a snapshot, to be answered as of a time. The
// caller keeps snap, and closes it after the last answer. The error is [rule.Errors],
// where the rule is wrong.
func Ask(snap *Snapshot, r *Rule, asOf time.Time) (*Question, error) {
	q, err := snap.QueryRule(r.Parsed)
	if err != nil {
		return nil, r.Locate(err)
	}
	return &Question{Query: q.At(asOf), Snapshot: snap}, nil
}

// Schema returns the names that the rule was checked against.
func (q *Question) Schema() *model.Schema { return q.Snapshot.Schema() }

// Location returns the parent segment's time zone.
func (q *Question) Location() *time.Location { return q.Snapshot.Location() }

// answered returns an answer with the version that it is from.
func (q *Question) answered(answer *engine.Answer) *Answer {
	return &Answer{
		Answer: *answer, Rule: q.Query.String(), Schema: q.Schema(), Location: q.Location(), Snapshot: q.Snapshot.Describe(),
	}
}

// Count counts the members.
func (q *Question) Count(ctx context.Context) (*Answer, error) {
	answer, err := q.Query.Answer(ctx)
	if err != nil {
		return nil, err
	}
	return q.answered(answer), nil
}

// Explain counts the members, and returns the plan.
func (q *Question) Explain(ctx context.Context) (*Answer, *Explained, error) {
	e, err := q.Query.Explain(ctx)
	if err != nil {
		return nil, nil, err
	}
	return q.answered(&e.Answer), &Explained{Plan: &e.Plan}, nil
}

// List returns the first members in the order of their keys.
func (q *Question) List(ctx context.Context, limit int, columns []string) (*Answer, *Page, error) {
	answer, err := q.Query.Answer(ctx)
	if err != nil {
		return nil, nil, err
	}
	schema, err := q.Query.BatchSchema(columns...)
	if err != nil {
		return nil, nil, err
	}
	page := newPage(schema)
	for row, err := range q.Query.Rows(ctx, columns...) {
		if err != nil {
			return nil, nil, err
		}
		page.Rows = append(page.Rows, row)
		if len(page.Rows) == limit {
			break
		}
	}
	return q.answered(answer), page, nil
}

// Members streams all members.
func (q *Question) Members(ctx context.Context, columns []string) (*Audience, error) {
	answer, err := q.Query.Answer(ctx)
	if err != nil {
		return nil, err
	}
	schema, err := q.Query.BatchSchema(columns...)
	if err != nil {
		return nil, err
	}
	m := q.Snapshot.Manifest()
	asOf := answer.AsOf.In(q.Location())
	return &Audience{
		Schema: schema, Batches: q.Query.At(answer.AsOf).Batches(ctx, columns...),
		AsOf: asOf, Expected: int64(answer.Count), Warnings: answer.Warnings,
		Metadata: map[string]string{
			"rollcall.parent_segment":   m.Schema.Name,
			"rollcall.rule":             q.Query.String(),
			"rollcall.as_of":            TimeText(asOf),
			"rollcall.timezone":         m.Schema.Timezone,
			"rollcall.snapshot_version": strconv.FormatUint(m.Version, 10),
			"rollcall.snapshot_created": TimeText(m.CreatedAt),
		},
		Answer: func(context.Context, int64) (*Answer, error) { return q.answered(answer), nil },
	}, nil
}

// Breakdown divides the members by each of several attributes, in one pass.
func (q *Question) Breakdown(ctx context.Context, by []engine.By, limit int) (*Answer, []*Breakdown, error) {
	all, err := q.Query.Breakdowns(ctx, limit, by...)
	if err != nil {
		return nil, nil, err
	}
	var parts []*Breakdown
	for i, b := range all {
		parts = append(parts, &Breakdown{Breakdown: b, Compared: true, Every: by[i].Every})
	}
	return q.answered(&all[0].Answer), parts, nil
}

// Why says why the rule selects a customer, or does not.
func (q *Question) Why(ctx context.Context, key string) (*Answer, *engine.Reason, error) {
	start := time.Now()
	w, err := q.Query.Why(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	return q.answered(&engine.Answer{
		Customers: w.Manifest.Customers, AsOf: w.AsOf, Windows: w.Windows, Warnings: w.Warnings, Elapsed: time.Since(start),
	}), &w.Reason, nil
}

// Funnel counts how far customers come in the rule's sequence.
func (q *Question) Funnel(ctx context.Context) (*Answer, *engine.Funnel, error) {
	f, err := q.Query.Funnel(ctx)
	if err != nil {
		return nil, nil, err
	}
	return q.answered(&f.Answer), f, nil
}

// Trend counts the members at several times, of one version.
func (q *Question) Trend(ctx context.Context, span engine.TrendSpan) (*Answer, *Trend, error) {
	t, err := q.Query.Trend(ctx, span)
	if err != nil {
		return nil, nil, err
	}
	return q.answered(&t.Answer), &Trend{Every: span.Every, Points: t.Points, Notes: t.Notes}, nil
}
