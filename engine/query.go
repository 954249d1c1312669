package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Query is a checked rule, to be asked of a DB or of a Snapshot. It is immutable
// and safe for concurrent use.
//
// One of a DB sees the version that is current when it is asked. Where the
// schema has changed since it was last asked the rule is checked anew, and
// rule.Errors is the error of asking it, for as long as the rule does not fit.
type Query struct {
	*bound
	asOf *time.Time // nil: now, whenever it is asked
	some *narrowing // of the query of a Selection; nil: all members
}

// bound is a rule and where it is asked, which a query shares with those that
// At makes of it.
type bound struct {
	db   *DB
	from acquirer
	rule *rule.Rule
	text string // canonical, as it was when the query was made
	last atomic.Pointer[binding]

	planned atomic.Pointer[planned]
}

// acquirer gives the version that a query is to ask: a DB or a Snapshot.
type acquirer interface {
	// acquire returns a version that the caller releases, or ErrClosed.
	acquire() (*version, error)
}

// binding is a rule checked against a schema.
type binding struct {
	schema  *model.Schema
	checked *rule.Checked
	text    string // canonical
	// timeless says that the rule means the same at any as_of.
	timeless bool
	err      error // what is wrong with the rule in this schema; then there is no checked
}

// parseQuery makes the query of a rule in text.
func parseQuery(db *DB, from acquirer, text string) (*Query, error) {
	var parsed *rule.Rule
	err := guard(func() (err error) {
		parsed, err = rule.Parse(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	return newQuery(db, from, parsed)
}

// newQuery makes the query of a rule, which it checks.
func newQuery(db *DB, from acquirer, r *rule.Rule) (q *Query, err error) {
	err = guard(func() error {
		v, err := from.acquire()
		if err != nil {
			return err
		}
		defer v.done()
		b := &bound{db: db, from: from, rule: r}
		first := b.check(v.schema)
		if first.err != nil {
			return first.err
		}
		b.text = first.text
		q = &Query{bound: b}
		return nil
	})
	return q, err
}

// check checks the rule against a schema, and remembers it so.
func (b *bound) check(schema *model.Schema) *binding {
	found := &binding{schema: schema}
	if found.checked, found.err = rule.Check(b.rule, schema, b.db.options.Segments); found.err == nil {
		found.text, found.timeless = found.checked.String(), isTimeless(found.checked.Root)
	}
	b.last.Store(found)
	return found
}

// bind returns the rule as it is checked against the schema of a version. A
// version with an equal schema has the same pointer, see DB.switchVersion: in the
// common case this is one load.
func (b *bound) bind(v *version) (*binding, error) {
	found := b.last.Load()
	if found.schema != v.schema {
		found = b.check(v.schema)
	}
	return found, found.err
}

// ask calls f with a version held open and the rule as checked against it.
func (b *bound) ask(f func(v *version, b *binding) error) error {
	v, err := b.from.acquire()
	if err != nil {
		return err
	}
	defer v.done()
	return guard(func() error {
		checked, err := b.bind(v)
		if err != nil {
			return err
		}
		return f(v, checked)
	})
}

// At returns the same query as of another time. The zero time is a time like any
// other, in the year 1: nobody has done anything by then.
func (q *Query) At(asOf time.Time) *Query {
	at := *q
	at.asOf = &asOf
	return &at
}

// String returns the rule in canonical text.
func (q *Query) String() string { return q.text }

// DB returns the database that the query is of, or the one that its Snapshot is
// of. That may have come to a later version than an answer is from: see
// Answer.Manifest.
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
	Customers uint64          // in the version that was asked
	Manifest  *store.Manifest // of the version that was asked; it must not be changed
	AsOf      time.Time       // the time that the rule was evaluated at, UTC
	Windows   []Window        // in the parent segment's time zone, in the order of the rule
	Warnings  []string        // for the reader: a window after the newest event, an empty range
	Elapsed   time.Duration
}

// moment returns the as_of of asking the query now.
func (q *Query) moment() time.Time {
	if q.asOf == nil {
		return q.db.options.Now()
	}
	return *q.asOf
}

// Count returns the number of customers that the rule selects.
func (q *Query) Count(ctx context.Context) (n uint64, err error) {
	err = q.ask(func(v *version, b *binding) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		asOf := q.moment()
		asked := v.question(b, asOf)
		var ok bool
		if n, ok = v.results.get(asked); ok {
			return nil
		}
		p, err := q.programAt(ctx, v, b, asOf)
		if err != nil {
			return err
		}
		n, err = v.count(ctx, asked, p)
		return err
	})
	return n, err
}

// count counts what the program of a question selects, or remembers.
func (v *version) count(ctx context.Context, asked question, p *plan.Program) (uint64, error) {
	if n, ok := v.results.get(asked); ok {
		return n, nil
	}
	n, err := exec.Count(ctx, v.snapshot, p.Root)
	if err == nil {
		v.results.put(asked, n)
	}
	return n, err
}

// Answer counts as Count does, and says what version, as_of, windows and warnings
// the number comes with.
func (q *Query) Answer(ctx context.Context) (a *Answer, err error) {
	start := time.Now()
	err = q.ask(func(v *version, b *binding) error {
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		a = v.answer(p)
		a.Count, err = v.count(ctx, v.question(b, p.AsOf), p)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.Elapsed = time.Since(start)
	return a, nil
}

// answer returns the answer of a program, short of the count.
func (v *version) answer(p *plan.Program) *Answer {
	m := v.snapshot.Manifest()
	a := &Answer{
		Customers: m.Customers, Manifest: m, AsOf: p.AsOf,
		Windows: []Window{}, Warnings: append([]string{}, p.Warnings...),
	}
	for _, w := range p.Windows {
		a.Windows = append(a.Windows, v.window(w.Condition, w.Interval))
	}
	return a
}
