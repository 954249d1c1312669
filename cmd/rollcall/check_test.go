package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/document"
)

func TestKindAndShape(t *testing.T) {
	for text, want := range map[string][2]string{
		`master_table: {table: x}`:              {kindConfiguration, ""},
		`mastre_table: {table: x}`:              {kindConfiguration, ""},
		`{"master": {"keyColumn": "x"}}`:        {kindConfiguration, ""},
		`rule: {type: And}`:                     {kindSegment, ""},
		`{rule: [{type: Value, attribute: a}]}`: {kindSegment, "segment"},
		`{type: Value, leftValue: {name: a}}`:   {kindRule, "wire"},
		`[{type: Value, attribute: a}]`:         {kindRule, "segment"},
		`{rule: {type: Reference, id: 7}}`:      {kindSegment, "wire"},
		`{type: And, conditions: [{type: Value, attribute: a}, {type: Value, leftValue: {name: b}}]}`: {kindRule, "mixed"},
		`{type: Sequence, steps: [{source: a}, {source: b}]}`:                                         {kindRule, "segment"},
		`{type: Sequence, steps: [{leftValue: {source: {name: a}}}, {leftValue: {source: b}}]}`:       {kindRule, "wire"},
		`{type: Sequence, steps: [{source: a}, {leftValue: {source: b}}]}`:                            {kindRule, "mixed"},
		`{type: Value, source: a, aggregation: {type: Count}}`:                                        {kindRule, "segment"},
		`name: x`: {kindRule, ""},
		`7`:       {kindRule, ""},
	} {
		root, problems := document.Parse([]byte(text))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", text, problems)
		}
		if kind, shape := kindOf(root), shapeOf(root); kind != want[0] || shape != want[1] {
			t.Errorf("%s is a %s of shape %q, want %s of %q", text, kind, shape, want[0], want[1])
		}
	}
	if kindOf(nil) != kindRule || shapeOf(nil) != "" {
		t.Error("a file that cannot be read is taken for something")
	}
}

// TestShapeOfExamples tells the shapes of the example segments, which are named
// for them.
func TestShapeOfExamples(t *testing.T) {
	paths, err := filepath.Glob("../../engine/rule/testdata/examples/*.*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range paths {
		f, err := readChecked(path)
		if err != nil {
			t.Fatal(err)
		}
		shape := strings.Split(filepath.Base(path), ".")[1]
		if f.Kind != kindSegment || f.Shape != shape {
			t.Errorf("%s is a %s of shape %q", path, f.Kind, f.Shape)
		}
	}
}
