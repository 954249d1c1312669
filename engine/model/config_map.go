package model

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mapKeys says which keys a mapping may have.
type mapKeys struct {
	known []string          // in the order in which they are documented
	later []string          // of the format, but not of this version
	alias map[string]string // what other forms and tools call a known key
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
// the value of one key each, and add a problem where it is not what the format
// wants there.
type configMap struct {
	place    place
	values   map[string]*yaml.Node // of the known keys that are there
	mistyped map[string]bool       // the known keys that an unknown one was likely meant for
	problems *problemList
}

// readMap checks that a node is a mapping and that its keys are among keys. It
// returns an empty configMap that reports nothing, and false, where the node is
// no mapping.
func readMap(n *yaml.Node, path *keyPath, keys mapKeys, expected string, problems *problemList) (configMap, bool) {
	m := configMap{
		place: placeOf(n, path), problems: problems,
		values: map[string]*yaml.Node{}, mistyped: map[string]bool{},
	}
	if n.Kind != yaml.MappingNode {
		m.wrongKind(n, path, CodeInvalidValue, expected)
		return m, false
	}
	for key, value := range pairs(n) {
		if problems.full() {
			break
		}
		if key.Kind == yaml.ScalarNode && !isMergeKey(key) {
			m.readKey(key, value, keys)
		}
	}
	return m, true
}

// readKey keeps the value of a known key. Of duplicate keys, which checkNodes
// reports, the first counts.
func (m configMap) readKey(key, value *yaml.Node, keys mapKeys) {
	name := key.Value
	at := placeOf(key, m.place.path.child(name))
	switch {
	case slices.Contains(keys.known, name):
		if m.values[name] == nil {
			m.values[name] = value
		}
	case slices.Contains(keys.later, name):
		m.problems.add(at.laterKey(name))
	default:
		near := keys.nearest(name)
		m.mistyped[near] = true
		m.problems.add(at.unknownKey(name, near, keys.known))
	}
}

// has reports whether a key is there, whatever its value.
func (m configMap) has(key string) bool { return m.values[key] != nil }

// path returns the path of a key's value.
func (m configMap) path(key string) *keyPath { return m.place.path.child(key) }

// at returns the place of a key's value. The key must be there.
func (m configMap) at(key string) place { return placeOf(m.values[key], m.path(key)) }

// missing reports that a required key is not there, unless an unknown key was
// likely meant for it and is reported already.
func (m configMap) missing(key string, code Code) {
	if !m.mistyped[key] {
		at := m.place
		at.path = m.path(key)
		m.problems.add(at.missing(code, expectation(at.path)))
	}
}

// wrongKind reports a value of a kind that cannot stand there. An alias is
// reported already, by checkNodes.
func (m configMap) wrongKind(n *yaml.Node, path *keyPath, code Code, expected string) {
	if n.Kind != yaml.AliasNode {
		m.problems.add(placeOf(n, path).unexpected(code, n, expected))
	}
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
func (m configMap) nameAt(n *yaml.Node, path *keyPath, nothing Code) string {
	text, ok := m.text(n, path, nothing)
	if ok && strings.TrimSpace(text) == "" {
		m.problems.add(placeOf(n, path).unexpected(CodeEmptyName, n, expectation(path)))
		return ""
	}
	return text
}

// text returns a node's text as the file has it: 00001 and 2023-01-01 are these
// characters. It returns false after a problem.
func (m configMap) text(n *yaml.Node, path *keyPath, nothing Code) (string, bool) {
	switch {
	case isNull(n):
		m.wrongKind(n, path, nothing, expectation(path))
		return "", false
	case n.Kind != yaml.ScalarNode:
		m.wrongKind(n, path, CodeInvalidValue, expectation(path))
		return "", false
	}
	return n.Value, true
}

// list returns the items of the list that a key gives, none where the key is
// not there or after a problem.
func (m configMap) list(key string) []*yaml.Node {
	n := m.values[key]
	switch {
	case n == nil:
		return nil
	case n.Kind != yaml.SequenceNode:
		m.wrongKind(n, m.path(key), CodeInvalidValue, expectation(m.path(key)))
		return nil
	}
	return n.Content
}

// columns returns the names of columns that the items of a key's list give, each
// once.
func (m configMap) columns(key string, items []*yaml.Node) []string {
	names := []string{}
	lines := map[string]int{}
	for i, item := range items {
		if m.problems.full() {
			break
		}
		path := m.path(key).item(i)
		name := m.nameAt(item, path, CodeInvalidValue)
		if name == "" {
			continue
		}
		if line, seen := lines[name]; seen {
			m.problems.add(placeOf(item, path).duplicateColumn(name, line))
			continue
		}
		lines[name] = item.Line
		names = append(names, name)
	}
	return names
}
