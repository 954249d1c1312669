package document

import (
	"strconv"
	"strings"
)

// Path is the way from the top of a document to a node: a key of a mapping, or a
// position in a list, below another Path. A nil Path is the top. Paths are not
// changed after they are made.
type Path struct {
	parent *Path
	key    string
	index  int // 0-based position in a list; -1 for a key
}

// Key returns the path of a key below p.
func (p *Path) Key(key string) *Path { return &Path{parent: p, key: key, index: -1} }

// Item returns the path of a list's item below p, counted from 0.
func (p *Path) Item(index int) *Path { return &Path{parent: p, index: index} }

// Parent returns the path that p is below; nil is the top.
func (p *Path) Parent() *Path { return p.parent }

// Last returns what p, which is not the top, ends in: a key and the index -1, or
// no key and a position counted from 0.
func (p *Path) Last() (key string, index int) { return p.key, p.index }

// String returns the path as problems show it: "attributes[2].value_column". A
// key that is no plain word is quoted: `attributes[2]."value column"`.
func (p *Path) String() string {
	switch {
	case p == nil:
		return ""
	case p.index >= 0:
		return p.parent.String() + "[" + strconv.Itoa(p.index) + "]"
	}
	key := p.key
	if !plainWord(key) {
		key = Quote(key)
	}
	if p.parent == nil {
		return key
	}
	return p.parent.String() + "." + key
}

// plainWord reports whether s is made of nothing but ASCII letters, digits, "_"
// and "-", and is short enough to be shown whole.
func plainWord(s string) bool {
	rest := strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
	return s != "" && rest == "" && len(s) <= maxShownRunes
}

// Quote returns s in double quotes, escaped and cut to 40 characters, with "…"
// after the cut, as messages show the text of a file.
func Quote(s string) string {
	short := Shorten(s)
	if short != s {
		return strconv.Quote(strings.TrimSuffix(short, "…")) + "…"
	}
	return strconv.Quote(s)
}

// Shorten cuts s to 40 characters, with "…" at the cut.
func Shorten(s string) string {
	n := 0
	for i := range s {
		if n == maxShownRunes {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
