package model

import (
	"fmt"

	"github.com/rollcall-db/rollcall/engine/document"
)

// Form is a way of writing a parent segment. All of them give the same
// [ParentSegment].
type Form uint8

// The forms. Each comment shows keys that a file in it has.
const (
	FormBook           Form = iota + 1 // master_table, value_column, timestamp_column
	FormGrouped                        // master, source, join with parent_key and child_key
	FormComposableYAML                 // master with key_column, join with table_key and master_key
	FormComposableJSON                 // master with keyColumn, tableKey, masterKey, columnMapping
	FormAudienceAPI                    // master with parentTableName, parentKey, foreignKey
)

var formNames = [...]string{
	FormBook: "book", FormGrouped: "grouped", FormComposableYAML: "composable YAML",
	FormComposableJSON: "composable JSON", FormAudienceAPI: "Audience API",
}

// String returns the name that docs/configuration.md gives the form.
func (f Form) String() string {
	if int(f) < len(formNames) && f != 0 {
		return formNames[f]
	}
	return fmt.Sprintf("form(%d)", uint8(f))
}

// formOf tells the form of a file by its keys, the most telling first. What has
// no key of another form is taken for the book form.
func formOf(root *document.Node) Form {
	master := root.Find("master")
	switch {
	case root.Find("master_table") != nil:
		return FormBook
	case hasAny(master, "parentDatabaseName", "parentTableName"):
		return FormAudienceAPI
	case hasAny(root, "isComposable") || hasAny(master, "keyColumn", "connectionId", "federatedQueryConfigId"):
		return FormComposableJSON
	case master == nil:
		return FormBook
	}
	for _, list := range []string{"attributes", "behaviors"} {
		if items := root.Find(list); items != nil {
			for _, item := range items.Items {
				if form := formOfItem(item); form != 0 {
					return form
				}
			}
		}
	}
	if hasAny(master, "key_column", "connection", "catalog", "schema") {
		return FormComposableYAML
	}
	return FormGrouped
}

// formOfItem tells the form of a file by one of its attributes or behaviors, 0
// where it does not tell.
func formOfItem(item *document.Node) Form {
	join := item.Find("join")
	switch {
	case hasAny(item, "source") || hasAny(join, "parent_key", "child_key"):
		return FormGrouped
	case hasAny(item, "time_column") || hasAny(join, "table_key", "master_key"):
		return FormComposableYAML
	case hasAny(item, "tableKey", "masterKey", "timeColumn", "columnMapping"):
		return FormComposableJSON
	case hasAny(item, "parentKey", "foreignKey", "parentColumn", "parentTableName"):
		return FormAudienceAPI
	}
	return 0
}

// hasAny reports whether n is a mapping with one of the keys.
func hasAny(n *document.Node, keys ...string) bool {
	for _, key := range keys {
		if n.Find(key) != nil {
			return true
		}
	}
	return false
}

// nullIsAbsent reports whether a null says the same as leaving the key out. In
// what programs write it does; a person who writes a key and no value has
// forgotten it.
func (f Form) nullIsAbsent() bool { return f == FormComposableJSON || f == FormAudienceAPI }
