package warehouse

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// HoldsNUL reports whether a text in the warehouse has the character NUL, which
// PostgreSQL cannot hold.
func (w *Warehouse) HoldsNUL() bool {
	for _, t := range w.Tables {
		for _, c := range t.Columns {
			for _, v := range c.Values {
				if holdsNUL(v) {
					return true
				}
			}
		}
	}
	return false
}

func holdsNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		for _, element := range v {
			if holdsNUL(element) {
				return true
			}
		}
	}
	return false
}

// PostgresDDL returns the statement that makes the table, in a schema that is
// there.
func (t *Table) PostgresDDL() string {
	var columns []string
	for _, c := range t.Columns {
		columns = append(columns, postgresName(c.Name)+" "+c.postgresType())
	}
	return fmt.Sprintf("CREATE TABLE %s (%s)", t.postgresRef(), strings.Join(columns, ", "))
}

// PostgresCopy returns the statement that takes the rows, and the rows in the
// text format of COPY.
func (t *Table) PostgresCopy() (statement string, rows []byte) {
	for row := range t.rows() {
		for i, c := range t.Columns {
			if i > 0 {
				rows = append(rows, '\t')
			}
			if v := c.Values[row]; v == nil {
				rows = append(rows, `\N`...)
			} else {
				rows = append(rows, copyEscapes.Replace(c.postgresText(v))...)
			}
		}
		rows = append(rows, '\n')
	}
	return fmt.Sprintf("COPY %s FROM STDIN", t.postgresRef()), rows
}

// copyEscapes writes what would end a value in the text format of COPY.
var copyEscapes = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

func (t *Table) postgresRef() string {
	return postgresName(t.Ref.Schema) + "." + postgresName(t.Ref.Table)
}

// postgresName returns a quoted name. What is no name becomes nothing, which no
// statement takes.
func postgresName(name string) string {
	sql, _ := sqlgen.Identifier(sqlgen.Postgres, name)
	return sql
}

// postgresType returns the type that the column has in PostgreSQL.
func (s storage) postgresType() string {
	switch {
	case s.IsArray():
		return s.elem().postgresType() + "[]"
	case s.encoding == model.EncodedLocal:
		return "timestamp"
	case s.encoding == model.EncodedSeconds:
		return "bigint"
	case s.narrow && s.Repr == model.Float64:
		return "real"
	case s.narrow && s.Repr == model.Int64:
		return "integer"
	}
	switch s.Kind {
	case model.String:
		return "text"
	case model.Boolean:
		return "boolean"
	case model.Date:
		return "date"
	case model.Timestamp:
		return "timestamptz"
	}
	switch s.Repr {
	case model.Float64:
		return "double precision"
	case model.Decimal:
		return fmt.Sprintf("numeric(%d,%d)", s.Precision, s.Scale)
	}
	return "bigint"
}

// postgresText returns a value as PostgreSQL reads it from text.
func (s storage) postgresText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return postgresFloat(v, s.narrow)
	case oracle.Decimal:
		return v.String()
	case oracle.Day:
		return postgresTime(time.Unix(int64(v)*86_400, 0).UTC(), "2006-01-02", "")
	case []any:
		return s.postgresArray(v)
	}
	micros := v.(int64)
	switch {
	case s.Kind != model.Timestamp || s.encoding == model.EncodedSeconds:
		return strconv.FormatInt(micros, 10)
	case s.encoding == model.EncodedLocal:
		return postgresTime(time.UnixMicro(micros).UTC(), "2006-01-02 15:04:05.000000", "")
	}
	return postgresTime(time.UnixMicro(micros).UTC(), "2006-01-02 15:04:05.000000", "+00")
}

func postgresFloat(v float64, narrow bool) string {
	switch {
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	case narrow:
		return strconv.FormatFloat(v, 'g', -1, 32)
	}
	return strconv.FormatFloat(v, 'g', -1, 64) // "NaN" for NaN
}

// postgresTime writes a time of any year; those before 1 are BC there.
func postgresTime(t time.Time, layout, zone string) string {
	if year := t.Year(); year < 1 {
		// The year 0 is 1 BC. Both are leap years or both are not.
		rest := t.Format(layout)
		_, rest, _ = strings.Cut(strings.TrimPrefix(rest, "-"), "-")
		return fmt.Sprintf("%04d-%s%s BC", 1-year, rest, zone)
	}
	return t.Format(layout) + zone
}

// postgresArray writes the literal of an array.
func (s storage) postgresArray(list []any) string {
	elem := s.elem()
	var texts []string
	for _, v := range list {
		if v == nil {
			texts = append(texts, "NULL")
			continue
		}
		texts = append(texts, `"`+arrayEscapes.Replace(elem.postgresText(v))+`"`)
	}
	return "{" + strings.Join(texts, ",") + "}"
}

// arrayEscapes writes what would end an element of an array literal.
var arrayEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
