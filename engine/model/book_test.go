package model

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestParseBook runs the golden files of testdata/book. A case is
//
//	parse [quoted]
//	the file
//	----
//	the parent segment, or the whole error
//
// where quoted says that the file is written as a Go string.
func TestParseBook(t *testing.T) {
	datadriven.Walk(t, "testdata/book", func(t *testing.T, path string) {
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
			segment, err := ParseBook("parent.yml", []byte(input))
			if err != nil {
				return checkedError(t, d.Pos, segment, err)
			}
			return dumpSegment(segment)
		})
	})
}

// checkedError returns the error's text, after a look at what holds of every
// error of ParseBook.
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

// dumpSegment shows every field of a parent segment, a line for each table.
func dumpSegment(s *ParentSegment) string {
	var b strings.Builder
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
		fmt.Fprintf(&b, "behavior %q %s key %q time %q all fields %t, listed %q\n",
			v.Name, dumpTable(v.Table), v.KeyColumn, v.TimeColumn, v.AllFields, v.Fields)
	}
	return b.String()
}

func dumpTable(r TableRef) string { return fmt.Sprintf("%q.%q.%q", r.Catalog, r.Schema, r.Table) }
