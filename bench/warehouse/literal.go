package warehouse

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// literal reads a literal of text whose quote is here; raw ones have no escapes.
func (s *scanner) literal(raw bool) (string, error) {
	start, quote := s.at, s.s[s.at]
	var b strings.Builder
	for s.at++; s.at < len(s.s); {
		switch c := s.s[s.at]; {
		case c == quote:
			s.at++
			return b.String(), nil
		case c == '\\' && !raw:
			s.at++
			s.escape(&b)
		default:
			b.WriteByte(c)
			s.at++
		}
	}
	return "", syntaxError(s.s, start, fmt.Sprintf("Syntax error at or near '%c'", quote))
}

// escapes are the characters that a letter behind a backslash stands for.
var escapes = map[byte]string{
	'0': "\x00", 'b': "\b", 'n': "\n", 'r': "\r", 't': "\t", 'Z': "\x1a", '%': `\%`, '_': `\_`,
}

// coded are escapes that give a character by its number.
var coded = regexp.MustCompile(`^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([01][0-7]{2}))`)

// escape reads what stands behind a backslash.
func (s *scanner) escape(b *strings.Builder) {
	rest := s.s[s.at:]
	if rest == "" {
		return // the literal does not end
	}
	if m := coded.FindStringSubmatch(rest); m != nil {
		digits, base := m[1]+m[2], 16
		if m[3] != "" {
			digits, base = m[3], 8
		}
		code, err := strconv.ParseUint(digits, base, 32)
		if err == nil && utf8.ValidRune(rune(code)) {
			b.WriteRune(rune(code))
			s.at += len(m[0])
			return
		}
	}
	r, size := utf8.DecodeRuneInString(rest)
	s.at += size
	if known, ok := escapes[rest[0]]; ok {
		b.WriteString(known)
		return
	}
	b.WriteRune(r)
}

// duckText returns a text as DuckDB writes it. No literal of it holds a NUL.
func duckText(s string) string {
	parts := strings.Split(s, "\x00")
	for i, part := range parts {
		parts[i] = "'" + strings.ReplaceAll(part, "'", "''") + "'"
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " || chr(0) || ") + ")"
}

// duckName returns a name as DuckDB writes it.
func duckName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// duckNames returns a list of names.
func duckNames(names []string) string {
	written := make([]string, len(names))
	for i, name := range names {
		written[i] = duckName(name)
	}
	return strings.Join(written, ", ")
}

// The digits of decimals. DuckDB keeps a product of two decimals of up to
// shortDigits digits in as many, so that a factor is given more.
const (
	maxDigits   = 38
	shortDigits = 18
)

// numberSuffix is what may stand behind the digits of a number.
var numberSuffix = regexp.MustCompile(`(?i)(?:L|S|Y|F|D|BD)$`)

// duckNumber returns a number as DuckDB writes it. That of a factor, a decimal
// beside a *, has digits to spare.
func duckNumber(s string, factor bool) string {
	suffix := numberSuffix.FindString(s)
	digits := strings.TrimSuffix(s, suffix)
	switch strings.ToUpper(suffix) {
	case "BD":
		return duckDecimal(digits, factor)
	case "D":
		return "CAST('" + digits + "' AS DOUBLE)"
	case "F":
		return "CAST('" + digits + "' AS FLOAT)"
	case "Y":
		return "CAST(" + digits + " AS TINYINT)"
	case "S":
		return "CAST(" + digits + " AS SMALLINT)"
	case "L":
		if _, err := strconv.ParseInt(digits, 10, 64); err != nil {
			return digits // the least BIGINT, but for its sign
		}
		return "CAST(" + digits + " AS BIGINT)"
	}
	if strings.ContainsAny(digits, "eE") {
		return "CAST('" + digits + "' AS DOUBLE)"
	}
	if strings.Contains(digits, ".") {
		return duckDecimal(digits, factor)
	}
	return digits
}

// duckDecimal returns a decimal of the digits that it has.
func duckDecimal(digits string, factor bool) string {
	r, ok := new(big.Rat).SetString(digits)
	mantissa, exponent, _ := strings.Cut(strings.ToLower(digits), "e")
	_, fraction, _ := strings.Cut(mantissa, ".")
	shift, err := strconv.Atoi(exponent)
	if exponent != "" && err != nil || !ok {
		return digits
	}
	scale := max(len(fraction)-shift, 0)
	plain := r.FloatString(scale)
	precision := len(strings.TrimLeft(strings.Replace(plain, ".", "", 1), "0"))
	precision = max(precision, scale, 1)
	if factor {
		precision = max(precision, shortDigits+1)
	}
	return fmt.Sprintf("CAST('%s' AS DECIMAL(%d,%d))", plain, precision, scale)
}

