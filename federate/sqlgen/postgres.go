package sqlgen

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// postgres is the SQL of PostgreSQL. What it rests on, seen in version 15:
//
//   - Text holds no NUL, and no literal can.
//   - A string of quotes and no backslash means the same whatever
//     standard_conforming_strings says; one with a backslash is written E'…'.
//   - Only order depends on a column's collation: equality of text is equality of
//     bytes in every deterministic one.
//   - citext, char(n), enums and uuid have comparisons of their own, or none with
//     text. A cast to text gives what a scan reads, and is nothing for text and
//     varchar, whose indexes serve as before; the column keeps its name.
//   - A NaN, of a float or of a numeric, is equal to itself and greater than all
//     numbers; -0.0 and 0.0 are equal, in DISTINCT too.
//   - numeric is exact and wide enough for every sum and product.
type postgres struct{}

func (postgres) ident(name string) (sql, problem string) { return doubleQuoted(name, "PostgreSQL") }

func (postgres) text(s string) (sql, problem string) {
	if strings.ContainsRune(s, 0) {
		return "", "text in PostgreSQL holds no NUL"
	}
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.ContainsRune(s, '\\') {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`), ""
	}
	return quoted, ""
}

func (postgres) pinned(_, _ string) (sql, problem string) {
	return "", noVersions
}

func (postgres) float(f float64) string {
	if math.IsInf(f, 0) {
		return "'" + infinity(f) + "'::float8"
	}
	return "'" + plainFloat(f) + "'::float8"
}

func (postgres) nan() string { return "'NaN'::float8" }

func (postgres) decimal(unscaled *big.Int, scale int) string { return plainDecimal(unscaled, scale) }

func (postgres) instant(micros int64) string {
	return "TIMESTAMPTZ '" + formatCivil(micros, commonDate) + "+00" + era(floorDiv(micros, microsPerDay)) + "'"
}

func (postgres) civil(micros int64) string {
	return "TIMESTAMP '" + formatCivil(micros, commonDate) + era(floorDiv(micros, microsPerDay)) + "'"
}

func (postgres) date(day int64) string {
	return "DATE '" + commonDate(day) + era(day) + "'"
}

// era returns what follows a time of a day before the year 1.
func era(day int64) string {
	if day < firstDay {
		return " BC"
	}
	return ""
}

func (postgres) limits() (loMicros, hiMicros, loDay, hiDay int64) {
	return -2_440_588 * microsPerDay, math.MaxInt64 - 1, -2_440_588, 2_145_031_948
}

func (postgres) maxDepth() int { return 0 }

func (postgres) computedOnce() string { return "MATERIALIZED " }

func (postgres) textual(column string) string     { return "CAST(" + column + " AS text)" }
func (postgres) textualList(column string) string { return "CAST(" + column + " AS text[])" }

func (postgres) bytewise(x string) string { return x + ` COLLATE "C"` }

func (postgres) contains(x, needle string) string {
	return "strpos(" + x + ", " + needle + ") > 0"
}
func (postgres) startsWith(x, needle string) string {
	return "starts_with(" + x + ", " + needle + ")"
}
func (postgres) endsWith(x, needle string) string {
	return "right(" + x + ", length(" + needle + ")) = " + needle
}
func (postgres) matches(x, pattern string) string { return x + " ~ " + pattern }

func (postgres) patterns() patternSyntax { return plainHex }

func (postgres) anyElement(list, test string) string {
	return "EXISTS (SELECT 1 FROM unnest(" + list + ") AS u(" + elem + ") WHERE " + test + ")"
}
func (postgres) allElements(list, test string) string {
	return "NOT EXISTS (SELECT 1 FROM unnest(" + list + ") AS u(" + elem + ") WHERE (" + test + ") IS NOT TRUE)"
}
func (postgres) countElements(list, test string) string {
	return "(SELECT count(*) FROM unnest(" + list + ") AS u(" + elem + ") WHERE " + test + ")"
}
func (postgres) nullIsEmpty() bool { return true }

func (postgres) elements(list string) string { return "unnest(" + list + ")" }

func (postgres) double(x string) string   { return "CAST(" + x + " AS double precision)" }
func (postgres) decimalNaN() string       { return "'NaN'::numeric" }
func (postgres) sumWhole(x string) string { return "sum(" + x + ")" }

// sumDecimal checks for 38 digits where so many events could make a difference.
func (postgres) sumDecimal(x string, precision, scale int) string {
	if precision <= safeSumDigits {
		return "sum(" + x + ")"
	}
	return fmt.Sprintf("CAST(sum(%s) AS numeric(38,%d))", x, scale)
}

func (postgres) times(count string, b *rule.AverageBound) string {
	return "CAST(" + count + " AS numeric) * " + plainDecimal(b.Unscaled, b.Scale)
}

func (postgres) rescaled(sum string, _ int) string { return sum }
func (postgres) wideNumbers() bool                 { return true }

func (postgres) localDay(x string, how timeHolder, shift string) string {
	if how == holdsSeconds {
		x = "CAST(" + x + " AS bigint)" // an integer may overflow
	} else {
		if shift == "0" && how == holdsCivil {
			return "CAST(" + x + " AS date)"
		}
		x = "extract(epoch FROM " + x + ")"
	}
	return "floor((" + x + " + " + shift + ") / 86400.0)"
}

func (postgres) addSeconds(civil string, seconds int64) string {
	return fmt.Sprintf("%s + INTERVAL '%d seconds'", civil, seconds)
}

func (postgres) epochMicros(x string, how timeHolder) string {
	switch how {
	case holdsSeconds:
		return "1000000 * CAST(" + x + " AS bigint)"
	case holdsDate:
		return "86400000000 * (" + x + " - DATE '1970-01-01')"
	}
	return "CAST(1000000 * extract(epoch FROM " + x + ") AS bigint)"
}
