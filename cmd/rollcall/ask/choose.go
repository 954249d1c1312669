package ask

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate"
)

// Choose returns what asks for the members that a pick takes. Its Count, List, Members
// and, of a source, Export are of these alone, in the order in which they are picked; what
// else it is asked is of the whole audience. What is wrong with the pick is an
// [*engine.PickError] or [*engine.ColumnError], before anything is asked.
func Choose(q Asker, p engine.Pick) (Asker, error) {
	switch q := q.(type) {
	case *Question:
		picked, err := q.Query.Pick(p)
		if err != nil {
			return nil, err
		}
		return &choice{q, picked}, nil
	case *InPlace:
		if _, _, err := p.Positions(q.Schema()); err != nil {
			return nil, err
		}
		return &choiceInPlace{q, federate.Choice{Place: q.Place.Place, Rule: q.Checked, AsOf: q.AsOf, Pick: p}}, nil
	}
	return nil, fmt.Errorf("%T cannot be asked for some of its members", q)
}

// choice is some members of an audience. It is an [Asker].
type choice struct {
	*Question
	picked *engine.Selection
}

// Count counts those picked.
func (q *choice) Count(ctx context.Context) (*Answer, error) {
	answer, err := q.picked.Answer(ctx)
	if err != nil {
		return nil, err
	}
	return q.answered(answer), nil
}

// answered returns an answer about those picked, with what was taken in words.
func (q *choice) answered(answer *engine.Answer) *Answer {
	out := q.Question.answered(answer)
	p, _ := q.picked.Picked()
	out.Pick = p.String()
	return out
}

// List returns the first of those picked.
func (q *choice) List(ctx context.Context, limit int, columns []string) (*Answer, *Page, error) {
	answer, err := q.Count(ctx)
	if err != nil {
		return nil, nil, err
	}
	schema, err := q.picked.BatchSchema(columns...)
	if err != nil {
		return nil, nil, err
	}
	shown := newPage(schema)
	shown.Rows, err = q.picked.First(ctx, limit, columns...)
	return answer, shown, err
}

// Members streams those picked.
func (q *choice) Members(ctx context.Context, columns []string) (*Audience, error) {
	m, err := q.Question.Members(ctx, columns)
	if err != nil {
		return nil, err
	}
	answer, err := q.Count(ctx)
	if err != nil {
		return nil, err
	}
	m.Batches, m.Expected = q.picked.Batches(ctx, columns...), int64(answer.Count)
	m.Metadata["rollcall.pick"] = answer.Pick
	m.Answer = func(context.Context, int64) (*Answer, error) { return answer, nil }
	return m, nil
}

// choiceInPlace is some members of a rule that a source is asked. It is an [Asker] and a
// [SourceWriter].
type choiceInPlace struct {
	*InPlace
	picked federate.Choice
}

var _ SourceWriter = (*choiceInPlace)(nil)

// Answered returns an answer of so many picked, with what was taken in words.
func (q *choiceInPlace) Answered(ctx context.Context, count uint64) (*Answer, error) {
	out, err := q.InPlace.Answered(ctx, count)
	if err == nil {
		out.Pick = q.picked.Pick.String()
	}
	return out, err
}

// Count counts those picked.
func (q *choiceInPlace) Count(ctx context.Context) (*Answer, error) {
	n, err := q.picked.Count(ctx)
	if err != nil {
		return nil, err
	}
	return q.Answered(ctx, n)
}

// List returns the first of those picked.
func (q *choiceInPlace) List(ctx context.Context, limit int, columns []string) (*Answer, *Page, error) {
	schema, err := federate.AudienceSchema(q.Place.Place, q.Checked, columns...)
	if err != nil {
		return nil, nil, err
	}
	shown := newPage(schema)
	rows, n, err := q.picked.List(ctx, limit, columns...)
	if err != nil {
		return nil, nil, err
	}
	shown.Rows = append(shown.Rows, rows...)
	answer, err := q.Answered(ctx, n)
	return answer, shown, err
}

// Members streams those picked.
func (q *choiceInPlace) Members(ctx context.Context, columns []string) (*Audience, error) {
	m, err := q.InPlace.Members(ctx, columns)
	if err != nil {
		return nil, err
	}
	m.Batches = q.picked.Audience(ctx, columns...)
	m.Metadata["rollcall.pick"] = q.picked.Pick.String()
	m.Answer = func(ctx context.Context, rows int64) (*Answer, error) { return q.Answered(ctx, uint64(rows)) }
	return m, nil
}

// Export has the source write those picked.
func (q *choiceInPlace) Export(ctx context.Context, to federate.Target, columns []string) (uint64, error) {
	return q.picked.Export(ctx, to, columns...)
}
