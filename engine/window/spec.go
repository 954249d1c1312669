package window

// Unit is a calendar or clock unit of a window.
type Unit uint8

// The units, shortest first. Day and longer move on the local date; the others
// move on the instant. Zero is no unit.
const (
	Second Unit = iota + 1
	Minute
	Hour
	Day
	Week // starts on Monday
	Month
	Quarter
	Year
)

// Form is the way a window is written.
type Form uint8

// The forms. Each comment shows the canonical text.
const (
	Ever        Form = iota // ever: no bounds; undated events are included
	InLast                  // in last N UNIT
	InLastFull              // in last N full UNIT
	InNext                  // in next N UNIT
	InNextFull              // in next N full UNIT
	This                    // this UNIT
	Today                   // today
	Yesterday               // yesterday
	For                     // for N UNIT from M UNIT2 ago
	Between                 // between From and To
	Since                   // since From
	After                   // after From
	Before                  // before From
	Ago                     // N to M UNIT ago
	MoreThanAgo             // more than N UNIT ago
)

// Spec is a window as written, before as_of and time zone give it bounds. The
// zero Spec is Ever. Specs are comparable with ==.
type Spec struct {
	Form  Form
	N, M  int64 // counts, as the form's comment names them; at least 1, save N of Ago, which is at least 0
	Unit  Unit  // of N (and of M in Ago)
	Unit2 Unit  // of M in For
	From  Point // of Between, Since, After, Before
	To    Point // of Between
}

// Interval is a half-open span of instants [Lo, Hi) in microseconds since
// 1970-01-01 UTC. Lo = math.MinInt64 and Hi = math.MaxInt64 mean unbounded, so
// that the instant math.MaxInt64 is in, too. An interval with Lo >= Hi holds no
// instant.
type Interval struct {
	Lo, Hi int64
}
