package model

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Every message about a configuration stands in this file, one method each.
// Words of the file stand in double quotes.

// place is where a problem is. A zero line is the start of the file.
type place struct {
	path         *keyPath
	line, column int
}

// placeOf returns the place of a node.
func placeOf(n *yaml.Node, path *keyPath) place {
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

// expectations say what belongs at a key path, list positions left out.
var expectations = map[string]string{
	"":                          "a mapping with name and master_table",
	"timezone":                  "the IANA name of a time zone",
	"master_table":              "a mapping with table and key_column",
	"master_table.attributes":   "all, none or a list of columns",
	"master_table.attributes[]": "the name of a column",
	"master_table.filters":      "a list of filters, each with column and values",
	"master_table.filters[]":    "a mapping with column and values",
	"values":                    `a list of values, such as ["US", "CA"]`,
	"values[]":                  "a value",
	"attributes":                "a list of attributes",
	"attributes[]":              "a mapping with name, table, key_column and value_column",
	"behaviors":                 "a list of behaviors",
	"behaviors[]":               "a mapping with name, table, key_column and timestamp_column",
	"fields":                    "a list of columns",
	"name":                      "a name",
	"catalog":                   "the name of a catalog",
	"database":                  "the name of a database",
	"schema":                    "the name of a database",
	"table":                     "the name of a table",
	"key_column":                "the name of the column with the customer's key",
	"value_column":              "the name of the column with the attribute's values",
	"timestamp_column":          "the name of the column with the event's time",
	"type":                      "the name of a type",
}

// expectation returns what belongs at a path: what expectations has for the
// whole path, else for its last part. Every other text is a column's name.
func expectation(path *keyPath) string {
	whole, last := "", ""
	for p := path; p != nil; p = p.parent {
		part := p.key
		if p.index >= 0 {
			part = "[]"
		}
		if last == "" || last == "[]" {
			last = part + last
		}
		switch {
		case whole == "" || whole[0] == '[':
			whole = part + whole
		default:
			whole = part + "." + whole
		}
	}
	if text, ok := expectations[whole]; ok {
		return text
	}
	if text, ok := expectations[last]; ok {
		return text
	}
	return "the name of a column"
}

// describeNode returns what a node is, in the file's own words.
func describeNode(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case isNull(n):
		return "nothing"
	}
	return quote(n.Value)
}

// Problems of the file as a whole.

func (at place) tooLarge(size int) Problem {
	return at.problem(CodeSyntax, fmt.Sprintf("the file has %d bytes, expected at most %d", size, MaxConfigBytes), "")
}

func (at place) tooManyMarks(count int) Problem {
	message := fmt.Sprintf(`the file has %d characters such as ":", "," and "-", expected at most %d`, count, MaxConfigMarks)
	return at.problem(CodeSyntax, message, "")
}

func (at place) tooDeep() Problem {
	return at.problem(CodeSyntax, fmt.Sprintf("lists and mappings are nested more than %d deep", MaxConfigDepth), "")
}

func (at place) invalidUTF8(b byte, utf16 bool) Problem {
	hint := ""
	if utf16 {
		hint = "the file looks like UTF-16: save it as UTF-8"
	}
	return at.problem(CodeSyntax, fmt.Sprintf("byte %#02x is not valid UTF-8", b), hint)
}

func (at place) controlCharacter(r rune) Problem {
	return at.problem(CodeSyntax, fmt.Sprintf("the control character U+%04X is not allowed in YAML", r), "")
}

func (at place) emptyFile() Problem {
	return at.problem(CodeSyntax, "the file is empty, expected "+expectation(nil), "")
}

func (at place) secondDocument() Problem {
	return at.problem(CodeSyntax, "a second document starts here, expected one in a file", "")
}

func (at place) otherForm(form string) Problem {
	p := at.problem(CodeUnsupported, "the "+form+" form of a parent segment is not in this version of rollcall yet",
		`write the book form, with "master_table:", as docs/configuration.md describes it`)
	p.KeyPath, p.Found = "master", "master"
	return p
}

// Problems of YAML.

func (at place) notYAML(message string) Problem {
	return at.problem(CodeSyntax, "the file is not valid YAML: "+message, "")
}

// plainSyntax puts what the YAML parser says into words that need no knowledge
// of parsers. What it may say besides is passed on as it is.
var plainSyntax = map[string]string{
	"mapping values are not allowed in this context": `":" does not belong here`,
	"did not find expected key":                      "expected a key in line with the keys above it",
	"did not find expected '-' indicator":            `expected a "-" in line with the items above it`,
	"could not find expected ':'":                    `expected a ":" after the key`,
	"did not find expected ',' or ']'":               `expected "," or "]" in the list`,
	"did not find expected ',' or '}'":               `expected "," or "}" in the mapping`,
	"did not find expected node content":             "expected a value",
}

// syntax reports what the YAML parser says at a place, where it found the
// character found, within something that starts on the line start (0: unknown).
func (at place) syntax(message string, start int, found rune) Problem {
	text, known := plainSyntax[message]
	hint := ""
	switch {
	case message == "mapping values are not allowed in this context":
		hint = `text with ": " in it goes in double quotes`
	case message == "found character that cannot start any token" && found == '\t':
		text, known = "a tab cannot indent", true
		hint = "indent with spaces"
	case message == "found character that cannot start any token":
		text, known = fmt.Sprintf("text cannot start with %q", string(found)), true
		hint = "put the text in double quotes"
	case message == "found unexpected end of stream" && start > 0:
		text, known = fmt.Sprintf("the quote that opens on line %d is not closed", start), true
		start = 0
	}
	if !known {
		text = message
	}
	if start > 0 && start != at.line {
		text += fmt.Sprintf(", in what starts on line %d", start)
	}
	p := at.notYAML(text)
	p.Hint = hint
	return p
}

