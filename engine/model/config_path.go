package model

import (
	"strconv"
	"strings"
)

// keyPath is the way from the top of a file to a node: a key of a mapping, or a
// position in a list, below another keyPath. A nil keyPath is the top.
type keyPath struct {
	parent *keyPath
	key    string
	index  int // 0-based position in a list; -1 for a key
}

// child returns the path of a key below p.
func (p *keyPath) child(key string) *keyPath { return &keyPath{parent: p, key: key, index: -1} }

// item returns the path of a list's item below p.
func (p *keyPath) item(index int) *keyPath { return &keyPath{parent: p, index: index} }

// String returns the path as problems show it: "attributes[2].value_column". A
// key that is no plain word is quoted: `attributes[2]."value column"`.
func (p *keyPath) String() string {
	switch {
	case p == nil:
		return ""
	case p.index >= 0:
		return p.parent.String() + "[" + strconv.Itoa(p.index) + "]"
	}
	key := p.key
	if !plainWord(key) {
		key = quote(key)
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

// quote returns s in double quotes, shortened to maxShownRunes.
func quote(s string) string {
	short := shorten(s)
	if short != s {
		return strconv.Quote(strings.TrimSuffix(short, "…")) + "…"
	}
	return strconv.Quote(s)
}

// shorten cuts s to maxShownRunes, with "…" at the cut.
func shorten(s string) string {
	n := 0
	for i := range s {
		if n == maxShownRunes {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
