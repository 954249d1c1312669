package warehouse

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// translator writes a query of Databricks as DuckDB has it.
type translator struct {
	*parser
	zone   *time.Location // of the session
	params []dbtest.Param
	used   int // positional parameters so far
	// relation returns what stands for a table or view of the warehouse.
	relation func(parts []string, at travel) (string, error)
	// changes returns what stands for the changes of a table.
	changes func(parts []string, from, to travel) (string, error)
	current func(what string) string // the current catalog, schema or user
}

// travel is the version of a table that is asked for.
type travel struct {
	version   *int64
	timestamp string // SQL of DuckDB; empty: none
}

// scope is what is known at a place of a query: the tables of WITH clauses, in
// lower case.
type scope []string

func (s scope) has(name string) bool { return slices.Contains(s, strings.ToLower(name)) }

// query translates a range that is a query, or part of one.
func (t *translator) query(s span, known scope) (string, error) {
	w := &writer{translator: t, known: known}
	return w.rangeOf(s)
}

// expression translates a range that is an expression.
func (t *translator) expression(s span) (string, error) { return t.query(s, nil) }

// writer translates one range between brackets.
type writer struct {
	*translator
	b     strings.Builder
	known scope
	// inFrom says that commas here are between tables, and wanted that a table comes
	// next.
	inFrom, wanted bool
}

func (w *writer) put(s string) {
	if w.b.Len() > 0 {
		w.b.WriteByte(' ')
	}
	w.b.WriteString(s)
}

func (w *writer) rangeOf(s span) (string, error) {
	i := s.lo
	var err error
	if w.token(i).is("WITH") && i < s.hi {
		if i, err = w.with(i); err != nil {
			return "", err
		}
	}
	for i < s.hi {
		if w.wanted {
			w.wanted = false
			i, err = w.table(i, s.hi)
		} else {
			i, err = w.step(i, s)
		}
		if err != nil {
			return "", err
		}
	}
	return w.b.String(), nil
}

// with translates the tables of a WITH clause and returns the place behind it.
func (w *writer) with(i int) (int, error) {
	w.put("WITH")
	if i++; w.accept(&i, "RECURSIVE") {
		w.put("RECURSIVE")
	}
	w.known = slices.Clone(w.known)
	for {
		name, err := w.name(&i)
		if err != nil {
			return 0, err
		}
		w.put(duckName(name))
		if w.token(i).is("(") {
			columns, err := w.nameList(&i)
			if err != nil {
				return 0, err
			}
			w.put("(" + duckNames(columns) + ")")
		}
		w.accept(&i, "AS")
		if !w.token(i).is("(") {
			return 0, w.unexpected(i)
		}
		end := w.closing(i)
		body, err := w.query(span{i + 1, end}, w.known)
		if err != nil {
			return 0, err
		}
		w.put("AS (" + body + ")")
		w.known = append(w.known, strings.ToLower(name))
		if i = end + 1; !w.token(i).is(",") {
			return i, nil
		}
		w.put(",")
		i++
	}
}

// fromEnds are the words behind which commas no longer stand between tables.
var fromEnds = []string{"SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "QUALIFY", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "MINUS"}

// step translates what begins at a place and returns the place behind it.
func (w *writer) step(i int, s span) (int, error) {
	t := w.token(i)
	switch t.kind {
	case textToken:
		w.put(duckText(t.text))
	case binaryToken:
		return i + 1, w.binary(t)
	case numberToken:
		w.put(duckNumber(t.text, w.isFactor(i, s)))
	case paramToken:
		return i + 1, w.param(i)
	case nameToken:
		w.put(duckName(t.text))
	case wordToken:
		return w.word(i, s)
	default:
		return w.operation(i, s)
	}
	return i + 1, nil
}

// isFactor reports whether the number at a place, with its signs, is multiplied.
func (w *writer) isFactor(i int, s span) bool {
	if i+1 < s.hi && w.token(i+1).is("*") {
		return true
	}
	for i--; i >= s.lo && (w.token(i).is("-") || w.token(i).is("+")); i-- {
	}
	return i >= s.lo && w.token(i).is("*")
}

func (w *writer) binary(t *token) error {
	var b strings.Builder
	digits := t.text
	if strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		return &sqlFailure{"INVALID_TYPED_LITERAL", "42604", fmt.Sprintf("The value of the typed literal \"X\" is invalid: '%s'.", digits)}
	}
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	for i := 0; i < len(digits); i += 2 {
		b.WriteString(`\x` + digits[i:i+2])
	}
	w.put("CAST('" + b.String() + "' AS BLOB)")
	return nil
}

