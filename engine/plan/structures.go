package plan

import (
	"math/bits"
	"strings"
)

// Structures is a set of the structures that a plan may read.
type Structures uint16

// The structures. Without any of them a rule is answered from the columns and the
// events themselves.
const (
	ValueIndex    Structures = 1 << iota // a bitmap per value of an attribute
	OrderedIndex                         // an attribute's place among its values, in digits
	Zones                                // least and greatest value per block
	Timeline                             // a bitmap per day of a behavior
	Levels                               // of a timeline: bitmaps of several days
	Ranks                                // the days of a customer's most recent events, and of the first
	DistinctRanks                        // the days of the most recent distinct values of a field
	Postings                             // where the events with a value of a field are
	Grams                                // which strings may contain a text

	AllStructures Structures = 1<<iota - 1
)

var structureNames = [...]string{
	"value index", "ordered index", "zone maps", "timeline", "levels", "ranks", "distinct ranks", "postings", "grams",
}

// String returns the names of the structures: "timeline and levels".
func (s Structures) String() string {
	switch s & AllStructures {
	case 0:
		return "no structure"
	case AllStructures:
		return "all structures"
	}
	var names []string
	for rest := uint(s & AllStructures); rest != 0; rest &= rest - 1 {
		names = append(names, structureNames[bits.TrailingZeros(rest)])
	}
	return strings.Join(names, " and ")
}

// Choice takes part of the choice of structures away from the planner, for tests
// and measurements. The zero value leaves it all to the planner.
type Choice struct {
	Never  Structures // are not read
	Always Structures // are read wherever they can answer, at whatever cost; unless they are in Never, too
}

// may reports whether a structure may be read.
func (p *planner) may(s Structures) bool { return p.choice.Never&s == 0 }

// must reports whether a structure is to be read wherever it can answer.
func (p *planner) must(s Structures) bool { return p.choice.Always&s != 0 && p.may(s) }
