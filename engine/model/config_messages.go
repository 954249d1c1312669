package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Every message about a configuration stands in this file, one method each.
// Words of the file stand in double quotes.

// place is where a problem is. A zero line is the start of the file.
type place struct {
	path         *document.Path
	line, column int
}

// placeOf returns the place of a node.
func placeOf(n *document.Node, path *document.Path) place {
	return place{path: path, line: n.Line, column: n.Column}
}

// problem returns a problem at the place.
func (at place) problem(code Code, message, hint string) Problem {
	return Problem{
		Code: code, KeyPath: at.path.String(), Line: max(at.line, 1), Column: max(at.column, 1),
		Message: message, Hint: hint,
	}
}

// truncatedLine closes the list of problems where there may be more.
func truncatedLine(path string) string {
	line := fmt.Sprintf("reading stopped after %d problems: there may be more", MaxProblems)
	if path != "" {
		line = path + ": " + line
	}
	return line
}

// expectations say what belongs at a key path in a form, list positions left
// out. Those of no form are of all.
var expectations = map[Form]map[string]string{
	0: {
		"":            "a mapping with name and master",
		"timezone":    "the IANA name of a time zone",
		"filters":     "a list of filters, each with column and values",
		"filters[]":   "a mapping with column and values",
		"values":      `a list of values, such as ["US", "CA"]`,
		"values[]":    "a value",
		"attributes":  "a list of attributes",
		"behaviors":   "a list of behaviors",
		"name":        "a name",
		"connection":  "the name of a connection",
		"catalog":     "the name of a catalog",
		"database":    "the name of a database",
		"schema":      "the name of a database",
		"table":       "the name of a table",
		"type":        "the name of a type",
		"all_columns": "true or false",
		"allColumns":  "true or false",

		"schedule":                        "a mapping with type, such as {type: daily, time: 03:30}",
		"schedule.type":                   "how often to refresh",
		"schedule.time":                   "a time of the day, such as 03:30",
		"schedule.cron":                   "a cron expression",
		"schedule.repeat_sub_frequency":   "a list of days of the week or of the month",
		"schedule.repeat_sub_frequency[]": "a day of the week or of the month",
	},
	FormBook: {
		"":                          "a mapping with name and master_table",
		"master_table":              "a mapping with table and key_column",
		"master_table.attributes":   "all, none or a list of columns",
		"master_table.attributes[]": "the name of a column",
		"attributes[]":              "a mapping with name, table, key_column and value_column",
		"behaviors[]":               "a mapping with name, table, key_column and timestamp_column",
		"fields":                    "a list of columns",
		"key_column":                "the name of the column with the customer's key",
		"value_column":              "the name of the column with the attribute's values",
		"timestamp_column":          "the name of the column with the event's time",
		"keep":                      "a count and a unit, such as 730 days",
		"ranks":                     fmt.Sprintf("a whole number from 0 to %d", MaxRanks),
		"computed":                  "a list of computed attributes",
		"computed[]":                "a mapping with name, behavior and rule",
		"computed[].behavior":       "the name of a behavior",
		"computed[].rule":           "an aggregate, such as sum(amount) in last 365 days",
	},
	FormGrouped: {
		"master":       "a mapping with database and table",
		"attributes[]": "a mapping with source, join and columns",
		"behaviors[]":  "a mapping with name, source, join and columns",
		"source":       "a mapping with database and table",
		"join":         "a mapping with parent_key and child_key",
		"parent_key":   "the name of the master table's column with the customer's key",
		"child_key":    "the name of the column that equals the customer's key",
		"columns":      "a list of columns",
		"columns[]":    "a column, or a mapping with column, label and type",
		"label":        "a name",
	},
	FormComposableYAML: {
		"master":       "a mapping with table and key_column",
		"attributes[]": "a mapping with name, table, join and column",
		"behaviors[]":  "a mapping with name, table, join, time_column and columns",
		"join":         "a mapping with table_key and master_key",
		"key_column":   "the name of the column with the customer's key",
		"table_key":    "the name of the column that equals the customer's key",
		"master_key":   "the key_column of the master table",
		"time_column":  "the name of the column with the event's time",
		"schema":       "the name of a schema",
		"columns":      "a list of columns",
		"columns[]":    "a column, or a mapping with name, type and column",
	},
	FormComposableJSON: {
		"master":                 "a mapping with table and keyColumn",
		"attributes[]":           "a mapping with name, table, tableKey, masterKey and column",
		"behaviors[]":            "a mapping with name, table, tableKey, masterKey, timeColumn and columnMapping",
		"connectionId":           "the name of a connection",
		"federatedQueryConfigId": "the name of a connection",
		"keyColumn":              "the name of the column with the customer's key",
		"tableKey":               "the name of the column that equals the customer's key",
		"masterKey":              "the keyColumn of the master table",
		"timeColumn":             "the name of the column with the event's time",
		"schema":                 "the name of a schema",
		"columnMapping":          "a list of columns",
		"columnMapping[]":        "a mapping with name, type and cdwColumn",
	},
	FormAudienceAPI: {
		"master":             "a mapping with parentDatabaseName and parentTableName",
		"attributes[]":       "a mapping with name, parentTableName, parentColumn, parentKey and foreignKey",
		"behaviors[]":        "a mapping with name, parentTableName, parentKey, foreignKey and schema",
		"parentDatabaseName": "the name of a database",
		"parentTableName":    "the name of a table",
		"parentKey":          "the name of the master table's column with the customer's key",
		"foreignKey":         "the name of the column that equals the customer's key",
		"schema":             "a list of columns",
		"schema[]":           "a mapping with name, type and parentColumn",
	},
}

