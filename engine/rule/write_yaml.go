package rule

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/rollcall-db/rollcall/engine/document"
)

// Limits on the lines of YAML files: a list or a mapping that fits into maxFlow
// bytes stands in one line, and so does one that is deeper than maxBlock, because
// lines of deep blocks are mostly spaces.
const (
	maxFlow  = 120
	maxBlock = 24
)

// appendYAML appends a mapping as a YAML file.
func appendYAML(dst []byte, n *document.Node) []byte {
	for _, p := range n.Pairs {
		dst = appendYAMLPair(dst, p, 0)
	}
	return dst
}

// appendYAMLPair appends a key with its value, at the indentation given.
func appendYAMLPair(dst []byte, p document.Pair, depth int) []byte {
	dst = append(appendYAMLString(dst, p.Key.Text), ':')
	if !isBlock(p.Value, depth) {
		return append(appendYAMLFlow(append(dst, ' '), p.Value), '\n')
	}
	dst = append(dst, '\n')
	return appendYAMLBlock(dst, p.Value, depth+1, true)
}

// isBlock reports whether a node is written in several lines.
func isBlock(n *document.Node, depth int) bool {
	if len(n.Items)+len(n.Pairs) == 0 || depth >= maxBlock {
		return false
	}
	return n.Find("conditions") != nil || n.Find("rule") != nil || n.Kind == document.List && n.Items[0].Kind == document.Map ||
		flowSize(n, maxFlow) > maxFlow
}

// appendYAMLBlock appends a list or a mapping in lines of their own; of the first
// line, the indentation is written only where indent is set.
func appendYAMLBlock(dst []byte, n *document.Node, depth int, indent bool) []byte {
	line := func() {
		if indent {
			dst = append(dst, strings.Repeat("  ", depth)...)
		}
		indent = true
	}
	for _, p := range n.Pairs {
		line()
		dst = appendYAMLPair(dst, p, depth)
	}
	for _, item := range n.Items {
		line()
		dst = append(dst, "- "...)
		if isBlock(item, depth) {
			dst = appendYAMLBlock(dst, item, depth+1, false)
		} else {
			dst = append(appendYAMLFlow(dst, item), '\n')
		}
	}
	return dst
}

// flowSize returns about how long a node is in one line, or some number above
// most.
func flowSize(n *document.Node, most int) int {
	size := len(n.Text) + 2
	for _, item := range n.Items {
		if size > most {
			return size
		}
		size += flowSize(item, most-size)
	}
	for _, p := range n.Pairs {
		if size > most {
			return size
		}
		size += len(p.Key.Text) + 2 + flowSize(p.Value, most-size)
	}
	return size
}

// appendYAMLFlow appends a node in one line.
func appendYAMLFlow(dst []byte, n *document.Node) []byte {
	switch n.Kind {
	case document.List:
		dst = append(dst, '[')
		for i, item := range n.Items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendYAMLFlow(dst, item)
		}
		return append(dst, ']')
	case document.Map:
		dst = append(dst, '{')
		for i, p := range n.Pairs {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(appendYAMLString(dst, p.Key.Text), ": "...)
			dst = appendYAMLFlow(dst, p.Value)
		}
		return append(dst, '}')
	}
	return appendYAMLText(dst, n)
}

// plainText is what stands without quotes anywhere in YAML and is no number.
var plainText = regexp.MustCompile(`\A[A-Za-z_][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*\z`)

// yamlWords are words that some readers of YAML take for something other than
// text.
var yamlWords = map[string]bool{
	"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true,
}

// appendYAMLText appends a scalar.
func appendYAMLText(dst []byte, n *document.Node) []byte {
	if n.Style == document.Plain && (n.IsNull() || jsonNumber.MatchString(n.Text) || n.Text == "true" || n.Text == "false") {
		if n.Text == "" {
			return append(dst, "null"...)
		}
		return append(dst, n.Text...)
	}
	return appendYAMLString(dst, n.Text)
}

// appendYAMLString appends a string, without quotes where that is safe.
func appendYAMLString(dst []byte, s string) []byte {
	if len(s) <= maxFlow && plainText.MatchString(s) && !yamlWords[lowerASCII(s)] {
		return append(dst, s...)
	}
	return appendYAMLQuoted(dst, s)
}

// appendYAMLQuoted appends a string in double quotes.
// See YAML 1.2.2, section 5.7.
func appendYAMLQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case unicode.IsPrint(r):
			dst = append(dst, string(r)...)
		case r <= 0xff:
			dst = fmt.Appendf(dst, `\x%02x`, r)
		case r <= 0xffff:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		default:
			dst = fmt.Appendf(dst, `\U%08x`, r)
		}
	}
	return append(dst, '"')
}
