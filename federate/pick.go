package federate

import (
	"context"
	"iter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Choice is some of the customers whom a checked rule selects at AsOf: those whom a
// pick takes, who are the same as in a snapshot. All its fields are set before it is
// asked. An error about the pick is that of engine.Query.Pick; an order that the
// source does not have exactly is an [*UnsupportedError].
type Choice struct {
	Place *Place
	Rule  *rule.Checked
	AsOf  time.Time
	Pick  engine.Pick
}

// Count returns how many customers are taken.
func (c *Choice) Count(ctx context.Context) (uint64, error) {
	f, err := c.open(ctx)
	if err != nil {
		return 0, err
	}
	return f.count(ctx, c.Rule, c.AsOf)
}

// List returns the first customers, at most limit, in the order in which they are
// taken, and how many are taken in all. The rest is as [List] has it.
func (c *Choice) List(ctx context.Context, limit int, columns ...string) (rows []engine.Row, count uint64, err error) {
	m, err := c.members(ctx, columns)
	if err != nil {
		return nil, 0, err
	}
	m.seen = map[string]bool{}
	return m.first(ctx, c.AsOf, limit, sqlgen.Placed(limit))
}

// Audience streams those taken in ascending order of their keys, as [Audience] does.
func (c *Choice) Audience(ctx context.Context, columns ...string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		m, err := c.members(ctx, columns)
		if err != nil {
			yield(nil, err)
			return
		}
		m.all(ctx, c.AsOf, yield)
	}
}

// Export has the source write those taken to a target of its own, as [Export] does.
func (c *Choice) Export(ctx context.Context, to Target, columns ...string) (rows uint64, err error) {
	f, err := c.open(ctx)
	if err != nil {
		return 0, err
	}
	return f.export(ctx, c.Rule, c.AsOf, to, columns)
}

func (c *Choice) members(ctx context.Context, columns []string) (*members, error) {
	f, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	return f.members(c.Rule, columns)
}

// open opens the place, for those taken alone.
func (c *Choice) open(ctx context.Context) (*found, error) {
	f, err := c.Place.open(ctx)
	if err != nil {
		return nil, err
	}
	p := sqlgen.Pick{Ascending: c.Pick.Ascending, Top: c.Pick.Top, PerTop: c.Pick.PerTop}
	if p.OrderBy, p.Per, err = c.Pick.Positions(f.schema); err != nil {
		return nil, err
	}
	if share := c.Pick.Percent; share > 0 {
		p.Share, p.Whole = reduced(uint64(share), uint64(engine.Hundred))
	}
	f.picked = []sqlgen.Option{sqlgen.Picked(p)}
	return f, nil
}

// reduced returns a share of two numbers, which are not 0, in the least ones.
func reduced(part, whole uint64) (uint64, uint64) {
	a, b := part, whole
	for b > 0 {
		a, b = b, a%b
	}
	return part / a, whole / a
}
