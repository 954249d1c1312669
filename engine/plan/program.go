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
	Windows  []Window // of every condition that has one, in the order of the rule
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
	None     Op = iota // nobody
	All                // everybody
	And                // Kids, cheapest first
	Or                 // Kids
	Not                // Kids[0]
	Bitmaps            // Bitmaps: who is in one of them
	Scan               // Column, Test: whose value passes
	Happened           // Bitmaps, Events, Spans, Undated: who has an event there
	Absent             // as Happened: who has none
	Count              // Events, Spans, Undated, Counts: whose number of events there is wanted
)

// Node is a step of a program: a set of customers.
type Node struct {
	Op   Op
	Cond rule.Cond // the condition that this node answers
	Kids []*Node

	Bitmaps []bitmap.View
	Column  *column.Column
	Test    column.Test
	Events  *index.Events
	Spans   []window.Interval // disjoint
	Undated bool              // events without a time are in, too
	Counts  []rule.Range[int64]

	Access string // the structure in words: "value index, 1 of 4 bitmaps"
	Bytes  uint64 // estimate of the bytes read, by which an And is ordered
}
