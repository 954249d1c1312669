package plan

import (
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Program is a rule made ready to run over one snapshot. It is immutable, safe
// for concurrent use, and valid as long as the snapshot is open.
type Program struct {
	Root     *Node
	AsOf     time.Time
	Windows  []Window // of every condition that has one, in the order of the rule, equal ones once; those of a segment where it is first named
	Warnings []string // for the reader of the answer
}

// Window is the resolved window of one condition.
type Window struct {
	Condition string // canonical text
	Interval  window.Interval
}

// Op says how a node is computed.
type Op uint8

// The operations. Each comment says which members of Node it uses.
const (
	None     Op = iota // nobody; has Kids where it stands for a group, for those who explain
	All                // everybody; Kids as None has them
	And                // Kids, cheapest first
	Or                 // Kids
	Not                // Kids[0]
	Segment            // Kids[0], Slot: whom another segment selects; computed once a block
	Bitmaps            // Bitmaps: who is in one of them
	Scan               // Column, Zones, Grams, Clues, Test: whose value passes
	Happened           // Bitmaps, Events, Spans, Undated: who has an event there
	Absent             // as Happened: who has none
	Less               // Parts: those of the first who are not of the second
	Count              // Events, Spans[0], Undated, Counts: whose number of events there is wanted
	Expr               // Parts[0]: whom it selects, by steps that are no conditions of their own, all the way down
	Check              // Parts[0], Column, Test: those of the part whose value passes; the part is few
	Fold               // Events, Spans[0], Undated, Where, Fold: what is made of whose events there passes
	Shared             // Kids[0], Slot: a test that has several places; computed once a block
	Sequence           // Steps, Parts: those of all parts who have an event for every step, one after the other
)

// Node is a step of a program: a set of customers. The nodes of a program are a
// tree but for segments and shared tests: all references to one have its node in
// common.
type Node struct {
	Op    Op
	Cond  rule.Cond // the condition that this node answers
	Kids  []*Node
	Parts []*Node // steps that are no conditions of their own

	Bitmaps  []bitmap.View
	Disjoint bool // nobody is in two of Bitmaps
	Column   *column.Column
	Zones    *index.Zones // of Column; nil: it has no zone map
	Test     column.Test
	Grams    *index.Grams // of Column; nil: it is not looked at
	Clues    *index.Clues // of Test, for Grams
	Events   *index.Events
	Spans    []window.Interval // disjoint
	Undated  bool              // events without a time are in, too
	Counts   []rule.Range[int64]
	Where    *Filter   // nil: all events
	Postings []Posting // of a Fold: ways to the events that pass Where; a block may have none of them
	Fold     *Folding
	Steps    []Step // as rule.SequenceTest has them
	Slot     int    // of a segment or a shared test: its number in the program, from 0

	Access string // the structure in words: "value index, 1 of 4 bitmaps"
	Bytes  uint64 // estimate of the bytes read, by which an And is ordered

	reads Reads // see Reads; readsUnknown: not settled
}

// Folding is what is made of the events of a customer, and what of it passes.
type Folding struct {
	*rule.Aggregate
	Inside   window.Interval // of AggregateFirst and AggregateLast: the passing times
	Location *time.Location  // of days

	Behavior, FieldName, Condition string // for messages
}

// Step is a step of a sequence. The first is not Absent.
type Step struct {
	Events *index.Events
	Span   window.Interval // the events looked at; undated ones are in none
	Where  *Filter         // nil: all events
	Absent bool
	Within int64 // microseconds; 0: no bound
}

// InTime reports whether an event of the step at a time, in microseconds, follows one at
// an earlier time, before, as near as the step wants.
func (s *Step) InTime(before, at int64) bool {
	return s.Within == 0 || uint64(at)-uint64(before) <= uint64(s.Within)
}

// Filter is a test of one event: an And or Or of Kids, the Not of Kids[0], or a
// Scan, the Test of a field.
type Filter struct {
	Op    Op
	Kids  []*Filter
	Field int // position in the behavior's fields, or rule.TimeField
	Test  column.Test
}
