package document

import (
	"bytes"
	"strings"
)

// Parse reads a text in YAML or JSON within [DefaultLimits]; see
// [Limits.Parse].
func Parse(data []byte) (*Node, []Problem) { return DefaultLimits.Parse(data) }

// ParseFile reads the content of a file within [DefaultLimits]; see
// [Limits.ParseFile].
func ParseFile(name string, data []byte) (*Node, []Problem) {
	return DefaultLimits.ParseFile(name, data)
}

// ParseYAML reads a text in YAML within [DefaultLimits]; see [Limits.ParseYAML].
func ParseYAML(data []byte) (*Node, []Problem) { return DefaultLimits.ParseYAML(data) }

// ParseJSON reads a text in JSON within [DefaultLimits]; see [Limits.ParseJSON].
func ParseJSON(data []byte) (*Node, []Problem) { return DefaultLimits.ParseJSON(data) }

// ParseFile reads the content of a file: as JSON where the file's name ends in
// ".json", else as Parse does.
func (l Limits) ParseFile(name string, data []byte) (*Node, []Problem) {
	if strings.HasSuffix(strings.ToLower(name), ".json") {
		return l.ParseJSON(data)
	}
	return l.Parse(data)
}

// Parse reads a text in JSON or YAML. A text that starts with "{" or "[" is JSON
// if it can be read as such, else YAML, which has lists and mappings in brackets
// of its own: {type: Value}. Every other text is YAML.
//
// Without problems the node is the root. With problems it is nil, or a tree of
// what could be read, for those who look for more problems.
func (l Limits) Parse(data []byte) (*Node, []Problem) {
	text := bytes.TrimLeft(withoutMark(data), " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return l.ParseYAML(data)
	}
	asJSON, problems := l.ParseJSON(data)
	if len(problems) == 0 {
		return asJSON, nil
	}
	asYAML, yamlProblems := l.ParseYAML(data)
	if len(yamlProblems) > 0 && opensWithQuote(text) {
		return asJSON, problems
	}
	return asYAML, yamlProblems
}

// opensWithQuote reports whether a quote follows the brackets that a text starts
// with: whoever wrote it meant JSON.
func opensWithQuote(text []byte) bool {
	rest := bytes.TrimLeft(text, "{[ \t\r\n")
	return len(rest) > 0 && rest[0] == '"'
}

const byteOrderMark = "\ufeff"

// withoutMark returns data without a byte order mark at its start.
func withoutMark(data []byte) []byte {
	return bytes.TrimPrefix(data, []byte(byteOrderMark))
}
