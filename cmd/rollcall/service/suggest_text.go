package service

import (
	"encoding/json"
	"strings"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/model"
)

// edit is text that is put into a configuration.
type edit struct {
	at      int    // offset
	insert  string // what comes there
	snippet string // the entry alone, for people
}

// pair is a key of an entry with its value, which is a text or a map.
type pair struct {
	key   string
	value any // string or []pair
}

// editsOf returns the ways in which an attribute can be put into a configuration's text,
// the best first: behind the other attributes, before them, or as the first one.
func editsOf(text, form, parentKey string, of model.AttributeSource, k model.Kind) []edit {
	root, _ := document.Parse([]byte(text))
	if root == nil || root.Kind != document.Map {
		return nil
	}
	entry := entryIn(form, parentKey, of, k)
	list := root.Find("attributes")
	flow := strings.HasPrefix(text[root.Offset:], "{")
	switch {
	case list == nil && flow:
		snippet := flowText(entry)
		return []edit{{root.Offset + 1, `"attributes": [` + snippet + `], `, snippet}}
	case list == nil:
		snippet := blockText(entry, "  ")
		insert := "attributes:\n" + snippet
		if !strings.HasSuffix(text, "\n") {
			insert = "\n" + insert
		}
		return []edit{{len(text), insert, snippet}}
	case list.Kind != document.List:
		return nil
	case strings.HasPrefix(text[list.Offset:], "["):
		snippet := flowText(entry)
		insert := snippet
		if len(list.Items) > 0 {
			insert += ", "
		}
		return []edit{{list.Offset + 1, insert, snippet}}
	case len(list.Items) == 0:
		return nil
	}
	start := strings.LastIndexByte(text[:list.Offset], '\n') + 1
	snippet := blockText(entry, text[start:list.Offset])
	end := endOf(list)
	if next := strings.IndexByte(text[end:], '\n'); next >= 0 {
		return []edit{{end + next + 1, snippet, snippet}, {start, snippet, snippet}}
	}
	return []edit{{len(text), "\n" + snippet, snippet}, {start, snippet, snippet}}
}

// endOf returns where the last scalar below a node ends.
func endOf(n *document.Node) int {
	end := n.Offset + n.Length
	for _, item := range n.Items {
		end = max(end, endOf(item))
	}
	for _, p := range n.Pairs {
		end = max(end, p.Key.Offset+p.Key.Length)
		if p.Value != nil {
			end = max(end, endOf(p.Value))
		}
	}
	return end
}

// entryIn returns an attribute as an entry in the keys of a form; parentKey is the key of
// the master table.
func entryIn(form, parentKey string, of model.AttributeSource, k model.Kind) []pair {
	t := of.Table
	switch form {
	case model.FormGrouped.String():
		return there(
			pair{"name", of.Name},
			pair{"source", there(pair{"connection", t.Connection}, pair{"catalog", t.Catalog}, pair{"database", t.Schema}, pair{"table", t.Table})},
			pair{"join", []pair{{"parent_key", parentKey}, {"child_key", of.KeyColumn}}},
			pair{"columns", [][]pair{{{"column", of.ValueColumn}, {"label", of.Name}}}},
		)
	case model.FormComposableYAML.String():
		return there(
			pair{"name", of.Name}, pair{"connection", t.Connection}, pair{"catalog", t.Catalog}, pair{"schema", t.Schema}, pair{"table", t.Table},
			pair{"join", []pair{{"table_key", of.KeyColumn}}}, pair{"column", of.ValueColumn}, pair{"type", k.String()},
		)
	case model.FormComposableJSON.String():
		return there(
			pair{"name", of.Name}, pair{"connectionId", t.Connection}, pair{"catalog", t.Catalog}, pair{"schema", t.Schema}, pair{"table", t.Table},
			pair{"tableKey", of.KeyColumn}, pair{"column", of.ValueColumn}, pair{"type", k.String()},
		)
	case model.FormAudienceAPI.String():
		return there(
			pair{"name", of.Name}, pair{"type", k.String()}, pair{"parentDatabaseName", t.Schema}, pair{"parentTableName", t.Table},
			pair{"parentColumn", of.ValueColumn}, pair{"parentKey", parentKey}, pair{"foreignKey", of.KeyColumn},
		)
	}
	return there(
		pair{"name", of.Name}, pair{"connection", t.Connection}, pair{"catalog", t.Catalog}, pair{"database", t.Schema}, pair{"table", t.Table},
		pair{"key_column", of.KeyColumn}, pair{"value_column", of.ValueColumn},
	)
}

// there leaves out keys without a value.
func there(pairs ...pair) []pair {
	var out []pair
	for _, p := range pairs {
		if p.value != "" {
			out = append(out, p)
		}
	}
	return out
}

// blockText writes an entry as an item of a block list of YAML, at an indentation.
func blockText(entry []pair, indent string) string {
	var b strings.Builder
	for i, p := range entry {
		lead := indent + "  "
		if i == 0 {
			lead = indent + "- "
		}
		b.WriteString(lead + p.key + ": " + valueText(p.value, plainText) + "\n")
	}
	return b.String()
}

// flowText writes an entry as JSON, which YAML takes, too.
func flowText(entry []pair) string { return valueText(entry, quotedText) }

// valueText writes a value in one line.
func valueText(value any, scalar func(string) string) string {
	var parts []string
	switch value := value.(type) {
	case []pair:
		for _, p := range value {
			parts = append(parts, scalar(p.key)+": "+valueText(p.value, scalar))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case [][]pair:
		for _, item := range value {
			parts = append(parts, valueText(item, scalar))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return scalar(value)
	}
	return ""
}

// plainText writes a text as YAML: plain where it is a word, else in quotes.
func plainText(text string) string {
	plain := text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" &&
		strings.ContainsAny(text[:1], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	switch strings.ToLower(text) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		plain = false
	}
	if plain {
		return text
	}
	return quotedText(text)
}

// quotedText writes a text as a string of JSON.
func quotedText(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""` // a string always marshals
	}
	return string(b)
}
