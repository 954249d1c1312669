package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestGolden runs the files of testdata/golden. The commands are:
//
//	parse            the canonical text, or the problem
//	check [zone=Z]   the checked tree and warnings, or the problems
//	json             the problems as JSON
//	computed         the computed attribute, of the behavior purchase
//
// With the flag escaped, the input is a JSON string without its quotes, and each
// line of the output a Go string. With the flag lines, every line of the input is a rule of its own.
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata/golden", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			rules := []string{d.Input}
			if d.HasArg("lines") {
				rules = strings.Split(d.Input, "\n")
			}
			var out []string
			for _, r := range rules {
				if !d.HasArg("escaped") {
					out = append(out, runGolden(t, d, r))
					continue
				}
				for _, line := range strings.Split(runGolden(t, d, unescape(t, r)), "\n") {
					out = append(out, strconv.QuoteToASCII(line))
				}
			}
			return strings.Join(out, "\n") + "\n"
		})
	})
}

func runGolden(t *testing.T, d *datadriven.TestData, text string) string {
	zone := "UTC"
	if d.HasArg("zone") {
		d.ScanArgs(t, "zone", &zone)
	}
	switch d.Cmd {
	case "parse":
		r, err := Parse(text)
		if err != nil {
			return showErrors(t, err)
		}
		return r.String()
	case "check", "json":
		c, err := parseCheck(text, zone)
		if err == nil {
			return strings.TrimSuffix(dump(c), "\n")
		}
		if d.Cmd == "check" {
			return showErrors(t, err)
		}
		b, err := json.MarshalIndent(err, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if d.Cmd != "computed" {
		t.Fatalf("unknown command %q", d.Cmd)
	}
	c, err := ParseComputed(text, "purchase", testSchema(zone))
	if err != nil {
		return showErrors(t, err)
	}
	b := c.Test
	where := "everything"
	if b.Where != nil {
		where = b.Where.Text()
	}
	return fmt.Sprintf("%s\n  aggregate %d of %d in %s where %s gives %s", c, b.Aggregate.Op, b.Aggregate.Field, b.Window, where, c.Result)
}

func parseCheck(text, zone string) (*Checked, error) {
	r, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return Check(r, testSchema(zone), testLibrary)
}

// testLibrary has segments of every relation.
var testLibrary = func() *Library {
	var files []*SegmentFile
	for _, s := range [][2]string{
		{"Loyalty/VIP", "visits > 10 and segment 'Base'"},
		{"Base", "country = 'JP'"},
		{"A/Same", "visits > 1"},
		{"B/Same", "visits > 2"},
		{"Loop/one", "visits > 1 or segment 'two'"},
		{"Loop/two", "not segment 'Loop/three'"},
		{"Loop/three", "segment 'Loop/one'"},
		{"Broken", "contry = 'JP' and visits = 'x'"},
	} {
		r, err := Parse(s[1])
		if err != nil {
			panic(err)
		}
		files = append(files, &SegmentFile{Path: s[0], Name: path.Base(s[0]), Rule: r})
	}
	return NewLibrary(files)
}()

// showErrors returns the details of all problems, each with its code in front.
func showErrors(t *testing.T, err error) string {
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatalf("error is %T, want Errors: %v", err, err)
	}
	var parts []string
	for _, e := range errs {
		detail := strings.ReplaceAll(e.Detail(), "\n\n", "\n")
		parts = append(parts, fmt.Sprintf("%s %s", e.Code, detail))
	}
	return strings.Join(parts, "\n")
}

func unescape(t *testing.T, s string) string {
	var out string
	if err := json.Unmarshal([]byte(`"`+s+`"`), &out); err != nil {
		t.Fatalf("input %s: %v", s, err)
	}
	return out
}
