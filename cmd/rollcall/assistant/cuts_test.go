package assistant

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
)

// many returns so many things, each with a long text.
func many[T any](n int, one func(text string) T) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = one(fmt.Sprint(i) + strings.Repeat("ü", 400))
	}
	return list
}

// wideAnswers are answers of every tool with more than an assistant can read.
func wideAnswers() map[string]answer {
	const n = 300
	texts := func() []string { return many(n, func(s string) string { return s }) }
	windows := many(n, func(s string) ask.WindowJSON { return ask.WindowJSON{Condition: s} })
	problems := many(n, func(s string) service.ProblemItem { return service.ProblemItem{Message: s} })
	asked := ask.AnswerJSON{Windows: windows, Warnings: texts()}
	values := many(n, func(s string) ask.ValueCountJSON { return ask.ValueCountJSON{Value: s} })
	bins := many(n, func(s string) ask.BinJSON { return ask.BinJSON{From: s} })
	return map[string]answer{
		"parents":    &parentsOut{ParentSegments: many(n, func(s string) Parent { return Parent{Name: s} })},
		"freshness":  &freshnessOut{Parent: &Parent{Sources: texts()}},
		"attributes": &attributesOut{Attributes: many(n, func(s string) ask.AttributeJSON { return ask.AttributeJSON{Attribute: model.Attribute{Name: s}} })},
		"behaviors":  &behaviorsOut{Behaviors: many(n, func(s string) ask.BehaviorJSON { return ask.BehaviorJSON{Behavior: model.Behavior{Name: s}} })},
		"check":      &checkOut{CheckJSON: &service.CheckJSON{Problems: problems, Windows: windows, Warnings: texts()}},
		"right":      &checkOut{CheckJSON: &service.CheckJSON{OK: true, Windows: windows, Warnings: texts()}},
		"explain": &countOut{CountJSON: &service.CountJSON{CountJSON: ask.CountJSON{
			AnswerJSON: asked, Plan: &ask.StepJSON{Steps: many(n, func(s string) ask.StepJSON { return ask.StepJSON{Condition: s} })},
		}}},
		"SQL": &countOut{CountJSON: &service.CountJSON{CountJSON: ask.CountJSON{SQL: strings.Repeat("x", MaxAnswerBytes)}}},
		"breakdown": &breakdownOut{BreakdownsJSON: &ask.BreakdownsJSON{Breakdowns: []ask.BreakdownJSON{
			{Attribute: "a", Values: &values}, {Attribute: "b", Bins: &bins}, {Attribute: "c"},
		}}},
		"overlap": &overlapOut{OverlapJSON: &ask.OverlapJSON{
			CountJSON: ask.CountJSON{AnswerJSON: asked}, Regions: make([]ask.RegionJSON, 10_000), Pairs: make([]ask.PairJSON, 10_000),
		}},
		"trend":    &trendOut{TrendJSON: &ask.TrendJSON{Points: many(n, func(s string) ask.PointJSON { return ask.PointJSON{AsOf: s} })}},
		"segments": &segmentsOut{Segments: many(n, func(s string) segmentOut { return segmentOut{Path: s, Rule: s, Problems: problems[:1]} })},
		"segment":  &segmentsOut{Segments: []segmentOut{{Path: "a", Rule: strings.Repeat("ü", MaxAnswerBytes), Problems: problems}}},
		"saved":    &segmentOut{Problems: problems},
		"tables": &tablesOut{TablesJSON: &service.TablesJSON{Tables: many(n, func(s string) service.TableJSON {
			return service.TableJSON{Name: s, Columns: many(20, func(s string) service.ColumnJSON { return service.ColumnJSON{Name: s} })}
		})}},
		"suggestion": &suggestOut{SuggestionJSON: &service.SuggestionJSON{Configuration: strings.Repeat("x", MaxAnswerBytes)}},
		"members":    &listOut{ListJSON: &ask.ListJSON{Rows: many(n, func(s string) []any { return []any{s} })}},
		"profile": &profileOut{ProfileJSON: &ask.ProfileJSON{
			Attributes: many(n, func(s string) ask.NamedJSON { return ask.NamedJSON{Name: s} }),
			Behaviors:  []ask.HistoryJSON{{Recent: many(n, func(s string) ask.EventJSON { return ask.EventJSON{Time: &s} })}},
			Segments:   new(texts()),
		}},
	}
}

// TestCuts cuts answers of every tool down to what an assistant can read, and lower: each
// cut makes an answer smaller, and says what it has left out.
func TestCuts(t *testing.T) {
	for name, wide := range wideAnswers() {
		result, err := answered(wide)
		if err != nil || result.IsError {
			t.Errorf("%s: %v %v", name, err, result)
			continue
		}
		before, err := encoded(wide)
		if err != nil || len(before) > MaxAnswerBytes || !strings.Contains(string(before), `"cut":["`) {
			t.Errorf("%s: %d bytes: %v", name, len(before), err)
		}
		for wide.cut() {
			after, err := encoded(wide)
			if err != nil || len(after) >= len(before)+200 { // a first note may be longer than what it stands for
				t.Fatalf("%s: %d bytes after %d: %v", name, len(after), len(before), err)
			}
			before = after
		}
	}
	if engine.MaxBreakdowns < maxDivided {
		t.Error("more attributes are asked for than can be answered")
	}
}
