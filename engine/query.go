package engine

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Query is a checked rule over an open snapshot. It is immutable and safe for
// concurrent use.
type Query struct {
	db      *DB
	checked *rule.Checked
	text    string     // canonical; "" where the snapshot remembers no counts
	asOf    *time.Time // nil: now, whenever it is asked
}

// At returns the same query as of another time. The zero time is a time like any
// other, in the year 1: nobody has done anything by then.
func (q *Query) At(asOf time.Time) *Query {
	at := *q
	at.asOf = &asOf
	return &at
}

// String returns the rule in canonical text.
func (q *Query) String() string { return q.checked.String() }

// DB returns the snapshot that the query asks.
func (q *Query) DB() *DB { return q.db }

// Window is the resolved window of one condition, [From, To). The times are in
// the parent segment's time zone; years may lie beyond 9999. Whatever To is,
// events at or after as_of are not seen, save by "in next".
type Window struct {
	Condition string
	From      *time.Time // nil: unbounded
	To        *time.Time // nil: unbounded
}

// Answer is a count with what is needed to understand it.
type Answer struct {
	Count     uint64
	Customers uint64    // in the snapshot
	AsOf      time.Time // the time that the rule was evaluated at, UTC
	Windows   []Window  // in the parent segment's time zone, in the order of the rule
	Warnings  []string  // for the reader: a window after the newest event, an empty range
	Elapsed   time.Duration
}

// program plans the query at its as_of. The caller has pinned the snapshot.
func (q *Query) program(ctx context.Context) (*plan.Program, error) {
	if q.asOf == nil {
		return plan.New(ctx, q.db.snapshot, q.checked, q.db.now())
	}
	return plan.New(ctx, q.db.snapshot, q.checked, *q.asOf)
}

// Count returns the number of customers that the rule selects.
func (q *Query) Count(ctx context.Context) (n uint64, err error) {
	err = q.db.guard(func() error {
		if q.asOf != nil {
			if err := ctx.Err(); err != nil {
				return err
			}
			var ok bool
			if n, ok = q.db.results.get(q.question(*q.asOf)); ok {
				return nil
			}
		}
		p, err := q.program(ctx)
		if err != nil {
			return err
		}
		n, err = q.count(ctx, p)
		return err
	})
	return n, err
}

// count counts what a program of q selects, or remembers.
func (q *Query) count(ctx context.Context, p *plan.Program) (uint64, error) {
	asked := q.question(p.AsOf)
	if n, ok := q.db.results.get(asked); ok {
		return n, nil
	}
	n, err := exec.Count(ctx, q.db.snapshot, p.Root)
	if err == nil && q.asOf != nil { // as of now is never asked again
		q.db.results.put(asked, n)
	}
	return n, err
}

// question returns what the query's count is remembered under.
func (q *Query) question(asOf time.Time) question {
	return question{rule: q.text, asOf: asOf.Truncate(0).UTC().Truncate(time.Microsecond)}
}

// Answer counts as Count does, and says what as_of, windows and warnings the
// number comes with.
func (q *Query) Answer(ctx context.Context) (a *Answer, err error) {
	start := time.Now()
	err = q.db.guard(func() error {
		p, err := q.program(ctx)
		if err != nil {
			return err
		}
		a = q.answer(p)
		a.Count, err = q.count(ctx, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.Elapsed = time.Since(start)
	return a, nil
}

// answer returns the answer of a program, short of the count.
func (q *Query) answer(p *plan.Program) *Answer {
	a := &Answer{
		Customers: q.db.snapshot.Manifest().Customers, AsOf: p.AsOf,
		Windows: []Window{}, Warnings: append([]string{}, p.Warnings...),
	}
	for _, w := range p.Windows {
		a.Windows = append(a.Windows, q.db.window(w.Condition, w.Interval))
	}
	return a
}

// window shows the bounds of a window in the parent segment's time zone.
func (db *DB) window(condition string, in window.Interval) Window {
	w := Window{Condition: condition}
	if t, ok := in.LoTime(); ok {
		t = t.In(db.location)
		w.From = &t
	}
	if t, ok := in.HiTime(); ok {
		t = t.In(db.location)
		w.To = &t
	}
	return w
}
