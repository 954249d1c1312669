package plan

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
