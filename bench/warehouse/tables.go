package warehouse

import (
	"strings"
)

// table translates a table of a FROM clause and returns the place behind it.
func (w *writer) table(i, hi int) (int, error) {
	t := w.token(i)
	switch {
	case t.is("LATERAL"):
		w.put("LATERAL")
		w.wanted = true
		return i + 1, nil
	case t.is("("):
		return w.inBrackets(i, hi)
	case t.is("VALUES"):
		return w.inlineTable(i, hi)
	case t.kind == wordToken && w.token(i+1).is("("):
		return w.tableFunction(i, hi)
	case !t.isName() || t.kind == wordToken && keywords[t.upper]:
		return 0, w.unexpected(i)
	}
	parts, err := w.names(&i)
	if err != nil {
		return 0, err
	}
	name := parts[len(parts)-1]
	if len(parts) == 1 && w.known.has(name) {
		w.put(duckName(name))
		return w.alias(i, hi, "")
	}
	at, err := w.travel(&i)
	if err != nil {
		return 0, err
	}
	relation, err := w.relation(parts, at)
	if err != nil {
		return 0, err
	}
	w.put(relation)
	return w.alias(i, hi, name)
}

// alias translates the name that a table is given, and those of its columns, and
// returns the place behind it. Where there is none it gives one, unless that is
// empty.
func (w *writer) alias(i, hi int, otherwise string) (int, error) {
	if !w.hasAlias(i, hi) {
		if otherwise != "" {
			w.put("AS " + duckName(otherwise))
		}
		return i, nil
	}
	w.accept(&i, "AS")
	name, err := w.name(&i)
	if err != nil {
		return 0, err
	}
	w.put("AS " + duckName(name))
	if w.token(i).is("(") {
		columns, err := w.nameList(&i)
		if err != nil {
			return 0, err
		}
		w.put("(" + duckNames(columns) + ")")
	}
	return i, nil
}

// hasAlias reports whether a table has another name behind it.
func (w *writer) hasAlias(i, hi int) bool {
	t := w.token(i)
	return i < hi && (t.kind == nameToken || t.is("AS") || t.kind == wordToken && !keywords[t.upper] && !t.is("TABLESAMPLE", "PIVOT", "UNPIVOT"))
}

// travel reads the version of a table that is asked for.
func (w *writer) travel(i *int) (travel, error) {
	switch {
	case w.accept(i, "VERSION", "AS", "OF"), w.accept(i, "FOR", "VERSION", "AS", "OF"), w.accept(i, "FOR", "SYSTEM_VERSION", "AS", "OF"):
		n, err := w.version(i)
		return travel{version: &n}, err
	case w.accept(i, "TIMESTAMP", "AS", "OF"), w.accept(i, "FOR", "TIMESTAMP", "AS", "OF"), w.accept(i, "FOR", "SYSTEM_TIME", "AS", "OF"):
		end := w.operand(*i, w.end())
		x, err := w.query(span{*i, end}, nil)
		*i = end
		return travel{timestamp: x}, err
	case w.token(*i).is("@") && w.token(*i).tight:
		name := w.token(*i + 1)
		version := &parser{statement: w.statement, tokens: []token{{kind: numberToken, text: strings.TrimPrefix(name.text, "v"), at: name.at}, {}}}
		at := 0
		n, err := version.version(&at)
		*i += 2
		return travel{version: &n}, err
	}
	return travel{}, nil
}

// inBrackets translates a query, or tables that are joined, between brackets.
func (w *writer) inBrackets(i, hi int) (int, error) {
	end := w.closing(i)
	inner := &writer{translator: w.translator, known: w.known}
	if !w.token(i+1).is("SELECT", "WITH", "VALUES", "(", "FROM") {
		inner.inFrom, inner.wanted = true, true
	}
	body, err := inner.rangeOf(span{i + 1, end})
	if err != nil {
		return 0, err
	}
	w.put("(" + body + ")")
	return w.alias(end+1, hi, "")
}

// inlineTable translates VALUES without brackets around it.
func (w *writer) inlineTable(i, hi int) (int, error) {
	lo := i
	for i++; i < hi && w.token(i).is("("); i++ {
		if i = w.closing(i) + 1; i >= hi || !w.token(i).is(",") || !w.token(i+1).is("(") {
			break
		}
	}
	body, err := w.query(span{lo, i}, w.known)
	if err != nil {
		return 0, err
	}
	w.put("(" + body + ")")
	return w.alias(i, hi, "")
}

// tableFunction translates a function that gives a table.
func (w *writer) tableFunction(i, hi int) (int, error) {
	t, end := w.token(i), w.closing(i+1)
	args := span{i + 2, end}
	var relation string
	var err error
	switch strings.ToLower(t.text) {
	case "table_changes":
		relation, err = w.tableChanges(w.split(args))
	case "explode":
		relation, err = w.query(args, w.known)
		relation = "(SELECT unnest(" + relation + ") AS col)"
	case "range":
		relation, err = w.query(args, w.known)
		relation = "(SELECT range AS id FROM range(" + relation + "))"
	default:
		err = &sqlFailure{"UNRESOLVABLE_TABLE_VALUED_FUNCTION", "42883",
			"Could not resolve " + backticked(t.text) + " to a table-valued function.\nPlease make sure that " + backticked(t.text) +
				" is defined as a table-valued function and that all required parameters are provided correctly"}
	}
	if err != nil {
		return 0, err
	}
	w.put(relation)
	return w.alias(end+1, hi, t.text)
}

// tableChanges translates table_changes('table', from[, to]).
func (w *writer) tableChanges(args []span) (string, error) {
	const least, most = 2, 3
	if len(args) < least || len(args) > most || w.token(args[0].lo).kind != textToken {
		return "", &sqlFailure{"INCORRECT_NUMBER_OF_ARGUMENTS", "22023",
			"number of arguments, table_changes requires at least 2 arguments and at most 3 arguments"}
	}
	name, err := parse(w.token(args[0].lo).text)
	if err != nil {
		return "", err
	}
	at := 0
	parts, err := name.names(&at)
	if err != nil {
		return "", err
	}
	if err := name.atEnd(at); err != nil {
		return "", err
	}
	var bounds [most - 1]travel
	for k, arg := range args[1:] {
		if w.token(arg.lo).kind == numberToken {
			n, err := w.version(&arg.lo)
			if err != nil {
				return "", err
			}
			bounds[k].version = &n
			continue
		}
		if bounds[k].timestamp, err = w.expression(arg); err != nil {
			return "", err
		}
	}
	return w.changes(parts, bounds[0], bounds[1])
}
