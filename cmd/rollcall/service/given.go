package service

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Forms that rules of requests come in.
const (
	formText    = "text"
	formSegment = "segment"
	formWire    = "wire"
)

// givenRule is a rule of a request.
type givenRule struct {
	rule *rule.Rule
	file *rule.SegmentFile // of a document, else nil
	form string
}

// given returns the rule that a question is about. A saved segment is taken as it is now.
func (s *Service) given(ctx context.Context, parent string, in *Ask) (*givenRule, error) {
	if in.Path == "" {
		return parseGiven(in.Rule, in.Segment, "")
	}
	if in.Rule != "" || len(in.Segment) > 0 {
		return nil, inputf("path", "it is there with a rule or a segment: give one of the three")
	}
	saved, err := s.registry.Segment(ctx, parent, in.Path)
	if err != nil {
		return nil, err
	}
	return parseGiven(saved.Text, nil, "")
}

// parseGiven reads a rule that is there as text, as the object of a segment file or as
// the text of one.
func parseGiven(text string, segment json.RawMessage, file string) (*givenRule, error) {
	given := 0
	for _, there := range []bool{text != "", len(segment) > 0, file != ""} {
		if there {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, inputf("rule", "there is no rule: give it as text, as a segment's object, or by the path of a saved one")
	case given > 1:
		return nil, inputf("rule", "there are several rules: give it as text or as a segment, one of them")
	case text != "":
		parsed, err := rule.Parse(text)
		return &givenRule{rule: parsed, form: formText}, err
	case file != "":
		return parseDocument([]byte(file))
	}
	return parseDocument(segment)
}

// parseDocument reads a rule of a YAML or JSON document, in either shape.
func parseDocument(data []byte) (*givenRule, error) {
	file, err := rule.ParseFile("", data)
	if err != nil {
		return nil, err
	}
	out := &givenRule{rule: file.Rule, file: file, form: formSegment}
	root, _ := document.ParseFile("", data)
	if isWire(root) {
		out.form = formWire
	}
	return out, nil
}

// wireKeys are keys that only the wire shape has.
var wireKeys = []string{"leftValue", "rightValue", "rightValues", "expr", "minValue", "maxValue"}

// isWire reports whether a document has a key of the wire shape.
func isWire(n *document.Node) bool {
	if n == nil {
		return false
	}
	return slices.ContainsFunc(n.Items, isWire) || slices.ContainsFunc(n.Pairs, func(p document.Pair) bool {
		return slices.Contains(wireKeys, p.Key.Text) || isWire(p.Value)
	})
}

// typed returns the rule with the values of a document as the columns of a schema have
// them; as it is where there is no schema.
func (g *givenRule) typed(schema *model.Schema) (*rule.Rule, error) {
	if schema == nil {
		return g.rule, nil
	}
	return g.rule.Typed(schema)
}

// shapes returns a rule in the two shapes of files. A nil schema leaves open which bare
// names are behaviors.
func shapes(r *rule.Rule, where string, schema *model.Schema) (segment, wire json.RawMessage, err error) {
	var isBehavior func(string) bool
	if schema != nil {
		isBehavior = func(name string) bool { return schema.Behavior(name) >= 0 }
	}
	file := &rule.SegmentFile{Rule: r}
	if where != "" {
		file.Path, file.Name = where, path.Base(where)
	}
	text, err := file.AppendSegment(nil, isBehavior)
	if err != nil {
		return nil, nil, err
	}
	root, problems := document.ParseYAML(text)
	if len(problems) == 0 {
		segment = appendJSON(nil, root)
	}
	if text, err = file.AppendWire(nil, isBehavior); err != nil {
		return nil, nil, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return nil, nil, err
	}
	return segment, compact.Bytes(), nil
}

// appendJSON appends a document as JSON: what is quoted is a string, and what is plain is
// a number, a boolean or null where JSON has it so.
func appendJSON(dst []byte, n *document.Node) []byte {
	switch n.Kind {
	case document.Map:
		dst = append(dst, '{')
		for i, p := range n.Pairs {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, p.Key.Text), ':')
			dst = appendJSON(dst, p.Value)
		}
		return append(dst, '}')
	case document.List:
		dst = append(dst, '[')
		for i, item := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, item)
		}
		return append(dst, ']')
	}
	if n.Style != document.Quoted && json.Valid([]byte(n.Text)) {
		return append(dst, n.Text...)
	}
	return appendString(dst, n.Text)
}

// appendString appends a string of JSON.
func appendString(dst []byte, text string) []byte {
	b, err := json.Marshal(text)
	if err != nil {
		return append(dst, `""`...) // a string always marshals
	}
	return append(dst, b...)
}

// asOf returns the time that a question is about: as given, a date in the time zone, or
// now.
func (s *Service) asOf(text string, location *time.Location) (time.Time, error) {
	if text == "" {
		return s.now(), nil
	}
	at, err := window.ParseAsOf(text, location)
	if err != nil {
		return time.Time{}, &InputError{"as_of", err}
	}
	return at, nil
}
