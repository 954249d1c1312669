package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Diff is what became of an audience between two times, or two versions.
type Diff struct {
	Before, After Answer
	Entered       uint64 // members after who were none before
	Left          uint64 // members before who are none after; of two versions, some may be no customers any more
	Stayed        uint64 // members before and after
	// Notes say what a reader has to know: of two times, which attributes have the
	// values of one version at both.
	Notes   []string
	Elapsed time.Duration

	before, after *Query
}

// InVersionError is the error of one of two versions that are compared: the rule does
// not fit its schema, say.
type InVersionError struct {
	Version uint64
	Err     error
}

// Error names the version.
func (e *InVersionError) Error() string { return fmt.Sprintf("in version %d: %v", e.Version, e.Err) }

// Unwrap returns the error of the version.
func (e *InVersionError) Unwrap() error { return e.Err }

// errOtherKeys is the error of comparing versions whose customers have nothing in
// common to be told by.
var errOtherKeys = errors.New("the two versions have keys of different types: their customers cannot be compared")

// Diff compares the members as of two times, in one version: of attributes, which have
// no history, it sees no change. The query's own as_of plays no part. What the Diff
// lists is of the version that is current then: ask a Snapshot for both. Where a sum
// has too many digits as of one of the times, the error begins with that time.
func (q *Query) Diff(ctx context.Context, from, to time.Time) (*Diff, error) {
	v, err := q.from.acquire()
	if err != nil {
		return nil, err
	}
	defer v.done()
	d := &Diff{before: q.At(from), after: q.At(to)}
	if err := d.count(ctx, v, v); err != nil {
		return nil, err
	}
	hintTimes(&d.Before)
	hintTimes(&d.After)
	return d, nil
}

// Compare compares the members of two queries, each in the version that it is of and
// at its own as_of, those without one at the same instant, which is that of the lists,
// too: a rule asked of Snapshots of two versions of one directory. Customers of two
// versions are told by their keys, whatever rows these have: that takes one bit of
// memory for every customer of one version, and as much for a list of who entered or
// left. Where a rule does not fit its version, or a sum there has too many digits, the
// error is a *InVersionError.
func Compare(ctx context.Context, before, after *Query) (*Diff, error) {
	now := after.db.options.Now()
	d := &Diff{before: before.atOr(now), after: after.atOr(now)}
	x, y, done, err := versions(before, after)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := d.count(ctx, x, y); err != nil {
		return nil, err
	}
	return d, nil
}

// atOr returns the query at its as_of, or at now where it has none.
func (q *Query) atOr(now time.Time) *Query {
	if q.asOf != nil {
		return q
	}
	return q.At(now)
}

// EnteredRows returns those who entered, in order of their rows after, with columns as
// Query.Rows has them: in the version and as of the time after. It is as long as
// Entered says. An error ends the sequence.
func (d *Diff) EnteredRows(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return rowsOf(ctx, d.after, d.before, names)
}

// LeftRows returns those who left, in order of the rows they had before, with columns
// as Query.Rows has them: in the version and as of the time before, since they may be no
// customers any more. It is as long as Left says. An error ends the sequence.
func (d *Diff) LeftRows(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return rowsOf(ctx, d.before, d.after, names)
}

// EnteredKeys returns the keys of those who entered, as EnteredRows does.
func (d *Diff) EnteredKeys(ctx context.Context) iter.Seq2[string, error] {
	return keysOf(d.EnteredRows(ctx))
}

// LeftKeys returns the keys of those who left, as LeftRows does.
func (d *Diff) LeftKeys(ctx context.Context) iter.Seq2[string, error] {
	return keysOf(d.LeftRows(ctx))
}

// keysOf returns the keys of rows.
func keysOf(rows iter.Seq2[Row, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for row, err := range rows {
			if !yield(row.Key, err) {
				return
			}
		}
	}
}

