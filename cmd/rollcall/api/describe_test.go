package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// described is the document as the tests that go through all of it need it.
type described struct {
	Paths      map[string]map[string]*describedOperation
	Components struct{ Schemas map[string]*describedSchema }
}

type describedOperation struct {
	OperationID string
	Summary     string
	Description string
	Tags        []string
	Security    []map[string][]string
	Parameters  []describedParameter
	RequestBody *struct {
		Required bool
		Content  map[string]struct {
			Schema  *describedSchema
			Example json.RawMessage
		}
	}
	Responses map[string]struct {
		Description string
		Content     map[string]json.RawMessage
	}
	method, path string
}

type describedParameter struct {
	Name, In string
	Required bool
	Schema   *describedSchema
}

type describedSchema struct {
	Type       json.RawMessage
	Ref        string `json:"$ref"`
	Enum       []any
	Items      *describedSchema
	Properties map[string]*describedSchema
	Required   []string
	Examples   []any
	// AdditionalProperties is false, or a schema.
	AdditionalProperties json.RawMessage
}

// describe reads the document that a studio serves.
func describe(t testing.TB, document []byte) *described {
	t.Helper()
	var d described
	must(t, json.Unmarshal(document, &d))
	for path, operations := range d.Paths {
		for method, o := range operations {
			o.method, o.path = strings.ToUpper(method), path
		}
	}
	return &d
}

// operations returns all operations in the order of paths and methods.
func (d *described) operations() []*describedOperation {
	var out []*describedOperation
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			out = append(out, d.Paths[path][method])
		}
	}
	return out
}

// public reports whether the operation answers who is not known.
func (o *describedOperation) public() bool {
	return slices.ContainsFunc(o.Security, func(s map[string][]string) bool { return len(s) == 0 })
}

// request returns the path and the body of an example request. value gives parameters
// that are to differ from their examples.
func (o *describedOperation) request(value func(p describedParameter) (string, bool)) (path string, body any) {
	path = o.path
	query := url.Values{}
	for _, p := range o.Parameters {
		text, given := value(p)
		if !given && (p.In == "path" || p.Required) && len(p.Schema.Examples) > 0 {
			text, given = fmt.Sprint(p.Schema.Examples[0]), true
			if p.In == "path" {
				text = strings.ReplaceAll(text, "%2F", "/")
			}
		}
		switch {
		case given && p.In == "path":
			escaped := url.PathEscape(text)
			if strings.Trim(text, ".") == "" {
				escaped = strings.ReplaceAll(text, ".", "%2E") // as they are, they are no part of a path
			}
			path = strings.Replace(path, "{"+p.Name+"}", escaped, 1)
		case given && p.In == "query":
			query.Set(p.Name, text)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if o.RequestBody != nil {
		if of, ok := o.RequestBody.Content[jsonType]; ok && of.Example != nil {
			return path, []byte(of.Example)
		}
		return path, []byte("{}")
	}
	return path, nil
}

// asDescribed leaves every parameter at its example.
func asDescribed(describedParameter) (string, bool) { return "", false }

// resolve follows a reference.
func (d *described) resolve(s *describedSchema) *describedSchema {
	for s != nil && s.Ref != "" {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, schemaPrefix)]
	}
	return s
}

// kind returns the type of a schema, "" for any.
func (s *describedSchema) kind() string {
	var one string
	if json.Unmarshal(s.Type, &one) == nil {
		return one
	}
	var several []string
	if json.Unmarshal(s.Type, &several) == nil && len(several) > 0 {
		return several[0]
	}
	return ""
}
