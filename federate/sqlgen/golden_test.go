package sqlgen

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestGolden runs the files of testdata. The command is
//
//	sql [dialect=D] [zone=Z] [as_of=T] [count]
//
// whose input is a rule over the tables of fixture_test.go; without a dialect,
// the statements of all follow each other. An error is printed as it is.
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			zone, at, dialects := "UTC", asOf, Dialects()
			if d.HasArg("zone") {
				d.ScanArgs(t, "zone", &zone)
			}
			if d.HasArg("as_of") {
				d.ScanArgs(t, "as_of", &at)
			}
			if d.HasArg("dialect") {
				var name string
				d.ScanArgs(t, "dialect", &name)
				dialects = []Dialect{Dialect(name)}
			}
			var options []Option
			if d.HasArg("count") {
				options = append(options, Count())
			}
			var out []string
			c, layout := checked(t, d.Input, zone)
			for _, dialect := range dialects {
				text, err := Generate(dialect, c, layout, parseTime(t, at), options...)
				if err != nil {
					text = err.Error()
				}
				if len(dialects) > 1 {
					text = "[" + string(dialect) + "]\n" + text
				}
				out = append(out, text)
			}
			return strings.Join(out, "\n") + "\n"
		})
	})
}
