package main

import (
	"context"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
)

// question is a rule that a command asks of one version of a snapshot. It is an
// [asker].
type question struct {
	*engine.Query
	snap *snapshot
}

// query opens a snapshot and checks a rule at the as_of asked for. The caller
// closes the question.
func (a *app) query(name string, given *givenRule) (*question, error) {
	snap, err := a.open(name)
	if err != nil {
		return nil, err
	}
	q, err := snap.QueryRule(given.rule)
	if err = given.locate(err, a.segments); err == nil {
		q, err = a.at(snap, q)
	}
	if err != nil {
		return nil, joinClose(err, snap)
	}
	return &question{Query: q, snap: snap}, nil
}

// at moves a query to the as_of asked for; without one, to now, so that
// everything a command prints is of the same instant.
func (a *app) at(snap *snapshot, q *engine.Query) (*engine.Query, error) {
	asOf, err := a.asOfIn(snap.Location())
	if err != nil {
		return nil, err
	}
	return q.At(asOf), nil
}

// Close releases the version.
func (q *question) Close() error { return q.snap.Close() }

func (q *question) schema() *model.Schema { return q.snap.Schema() }

// answered returns an answer with the version that it is from.
func (q *question) answered(answer *engine.Answer) *answered {
	m := q.snap.Manifest()
	return &answered{
		Answer: *answer, rule: q.String(), schema: q.snap.Schema(), location: q.snap.Location(),
		snapshot: &snapshotJSON{m.Version, m.CreatedAt, []string{m.Load.Source}},
	}
}

func (q *question) count(ctx context.Context) (*answered, error) {
	answer, err := q.Answer(ctx)
	if err != nil {
		return nil, err
	}
	return q.answered(answer), nil
}

func (q *question) list(ctx context.Context, limit int, columns []string) (*answered, *page, error) {
	answer, err := q.Answer(ctx)
	if err != nil {
		return nil, nil, err
	}
	schema, err := q.BatchSchema(columns...)
	if err != nil {
		return nil, nil, err
	}
	page := newPage(schema)
	for row, err := range q.Rows(ctx, columns...) {
		if err != nil {
			return nil, nil, err
		}
		page.rows = append(page.rows, row)
		if len(page.rows) == limit {
			break
		}
	}
	return q.answered(answer), page, nil
}

func (q *question) members(ctx context.Context, columns []string) (*audience, error) {
	answer, err := q.Answer(ctx)
	if err != nil {
		return nil, err
	}
	schema, err := q.BatchSchema(columns...)
	if err != nil {
		return nil, err
	}
	m := q.snap.Manifest()
	return &audience{
		schema: schema, batches: q.At(answer.AsOf).Batches(ctx, columns...),
		asOf: answer.AsOf.In(q.snap.Location()), expected: int64(answer.Count), warnings: answer.Warnings,
		metadata: map[string]string{
			"rollcall.parent_segment":   m.Schema.Name,
			"rollcall.rule":             q.String(),
			"rollcall.as_of":            timeText(answer.AsOf.In(q.snap.Location())),
			"rollcall.timezone":         m.Schema.Timezone,
			"rollcall.snapshot_version": strconv.FormatUint(m.Version, 10),
			"rollcall.snapshot_created": timeText(m.CreatedAt),
		},
		answer: func(context.Context, int64) (*answered, error) { return q.answered(answer), nil },
	}, nil
}

func (q *question) breakdown(ctx context.Context, by []engine.By, limit int) (*answered, []*breakdownParts, error) {
	all, err := q.Breakdowns(ctx, limit, by...)
	if err != nil {
		return nil, nil, err
	}
	var parts []*breakdownParts
	for _, b := range all {
		parts = append(parts, &breakdownParts{Breakdown: b, compared: true})
	}
	return q.answered(&all[0].Answer), parts, nil
}

func (q *question) why(ctx context.Context, key string) (*answered, *engine.Reason, error) {
	start := time.Now()
	w, err := q.Why(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	return q.answered(&engine.Answer{
		Customers: w.Manifest.Customers, AsOf: w.AsOf, Windows: w.Windows, Warnings: w.Warnings, Elapsed: time.Since(start),
	}), &w.Reason, nil
}
