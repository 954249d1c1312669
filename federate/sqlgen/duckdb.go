package sqlgen

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// duckDB is the SQL of DuckDB. What it rests on, seen in version 1.5.5:
//
//   - A literal with a point and up to 38 digits is a DECIMAL, not a DOUBLE, and
//     a cast of it to DOUBLE is a division; so floats are cast from text, which
//     rounds once.
//   - NaN is equal to NaN and greater than all numbers; -0.0 and 0.0 are equal, in
//     DISTINCT too.
//   - sum of whole numbers is a HUGEINT. sum of DECIMAL(p,s) is DECIMAL(38,s), but
//     up to 1.7e38 instead of 1e38; beyond that it is an error.
//   - A cast to DECIMAL that does not fit is an error, never a rounding of digits
//     before the point.
//   - A text literal cannot hold a NUL.
type duckDB struct{}

func (duckDB) ident(name string) (sql, problem string) { return doubleQuoted(name, "DuckDB") }

// doubleQuoted returns a name as standard SQL has it.
func doubleQuoted(name, engine string) (sql, problem string) {
	if strings.ContainsRune(name, 0) {
		return "", "names in " + engine + " hold no NUL"
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`, ""
}

func (duckDB) text(s string) (sql, problem string) {
	parts := strings.Split(s, "\x00")
	for i, part := range parts {
		parts[i] = "'" + strings.ReplaceAll(part, "'", "''") + "'"
	}
	if len(parts) == 1 {
		return parts[0], ""
	}
	return "(" + strings.Join(parts, " || chr(0) || ") + ")", ""
}

func (duckDB) pinned(_, _ string) (sql, problem string) {
	return "", noVersions
}

func (duckDB) float(f float64) string {
	if math.IsInf(f, 0) {
		return "'" + infinity(f) + "'::DOUBLE"
	}
	return "'" + plainFloat(f) + "'::DOUBLE"
}

// infinity returns the word for an infinity.
func infinity(f float64) string {
	if f < 0 {
		return "-Infinity"
	}
	return "Infinity"
}

func (duckDB) nan() string { return "'NaN'::DOUBLE" }

func (duckDB) decimal(unscaled *big.Int, scale int) string {
	s := plainDecimal(unscaled, scale)
	if len(strings.TrimLeft(s, "-")) > maxDigits {
		// With its 0 in front such a literal would be a DOUBLE.
		return fmt.Sprintf("'%s'::DECIMAL(38,%d)", s, scale)
	}
	return s
}

func (duckDB) instant(micros int64) string {
	return "TIMESTAMPTZ '" + formatCivil(micros, duckDate) + "+00'"
}

func (duckDB) civil(micros int64) string {
	return "TIMESTAMP '" + formatCivil(micros, duckDate) + "'"
}

func (duckDB) date(day int64) string { return "DATE '" + duckDate(day) + "'" }

// duckDate writes a date with its era behind it, before the time of day.
func duckDate(day int64) string {
	if day < firstDay {
		return commonDate(day) + " (BC)"
	}
	return commonDate(day)
}

func (duckDB) limits() (loMicros, hiMicros, loDay, hiDay int64) {
	const days = 2_000_000_000 // some 5.4 million years
	return -9_223_372_022_400_000_000, math.MaxInt64 - 1, -days, days
}

func (duckDB) maxDepth() int { return 0 }

func (duckDB) computedOnce() string { return "MATERIALIZED " }

func (duckDB) textual(column string) string     { return column }
func (duckDB) textualList(column string) string { return column }

func (duckDB) bytewise(x string) string { return x }

func (duckDB) contains(x, needle string) string   { return "contains(" + x + ", " + needle + ")" }
func (duckDB) startsWith(x, needle string) string { return "starts_with(" + x + ", " + needle + ")" }
func (duckDB) endsWith(x, needle string) string   { return "ends_with(" + x + ", " + needle + ")" }
func (duckDB) matches(x, pattern string) string {
	return "regexp_matches(" + x + ", " + pattern + ")"
}

func (duckDB) patterns() patternSyntax { return bracedHex }

func (d duckDB) anyElement(list, test string) string { return d.countElements(list, test) + " > 0" }
func (d duckDB) allElements(list, test string) string {
	return d.countElements(list, test) + " = len(" + list + ")"
}
func (duckDB) countElements(list, test string) string {
	return "len(list_filter(" + list + ", lambda " + elem + ": " + test + "))"
}

func (duckDB) nullIsEmpty() bool { return false }

func (duckDB) elements(list string) string { return "unnest(" + list + ")" }

func (duckDB) double(x string) string   { return "CAST(" + x + " AS DOUBLE)" }
func (duckDB) decimalNaN() string       { return "" }
func (duckDB) sumWhole(x string) string { return "sum(" + x + ")" }

// sumDecimal checks for 38 digits where so many events could make a difference.
func (duckDB) sumDecimal(x string, precision, scale int) string {
	if precision <= safeSumDigits {
		return "sum(" + x + ")"
	}
	return fmt.Sprintf("CAST(CAST(sum(%s) AS VARCHAR) AS DECIMAL(38,%d))", x, scale)
}

// safeSumDigits is the precision up to which a sum of a trillion values has 38
// digits.
const safeSumDigits = maxDigits - 12

func (d duckDB) times(count string, b *rule.AverageBound) string {
	return fmt.Sprintf("CAST(%s AS DECIMAL(%d,0)) * CAST(%s AS DECIMAL(%d,%d))",
		count, countDigits, d.decimal(b.Unscaled, b.Scale), boundDigits(b), b.Scale)
}

func (duckDB) rescaled(sum string, scale int) string {
	return fmt.Sprintf("CAST(%s AS DECIMAL(38,%d))", sum, scale)
}

func (duckDB) wideNumbers() bool { return false }

func (duckDB) localDay(x string, how timeHolder, shift string) string {
	micros := "epoch_us(" + x + ")"
	switch {
	case how == holdsCivil && shift == "0":
		return "CAST(" + x + " AS DATE)"
	case how == holdsSeconds:
		micros = "1000000::BIGINT * " + x
	}
	if shift != "0" {
		micros += " + 1000000::BIGINT * (" + shift + ")"
	}
	return "CAST(make_timestamp(" + micros + ") AS DATE)"
}

func (duckDB) addSeconds(civil string, seconds int64) string {
	return fmt.Sprintf("%s + INTERVAL '%d seconds'", civil, seconds)
}

func (duckDB) epochMicros(x string, how timeHolder) string {
	if how == holdsSeconds {
		return "1000000 * CAST(" + x + " AS BIGINT)"
	}
	return "epoch_us(" + x + ")"
}