func (at place) anchor(name string) Problem {
	return at.problem(CodeSyntax, "found the anchor "+quote("&"+name)+": anchors and aliases are not allowed", "write the value out in every place")
}

func (at place) alias(name string) Problem {
	return at.problem(CodeSyntax, "found the alias "+quote("*"+name)+": anchors and aliases are not allowed", "write the value out in every place")
}

func (at place) mergeKey() Problem {
	return at.problem(CodeSyntax, `the merge key "<<" is not allowed`, "write the keys out in every place")
}

func (at place) tag(tag string) Problem {
	return at.problem(CodeSyntax, "found the tag "+quote(tag)+": tags are not allowed", "leave the tag out: every value is read as text")
}

func (at place) keyNotText(key *yaml.Node) Problem {
	return at.problem(CodeSyntax, "found "+describeNode(key)+" as a key, expected a word", "")
}

// Problems of keys.

func (at place) duplicateKey(first int) Problem {
	return at.problem(CodeDuplicateKey, fmt.Sprintf("duplicate key, given on line %d already", first), "")
}

func (at place) unknownKey(key, nearest string, known []string) Problem {
	p := at.problem(CodeUnknownKey, "unknown key", oneOf(nearest, known))
	p.Found, p.Allowed, p.Nearest = shorten(key), slices.Clone(known), nearest
	return p
}

func (at place) laterKey(key string) Problem {
	p := at.problem(CodeUnsupported, quote(key)+" is not in this version of rollcall yet", "")
	p.Found = key
	return p
}

func (at place) missing(code Code, expected string) Problem {
	return at.problem(code, "missing, expected "+expected, "")
}

// oneOf is the hint for a word that is none of those known.
func oneOf(nearest string, known []string) string {
	if nearest != "" {
		return "did you mean " + quote(nearest) + "?"
	}
	return "expected one of " + strings.Join(known, ", ")
}

// Problems of values.

func (at place) unexpected(code Code, n *yaml.Node, expected string) Problem {
	p := at.problem(code, "found "+describeNode(n)+", expected "+expected, "")
	p.Found = describeNode(n)
	if n.Kind == yaml.ScalarNode && !isNull(n) {
		p.Found = shorten(n.Value)
	}
	return p
}

func (at place) unknownTimezone(name string) Problem {
	p := at.problem(CodeInvalidTimezone, "unknown time zone "+quote(name), `expected an IANA name, such as "UTC" or "America/Los_Angeles"`)
	p.Found = shorten(name)
	return p
}

func (at place) unknownType(name string) Problem {
	p := at.problem(CodeInvalidType, "unknown type "+quote(name), "")
	p.Found, p.Allowed, p.Nearest = shorten(name), KindNames(), nearestWord(name, KindNames())
	p.Hint = oneOf(p.Nearest, p.Allowed)
	return p
}

func (at place) unknownColumnChoice(name string) Problem {
	p := at.problem(CodeInvalidValue, "found "+quote(name)+", expected "+expectation(at.path), "")
	p.Found, p.Allowed = shorten(name), []string{"all", "none"}
	p.Nearest = nearestWord(name, p.Allowed)
	p.Hint = "a single column is written as a list: [" + shorten(name) + "]"
	if p.Nearest != "" {
		p.Hint = oneOf(p.Nearest, p.Allowed)
	}
	return p
}

func (at place) schemaDiffers(schema, database string) Problem {
	message := fmt.Sprintf("schema %s and database %s differ", quote(schema), quote(database))
	p := at.problem(CodeConflictingKeys, message, "schema is another word for database: give one of them")
	p.Found = shorten(schema)
	return p
}

func (at place) noValues() Problem {
	message := "found an empty list, expected at least one value"
	return at.problem(CodeInvalidValue, message, "a filter without values leaves out every customer")
}

func (at place) tooManyFilters(count int) Problem {
	return at.problem(CodeInvalidValue, fmt.Sprintf("found %d filters, expected at most %d", count, MaxFilters), "")
}

// Problems of names.

func (at place) duplicateColumn(name string, first int) Problem {
	p := at.problem(CodeDuplicateName, fmt.Sprintf("column %s is listed on line %d already", quote(name), first), "")
	p.Found = shorten(name)
	return p
}

func (at place) notAField(column, key string) Problem {
	hint := "leave it out of the fields"
	if key == "timestamp_column" {
		hint += ": rules can name it all the same"
	}
	p := at.problem(CodeDuplicateName, fmt.Sprintf("column %s is the %s", quote(column), key), hint)
	p.Found = shorten(column)
	return p
}

func (at place) duplicateName(name string, taken namedNode) Problem {
	p := at.problem(CodeDuplicateName, fmt.Sprintf("another %s is called %s, on line %d", taken.what, quote(name), taken.node.Line), "")
	p.Found = shorten(name)
	return p
}

func (at place) ambiguousName(name string, taken namedNode) Problem {
	message := fmt.Sprintf("the %s on line %d is called %s too", taken.what, taken.node.Line, quote(name))
	p := at.problem(CodeAmbiguousName, message, "an attribute and a behavior need different names")
	p.Found = shorten(name)
	return p
}
