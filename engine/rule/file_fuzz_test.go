package rule

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParseFile: no text makes the reader panic, problems have places within the
// text, and what is read survives both writers.
func FuzzParseFile(f *testing.F) {
	for _, pattern := range []string{"testdata/examples/*.*", "testdata/examples/segments/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	for _, name := range []string{"behaviors", "sequences"} {
		golden, err := os.ReadFile(filepath.Join("testdata/files", name))
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range strings.Split(string(golden), "\n") {
			if strings.HasPrefix(line, "{") {
				f.Add([]byte(line))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ParseFile("f.yml", data)
		if err != nil {
			checkFileErrors(t, string(data), err)
			return
		}
		fitsText(t, file)
		fitsFiles(t, file)
	})
}

// FuzzWrite: what parses as text survives both writers.
func FuzzWrite(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := Parse(text); err == nil {
			fitsFiles(t, &SegmentFile{Rule: r})
		}
	})
}

// fitsText fails unless the canonical text parses to itself.
func fitsText(t *testing.T, f *SegmentFile) {
	text := f.Rule.String()
	if again, err := Parse(text); err != nil || again.String() != text {
		t.Fatalf("canonical text %q does not parse to itself: %v", text, err)
	}
}

// fitsFiles fails unless the rule survives both writers, or is too large for one.
func fitsFiles(t *testing.T, f *SegmentFile) {
	for _, write := range []func([]byte, func(string) bool) ([]byte, error){f.AppendSegment, f.AppendWire} {
		if text, err := write(nil, nil); err != nil && len(text) < 1<<16 {
			t.Fatalf("rule %q: %v\n%s", f.Rule, err, text)
		}
	}
}

// checkFileErrors fails unless err is Errors whose every place is in the file.
func checkFileErrors(t *testing.T, text string, err error) {
	t.Helper()
	var errs Errors
	if !errors.As(err, &errs) || len(errs) == 0 || len(errs) > MaxErrors {
		t.Fatalf("file %q: error is %T %v, want 1 to %d Errors", text, err, err, MaxErrors)
	}
	for i, e := range errs {
		if e.Code == "" || e.Msg == "" || e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(text) || e.Source != text || e.File != "f.yml" {
			t.Fatalf("file %q: malformed error %+v", text, *e)
		}
		if i > 0 && e.Offset < errs[i-1].Offset {
			t.Fatalf("file %q: errors are not in order", text)
		}
		if !strings.Contains(e.Detail(), "^") {
			t.Fatalf("file %q: detail lacks its carets:\n%s", text, e.Detail())
		}
	}
}
