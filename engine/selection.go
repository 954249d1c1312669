package engine

import (
	"context"
	"iter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
)

// Selection is some of the members of an audience: those that a Pick takes, or those
// of one part of a Split. It answers as a Query does. It is immutable and safe for
// concurrent use.
type Selection struct{ query *Query }

// narrowing says which members of an audience a Selection has.
type narrowing struct {
	pick  *Pick // nil: everybody
	last  *lastPick
	split *Split // nil: everybody that is picked
	part  int    // of the split
}

// At returns the same selection as of another time.
func (s *Selection) At(asOf time.Time) *Selection { return &Selection{s.query.At(asOf)} }

// String returns the rule in canonical text. Pick and Split say what is selected of it.
func (s *Selection) String() string { return s.query.String() }

// Count returns the number of customers selected.
func (s *Selection) Count(ctx context.Context) (uint64, error) {
	a, err := s.Answer(ctx)
	if err != nil {
		return 0, err
	}
	return a.Count, nil
}

// Answer counts as Count does, and says what version, as_of, windows and warnings
// the number comes with.
func (s *Selection) Answer(ctx context.Context) (a *Answer, err error) {
	start := time.Now()
	q := s.query
	err = q.ask(func(v *version, b *binding) error {
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		members, err := q.audience(ctx, v, b, p)
		if err != nil {
			return err
		}
		a = v.answer(p)
		a.Count, err = members.count(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.Elapsed = time.Since(start)
	return a, nil
}

// Rows is Query.Rows for those selected: in order of their rows, whatever the order
// that a Pick takes them in; see First.
func (s *Selection) Rows(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return s.query.Rows(ctx, names...)
}

// Keys is Query.Keys for those selected.
func (s *Selection) Keys(ctx context.Context) iter.Seq2[string, error] { return s.query.Keys(ctx) }

// BatchSchema is Query.BatchSchema.
func (s *Selection) BatchSchema(names ...string) (*arrow.Schema, error) {
	return s.query.BatchSchema(names...)
}

// Batches is Query.Batches for those selected.
func (s *Selection) Batches(ctx context.Context, names ...string) iter.Seq2[arrow.RecordBatch, error] {
	return s.query.Batches(ctx, names...)
}

// Breakdown is Query.Breakdown for those selected: all customers stand beside them.
func (s *Selection) Breakdown(ctx context.Context, attribute string, limit int) (*Breakdown, error) {
	return s.query.Breakdown(ctx, attribute, limit)
}

// audience is the members of a query in one version: those that its rule selects,
// or some of them.
type audience struct {
	*version
	root   *plan.Node
	picked *picked // nil: all that the program selects
	part   *sorter // nil: all of these
}

// audience returns the members of a query in a version, which the caller holds.
func (q *Query) audience(ctx context.Context, v *version, b *binding, p *plan.Program) (*audience, error) {
	a := &audience{version: v, root: p.Root}
	if q.some == nil {
		return a, nil
	}
	if q.some.pick != nil {
		var err error
		if a.picked, err = q.picked(ctx, v, b, p); err != nil {
			return nil, err
		}
	}
	if q.some.split != nil {
		a.part = newSorter(q.some.split, q.some.part)
	}
	return a, nil
}

// block sets out to the members of one block.
func (a *audience) block(ctx context.Context, block int, out *bitmap.Words) error {
	if a.picked == nil {
		if err := exec.Block(ctx, a.snapshot, a.root, block, out); err != nil {
			return err
		}
	} else {
		a.picked.block(block, out)
	}
	return a.keepPart(block, out)
}

// blocks calls yield for every block of customers, in order, with the members,
// until yield returns an error, which blocks returns. The words are valid during the
// call.
func (a *audience) blocks(ctx context.Context, yield func(block int, members *bitmap.Words) error) error {
	if a.picked == nil {
		return exec.Blocks(ctx, a.snapshot, a.root, func(block int, rows *bitmap.Words) error {
			if err := a.keepPart(block, rows); err != nil {
				return err
			}
			return yield(block, rows)
		})
	}
	var members bitmap.Words
	for block := range a.snapshot.Blocks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		a.picked.block(block, &members)
		if err := a.keepPart(block, &members); err != nil {
			return err
		}
		if err := yield(block, &members); err != nil {
			return err
		}
	}
	return nil
}

// keepPart takes out of the members of a block who are in other parts.
func (a *audience) keepPart(block int, members *bitmap.Words) error {
	if a.part == nil || members.IsEmpty() {
		return nil
	}
	keys, err := a.snapshot.Keys().Block(block)
	if err != nil {
		return err
	}
	a.part.keep(keys, members)
	return nil
}

// count counts the members.
func (a *audience) count(ctx context.Context) (n uint64, err error) {
	err = a.blocks(ctx, func(_ int, members *bitmap.Words) error {
		n += uint64(members.Count())
		return nil
	})
	return n, err
}
