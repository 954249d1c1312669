package rule

import (
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
	warnings []string
}

// String returns the canonical text of the rule. Parsing it gives the same rule.
func (c *Checked) String() string { return c.text }

// Cond is a node of a checked rule: *And, *Or, *Not, *AttributeTest or
// *BehaviorTest. Every Cond is true or false for every customer, never unknown.
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

// AttributeTest is a test of one attribute. It is false where the attribute is
// NULL, except that it is true exactly there when IsNull is set.
//
// Exactly one of IsNull, Window and Values is meant: IsNull when set, else
// Window when not nil, else Values.
type AttributeTest struct {
	Attribute int          // position in Schema.Attributes
	Type      model.Type   // of the attribute
	Quant     Quant        // how many elements of a list must pass; QuantNone for scalars
	IsNull    bool         // the test is "is null"
	Window    *window.Spec // the instant (of a date: its first) lies in the window
	Values    Values       // the value (of a list: the element) is one of these
	text      string
}

// BehaviorTest is true where the number of a customer's events in Window, as
// far as they are seen at as_of, is one of Counts. A customer without events
// has the number 0.
type BehaviorTest struct {
	Behavior int         // position in Schema.Behaviors
	Window   window.Spec // zero: ever
	Counts   []Range[int64]
	text     string
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
func (c *BehaviorTest) Text() string { return c.text }

func (*And) cond()           {}
func (*Or) cond()            {}
func (*Not) cond()           {}
func (*AttributeTest) cond() {}
func (*BehaviorTest) cond()  {}