// timeText is a time as a literal has it, in parts: year, month, day, hour,
// minute, second, fraction, zone.
var timeText = regexp.MustCompile(`^\s*([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})` +
	`(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]+(?:/[A-Za-z_]+)*)?)?)?)?\s*$`)

// The units of times.
const (
	microsPerSecond = 1_000_000
	secondsPerDay   = 86_400
	microDigits     = 6
)

// parsedTime is a literal of a time. Without a zone it is a local time.
type parsedTime struct {
	days   int64 // since 1970-01-01
	micros int64 // of the day
	zone   string
}

// parseTime reads the text of a literal.
func parseTime(s string) (parsedTime, bool) {
	m := timeText.FindStringSubmatch(s)
	if m == nil {
		return parsedTime{}, false
	}
	part := func(i, or int) int {
		if m[i] == "" {
			return or
		}
		n, err := strconv.Atoi(m[i])
		if err != nil {
			return -1
		}
		return n
	}
	const year, month, day, hour, minute, second, fraction, zone = 1, 2, 3, 4, 5, 6, 7, 8
	d := time.Date(part(year, 0), time.Month(part(month, 1)), part(day, 1), 0, 0, 0, 0, time.UTC)
	of := time.Duration(part(hour, 0))*time.Hour + time.Duration(part(minute, 0))*time.Minute + time.Duration(part(second, 0))*time.Second
	if int(d.Month()) != part(month, 1) || d.Day() != part(day, 1) || of >= secondsPerDay*time.Second {
		return parsedTime{}, false
	}
	micros, err := strconv.Atoi((m[fraction] + "000000")[:microDigits])
	if err != nil {
		return parsedTime{}, false
	}
	days := d.Unix() / secondsPerDay
	if d.Unix()%secondsPerDay < 0 {
		days--
	}
	return parsedTime{days, of.Microseconds() + int64(micros), m[zone]}, true
}

// instant returns the microseconds since 1970-01-01 UTC. A time without a zone is
// in the zone given.
func (p parsedTime) instant(session *time.Location) (*big.Int, bool) {
	seconds, ok := int64(0), true
	switch {
	case p.zone == "":
		at := time.Unix(p.days*secondsPerDay+p.micros/microsPerSecond, 0).UTC()
		local := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, session)
		seconds = at.Unix() - local.Unix()
	default:
		seconds, ok = zoneOffset(p)
	}
	micros := p.local()
	return micros.Sub(micros, big.NewInt(seconds*microsPerSecond)), ok
}

// local returns the microseconds since 1970-01-01 as if there were no zones.
func (p parsedTime) local() *big.Int {
	micros := new(big.Int).Mul(big.NewInt(p.days), big.NewInt(secondsPerDay*microsPerSecond))
	return micros.Add(micros, big.NewInt(p.micros))
}

var offsetText = regexp.MustCompile(`^([+-])(\d{1,2}):?(\d{2})?$`)

// zoneOffset returns the seconds that the zone of a time is ahead of UTC.
func zoneOffset(p parsedTime) (int64, bool) {
	if p.zone == "Z" || p.zone == "UTC" {
		return 0, true
	}
	if m := offsetText.FindStringSubmatch(p.zone); m != nil {
		d, err := time.ParseDuration(m[1] + m[2] + "h" + m[3] + "0s")
		if m[3] != "" {
			d, err = time.ParseDuration(m[1] + m[2] + "h" + m[3] + "m")
		}
		return int64(d / time.Second), err == nil
	}
	loc, err := time.LoadLocation(p.zone)
	if err != nil {
		return 0, false
	}
	at := time.Unix(p.days*secondsPerDay+p.micros/microsPerSecond, 0).UTC()
	_, offset := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, loc).Zone()
	return int64(offset), true
}

// duckTime returns a time of DuckDB's that is made by a function of its
// microseconds. What is beyond those that DuckDB has is infinitely far.
func duckTime(micros *big.Int, typ, call string) string {
	const least = -9_223_372_022_400_000_000 // 290309-12-22 (BC)
	switch {
	case micros.Cmp(big.NewInt(least)) < 0:
		return "CAST('-infinity' AS " + typ + ")"
	case !micros.IsInt64():
		return "CAST('infinity' AS " + typ + ")"
	}
	return fmt.Sprintf("%s(CAST(%s AS BIGINT))", call, micros)
}
