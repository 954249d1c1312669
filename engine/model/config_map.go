package model

import (
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
)

// mapKeys says which keys a mapping may have.
type mapKeys struct {
	known   []string          // in the order in which they are documented
	ignored []string          // of the form, but without a meaning here
	alias   map[string]string // what other forms and tools call a known key
}

// nearest returns the known key that was most likely meant by key, or "".
func (k mapKeys) nearest(key string) string {
	if known := k.alias[key]; known != "" {
		return known
	}
	return nearestWord(key, k.known)
}

// nearestWord is [Nearest] for words of any length: none is near a long one.
func nearestWord(word string, from []string) string {
	if len(word) > maxNearBytes {
		return ""
	}
	return Nearest(word, from)
}

// configMap is a mapping of a configuration, its keys checked. Its methods read
// the value of one key each, and add a problem where it is not what the form
// wants there.
type configMap struct {
	place    place
	values   map[string]*document.Node // of the known keys that are there
	mistyped map[string]bool           // the known keys that an unknown one was likely meant for
	reader   *reader
}

// readMap checks that a node is a mapping and that its keys are among keys. It
// returns an empty configMap that reports nothing, and false, where the node is
// no mapping.
func (r *reader) readMap(n *document.Node, path *document.Path, keys mapKeys) (configMap, bool) {
	m := configMap{
		place: placeOf(n, path), reader: r,
		values: map[string]*document.Node{}, mistyped: map[string]bool{},
	}
	if n.Kind != document.Map {
		m.wrongKind(n, path, CodeInvalidValue)
		return m, false
	}
	for _, pair := range n.Pairs {
		if r.problems.full() {
			break
		}
		m.readKey(pair.Key, pair.Value, keys)
	}
	return m, true
}

// readKey keeps the value of a known key. Of duplicate keys, which are problems
// already, the first counts.
func (m configMap) readKey(key, value *document.Node, keys mapKeys) {
	name := key.Text
	switch {
	case value.IsNull() && m.reader.form.nullIsAbsent() && slices.Contains(keys.known, name):
	case slices.Contains(keys.known, name):
		if m.values[name] == nil {
			m.values[name] = value
		}
	case !slices.Contains(keys.ignored, name):
		near := keys.nearest(name)
		m.mistyped[near] = true
		m.reader.problems.add(placeOf(key, m.place.path.Key(name)).unknownKey(name, near, keys.known))
	}
}

// has reports whether a key is there, whatever its value.
func (m configMap) has(key string) bool { return m.values[key] != nil }

// path returns the path of a key's value.
func (m configMap) path(key string) *document.Path { return m.place.path.Key(key) }

// at returns the place of a key's value. The key must be there.
func (m configMap) at(key string) place { return placeOf(m.values[key], m.path(key)) }

// missing reports that a required key is not there, unless an unknown key was
// likely meant for it and is reported already.
func (m configMap) missing(key string, code Code) {
	if !m.mistyped[key] {
		at := m.place
		at.path = m.path(key)
		m.reader.problems.add(at.missing(code, m.expectation(at.path)))
	}
}

// expectation returns what belongs at a path.
func (m configMap) expectation(path *document.Path) string {
	return expectation(m.reader.form, path)
}

// wrongKind reports a value of a kind that cannot stand there. One that was
// refused is reported already.
func (m configMap) wrongKind(n *document.Node, path *document.Path, code Code) {
	if n.Kind != 0 {
		m.reader.problems.add(placeOf(n, path).unexpected(code, n, m.expectation(path)))
	}
}

// submap reads the mapping that a required key gives.
func (m configMap) submap(key string, keys mapKeys) (configMap, bool) {
	if !m.has(key) {
		m.missing(key, CodeMissingKey)
		return configMap{}, false
	}
	return m.reader.readMap(m.values[key], m.path(key), keys)
}

// name returns the name that a required key gives, or "" after a problem.
func (m configMap) name(key string) string {
	if !m.has(key) {
		m.missing(key, CodeMissingName)
		return ""
	}
	return m.nameAt(m.values[key], m.path(key), CodeMissingName)
}

// optionalName returns the name that a key gives, "" where it is not there or
// after a problem.
func (m configMap) optionalName(key string) string {
	if !m.has(key) {
		return ""
	}
	return m.nameAt(m.values[key], m.path(key), CodeInvalidValue)
}

// nameAt returns a node's text as a name: not empty, nor nothing but spaces. The
// code is that of the problem that nothing stands there.
func (m configMap) nameAt(n *document.Node, path *document.Path, nothing Code) string {
	text, ok := m.text(n, path, nothing)
	if ok && strings.TrimSpace(text) == "" {
		m.reader.problems.add(placeOf(n, path).unexpected(CodeEmptyName, n, m.expectation(path)))
		return ""
	}
	return text
}

// text returns a node's text as the file has it: 00001 and 2023-01-01 are these
// characters. It returns false after a problem.
func (m configMap) text(n *document.Node, path *document.Path, nothing Code) (string, bool) {
	switch {
	case n.IsNull():
		m.wrongKind(n, path, nothing)
		return "", false
	case n.Kind != document.Scalar:
		m.wrongKind(n, path, CodeInvalidValue)
		return "", false
	}
	return n.Text, true
}

// flag returns the boolean that a key gives, false where it is not there or
// after a problem.
func (m configMap) flag(key string) bool {
	n := m.values[key]
	if n == nil {
		return false
	}
	if n.Kind != document.Scalar || n.Text != "true" && n.Text != "false" {
		m.wrongKind(n, m.path(key), CodeInvalidValue)
	}
	return n.Text == "true"
}

// list returns the items of the list that a key gives, none where the key is
// not there or after a problem.
func (m configMap) list(key string) []*document.Node {
	n := m.values[key]
	switch {
	case n == nil:
		return nil
	case n.Kind != document.List:
		m.wrongKind(n, m.path(key), CodeInvalidValue)
		return nil
	}
	return n.Items
}

// columns returns the names of columns that the items of a key's list give, each
// once.
func (m configMap) columns(key string, items []*document.Node) []string {
	var names []string
	lines := map[string]int{}
	for i, item := range items {
		if m.reader.problems.full() {
			break
		}
		path := m.path(key).Item(i)
		name := m.nameAt(item, path, CodeInvalidValue)
		if name == "" {
			continue
		}
		if line, seen := lines[name]; seen {
			m.reader.problems.add(placeOf(item, path).duplicateColumn(name, line))
			continue
		}
		lines[name] = item.Line
		names = append(names, name)
	}
	return names
}