// expectation returns what belongs at a path in a form: what expectations has
// for the whole path, else for its last part, the form's before that of all.
// Every other text is a column's name.
func expectation(form Form, path *document.Path) string {
	whole, last := "", ""
	for p := path; p != nil; p = p.Parent() {
		part, index := p.Last()
		if index >= 0 {
			part = "[]"
		}
		if last == "" || last == "[]" {
			last = part + last
		}
		if whole != "" && whole[0] != '[' {
			part += "."
		}
		whole = part + whole
	}
	for _, key := range []string{whole, last} {
		for _, of := range []Form{form, 0} {
			if text, ok := expectations[of][key]; ok {
				return text
			}
		}
	}
	return "the name of a column"
}

// describeNode returns what a node is, in the file's own words.
func describeNode(n *document.Node) string {
	switch {
	case n.Kind == document.List:
		return "a list"
	case n.Kind == document.Map:
		return "a mapping"
	case n.IsNull():
		return "nothing"
	}
	return document.Quote(n.Text)
}

// documentProblem returns a problem of a file as the YAML or JSON that it is.
func documentProblem(p document.Problem) Problem {
	problem := Problem{
		Code: CodeSyntax, KeyPath: p.Path.String(), Line: p.Line, Column: p.Column, Message: p.Message, Hint: p.Hint,
	}
	switch p.Code {
	case document.Duplicate:
		problem.Code = CodeDuplicateKey
	case document.Empty:
		problem.Message += ", expected " + expectation(FormBook, nil)
	}
	return problem
}

// Problems of keys.

func (at place) unknownKey(key, nearest string, known []string) Problem {
	p := at.problem(CodeUnknownKey, "unknown key", oneOf(nearest, known))
	p.Found, p.Allowed, p.Nearest = document.Shorten(key), slices.Clone(known), nearest
	return p
}

func (at place) missing(code Code, expected string) Problem {
	return at.problem(code, "missing, expected "+expected, "")
}

// oneOf is the hint for a word that is none of those known.
func oneOf(nearest string, known []string) string {
	if nearest != "" {
		return "did you mean " + document.Quote(nearest) + "?"
	}
	return "expected one of " + strings.Join(known, ", ")
}

// Problems of values.

func (at place) unexpected(code Code, n *document.Node, expected string) Problem {
	p := at.problem(code, "found "+describeNode(n)+", expected "+expected, "")
	p.Found = describeNode(n)
	if n.Kind == document.Scalar && !n.IsNull() {
		p.Found = document.Shorten(n.Text)
	}
	return p
}

func (at place) unknownTimezone(name string) Problem {
	p := at.problem(CodeInvalidTimezone, "unknown time zone "+document.Quote(name), `expected an IANA name, such as "UTC" or "America/Los_Angeles"`)
	p.Found = document.Shorten(name)
	return p
}

func (at place) unknownType(name string) Problem {
	p := at.problem(CodeInvalidType, "unknown type "+document.Quote(name), "")
	p.Found, p.Allowed, p.Nearest = document.Shorten(name), KindNames(), nearestWord(name, KindNames())
	p.Hint = oneOf(p.Nearest, p.Allowed)
	return p
}

func (at place) unknownColumnChoice(name, expected string) Problem {
	p := at.problem(CodeInvalidValue, "found "+document.Quote(name)+", expected "+expected, "")
	p.Found, p.Allowed = document.Shorten(name), []string{"all", "none"}
	p.Nearest = nearestWord(name, p.Allowed)
	p.Hint = "a single column is written as a list: [" + document.Shorten(name) + "]"
	if p.Nearest != "" {
		p.Hint = oneOf(p.Nearest, p.Allowed)
	}
	return p
}

func (at place) schemaDiffers(schema, database string) Problem {
	message := fmt.Sprintf("schema %s and database %s differ", document.Quote(schema), document.Quote(database))
	p := at.problem(CodeConflictingKeys, message, "schema is another word for database: give one of them")
	p.Found = document.Shorten(schema)
	return p
}

func (at place) noValues() Problem {
	message := "found an empty list, expected at least one value"
	return at.problem(CodeInvalidValue, message, "a filter without values leaves out every customer")
}

