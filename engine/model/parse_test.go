package model

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/engine/window"
)

// TestParse runs the golden files of testdata/parse. A case is
//
//	parse [quoted] [path=PATH]
//	the file
//	----
//	the form and the parent segment, or the whole error
//
// where quoted says that the file is written as a Go string. Every parent segment
// is written in the book form and read again.
func TestParse(t *testing.T) {
	datadriven.Walk(t, "testdata/parse", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "parse" {
				t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
			}
			input := d.Input
			if d.HasArg("quoted") {
				var err error
				if input, err = strconv.Unquote(d.Input); err != nil {
					t.Fatalf("%s: the input is no Go string: %v", d.Pos, err)
				}
			}
			name := "parent.yml"
			if d.HasArg("path") {
				d.ScanArgs(t, "path", &name)
			}
			segment, form, err := ParseForm(name, []byte(input))
			if err != nil {
				return checkedError(t, d.Pos, segment, err)
			}
			checkRoundTrip(t, segment)
			return dumpSegment(segment, form)
		})
	})
}

// checkedError returns the error's text, after a look at what holds of every
// error of Parse.
func checkedError(t *testing.T, pos string, segment *ParentSegment, err error) string {
	t.Helper()
	var config *ConfigError
	if !errors.As(err, &config) {
		t.Errorf("%s: the error is a %T, want a *ConfigError", pos, err)
	}
	if segment != nil {
		t.Errorf("%s: got a parent segment beside the error", pos)
	}
	return err.Error() + "\n"
}

// dumpSegment shows every field of a parent segment, a line for each table. That
// it is in the book form goes without saying.
func dumpSegment(s *ParentSegment, form Form) string {
	var b strings.Builder
	if form != FormBook {
		fmt.Fprintf(&b, "form %s\n", form)
	}
	fmt.Fprintf(&b, "name %q in %s\n", s.Name, s.Timezone)
	fmt.Fprintf(&b, "master %s key %q all columns %t, listed %q\n",
		dumpTable(s.Master.Table), s.Master.KeyColumn, s.Master.AllColumns, s.Master.Columns)
	for _, f := range s.Master.Filters {
		fmt.Fprintf(&b, "filter %q in %q\n", f.Column, f.Values)
	}
	for _, a := range s.Attributes {
		forced := "as in the source"
		if a.Kind != 0 {
			forced = a.Kind.String()
		}
		fmt.Fprintf(&b, "attribute %q %s key %q value %q type %s\n",
			a.Name, dumpTable(a.Table), a.KeyColumn, a.ValueColumn, forced)
	}
	for _, v := range s.Behaviors {
		fmt.Fprintf(&b, "behavior %q %s key %q time %q all fields %t, listed [%s]",
			v.Name, dumpTable(v.Table), v.KeyColumn, v.TimeColumn, v.AllFields, dumpFields(v.Fields))
		if v.Keep != (window.Spec{}) {
			fmt.Fprintf(&b, ", kept %s", v.Keep)
		}
		b.WriteString("\n")
	}
	for _, c := range s.Computed {
		fmt.Fprintf(&b, "computed %q of %q: %s\n", c.Name, c.Behavior, c.Rule)
	}
	if h := s.Schedule; h.Type != "" {
		fmt.Fprintf(&b, "schedule %s at %q in %q, cron %q, days %q\n", h.Type, h.Time, h.Timezone, h.Cron, h.Days)
	}
	return b.String()
}

func dumpTable(r TableRef) string {
	table := fmt.Sprintf("%q.%q.%q", r.Catalog, r.Schema, r.Table)
	if r.Connection != "" {
		table = fmt.Sprintf("%q:", r.Connection) + table
	}
	return table
}

func dumpFields(fields []FieldSource) string {
	var texts []string
	for _, f := range fields {
		text := strconv.Quote(f.Name)
		if f.Column != f.Name {
			text += fmt.Sprintf(" of %q", f.Column)
		}
		if f.Kind != 0 {
			text += " as " + f.Kind.String()
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}
