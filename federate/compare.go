package federate

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Overlaps returns how many customers sets of checked rules have in common at asOf:
// at index m, of 0 to 2^n-1 for n rules, those whom each rule selects whose bit m has;
// at 0 everybody. Each is one statement, over the same versions; where two of them have
// nobody in common, none is run for what is within. What is wrong with one rule by
// itself is a *engine.OneError.
func Overlaps(ctx context.Context, p *Place, rules []*rule.Checked, asOf time.Time) ([]uint64, error) {
	total, err := Total(ctx, p)
	if err != nil {
		return nil, err
	}
	common := make([]uint64, 1<<len(rules))
	common[0] = total
	for m := 1; m < len(common); m++ {
		var members []*rule.Checked
		empty := false
		for i, r := range rules {
			if m>>i&1 == 1 {
				members = append(members, r)
				empty = empty || common[m&^(1<<i)] == 0
			}
		}
		switch {
		case len(members) == 1:
			common[m], err = countOne(ctx, p, bits.TrailingZeros(uint(m)), members[0], asOf)
		case !empty:
			common[m], err = Count(ctx, p, joined(members[0], rule.NewAnd(rootsOf(members))), asOf)
		}
		if err != nil {
			return nil, err
		}
	}
	exact := make([]int64, len(common))
	for m, n := range common {
		exact[m] = int64(n)
	}
	for bit := 1; bit < len(exact); bit <<= 1 {
		for m := range exact {
			if m&bit == 0 {
				exact[m] -= exact[m|bit]
			}
		}
	}
	if slices.Min(exact) < 0 { // so many are in these sets and no other
		return nil, errChanged
	}
	return common, nil
}

// errChanged is the error of counts that cannot all be of one state: a source that
// does not pin a table, a view say, may see another one in every statement.
var errChanged = errors.New("the counts contradict each other: tables that the source does not pin have changed in between; ask again, or build a snapshot (rollcall build) and ask that")

// Firsts returns, for checked rules in their order, how many customers each selects at
// asOf, and how many of these no rule before it does. It is two statements for a rule,
// over the same versions. What is wrong with one rule by itself is a *engine.OneError.
func Firsts(ctx context.Context, p *Place, rules []*rule.Checked, asOf time.Time) (alone, taken []uint64, err error) {
	alone, taken = make([]uint64, len(rules)), make([]uint64, len(rules))
	for i, r := range rules {
		if alone[i], err = countOne(ctx, p, i, r, asOf); err != nil {
			return nil, nil, err
		}
		taken[i] = alone[i]
		if i > 0 && alone[i] > 0 {
			earlier := rootsOf(rules[:i])
			before := earlier[0]
			if i > 1 {
				before = rule.NewOr(earlier)
			}
			if taken[i], err = Count(ctx, p, joined(r, rule.NewAnd([]rule.Cond{r.Root, rule.NewNot(before)})), asOf); err != nil {
				return nil, nil, err
			}
			if taken[i] > alone[i] {
				return nil, nil, errChanged
			}
		}
	}
	return alone, taken, nil
}

// countOne counts whom one of several rules selects, from 0.
func countOne(ctx context.Context, p *Place, i int, r *rule.Checked, asOf time.Time) (uint64, error) {
	n, err := Count(ctx, p, r, asOf)
	if unsupported := (*UnsupportedError)(nil); errors.As(err, &unsupported) {
		err = &engine.OneError{Rule: i + 1, Err: err}
	}
	return n, err
}

// rootsOf returns the conditions of checked rules.
func rootsOf(rules []*rule.Checked) []rule.Cond {
	roots := make([]rule.Cond, len(rules))
	for i, r := range rules {
		roots[i] = r.Root
	}
	return roots
}

// joined returns a condition made of that of r and of others, as a rule checked like r.
func joined(r *rule.Checked, root rule.Cond) *rule.Checked {
	return &rule.Checked{Root: root, Schema: r.Schema, Location: r.Location}
}

// Changed is what became of an audience between two times.
type Changed struct {
	Before, After uint64 // members
	Stayed        uint64 // members at both times
}

// Diff compares the customers whom a checked rule selects at two times, in the source,
// at one state of its tables: of attributes, which have no history, it sees no change.
// A *RangeError says at which of the times.
func Diff(ctx context.Context, p *Place, checked *rule.Checked, from, to time.Time) (*Changed, error) {
	f, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	out := &Changed{}
	if out.Before, err = f.count(ctx, checked, from); err != nil {
		return nil, outOfRangeAt(checked, from, err)
	}
	if out.After, err = f.count(ctx, checked, to); err != nil {
		return nil, outOfRangeAt(checked, to, err)
	}
	both, err := f.combined("INTERSECT", checked, from, to)
	if err != nil {
		return nil, err
	}
	out.Stayed, err = f.number(ctx, "the count of those who stayed", "SELECT count(*) FROM "+both)
	if err == nil && out.Stayed > min(out.Before, out.After) {
		err = errChanged
	}
	return out, err
}

// outOfRangeAt returns the error of a rule asked at one of several times, which it names
// where the rule may have an answer at another.
func outOfRangeAt(checked *rule.Checked, asOf time.Time, err error) error {
	if errors.As(err, new(*RangeError)) {
		err = fmt.Errorf("as of %s: %w", window.FormatInstant(asOf.UnixMicro(), checked.Location), err)
	}
	return err
}

// Entered returns the keys of customers whom a checked rule selects at one time and
// not at another: the first of them, at most limit, in ascending order. Those who left
// between two times are those who enter from the later to the earlier. limit must be
// positive.
func Entered(ctx context.Context, p *Place, checked *rule.Checked, from, to time.Time, limit int) ([]string, error) {
	m, err := p.members(ctx, checked, nil)
	if err != nil {
		return nil, err
	}
	statement, err := m.combined("EXCEPT", checked, to, from)
	if err != nil {
		return nil, err
	}
	bytewise := ""
	if m.dialect == sqlgen.Postgres && m.found.schema.KeyType.Kind == model.String {
		bytewise = ` COLLATE "C"`
	}
	statement = fmt.Sprintf("SELECT customer FROM %s\nORDER BY customer%s\nLIMIT %d", statement, bytewise, limit)
	var keys []string
	err = m.rows(ctx, "those who changed", statement, 1, func(batch arrow.RecordBatch) error {
		converted, err := m.batch(batch)
		if err != nil {
			return err
		}
		defer converted.Release()
		m.received += uint64(converted.NumRows())
		for i := range int(converted.NumRows()) {
			keys = append(keys, strings.Clone(keyText(converted.Column(0), i)))
		}
		return nil
	})
	return keys, err
}

// combined returns what stands after FROM for the keys that an operator of sets makes
// of the audiences at two times: a table of the column customer.
func (f *found) combined(operator string, checked *rule.Checked, one, other time.Time) (string, error) {
	first, err := f.generate(checked, one, sqlgen.Columns())
	if err != nil {
		return "", err
	}
	second, err := f.generate(checked, other, sqlgen.Columns())
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("(\n(%s)\n%s\n(%s)\n) AS changed (customer)", first, operator, second), nil
}