func (at place) tooManyFilters(count int) Problem {
	return at.problem(CodeInvalidValue, fmt.Sprintf("found %d filters, expected at most %d", count, MaxFilters), "")
}

func (at place) unknownSpan(text, unit string) Problem {
	p := at.problem(CodeInvalidValue, "found "+document.Quote(text)+", expected "+expectations[FormBook]["keep"], "")
	p.Found, p.Allowed = document.Shorten(text), window.UnitNames()
	if _, known := window.ParseUnit(unit); !known && unit != "" {
		p.Nearest = nearestWord(strings.TrimSuffix(unit, "s"), p.Allowed)
		p.Hint = oneOf(p.Nearest, p.Allowed)
	}
	return p
}

func (at place) unknownRanks(text string) Problem {
	p := at.problem(CodeInvalidValue, "found "+document.Quote(text)+", expected "+expectations[FormBook]["ranks"], "")
	p.Found = document.Shorten(text)
	return p
}

func (at place) unknownSchedule(name string) Problem {
	p := at.problem(CodeInvalidValue, "found "+document.Quote(name)+", expected "+expectations[0]["schedule.type"], "")
	p.Found, p.Allowed, p.Nearest = document.Shorten(name), slices.Clone(scheduleTypes), nearestWord(name, scheduleTypes)
	p.Hint = oneOf(p.Nearest, p.Allowed)
	return p
}

func (at place) connectionDiffers(connection, other string) Problem {
	message := fmt.Sprintf("the connections %s and %s differ", document.Quote(connection), document.Quote(other))
	p := at.problem(CodeConflictingKeys, message, "give one of them")
	p.Found = document.Shorten(connection)
	return p
}

func (at place) allAndList(all, list string) Problem {
	message := fmt.Sprintf("%s is true beside a list of %s", all, list)
	return at.problem(CodeConflictingKeys, message, "give one of them")
}

func (at place) otherMasterKey(column string, key masterKey) Problem {
	message := fmt.Sprintf("found %s, expected %s, the customer's key by line %d",
		document.Quote(column), document.Quote(key.column), key.line)
	p := at.problem(CodeConflictingKeys, message, "every table is joined on the one column that identifies a customer")
	p.Found = document.Shorten(column)
	return p
}

func (at place) noMasterKey(join string) Problem {
	return at.problem(CodeMissingKey, "nothing names the column with the customer's key, expected an attribute or a behavior with "+join,
		`write the book form, with "master_table:", if there is none`)
}

// Problems of names.

func (at place) unknownBehavior(name string, names []string) Problem {
	p := at.problem(CodeUnknownBehavior, "unknown behavior "+document.Quote(name), "")
	p.Found, p.Nearest = document.Shorten(name), nearestWord(name, names)
	if len(names) <= maxShownNames {
		for _, n := range names {
			p.Allowed = append(p.Allowed, document.Shorten(n))
		}
	}
	switch {
	case len(names) == 0:
		p.Hint = "the file has no behaviors"
	case p.Nearest != "" || p.Allowed != nil:
		p.Hint = oneOf(p.Nearest, p.Allowed)
	}
	return p
}

func (at place) duplicateField(f FieldSource, first int) Problem {
	if f.Name == f.Column {
		return at.duplicateColumn(f.Name, first)
	}
	p := at.problem(CodeDuplicateName, fmt.Sprintf("another field is called %s, on line %d", document.Quote(f.Name), first), "")
	p.Found = document.Shorten(f.Name)
	return p
}

func (at place) namedAsTime(f FieldSource) Problem {
	message := fmt.Sprintf("the column %s is called %s, as the event's time is", document.Quote(f.Column), document.Quote(f.Name))
	p := at.problem(CodeDuplicateName, message, "give it another name")
	p.Found = document.Shorten(f.Name)
	return p
}

func (at place) duplicateColumn(name string, first int) Problem {
	p := at.problem(CodeDuplicateName, fmt.Sprintf("column %s is listed on line %d already", document.Quote(name), first), "")
	p.Found = document.Shorten(name)
	return p
}

func (at place) notAField(column, key string) Problem {
	hint := "leave it out of the fields"
	if key == "timestamp_column" {
		hint += ": rules can name it all the same"
	}
	p := at.problem(CodeDuplicateName, fmt.Sprintf("column %s is the %s", document.Quote(column), key), hint)
	p.Found = document.Shorten(column)
	return p
}

func (at place) duplicateName(name string, taken namedNode) Problem {
	p := at.problem(CodeDuplicateName, fmt.Sprintf("another %s is called %s, on line %d", taken.what, document.Quote(name), taken.node.Line), "")
	p.Found = document.Shorten(name)
	return p
}

func (at place) ambiguousName(name string, taken namedNode) Problem {
	message := fmt.Sprintf("the %s on line %d is called %s too", taken.what, taken.node.Line, document.Quote(name))
	p := at.problem(CodeAmbiguousName, message, "an attribute and a behavior need different names")
	p.Found = document.Shorten(name)
	return p
}