// param writes the value of a parameter.
func (w *writer) param(i int) error {
	t := w.token(i)
	var found *dbtest.Param
	if t.text == "" {
		if w.used < len(w.params) && w.params[w.used].Name == "" {
			found = &w.params[w.used]
		}
		w.used++
	} else if k := slices.IndexFunc(w.params, func(p dbtest.Param) bool { return strings.EqualFold(p.Name, t.text) }); k >= 0 {
		found = &w.params[k]
	}
	if found == nil {
		return &sqlFailure{"UNBOUND_SQL_PARAMETER", "42P02", "Found the unbound parameter: " + t.text + "."}
	}
	p, err := parse(found.Type)
	if err != nil {
		return err
	}
	typ, _, err := p.typeAt(0)
	if err != nil {
		return err
	}
	value := "NULL"
	if !found.Null {
		value = duckText(found.Value)
	}
	w.put("CAST(" + value + " AS " + duckType(typ) + ")")
	return nil
}

// word translates what begins with a word without quotes.
func (w *writer) word(i int, s span) (int, error) {
	t, next := w.token(i), w.token(i+1)
	switch {
	case i > s.lo && w.token(i-1).is("."):
		w.put(duckName(t.text))
		return i + 1, nil
	case next.kind == textToken && i+1 < s.hi:
		if done, err := w.typed(t, next); done || err != nil {
			return i + 2, err
		}
	case t.is("CAST", "TRY_CAST") && next.is("("):
		return w.cast(i)
	case w.isCall(i):
		return w.call(i)
	}
	switch {
	case t.is("FROM") && !w.isDistinctFrom(i, s), t.is("JOIN"):
		w.inFrom, w.wanted = true, true
		w.put(t.upper)
	case t.is(fromEnds...):
		w.inFrom = false
		return w.clause(i, s)
	case t.is("LEFT") && w.token(i+1).is("SEMI", "ANTI"):
		return i + 1, nil // DuckDB has no word for the side
	case t.is("INTERVAL"):
		return w.interval(i, s)
	case t.is("RLIKE", "REGEXP"):
		return w.rlike(i, s, "~")
	case t.is("NOT") && next.is("RLIKE", "REGEXP"):
		return w.rlike(i+1, s, "!~")
	case t.is("LIKE", "ILIKE"):
		return w.like(i, s)
	case t.is("DIV"):
		return w.divide(i, s, "//")
	case t.is("CURRENT_CATALOG", "CURRENT_DATABASE", "CURRENT_SCHEMA", "CURRENT_USER"):
		w.put(duckText(w.current(t.upper)))
	case t.is("CURRENT_TIMESTAMP", "CURRENT_DATE"):
		w.put(t.upper)
	case keywords[t.upper]:
		w.put(t.upper)
	default:
		w.put(duckName(t.text))
	}
	return i + 1, nil
}

// isCall reports whether a word is the name of a function that is called. Some
// keywords are such names, too.
func (w *writer) isCall(i int) bool {
	t := w.token(i)
	switch {
	case !w.token(i + 1).is("("):
		return false
	case t.is("EXISTS", "FILTER"):
		return w.find(span{i + 2, w.closing(i + 1)}, "->") >= 0
	}
	return !keywords[t.upper] || t.is("LEFT", "RIGHT", "FIRST", "LAST", "CURRENT_TIMESTAMP", "CURRENT_DATE")
}

// clause translates a word that begins a clause or joins queries.
func (w *writer) clause(i int, s span) (int, error) {
	t := w.token(i)
	switch {
	case t.is("MINUS"):
		w.put("EXCEPT")
	case t.is("EXCEPT") && i > s.lo && w.token(i-1).is("*") && w.token(i+1).is("("):
		w.put("EXCLUDE")
	default:
		w.put(t.upper)
	}
	return i + 1, nil
}

// isDistinctFrom reports whether a FROM belongs to IS [NOT] DISTINCT FROM.
func (w *writer) isDistinctFrom(i int, s span) bool {
	const before = 2
	return i-before >= s.lo && w.token(i-1).is("DISTINCT") && w.token(i-before).is("IS", "NOT")
}

// typed translates a literal with its type in front of it; done is false where the
// word is no type.
func (w *writer) typed(t, value *token) (done bool, err error) {
	p, ok := parsedTime{}, false
	switch t.upper {
	case "DATE", "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ":
		p, ok = parseTime(value.text)
	default:
		return false, nil
	}
	if ok {
		switch t.upper {
		case "DATE":
			w.put(fmt.Sprintf("make_date(CAST(%d AS INTEGER))", p.days))
			return true, nil
		case "TIMESTAMP_NTZ":
			w.put(duckTime(p.local(), "TIMESTAMP", "make_timestamp"))
			return true, nil
		}
		micros, known := p.instant(w.zone)
		w.put(duckTime(micros, "TIMESTAMPTZ", "make_timestamptz"))
		ok = known
	}
	if !ok {
		return false, &sqlFailure{"INVALID_TYPED_LITERAL", "42604", fmt.Sprintf("The value of the typed literal %q is invalid: '%s'.", t.upper, value.text)}
	}
	return true, nil
}

