package document

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// Every message about a document stands in this file. Words of the document
// stand in double quotes.

// Problems of the file as a whole.

func tooLarge(size, most int) Problem {
	return place{}.problem(Syntax, fmt.Sprintf("the file has %d bytes, expected at most %d", size, most), "")
}

func tooManyMarks(count, most int) Problem {
	message := fmt.Sprintf(`the file has %d characters such as ":", "," and "-", expected at most %d`, count, most)
	return place{}.problem(Syntax, message, "")
}

func (at place) tooDeep(most int) Problem {
	return at.problem(Syntax, fmt.Sprintf("lists and mappings are nested more than %d deep", most), "")
}

func (at place) invalidUTF8(b byte, utf16 bool) Problem {
	hint := ""
	if utf16 {
		hint = "the file looks like UTF-16: save it as UTF-8"
	}
	return at.problem(Syntax, fmt.Sprintf("byte %#02x is not valid UTF-8", b), hint)
}

func (at place) controlCharacter(r rune, syntax string) Problem {
	return at.problem(Syntax, fmt.Sprintf("the control character U+%04X is not allowed in %s", r, syntax), "")
}

func (at place) emptyFile() Problem { return at.problem(Empty, "the file is empty", "") }

func (at place) secondDocument() Problem {
	return at.problem(Syntax, "a second document starts here, expected one in a file", "")
}

// Problems of both syntaxes.

func (at place) notValid(syntax, message string) Problem {
	return at.problem(Syntax, "the file is not valid "+syntax+": "+message, "")
}

func (at place) duplicateKey(first int) Problem {
	return at.problem(Duplicate, fmt.Sprintf("duplicate key, given on line %d already", first), "")
}

// Problems of YAML.

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

// yamlSyntax reports what the YAML parser says at a place, where it found the
// character found, within something that starts on the line start (0: unknown).
func (at place) yamlSyntax(message string, start int, found rune) Problem {
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
	p := at.notValid("YAML", text)
	p.Hint = hint
	return p
}

func (at place) anchor(name string) Problem {
	return at.problem(Syntax, "found the anchor "+Quote("&"+name)+": anchors and aliases are not allowed", "write the value out in every place")
}

func (at place) alias(name string) Problem {
	return at.problem(Syntax, "found the alias "+Quote("*"+name)+": anchors and aliases are not allowed", "write the value out in every place")
}

func (at place) mergeKey() Problem {
	return at.problem(Syntax, `the merge key "<<" is not allowed`, "write the keys out in every place")
}

func (at place) tag(tag string) Problem {
	return at.problem(Syntax, "found the tag "+Quote(tag)+": tags are not allowed", "leave the tag out: every value is read as text")
}

func (at place) keyNotText(kind yaml.Kind) Problem {
	found := "an alias"
	switch kind {
	case yaml.SequenceNode:
		found = "a list"
	case yaml.MappingNode:
		found = "a mapping"
	}
	return at.problem(Syntax, "found "+found+" as a key, expected a word", "")
}

// Problems of JSON.

func (at place) jsonSyntax(message, hint string) Problem {
	p := at.notValid("JSON", message)
	p.Hint = hint
	return p
}

// jsonExpected reports what stands at a place, of which rest is the text from
// there on, beside what was expected.
func (at place) jsonExpected(expected string, rest []byte) Problem {
	found, hint := "the end of the file", ""
	switch word := firstWord(rest); {
	case word == `"`:
		found = "text in quotes"
	case word != "":
		found = Quote(word)
	}
	if len(rest) > 0 && rest[0] == '\'' {
		hint = "text goes in double quotes"
	}
	return at.jsonSyntax("found "+found+", expected "+expected, hint)
}
