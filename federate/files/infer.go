package files

import (
	"math"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/source"
)

// reading is a set of types that a text can be read as.
type reading uint8

const (
	asBoolean reading = 1 << iota
	asInt64
	asDecimal
	asFloat
	asDate
	asTimestamp
	asNumber  = asInt64 | asDecimal | asFloat
	asTime    = asDate | asTimestamp
	asAnybody = asBoolean | asNumber | asTime
)

// inferrer finds the narrowest type that holds every value of a column of
// text. Its zero value has seen nothing.
type inferrer struct {
	seen      bool
	possible  reading // as which every value so far can be read
	intDigits int     // most digits before a decimal point, among numbers
	scale     int     // most digits after it
	nanos     bool    // a time has more digits than microseconds
	narrow    bool    // a time lies outside of the years that nanoseconds reach
	local     bool    // a time has no offset
}

// add takes a value that may be read as one of allowed.
func (f *inferrer) add(s string, allowed reading) {
	if !f.seen {
		f.seen, f.possible = true, asAnybody
	}
	if f.possible &= allowed; f.possible != 0 {
		f.possible &= f.classify(s)
	}
}

// classify returns as what s can be read, as far as that is still of interest.
func (f *inferrer) classify(s string) reading {
	switch {
	case s == "true" || s == "false":
		return asBoolean
	case f.possible&asNumber != 0 && s != "" && (s[0] == '-' || isDigit(s[0])) && isNumber(s):
		return f.number(s)
	case f.possible&asTime != 0:
		return f.time(s)
	}
	return 0
}

// number classifies a number and notes its digits.
func (f *inferrer) number(s string) reading {
	if strings.ContainsAny(s, "eE") {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return 0 // beyond the range of a float64: only text keeps it
		}
		return asFloat
	}
	whole, fraction, hasPoint := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if whole != "0" {
		f.intDigits = max(f.intDigits, len(whole))
	}
	f.scale = max(f.scale, len(fraction))
	can := asDecimal
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		can |= asFloat
	}
	if !hasPoint {
		if _, err := strconv.ParseInt(s, 10, 64); err == nil {
			can |= asInt64
		}
	}
	return can
}

// time classifies a date or a date-time.
func (f *inferrer) time(s string) reading {
	t, ok := parseTime(s)
	if !ok {
		return 0
	}
	f.nanos = f.nanos || t.digits > 6
	f.narrow = f.narrow || !t.fitsNanos()
	f.local = f.local || t.local || t.dateOnly
	if t.dateOnly {
		return asDate | asTimestamp
	}
	return asTimestamp
}

// field returns the column found, with a note where its times were read in a
// zone that the text does not give.
func (f *inferrer) field(name string) arrow.Field {
	field := arrow.Field{Name: name, Type: f.dataType(), Nullable: true}
	if field.Type.ID() == arrow.TIMESTAMP && f.local {
		field.Metadata = arrow.MetadataFrom(map[string]string{source.NoteKey: "times without an offset are read as UTC"})
	}
	return field
}

// dataType returns the type found.
func (f *inferrer) dataType() arrow.DataType {
	precision := max(1, f.intDigits+f.scale)
	switch p := f.possible; {
	case p&asBoolean != 0:
		return arrow.FixedWidthTypes.Boolean
	case p&asInt64 != 0:
		return arrow.PrimitiveTypes.Int64
	case p&asDecimal != 0 && precision <= 38:
		return &arrow.Decimal128Type{Precision: int32(precision), Scale: int32(f.scale)}
	case p&asFloat != 0:
		return arrow.PrimitiveTypes.Float64
	case p&asDate != 0:
		return arrow.FixedWidthTypes.Date32
	case p&asTimestamp != 0 && !f.nanos:
		return arrow.FixedWidthTypes.Timestamp_us
	case p&asTimestamp != 0 && !f.narrow:
		return arrow.FixedWidthTypes.Timestamp_ns
	}
	return arrow.BinaryTypes.String
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits returns the length of the run of digits that s starts with.
func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// isNumber reports whether s is a number as JSON writes it.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	n := digits(s)
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	s = s[n:]
	if strings.HasPrefix(s, ".") {
		if n = digits(s[1:]); n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && digits(s) == len(s)
}

// instant is a point in time as text gives it.
type instant struct {
	seconds  int64 // since 1970-01-01T00:00:00Z
	nanos    int64 // of the second
	digits   int   // written after the second
	dateOnly bool
	local    bool // a time of day without an offset
}

// fitsNanos reports whether an int64 of nanoseconds holds t.
func (t instant) fitsNanos() bool {
	const limit = math.MaxInt64/1_000_000_000 - 1
	return -limit <= t.seconds && t.seconds <= limit
}