// interval translates INTERVAL with its number and unit.
func (w *writer) interval(i int, s span) (int, error) {
	w.put("INTERVAL")
	for i++; i < s.hi; i++ {
		t := w.token(i)
		switch {
		case t.kind == textToken:
			w.put(duckText(t.text))
		case t.kind == numberToken, t.is("-", "+"):
			w.put(t.text)
		case t.kind == wordToken && units[t.upper]:
			w.put(t.upper)
			return i + 1, nil
		case t.is("("):
			inner, err := w.query(span{i + 1, w.closing(i)}, w.known)
			if err != nil {
				return 0, err
			}
			w.put("(" + inner + ")")
			i = w.closing(i)
		default:
			return 0, w.unexpected(i)
		}
	}
	return i, nil
}

// operation translates what begins with an operator.
func (w *writer) operation(i int, s span) (int, error) {
	t := w.token(i)
	switch t.text {
	case "(", "[":
		end := w.closing(i)
		inner, err := w.query(span{i + 1, end}, w.known)
		if err != nil {
			return 0, err
		}
		if t.text == "[" { // elements count from 0
			inner = "(" + inner + ") + 1"
		}
		w.put(t.text + inner + w.token(end).text)
		return end + 1, nil
	case ",":
		w.wanted = w.inFrom
		w.put(",")
	case "==":
		w.put("=")
	case "<=>":
		w.put("IS NOT DISTINCT FROM")
	case "!":
		w.put("NOT")
	case "/", "%":
		return w.divide(i, s, t.text)
	case "::":
		typ, end, err := w.typeAt(i + 1)
		if err != nil {
			return 0, err
		}
		w.put(":: " + duckType(typ))
		return end, nil
	case "+", "-", "*", "<", ">", "=", "<>", "!=", "<=", ">=", "||", ".", "&", "|", "~":
		w.put(t.text)
	default:
		return 0, w.unexpected(i)
	}
	return i + 1, nil
}

// divide translates a division. By zero it is an error.
func (w *writer) divide(i int, s span, operator string) (int, error) {
	end := w.operand(i+1, s.hi)
	by, err := w.query(span{i + 1, end}, w.known)
	if err != nil {
		return 0, err
	}
	if t := w.token(i + 1); end != i+2 || t.kind != numberToken || strings.Trim(t.text, "0.LlDdBbFfSsYyEe") == "" {
		by = "warehouse_divisor(" + by + ")"
	}
	w.put(operator + " " + by)
	return end, nil
}

// rlike translates a search for a pattern. DuckDB's operator wants all of the text
// to match.
func (w *writer) rlike(i int, s span, operator string) (int, error) {
	const before, after = "(?s:.*)(?:", ")(?s:.*)"
	if t := w.token(i + 1); t.kind == textToken {
		w.put(operator + " " + duckText(before+t.text+after))
		return i + 2, nil
	}
	end := w.operand(i+1, s.hi)
	pattern, err := w.query(span{i + 1, end}, w.known)
	if err != nil {
		return 0, err
	}
	w.put(fmt.Sprintf("%s ('%s' || (%s) || '%s')", operator, before, pattern, after))
	return end, nil
}

// like translates LIKE, whose patterns have a backslash before what stands for
// itself.
func (w *writer) like(i int, s span) (int, error) {
	end := w.operand(i+1, s.hi)
	pattern, err := w.query(span{i + 1, end}, w.known)
	if err != nil {
		return 0, err
	}
	w.put(w.token(i).upper + " " + pattern)
	if !w.token(end).is("ESCAPE") {
		w.put(`ESCAPE '\'`)
	}
	return end, nil
}

// operand returns the place behind the operand that begins at a place: a literal, a
// name, a call or what is in brackets, with its sign, path and casts.
func (w *writer) operand(i, hi int) int {
	for i < hi && w.token(i).is("-", "+") {
		i++
	}
	t := w.token(i)
	switch {
	case i >= hi:
		return hi
	case t.is("CASE"):
		for depth := 1; depth > 0 && i+1 < hi; {
			i++
			if w.token(i).is("CASE") {
				depth++
			} else if w.token(i).is("END") {
				depth--
			}
		}
		i++
	case t.is("("):
		i = w.closing(i) + 1
	case t.kind == wordToken && w.token(i+1).kind == textToken: // a literal with its type
		i += 2
	default:
		i++
	}
	for i < hi {
		switch t := w.token(i); {
		case t.is("(", "["):
			i = w.closing(i) + 1
		case t.is("."):
			i += 2
		case t.is("::"):
			_, end, err := w.typeAt(i + 1)
			if err != nil {
				return i + 1 // whoever translates it finds the same
			}
			i = end
		default:
			return i
		}
	}
	return min(i, hi)
}

// cast translates CAST and TRY_CAST.
func (w *writer) cast(i int) (int, error) {
	end := w.closing(i + 1)
	as := w.find(span{i + 2, end}, "AS")
	if as < 0 {
		return 0, w.unexpected(end)
	}
	x, err := w.query(span{i + 2, as}, w.known)
	if err != nil {
		return 0, err
	}
	typ, behind, err := w.typeAt(as + 1)
	if err != nil {
		return 0, err
	}
	if behind != end {
		return 0, w.unexpected(behind)
	}
	w.put(w.token(i).upper + "(" + x + " AS " + duckType(typ) + ")")
	return end + 1, nil
}
