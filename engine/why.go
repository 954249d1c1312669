package engine

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Why says why a rule selects one customer, or does not.
type Why struct {
	Reason                   // of the whole rule: Holds says whether it selects the customer
	Key      string          // of the customer
	Manifest *store.Manifest // of the version that was asked; it must not be changed
	AsOf     time.Time       // the time that the rule was evaluated at, UTC
	Windows  []Window        // as Answer has them
	Warnings []string        // as Answer has them
}

// Reason is a node of a rule's tree with what it came to for one customer. Every
// node is worked out, those too that others have decided already.
type Reason struct {
	Kind      ReasonKind
	Condition string // canonical text
	Holds     bool
	// Subject says what Value is: the name of an attribute, or what is made of a
	// behavior's events ("count", "sum(amount)", "last"), or of a step the time of one. Of
	// other nodes it is empty.
	Subject string
	// Value is that of the attribute, or of the events that the test is about: nil
	// for NULL, else as Row.Values has values. It is nil for other nodes.
	Value any
	// Reasons are of the members, of a sequence of its steps; of a segment, that of its rule, where the segment is
	// met first. One that is met again has none.
	Reasons []Reason
}

// Repeats reports whether a node is of a segment that was met before, in the order in
// which the tree is read: its reasons stand there.
func (r *Reason) Repeats() bool { return r.Kind == ReasonSegment && len(r.Reasons) == 0 }

// ReasonKind is the kind of a node of a rule.
type ReasonKind string

// The kinds of nodes.
const (
	ReasonAnd       ReasonKind = "and"
	ReasonOr        ReasonKind = "or"
	ReasonNot       ReasonKind = "not"
	ReasonAttribute ReasonKind = "attribute"
	ReasonBehavior  ReasonKind = "behavior"
	ReasonSegment   ReasonKind = "segment"

	// ReasonSequence is a rule.SequenceTest. Its Reasons are its steps, of kind
	// ReasonStep, in their order.
	ReasonSequence ReasonKind = "sequence"

	// ReasonStep is a step of a sequence. It Holds where the customer gets so far: where
	// the steps up to it, as a sequence of their own, select the customer; one step is
	// an event of it with a time. A "not" that is not at the end of the sequence holds where the
	// customer gets to the next step that is no "not". So the steps that hold are the
	// first ones, and the last holds where the sequence does.
	//
	// Of the longest part that holds one chain of events is shown, in Value, as a
	// time.Time: the one whose first event is latest, and after it for every step the
	// earliest event from which the chain can be brought to the end of that part. Of a
	// "not" that comes next Value is the first event of it after the end of the chain, at
	// most its "within" after: it may be in the way. All other values are nil. Subject is
	// the name of the behavior's time column.
	ReasonStep ReasonKind = "step"
)

// KeyError says that there is no customer with a key.
type KeyError struct {
	Key       string
	KeyColumn string // of the master table
}

// Error names the key.
func (e *KeyError) Error() string {
	return fmt.Sprintf("no customer has the %s %q", e.KeyColumn, e.Key)
}

