package rule

import (
	"math/big"
	"regexp"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Checked is a rule whose every name, type and literal has been resolved
// against a schema. It is what executions work from: whatever two of them could
// read differently has been decided here. A Checked is immutable and safe for
// concurrent use.
type Checked struct {
	Root     Cond
	Schema   *model.Schema
	Location *time.Location // the parent segment's time zone

	text     string
	warnings Errors
}

// String returns the canonical text of the rule. Parsing it gives the same rule.
func (c *Checked) String() string { return c.text }

// Cond is a node of a checked rule: *And, *Or, *Not, *AttributeTest,
// *BehaviorTest, *SequenceTest or *SegmentTest; within BehaviorTest.Where and
// SequenceStep.Where *And, *Or, *Not or *FieldTest. Every Cond is true or false for
// every customer (within Where: for every event), never unknown.
type Cond interface {
	// Text returns the canonical text of the node.
	Text() string
	cond()
}

// And is true where all of Conds are. It has at least two.
type And struct {
	Conds []Cond
	text  string
}

// Or is true where at least one of Conds is. It has at least two.
type Or struct {
	Conds []Cond
	text  string
}

// Not is true exactly where Cond is false, NULLs included.
type Not struct {
	Cond Cond
	text string
}

// ColumnTest is a test of one value. It is false where the value is NULL, except
// that it is true exactly there when IsNull is set.
//
// Exactly one of IsNull, Window and Values is meant: IsNull when set, else
// Window when not nil, else Values.
type ColumnTest struct {
	Type   model.Type   // of the value
	Quant  Quant        // how many elements of a list must pass; QuantNone for scalars
	IsNull bool         // the test is "is null"
	Window *window.Spec // the instant (of a date: its first) lies in the window, as Spec.Resolve has it
	Values Values       // the value (of a list: the element) is one of these
}

// AttributeTest is a test of one attribute of a customer.
type AttributeTest struct {
	Attribute int // position in Schema.Attributes
	ColumnTest
	text string
}

// TimeField stands for an event's time where the position of a field is wanted.
const TimeField = -1

// FieldTest is a test of one field of an event.
type FieldTest struct {
	Field int // position in Schema.Behaviors[…].Fields, or TimeField
	ColumnTest
	text string
}

// BehaviorTest is a test of what Aggregate makes of a customer's events. Those
// are the events of Behavior that are seen, lie in Window and pass Where:
//
//   - an event with a time is seen if it lies before as_of, or if SeesNext;
//   - it lies in Window as Spec.Resolve has it;
//   - an event without a time lies in no Window but Ever.
//
// [window.Spec.ResolveEvents] gives the bounds of the first two together.
type BehaviorTest struct {
	Behavior  int         // position in Schema.Behaviors
	Where     Cond        // nil: every event
	Window    window.Spec // of the events; zero: ever
	SeesNext  bool        // events at as_of and later are seen
	Aggregate Aggregate
	text      string
}

// Aggregate is a value computed from some events of a customer, and the test of
// it. Which of the last members holds the test follows from Op. The test is
// false where the value is NULL.
type Aggregate struct {
	Op    AggregateOp
	Field int        // position in Schema.Behaviors[…].Fields, or TimeField; of all but AggregateCount and AggregateDays
	Type  model.Type // of the field

	// Counts holds the passing values of AggregateCount, AggregateDistinct and
	// AggregateDays, which are never NULL and never negative.
	Counts []Range[int64]
	// Values holds the passing values of AggregateSum, of type SumType(Type), and
	// of AggregateMin and AggregateMax, of type Type.
	Values Values
	// Averages holds the passing values of AggregateAvg.
	Averages Averages
	// Window holds the passing times of AggregateFirst and AggregateLast, as
	// Spec.Resolve has it.
	Window *window.Spec
}

// AggregateOp is what is computed from events. NULL values of the field are
// skipped by all that have one.
type AggregateOp uint8

// The aggregates. Of no events, and of no values, the first four are 0 and the
// others NULL.
const (
	AggregateCount    AggregateOp = iota // the number of events
	AggregateDistinct                    // the number of distinct values of Field; -0.0 is 0.0
	AggregateDays                        // the number of distinct local days with an event; undated events are on none
	AggregateSum                         // the sum of Field, a number
	AggregateAvg                         // the average of Field, a number
	AggregateMin                         // the least value of Field, a number, a date or a timestamp
	AggregateMax                         // the greatest
	AggregateFirst                       // the earliest time; undated events have none. Field is TimeField
	AggregateLast                        // the latest time. Field is TimeField

	// AggregateMostFrequent is the value of Field that most events have, the least
	// of several. It occurs in Computed alone, and no rule can test it.
	AggregateMostFrequent
)

// SumType returns the type of the sum of values of t: floats sum to a float64,
// the correctly rounded true sum; whole numbers and decimals sum exactly, to a
// decimal of 38 digits at the scale of t (0 for whole numbers), and a sum
// of more digits is an error of code OVERFLOW in every execution. A float64 sum
// of infinities of both signs is NULL.
func SumType(t model.Type) model.Type {
	switch t.Repr {
	case model.Float64:
		return model.Type{Kind: model.Number, Repr: model.Float64}
	case model.Decimal:
		return model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 38, Scale: t.Scale}
	}
	return model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 38}
}

// Averages is a set of averages between two bounds. An average passes where Sum,
// a value of SumType, and Count, the number of values that are not NULL, have
// Count > 0 and
//
//	Lo·Count <= Sum (< where Lo.Open)  and  Sum <= Hi·Count (< where Hi.Open)
//
// as far as there are bounds: so an average is never rounded. For whole numbers
// and decimals both sides are exact; for floats the product is one float64
// multiplication.
type Averages struct {
	None   bool // no average passes
	Lo, Hi *AverageBound
}

