package rule

import (
	"fmt"
	"unicode"

	"github.com/rollcall-db/rollcall/engine/document"
)

// appendJSON appends a node as JSON, over several lines; prefix is the
// indentation.
func appendJSON(dst []byte, n *document.Node, prefix string) []byte {
	if n.Kind == document.Scalar {
		return appendJSONText(dst, n)
	}
	inner, lead, separator := prefix+"  ", "\n"+prefix+"  ", ","
	if isLine(n, prefix) {
		inner, lead, separator = prefix, "", ", "
	}
	open, end := byte('{'), byte('}')
	if n.Kind == document.List {
		open, end = '[', ']'
	}
	dst = append(dst, open)
	for i, item := range n.Items {
		dst = appendJSON(appendJSONLead(dst, i, separator, lead), item, inner)
	}
	for i, p := range n.Pairs {
		dst = appendJSONString(appendJSONLead(dst, i, separator, lead), p.Key.Text)
		dst = appendJSON(append(dst, ": "...), p.Value, inner)
	}
	if lead != "" {
		dst = append(dst, "\n"+prefix...)
	}
	return append(dst, end)
}

// appendJSONLead appends what stands before the member i of a list or an object.
func appendJSONLead(dst []byte, i int, separator, lead string) []byte {
	if i > 0 {
		dst = append(dst, separator...)
	}
	return append(dst, lead...)
}

// isLine reports whether a list or an object is written in one line, as in YAML.
func isLine(n *document.Node, prefix string) bool {
	return !isBlock(n, len(prefix)/2)
}

// appendJSONText appends a scalar as JSON.
func appendJSONText(dst []byte, n *document.Node) []byte {
	switch {
	case n.Style == document.Plain && n.IsNull():
		return append(dst, "null"...)
	case n.Style == document.Plain && (jsonNumber.MatchString(n.Text) || n.Text == "true" || n.Text == "false"):
		return append(dst, n.Text...)
	}
	return appendJSONString(dst, n.Text)
}

// appendJSONString appends a string.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r < ' ' || r <= 0xffff && !unicode.IsPrint(r):
			dst = fmt.Appendf(dst, `\u%04x`, r)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return append(dst, '"')
}
