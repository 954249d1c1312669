package main

import (
	"context"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate"
)

// choiceInPlace is some members of a rule that a source is asked, whom count, list,
// members and export are about. It is an [asker].
type choiceInPlace struct {
	*inPlace
	federate.Choice
}

// choose returns what asks for the members that a pick takes. What is wrong with the
// pick is an error before the source is asked.
func (q *inPlace) choose(p engine.Pick) (*choiceInPlace, error) {
	if _, _, err := p.Positions(q.Schema); err != nil {
		return nil, err
	}
	return &choiceInPlace{q, federate.Choice{Place: q.Place, Rule: q.checked, AsOf: q.asOf, Pick: p}}, nil
}

// answered returns an answer of so many picked, with what was taken in words.
func (q *choiceInPlace) answered(ctx context.Context, count uint64) (*answered, error) {
	out, err := q.inPlace.answered(ctx, count)
	if err == nil {
		out.pick = q.Pick.String()
	}
	return out, err
}

func (q *choiceInPlace) count(ctx context.Context) (*answered, error) {
	n, err := q.Count(ctx)
	if err != nil {
		return nil, err
	}
	return q.answered(ctx, n)
}

// list returns the first of those picked, in the order in which they are.
func (q *choiceInPlace) list(ctx context.Context, limit int, columns []string) (*answered, *page, error) {
	schema, err := federate.AudienceSchema(q.inPlace.Place, q.checked, columns...)
	if err != nil {
		return nil, nil, err
	}
	shown := newPage(schema)
	rows, n, err := q.List(ctx, limit, columns...)
	if err != nil {
		return nil, nil, err
	}
	shown.rows = append(shown.rows, rows...)
	answer, err := q.answered(ctx, n)
	return answer, shown, err
}

func (q *choiceInPlace) members(ctx context.Context, columns []string) (*audience, error) {
	m, err := q.inPlace.members(ctx, columns)
	if err != nil {
		return nil, err
	}
	m.batches = q.Audience(ctx, columns...)
	m.metadata["rollcall.pick"] = q.Pick.String()
	m.answer = func(ctx context.Context, rows int64) (*answered, error) { return q.answered(ctx, uint64(rows)) }
	return m, nil
}

// export has the source write those picked.
func (q *choiceInPlace) export(ctx context.Context, to federate.Target, columns []string) (uint64, error) {
	return q.Export(ctx, to, columns...)
}
