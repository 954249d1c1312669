package sqlgen

import (
	"math/big"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// language is what a dialect does in its own way. Operands are SQL that binds
// closer than any operator between them: a column, a literal, a call.
//
// A method that returns a problem says in words why the dialect has no such
// text; the problem is "" where it has.
type language interface {
	// Names and literals. No other code writes names or text of others into SQL.

	ident(name string) (sql, problem string)
	text(s string) (sql, problem string)
	pinned(table, version string) (sql, problem string) // a table at a version, which is digits
	float(f float64) string                             // not NaN
	nan() string
	decimal(unscaled *big.Int, scale int) string // of at most 38 digits, unless wideNumbers
	instant(micros int64) string                 // of a type that denotes instants
	civil(micros int64) string                   // date and time without a zone
	date(day int64) string

	// limits returns the least and the greatest microseconds and days that time
	// types hold; nothing in a column lies beyond.
	limits() (loMicros, hiMicros, loDay, hiDay int64)

	// maxDepth returns how deep conditions may nest, 0 for as deep as rules do.
	maxDepth() int

	// computedOnce returns what stands behind AS for a table of the WITH clause that is
	// to be computed by itself, with a space behind; empty: it cannot be said.
	computedOnce() string

	// Text. Needles and patterns are literals.

	// textual and textualList return a column as the text, and the list of texts, that
	// it is read as: an engine may hold these in types that compare in another way.

	textual(column string) string
	textualList(column string) string

	bytewise(x string) string // x, to be compared with < and > byte by byte
	contains(x, needle string) string
	startsWith(x, needle string) string
	endsWith(x, needle string) string
	matches(x, pattern string) string
	patterns() patternSyntax

	// Lists. test is a test of the element called elem, which is NULL where the
	// element is. The results are NULL where the list is, or those of an empty list
	// where nullIsEmpty.

	anyElement(list, test string) string
	allElements(list, test string) string
	countElements(list, test string) string // a number
	nullIsEmpty() bool
	// elements returns what makes a row of each element in place of one of the list, as
	// a column; none of no list.
	elements(list string) string

	// Numbers.

	double(x string) string                           // a float of any width as a 64-bit one
	decimalNaN() string                               // the NaN that decimals may hold; "" where they hold none
	sumWhole(x string) string                         // exact beyond 64 bits
	sumDecimal(x string, precision, scale int) string // exact to 38 digits, an error beyond
	times(count string, b *rule.AverageBound) string
	rescaled(sum string, scale int) string // a sum of whole numbers or decimals, for comparison with times
	wideNumbers() bool                     // sums and products of decimals have no limit of digits

	// Times.

	// localDay returns a value that two times share just where they lie on the
	// same day, after adding shift, a number of seconds.
	localDay(x string, how timeHolder, shift string) string
	addSeconds(civil string, seconds int64) string
	// epochMicros returns a time as microseconds since 1970-01-01, a whole number of 64
	// bits: of one without a zone as if it were UTC, of a date its midnight.
	epochMicros(x string, how timeHolder) string
}

// elem is what tests of list elements call the element.
const elem = "elem"

// timeHolder is the way in which a column holds a time, as far as arithmetic
// goes.
type timeHolder uint8

const (
	holdsInstant timeHolder = iota // a type that denotes instants
	holdsCivil                     // date and time without a zone
	holdsSeconds                   // whole seconds since 1970-01-01 UTC
	holdsDate                      // a date
)