// Why evaluates every node of the rule for the customer with a key, whole numbers in
// decimal digits, and says what decided it. Where there is no such customer the error
// is a *KeyError. It takes as long as a look at the events of a block of customers
// for every condition.
func (q *Query) Why(ctx context.Context, key string) (w *Why, err error) {
	err = q.ask(func(v *version, b *binding) error {
		row, err := v.rowOf(key)
		if err != nil {
			return err
		}
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		a := v.answer(p)
		w = &Why{Key: key, Manifest: a.Manifest, AsOf: a.AsOf, Windows: a.Windows, Warnings: a.Warnings}
		j := &judge{
			version: v, checked: b.checked, asOf: p.AsOf, row: row, choice: q.db.options.Structures,
			segments: map[*rule.Segment]bool{},
		}
		w.Reason, err = j.reason(ctx, b.checked.Root)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// rowOf returns the row of a customer who is there.
func (v *version) rowOf(key string) (uint32, error) {
	unknown := &KeyError{Key: key, KeyColumn: v.schema.KeyColumn}
	dictionary, err := v.snapshot.Dictionary()
	if err != nil {
		return 0, err
	}
	var row uint32
	var ok bool
	if v.schema.KeyType.Kind == model.String {
		row, ok, err = dictionary.FindString(key)
	} else {
		number, perr := strconv.ParseInt(key, 10, 64)
		if perr != nil {
			return 0, unknown
		}
		row, ok, err = dictionary.FindInt(number)
	}
	if err != nil {
		return 0, err
	}
	if ok {
		ok, err = v.isLive(row)
	}
	if err == nil && !ok {
		err = unknown
	}
	return row, err
}

// isLive reports whether the customer at row is still there.
func (v *version) isLive(row uint32) (bool, error) {
	live, err := v.snapshot.Live()
	if live == nil || err != nil {
		return true, err
	}
	var block bitmap.Words
	live.CopyTo(&block, uint16(row/bitmap.BlockRows))
	return block.Has(uint16(row)), nil
}

// judge works a rule out for one customer.
type judge struct {
	*version
	checked  *rule.Checked
	asOf     time.Time
	row      uint32
	choice   plan.Choice
	segments map[*rule.Segment]bool // whether those met before hold: each is explained once
}

// reason works a condition out, and those below it.
func (j *judge) reason(ctx context.Context, c rule.Cond) (Reason, error) {
	r := Reason{Condition: c.Text()}
	var err error
	switch c := c.(type) {
	case *rule.And:
		r.Kind, r.Holds = ReasonAnd, true
		err = j.members(ctx, &r, c.Conds, func(holds bool) { r.Holds = r.Holds && holds })
	case *rule.Or:
		r.Kind = ReasonOr
		err = j.members(ctx, &r, c.Conds, func(holds bool) { r.Holds = r.Holds || holds })
	case *rule.Not:
		r.Kind = ReasonNot
		err = j.members(ctx, &r, []rule.Cond{c.Cond}, func(holds bool) { r.Holds = !holds })
	case *rule.SegmentTest:
		r.Kind = ReasonSegment
		var known bool
		if r.Holds, known = j.segments[c.Segment]; known {
			break
		}
		err = j.members(ctx, &r, []rule.Cond{c.Segment.Root}, func(holds bool) { r.Holds = holds })
		j.segments[c.Segment] = r.Holds
	case *rule.AttributeTest:
		r.Kind, r.Subject = ReasonAttribute, j.schema.Attributes[c.Attribute].Name
		if r.Value, err = j.attribute(c); err == nil {
			r.Holds, err = j.holds(ctx, c)
		}
	case *rule.BehaviorTest:
		r.Kind, r.Subject = ReasonBehavior, c.Aggregate.Words(&j.schema.Behaviors[c.Behavior])
		if r.Value, err = j.behavior(ctx, c); err == nil {
			r.Holds, err = j.holds(ctx, c)
		}
	case *rule.SequenceTest:
		r.Kind = ReasonSequence
		if r.Reasons, err = j.sequence(ctx, c); err == nil {
			r.Holds, err = j.holds(ctx, c)
		}
	default:
		err = fmt.Errorf("a %T is no condition on customers", c)
	}
	return r, err
}

// members works the members of a node out, one after the other.
func (j *judge) members(ctx context.Context, r *Reason, conds []rule.Cond, note func(holds bool)) error {
	for _, c := range conds {
		member, err := j.reason(ctx, c)
		if err != nil {
			return err
		}
		r.Reasons = append(r.Reasons, member)
		note(member.Holds)
	}
	return nil
}

// holds reports whether a test of an attribute or of events selects the customer: as
// a rule of its own would.
func (j *judge) holds(ctx context.Context, c rule.Cond) (bool, error) {
	alone := &rule.Checked{Root: c, Schema: j.checked.Schema, Location: j.checked.Location}
	p, err := plan.New(ctx, j.snapshot, alone, j.asOf, j.choice)
	if err != nil {
		return false, err
	}
	return exec.Has(ctx, j.snapshot, p.Root, j.row)
}

// attribute returns the customer's value of the attribute of a test.
func (j *judge) attribute(c *rule.AttributeTest) (any, error) {
	values, err := j.snapshot.Attribute(c.Attribute).Block(int(j.row / bitmap.BlockRows))
	if err != nil {
		return nil, err
	}
	return values.Value(int(j.row % bitmap.BlockRows)), nil
}

// behavior returns what a test makes of the customer's events.
func (j *judge) behavior(ctx context.Context, c *rule.BehaviorTest) (any, error) {
	n := plan.Value(j.snapshot, j.checked, c, j.asOf)
	return exec.Value(ctx, j.snapshot, n, rule.ComputedOf(c).Result, j.row)
}
