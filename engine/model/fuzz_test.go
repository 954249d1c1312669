package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/window"
)

// mostTime is far more than any file may take, on a machine with other work.
const mostTime = 10 * time.Second

// FuzzParse checks what holds of every file: it gives a parent segment that
// can be worked with, or an error that can be shown.
func FuzzParse(f *testing.F) {
	f.Add([]byte(least))
	for _, block := range documentedExamples(f) {
		f.Add([]byte(block))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		// The fuzzer has no clock of its own: an input that never ends goes unseen.
		clock := time.AfterFunc(mostTime, func() { panic(fmt.Sprintf("Parse takes longer than %v", mostTime)) })
		defer clock.Stop()
		segment, err := Parse("fuzz.yml", data)
		if err == nil {
			checkSegment(t, segment)
			checkRoundTrip(t, segment)
			return
		}
		var config *ConfigError
		if !errors.As(err, &config) || segment != nil {
			t.Fatalf("got %v beside the error %T %v", segment, err, err)
		}
		checkConfigError(t, config)
	})
}

// checkSegment checks that nothing required is missing.
func checkSegment(t *testing.T, s *ParentSegment) {
	names := []string{s.Name, s.Timezone, s.Master.Table.Table, s.Master.KeyColumn}
	for _, filter := range s.Master.Filters {
		names = append(names, filter.Column)
		if len(filter.Values) == 0 {
			t.Errorf("the filter on %q has no values", filter.Column)
		}
	}
	taken := map[string]bool{}
	take := func(name string) {
		if taken[name] {
			t.Errorf("two things are called %q", name)
		}
		taken[name] = true
	}
	for _, column := range s.Master.Columns {
		take(column)
	}
	for _, a := range s.Attributes {
		take(a.Name)
		names = append(names, a.Name, a.Table.Table, a.KeyColumn, a.ValueColumn)
	}
	for _, b := range s.Behaviors {
		take(b.Name)
		names = append(names, b.Name, b.Table.Table, b.KeyColumn, b.TimeColumn)
		if err := b.Keep.Validate(); err != nil {
			t.Error(err)
		}
		for _, f := range b.Fields {
			names = append(names, f.Name, f.Column)
		}
	}
	for _, c := range s.Computed {
		take(c.Name)
		names = append(names, c.Name, c.Behavior, c.Rule)
	}
	for _, name := range append(names, s.Master.Columns...) {
		if strings.TrimSpace(name) == "" || !utf8.ValidString(name) {
			t.Errorf("got the name %q in %+v", name, s)
		}
	}
	if _, err := window.LoadLocation(s.Timezone); err != nil {
		t.Error(err)
	}
	if len(s.Master.Filters) > MaxFilters {
		t.Errorf("got %d filters", len(s.Master.Filters))
	}
}

// checkConfigError checks that problems are few, short, complete and in order.
func checkConfigError(t *testing.T, e *ConfigError) {
	if len(e.Problems) == 0 || len(e.Problems) > MaxProblems {
		t.Errorf("got %d problems", len(e.Problems))
	}
	for _, p := range e.Problems {
		if p.Code == "" || p.Message == "" || p.Line < 1 || p.Column < 1 {
			t.Errorf("got the problem %+v", p)
		}
		// No text of the file stands in a problem at full length, nor line breaks.
		text := p.String()
		if len(text) > 4000 || strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
			t.Errorf("got the text %q", text)
		}
	}
	ordered := slices.IsSortedFunc(e.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if !ordered {
		t.Errorf("the problems are not in order:\n%v", e)
	}
}
