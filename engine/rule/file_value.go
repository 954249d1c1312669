package rule

import (
	"regexp"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

// jsonNumber is what looks like a number in a file: what JSON takes for one. A
// plain 00501 or 1_000 looks like a string, which loses nothing of it.
var jsonNumber = regexp.MustCompile(`\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z`)

// literal reads a value.
func (r *fileReader) literal(n *document.Node) (literal, bool) {
	switch {
	case n.Kind != document.Scalar:
		r.expectedScalar(n)
		return literal{}, false
	case n.IsNull():
		r.nullValue(n)
		return literal{}, false
	}
	l := literal{kind: literalString, loose: true, raw: n.Text, str: n.Text, span: spanOf(n)}
	if n.Style == document.Quoted {
		return l, true
	}
	switch {
	case n.Text == "true" || n.Text == "false":
		l.kind, l.str, l.b = literalBool, "", n.Text == "true"
	case jsonNumber.MatchString(n.Text):
		if num, ok := parseLooseNumber(n.Text); ok {
			l.kind, l.str, l.num = literalNumber, "", num
		}
	}
	return l, true
}

// scalar reads one value; a list of one is taken for it.
func (r *fileReader) scalar(n *document.Node, operator string) []literal {
	if n.Kind == document.List {
		if len(n.Items) != 1 {
			r.oneValueWanted(n, operator)
			return nil
		}
		n = n.Items[0]
	}
	l, ok := r.literal(n)
	if !ok {
		return nil
	}
	return []literal{l}
}

// list reads values; one value is taken for a list of it.
func (r *fileReader) list(n *document.Node, operator string) []literal {
	if n.Kind != document.List {
		return r.scalar(n, operator)
	}
	if len(n.Items) == 0 {
		r.emptyValues(n, operator)
		return nil
	}
	values := make([]literal, 0, len(n.Items))
	for _, item := range n.Items {
		if r.full() {
			return nil
		}
		if l, ok := r.literal(item); ok {
			values = append(values, l)
		}
	}
	return values
}

// time returns a value where a time is wanted for sure: a whole number is unix
// seconds.
func (l literal) time() literal {
	text := l.str
	if d, ok := parseLooseNumber(l.raw); ok && l.loose {
		text = secondsText(d, l.raw)
		l.kind, l.num = literalString, decimal{}
	}
	l.str, l.loose = text, false
	return l
}

// isTime reports whether the value is written as a date or a time.
func (l literal) isTime() bool {
	if l.kind != literalString {
		return false
	}
	_, err := window.ParsePoint(l.str)
	return err == nil
}