// AverageBound is one end of [Averages].
type AverageBound struct {
	Open  bool    // the bound itself is out
	Float float64 // where the field is a Float64; finite

	// Else the bound is Unscaled / 10^Scale. Unscaled does not end in 0 unless Scale is 0.
	Unscaled *big.Int
	Scale    int
}

// SequenceTest is true for the customers who have an event for every step that is
// no Absent, one after the other: each at a later instant than the one before it.
// Between them the events of the Absent steps are missing. What is one:
//
//   - An event is one of a step if it is of its Behavior, is seen and lies in its
//     Window as those of a BehaviorTest do, passes Where and has a time.
//   - Of a step that is not Absent, with Within, the event lies at most so long after
//     that of the step before it (Absent ones aside), Within itself included.
//   - An Absent step says that there is no event of it after that of the step before it
//     (Absent ones aside) and before that of the step after it (ditto), both excluded; at
//     the end of the steps there is none at all after it. With Within, only events at
//     most so long after the step before are meant, Within itself included. Events
//     that are not seen by as_of are missing.
//
// So an event serves one step at most, and events of one instant do not follow each
// other. Found from the end to the start, the earliest event that will do for a step
// leaves the most room for those before it: no choice is ever taken back.
type SequenceTest struct {
	Steps []SequenceStep // two to MaxSteps; the first is not Absent
	text  string
}

// SequenceStep is what a customer did, or did not do, in its place in a sequence.
type SequenceStep struct {
	Behavior int         // position in Schema.Behaviors
	Where    Cond        // nil: every event
	Window   window.Spec // of the events; zero: ever. Undated events are in no sequence
	SeesNext bool        // events at as_of and later are seen
	Absent   bool        // "then not": there is no such event
	Within   int64       // microseconds, positive; 0: no bound. 0 of the first step
	text     string
}

// SegmentTest is true for the customers of another segment, evaluated on the
// same snapshot at the same as_of.
type SegmentTest struct {
	// Segment is one object however often a rule, or the segments it refers to,
	// name it: executions may keep its answer by its address.
	Segment *Segment
	text    string
}

// Segment is a checked segment of a library.
type Segment struct {
	Path string // folder and name with slashes: "Loyalty/VIP"
	Root Cond
}

// Range is the set of values from Lo to Hi, both included. A Range in a list is
// never empty, and lists of ranges are sorted and disjoint.
type Range[T any] struct {
	Lo, Hi T
}

// Values is a set of values of one type; which member counts follows from the
// type. NULL is never in it.
type Values struct {
	// Except turns the set into its complement. Only tests of list elements use
	// it; elsewhere a negation is a *Not.
	Except bool

	Ints     []Range[int64]          // Number as Int64; Date as days since 1970-01-01; Timestamp as microseconds since then
	Floats   []Range[float64]        // Number as Float64; infinities are values; -0.0 does not occur as a bound
	Decimals []Range[decimal128.Num] // Number as Decimal: unscaled, at the type's scale
	Bools    []bool                  // Boolean: false, true or both
	Strings  Strings                 // String
}

// Strings is a set of strings, compared byte by byte. Exactly one of its
// members is in use, said by Op.
type Strings struct {
	Op     StringOp
	List   []string       // of StringIn (sorted, without duplicates), StringContains, StringStarts, StringEnds
	Lo     string         // of StringBetween: the least member
	Hi     string         // of StringBetween: just above the greatest member, where HasHi
	HasHi  bool           // of StringBetween
	Regexp *regexp.Regexp // of StringMatches: searched for anywhere
}

// StringOp says how a Strings selects.
type StringOp uint8

// The string tests. With a list, any of its members will do.
const (
	StringIn       StringOp = iota // equal to one of List
	StringBetween                  // Lo <= s, and s < Hi where HasHi
	StringContains                 // contains one of List
	StringStarts                   // starts with one of List
	StringEnds                     // ends with one of List
	StringMatches                  // matches Regexp
)

// Quant says how many elements of a list must be in the tested set.
type Quant struct {
	Op QuantOp
	N  int64 // of QuantAtLeast, QuantAtMost, QuantExactly
}

// QuantOp is the kind of a quantifier.
type QuantOp uint8

// The quantifiers.
const (
	QuantNone    QuantOp = iota // the attribute is no list
	QuantAny                    // at least one element
	QuantAll                    // every element; an empty list passes
	QuantAtLeast                // N elements or more, duplicates counted
	QuantAtMost                 // N elements or fewer
	QuantExactly                // N elements
)

// Text returns the canonical text.
func (c *And) Text() string { return c.text }

// Text returns the canonical text.
func (c *Or) Text() string { return c.text }

// Text returns the canonical text.
func (c *Not) Text() string { return c.text }

// Text returns the canonical text.
func (c *AttributeTest) Text() string { return c.text }

// Text returns the canonical text.
func (c *FieldTest) Text() string { return c.text }

// Text returns the canonical text.
func (c *BehaviorTest) Text() string { return c.text }

// Text returns the canonical text.
func (c *SequenceTest) Text() string { return c.text }

// Text returns the canonical text of a step, without "then": "not purchase within 2 hours".
func (s *SequenceStep) Text() string { return s.text }

// Text returns the canonical text.
func (c *SegmentTest) Text() string { return c.text }

func (*And) cond()           {}
func (*Or) cond()            {}
func (*Not) cond()           {}
func (*AttributeTest) cond() {}
func (*FieldTest) cond()     {}
func (*BehaviorTest) cond()  {}
func (*SequenceTest) cond()  {}
func (*SegmentTest) cond()   {}
