package model

import "go.yaml.in/yaml/v4"

// The forms of a configuration that are not the book form, as messages call
// them.
const (
	groupedForm        = "grouped"
	composableYAMLForm = "composable YAML"
	composableJSONForm = "composable JSON"
	audienceAPIForm    = "Audience API"
)

// otherForm tells from the keys of a file whether it is written in a form other
// than the book form. It returns the key that gives it away and the name of the
// form, "" where the file is in the book form or in none that is known.
func otherForm(root *yaml.Node) (key *yaml.Node, form string) {
	if root.Kind != yaml.MappingNode || find(root, "master_table") != nil {
		return nil, ""
	}
	master := find(root, "master")
	switch {
	case master == nil:
		return nil, ""
	case findAny(master, "parentDatabaseName", "parentTableName"):
		form = audienceAPIForm
	case findAny(root, "isComposable") || findAny(master, "keyColumn", "connectionId", "federatedQueryConfigId"):
		form = composableJSONForm
	case findAny(master, "connection", "catalog", "schema", "key_column"):
		form = composableYAMLForm
	default:
		form = groupedForm
	}
	for key := range pairs(root) {
		if key.Value == "master" {
			return key, form
		}
	}
	return nil, ""
}

// find returns the value of a key, nil where n is no mapping or has no such key.
func find(n *yaml.Node, name string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for key, value := range pairs(n) {
		if key.Kind == yaml.ScalarNode && key.Value == name {
			return value
		}
	}
	return nil
}

// findAny reports whether n is a mapping with one of the keys.
func findAny(n *yaml.Node, names ...string) bool {
	for _, name := range names {
		if find(n, name) != nil {
			return true
		}
	}
	return false
}
