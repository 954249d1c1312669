package sqlgen

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// databricks is the SQL of Databricks and of Spark 4 in ANSI mode. What it rests
// on, seen in Spark 4.0.1:
//
//   - The text of a statement is searched for ${name} before it is parsed, within
//     literals, names and comments too, and what is found is replaced, by nothing
//     if need be. A literal escapes the $; a name cannot.
//   - Text literals take backslash escapes; two quotes in a row did not always
//     stand for one. A backslash at the end of a comment goes on with the comment.
//   - A TIMESTAMP literal with a zone is an instant whatever the zone of the
//     session. TIMESTAMP_NTZ has no zone and is never compared with a TIMESTAMP.
//   - Functions of times convert a TIMESTAMP_NTZ by the zone of the session; but its
//     date, hour, minute and second are its own. date_part gives seconds with their
//     fraction, a DECIMAL(8,6).
//   - A NaN is equal to itself and greater than all numbers; -0.0 and 0.0 are
//     equal, in DISTINCT too.
//   - sum of BIGINT has 64 bits, sum of DECIMAL(p,s) is DECIMAL(p+10,s), at most
//     38 digits; overflow is an error. A product of decimals loses digits where
//     its type would have more than 38; those here have fewer.
type databricks struct{}

func (databricks) ident(name string) (sql, problem string) {
	switch {
	case strings.ContainsRune(name, 0):
		return "", "names in Spark hold no NUL"
	case strings.Contains(name, "${"):
		return "", "Spark replaces ${…} wherever it stands"
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`", ""
}

func (databricks) text(s string) (sql, problem string) {
	var b strings.Builder
	b.WriteByte('\'')
	for i, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f || r == '$' && strings.HasPrefix(s[i+utf8.RuneLen(r):], "{"):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String(), ""
}

func (databricks) pinned(table, version string) (sql, problem string) {
	return table + " VERSION AS OF " + version, ""
}

func (databricks) float(f float64) string {
	if math.IsInf(f, 0) {
		return "CAST('" + infinity(f) + "' AS DOUBLE)"
	}
	return plainFloat(f) + "D"
}

func (databricks) nan() string { return "CAST('NaN' AS DOUBLE)" }

func (databricks) decimal(unscaled *big.Int, scale int) string {
	return plainDecimal(unscaled, scale) + "BD"
}

func (databricks) instant(micros int64) string {
	return "TIMESTAMP'" + formatCivil(micros, sparkDate) + "Z'"
}

func (databricks) civil(micros int64) string {
	return "TIMESTAMP_NTZ'" + formatCivil(micros, sparkDate) + "'"
}

func (databricks) date(day int64) string { return "DATE'" + sparkDate(day) + "'" }

func sparkDate(day int64) string { return formatDate(day, signedYear) }

// signedYear writes a year as Spark reads it: four digits, or more with a sign.
func signedYear(year int) string {
	switch {
	case year < 0:
		return fmt.Sprintf("-%04d", -year)
	case year > 9999:
		return "+" + strconv.Itoa(year)
	}
	return fmt.Sprintf("%04d", year)
}

func (databricks) limits() (loMicros, hiMicros, loDay, hiDay int64) {
	return math.MinInt64 + 1, math.MaxInt64 - 1, math.MinInt32, math.MaxInt32
}

// maxDepth is half of what the parser of Spark can take in a thread of 1 MiB.
func (databricks) maxDepth() int { return 100 }

func (databricks) computedOnce() string { return "" }

func (databricks) textual(column string) string     { return column }
func (databricks) textualList(column string) string { return column }

func (databricks) bytewise(x string) string { return x }

func (databricks) contains(x, needle string) string   { return "contains(" + x + ", " + needle + ")" }
func (databricks) startsWith(x, needle string) string { return "startswith(" + x + ", " + needle + ")" }
func (databricks) endsWith(x, needle string) string   { return "endswith(" + x + ", " + needle + ")" }
func (databricks) matches(x, pattern string) string   { return x + " RLIKE " + pattern }

func (databricks) patterns() patternSyntax { return bracedHex }

func (databricks) anyElement(list, test string) string {
	return "exists(" + list + ", " + elem + " -> " + test + ")"
}
func (databricks) allElements(list, test string) string {
	return "forall(" + list + ", " + elem + " -> " + test + ")"
}
func (databricks) countElements(list, test string) string {
	return "array_size(filter(" + list + ", " + elem + " -> " + test + "))"
}

func (databricks) nullIsEmpty() bool { return false }

func (databricks) elements(list string) string { return "explode(" + list + ")" }

func (databricks) double(x string) string { return "CAST(" + x + " AS DOUBLE)" }
func (databricks) decimalNaN() string     { return "" }
func (databricks) sumWhole(x string) string {
	return "sum(CAST(" + x + " AS DECIMAL(20,0)))"
}
func (databricks) sumDecimal(x string, _, _ int) string { return "sum(" + x + ")" }

func (d databricks) times(count string, b *rule.AverageBound) string {
	return fmt.Sprintf("CAST(%s AS DECIMAL(%d,0)) * %s", count, countDigits, d.decimal(b.Unscaled, b.Scale))
}

func (databricks) rescaled(sum string, scale int) string {
	return fmt.Sprintf("CAST(%s AS DECIMAL(38,%d))", sum, scale)
}

func (databricks) wideNumbers() bool { return false }

func (databricks) localDay(x string, how timeHolder, shift string) string {
	switch how {
	case holdsCivil:
		if shift != "0" {
			x += " + make_dt_interval(0, 0, 0, " + shift + ")"
		}
		return "CAST(" + x + " AS DATE)"
	case holdsInstant:
		x = "unix_seconds(" + x + ")"
	case holdsSeconds:
		x = "CAST(" + x + " AS BIGINT)" // an INT may overflow
	}
	return "floor((" + x + " + " + shift + ") / 86400)"
}

func (databricks) addSeconds(civil string, seconds int64) string {
	return fmt.Sprintf("%s + INTERVAL '%d' SECOND", civil, seconds)
}

func (databricks) epochMicros(x string, how timeHolder) string {
	const midnight = "86400000000 * unix_date(CAST(%[1]s AS DATE))"
	switch how {
	case holdsSeconds:
		return "1000000 * CAST(" + x + " AS BIGINT)"
	case holdsDate:
		return fmt.Sprintf(midnight, x)
	case holdsCivil:
		return fmt.Sprintf("("+midnight+" + 3600000000 * hour(%[1]s) + 60000000L * minute(%[1]s)"+
			" + CAST(1000000 * date_part('SECOND', %[1]s) AS BIGINT))", x)
	}
	return "unix_micros(" + x + ")"
}