// count fills d in.
func (d *Diff) count(ctx context.Context, x, y *version) error {
	start := time.Now()
	return guard(func() error {
		before, after, err := sides(ctx, x, y, d.before, d.after)
		if err != nil {
			return err
		}
		d.Before, d.After = *x.answer(before.program), *y.answer(after.program)
		if d.Before.Count, err = exec.Count(ctx, x.snapshot, before.program.Root); err != nil {
			return before.named(after, err)
		}
		if x == y {
			d.Notes = HistoryNotes(after.checked)
		}
		c := after.against(before)
		erring, other := after, before
		err = exec.Blocks(ctx, y.snapshot, after.program.Root, func(block int, members *bitmap.Words) error {
			d.After.Count += uint64(members.Count())
			if err := c.keepOthers(ctx, block, members); err != nil {
				erring, other = before, after
				return err
			}
			d.Entered += uint64(members.Count())
			return nil
		})
		if err != nil {
			return erring.named(other, err)
		}
		d.Stayed = d.After.Count - d.Entered
		d.Left = d.Before.Count - d.Stayed
		d.Elapsed = time.Since(start)
		return nil
	})
}

// versions returns the versions that two queries are to be asked of, which done lets
// go of: one where they are asked of the same.
func versions(one, other *Query) (x, y *version, done func(), err error) {
	if x, err = one.from.acquire(); err != nil {
		return nil, nil, nil, err
	}
	if one.from == other.from {
		return x, x, x.done, nil
	}
	if y, err = other.from.acquire(); err != nil {
		x.done()
		return nil, nil, nil, err
	}
	return x, y, func() { x.done(); y.done() }, nil
}

// rowsOf returns the members of one query who are not of another, with the columns
// called names.
func rowsOf(ctx context.Context, one, other *Query, names []string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		x, y, done, err := versions(one, other)
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer done()
		var c *comparison
		var t *taker
		err = guard(func() error {
			a, b, err := sides(ctx, x, y, one, other)
			if err != nil {
				return err
			}
			c = a.against(b)
			t, err = newTaker(x, a.checked, a.program, names)
			return inVersion(x, y, err)
		})
		for block := 0; err == nil && block < x.snapshot.Blocks(); block++ {
			m := &members{}
			if err = guard(func() error { return c.take(ctx, t, block, m) }); err != nil {
				break
			}
			for i := range m.rows {
				if !yield(m.row(i), nil) {
					return
				}
			}
		}
		if err != nil {
			yield(Row{}, err)
		}
	}
}

// side is an audience of a Diff.
type side struct {
	*version
	checked *rule.Checked
	program *plan.Program
}

// sides plans two queries over their versions.
func sides(ctx context.Context, x, y *version, one, other *Query) (*side, *side, error) {
	if x.schema.KeyType != y.schema.KeyType {
		return nil, nil, errOtherKeys
	}
	a, err := one.side(ctx, x, y)
	if err != nil {
		return nil, nil, err
	}
	b, err := other.side(ctx, y, x)
	return a, b, err
}

// side plans a query over its version; other is the one it is compared with.
func (q *Query) side(ctx context.Context, v, other *version) (*side, error) {
	b, err := q.bind(v)
	if err == nil {
		var p *plan.Program
		if p, err = q.program(ctx, v, b); err == nil {
			return &side{v, b.checked, p}, nil
		}
	}
	return nil, inVersion(v, other, err)
}

// named returns an error of evaluating s with what tells s from the other side: the
// version, or the time where both are of one version.
func (s *side) named(other *side, err error) error {
	if s.version == other.version && !s.program.AsOf.Equal(other.program.AsOf) && errors.As(err, new(*OverflowError)) {
		return fmt.Errorf("as of %s: %w", shownTime(s.program.AsOf, s.version.location), err)
	}
	return inVersion(s.version, other.version, err)
}

// inVersion returns the error of a rule in a version, which it names where it is
// compared with another: what is wrong with the rule or a column there, or a sum.
func inVersion(v, other *version, err error) error {
	if v != other && (errors.As(err, new(rule.Errors)) || errors.As(err, new(*ColumnError)) || errors.As(err, new(*OverflowError))) {
		err = &InVersionError{v.snapshot.Manifest().Version, err}
	}
	return err
}
