package report_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"image"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/report"
	"github.com/rollcall-db/rollcall/bench/workload"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// golden compares output with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// write makes a page and returns every file of the folder by name.
func write(t *testing.T, dir string, reports []report.Named) map[string]string {
	t.Helper()
	if err := report.Write(t.Context(), dir, "performance.md", reports, report.Options{}); err != nil {
		t.Fatal(err)
	}
	return readAll(t, dir)
}

func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestPage(t *testing.T) {
	files := write(t, t.TempDir(), named(sample(sixEngines...)))
	golden(t, "six.md", files["performance.md"])
	checkPictures(t, files)
}

func TestPageOfOneEngine(t *testing.T) {
	r := sample("rollcall")
	r.Scale = nil
	files := write(t, t.TempDir(), named(r))
	golden(t, "one.md", files["performance.md"])
}

func TestText(t *testing.T) {
	var text, bench strings.Builder
	r := sample("rollcall", "duckdb", "clickhouse", "bare")
	if err := errors.Join(report.Text(&text, r), report.GoBench(&bench, r)); err != nil {
		t.Fatal(err)
	}
	golden(t, "text.txt", text.String())
	golden(t, "bench.txt", bench.String())
}

// checkPictures checks that every picture of the page of all kinds is there, of
// its size, and not blank, and that nothing else is.
func checkPictures(t *testing.T, files map[string]string) {
	t.Helper()
	var names []string
	for _, kind := range []string{"indexes", "latency.attributes", "latency.audience", "latency.random", "latency.recency", "load", "scale"} {
		names = append(names, "performance/sample."+kind+".png", "performance/sample."+kind+".svg")
	}
	if diff := cmp.Diff(append([]string{"performance.md"}, names...), slices.Sorted(maps.Keys(files))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, name := range names {
		if !strings.Contains(files["performance.md"], "("+name+")") {
			t.Errorf("the page does not show %s", name)
		}
		if strings.HasSuffix(name, ".svg") {
			for _, want := range []string{`<svg width="675pt"`, "<path", "<text", "Arial", "</svg>"} {
				if !strings.Contains(files[name], want) {
					t.Errorf("%s has no %s", name, want)
				}
			}
			continue
		}
		img, err := png.Decode(strings.NewReader(files[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		size := img.Bounds().Size()
		if size.X != 1350 || size.Y < 150 {
			t.Errorf("%s is of %d × %d pixels", name, size.X, size.Y)
		}
		pixels, ok := img.(*image.RGBA)
		if !ok {
			t.Fatalf("%s: got a %T, want opaque pixels", name, img)
		}
		white, blue := 0, 0
		for i := 0; i < len(pixels.Pix); i += 4 {
			switch [3]byte(pixels.Pix[i : i+3]) {
			case [3]byte{0xFF, 0xFF, 0xFF}:
				white++
			case [3]byte{0x00, 0x72, 0xB2}:
				blue++
			}
		}
		if white < size.X*size.Y/3 {
			t.Errorf("%s: %d pixels are white, which is no white background", name, white)
		}
		if blue < 100 {
			t.Errorf("%s: %d pixels have the colour of rollcall", name, blue)
		}
	}
}

// TestDeterministic writes the same twice.
func TestDeterministic(t *testing.T) {
	r := sample("rollcall", "duckdb", "bare")
	r.Scale = r.Scale[:3]
	reports := named(r)
	if diff := cmp.Diff(write(t, t.TempDir(), reports), write(t, t.TempDir(), reports)); diff != "" {
		t.Error("the files differ")
	}
}

// TestNothingMeasured makes a page of a report with no results: no headings of
// what is not there, no pictures, no folder.
func TestNothingMeasured(t *testing.T) {
	r := &measure.Report{Engines: []measure.EngineReport{{Name: "rollcall"}}}
	files := write(t, t.TempDir(), named(r))
	if len(files) != 1 {
		t.Errorf("got %d files, want only the page", len(files))
	}
	var headings []string
	for line := range strings.Lines(files["performance.md"]) {
		if strings.HasPrefix(line, "#") {
			headings = append(headings, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff([]string{"# Performance", "## 0 customers (`sample.json`)", "### Data", "### Load"}, headings); diff != "" {
		t.Errorf("headings (-want +got):\n%s", diff)
	}
}

// TestRewrite checks that pictures of an earlier page go, that other files stay,
// and that no temporary files are left.
func TestRewrite(t *testing.T) {
	dir := t.TempDir()
	before := write(t, dir, named(brief("rollcall", "duckdb")))
	mine := map[string]string{"performance/photo.png": "a photo", "performance/notes.svg": "notes", "other.md": "another page"}
	for name, data := range mine {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	empty := &measure.Report{Engines: []measure.EngineReport{{Name: "rollcall"}}}
	after := write(t, dir, []report.Named{{Name: "run 2.json", Report: empty}})
	delete(after, "performance.md")
	if diff := cmp.Diff(mine, after); diff != "" {
		t.Errorf("files beside the page (-want +got):\n%s", diff)
	}
	again := write(t, dir, named(brief("rollcall", "duckdb")))
	for name := range mine {
		delete(again, name)
	}
	if diff := cmp.Diff(before, again); diff != "" {
		t.Error("the page made again is another")
	}
}

// TestTwoReports checks that reports of the same name do not share pictures, and
// that both are on the page.
func TestTwoReports(t *testing.T) {
	r := brief("rollcall", "duckdb")
	files := write(t, t.TempDir(), append(named(r), named(r)...))
	for _, name := range []string{"performance/sample.load.svg", "performance/sample-2.load.svg"} {
		if files[name] == "" {
			t.Errorf("%s is not there", name)
		}
	}
	if got := strings.Count(files["performance.md"], "\n## "); got != 2 {
		t.Errorf("got %d runs, want 2", got)
	}
}

// TestNotCompared checks what the page says of queries that one engine alone
// answered, and of runs that were cut short.
func TestNotCompared(t *testing.T) {
	r := brief("rollcall", "duckdb")
	r.NotCompared = []measure.NotCompared{
		{Suite: "audience", Query: "R7", Rule: "a | b", Engines: []string{"rollcall"}, Reasons: []string{"duckdb: no SQL"}},
		{Suite: "refresh", Query: "R7", Rule: "a | b", Engines: []string{"rollcall"}, Reasons: []string{"duckdb: no SQL"}},
		{Suite: "audience", Query: "R7", Rule: "a | b", Engines: []string{"rollcall"}, Reasons: []string{"duckdb: no SQL"}},
	}
	r.Results[1].Runs = 3
	page := write(t, t.TempDir(), named(r))["performance.md"]
	for _, want := range []string{
		"### Not compared\n", "| 1 M | audience | R7 | `a \\| b` | rollcall | duckdb: no SQL |\n| 1 M | refresh | R7 |",
		"<sup>1</sup><br>×2,417 |", "<sup>1</sup> 3 runs instead of 15\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if got := strings.Count(page, "| 1 M | audience | R7 |"); got != 1 {
		t.Errorf("the page has %d rows of the same query, want 1", got)
	}
}

// TestUnfinished checks that nobody takes a run that was cut short for a whole one.
func TestUnfinished(t *testing.T) {
	r := brief("rollcall", "duckdb")
	r.Unfinished = "suite refresh: the disk\nis *full*"
	page := write(t, t.TempDir(), named(r))["performance.md"]
	var text, lines strings.Builder
	if err := errors.Join(report.Text(&text, r), report.GoBench(&lines, r)); err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		page:           "\n**This run did not finish.** What is here was complete when it ended: suite refresh: the disk is \\*full\\*\n",
		text.String():  "\nTHIS RUN DID NOT FINISH. What is here was complete when it ended: suite refresh: the disk is *full*\n",
		lines.String(): "\nunfinished: suite refresh: the disk is *full*\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got[:min(len(got), 2000)])
		}
	}
}

// TestFewRuns checks that a 99th percentile of few executions is marked.
func TestFewRuns(t *testing.T) {
	r := brief("rollcall", "duckdb")
	for i := range r.Results {
		for j := range r.Results[i].Clients {
			r.Results[i].Clients[j].Runs = 100
		}
	}
	const meaning = "† of fewer than 100 executions: the 99th percentile is near their maximum"
	check := func(marks bool) {
		t.Helper()
		var text strings.Builder
		if err := report.Text(&text, r); err != nil {
			t.Fatal(err)
		}
		for _, got := range []string{text.String(), write(t, t.TempDir(), named(r))["performance.md"]} {
			if strings.Contains(got, meaning) != marks || strings.Contains(got, "s†)") != marks {
				t.Errorf("a mark is there: %t, want %t:\n%s", !marks, marks, got)
			}
		}
	}
	check(false)
	r.Results[1].Clients[2].Runs = 99
	check(true)
}

// TestSingleTimes checks that each run has a line of its own: benchstat tells a
// change from noise by the number of lines of the same name.
func TestSingleTimes(t *testing.T) {
	allocs := 3.0
	r := &measure.Report{
		Engines: []measure.EngineReport{{Name: "rollcall"}}, Machine: measure.Machine{Cores: 2}, Runs: 15,
		Results: []measure.Result{
			{Suite: "audience", Query: "Q1", Engine: "rollcall", MedianUS: 2, P95US: 2.95, Runs: 3, TimesUS: []float64{3, 1, 2}, Allocs: &allocs},
			{Suite: "audience", Query: "Q2", Engine: "rollcall", MedianUS: 2, P95US: 3},
		},
	}
	var out strings.Builder
	if err := report.GoBench(&out, r); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "Benchmark") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	const q1, q2 = "BenchmarkAudience/query=Q1/engine=rollcall-2\t", "BenchmarkAudience/query=Q2/engine=rollcall-2\t"
	want := []string{
		q1 + "1\t3000 ns/op", q1 + "1\t1000 ns/op", q1 + "1\t2000 ns/op", q1 + "3\t2950 p95-ns/op\t3 allocs/op",
		q2 + "15\t2000 ns/op\t3000 p95-ns/op",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// TestCommands checks the two commands that a page begins with.
func TestCommands(t *testing.T) {
	r := brief("rollcall")
	r.Data.Shape = workload.Default(1000)
	r.Data.Shape.Seed = 7
	r.Command = "rollcall-bench run --data='my data' --suite all --out '```'"
	page := write(t, t.TempDir(), named(r))["performance.md"]
	want := "\n````sh\nrollcall-bench generate --customers 1000 --out 'my data' --seed 7\n" + r.Command + "\n````\n"
	if !strings.Contains(page, want) {
		t.Errorf("the page has no %q:\n%s", want, page[:1500])
	}
}

// TestLinks checks names that Markdown would take for something else.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	if err := report.Write(t.Context(), dir, "my (own) page.md", named(brief("rollcall", "duckdb")), report.Options{}); err != nil {
		t.Fatal(err)
	}
	page := readAll(t, dir)["my (own) page.md"]
	if want := "](my%20%28own%29%20page/sample.load.svg)\n"; !strings.Contains(page, want) {
		t.Errorf("the page has no %q", want)
	}
}

// TestReasonsAreFew checks that a suite of many queries gives one reason for an
// engine that cannot express them, although each names its query.
func TestReasonsAreFew(t *testing.T) {
	r := sample("rollcall", "duckdb")
	n := 0
	for i := range r.Results {
		if res := &r.Results[i]; res.Suite == "random" && res.Engine == "duckdb" {
			n++
			*res = measure.Result{Suite: res.Suite, Query: res.Query, Engine: res.Engine, Unsupported: "duckdb: query " + res.Query + " has no SQL"}
		}
	}
	page := write(t, t.TempDir(), named(r))["performance.md"]
	if want := "cannot express them: 70 queries for duckdb, of which the first says: duckdb: query R000 has no SQL.\n"; n != 70 || !strings.Contains(page, want) {
		t.Errorf("the page has no %q", want)
	}
}

// TestCountsDiffer checks that a page does not hide counts that differ.
func TestCountsDiffer(t *testing.T) {
	r := brief("rollcall", "duckdb")
	r.Results[1].Count++
	page := write(t, t.TempDir(), named(r))["performance.md"]
	if want := "the engines' counts differ"; !strings.Contains(page, want) {
		t.Errorf("the page has no %q", want)
	}
}

func TestWriteErrors(t *testing.T) {
	good := named(sample("rollcall"))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name, doc string
		reports   []report.Named
		want      string
	}{
		{"no ending", "performance", good, `the page "performance": expected the name of a file that ends in .md`},
		{"only ending", ".md", good, "ends in .md"},
		{"folder", "a/b.md", good, "ends in .md"},
		{"none", "a.md", nil, "no reports"},
		{"negative", "a.md", []report.Named{{Name: "x.json", Report: &measure.Report{
			Results: []measure.Result{{Suite: "s", Query: "q", Engine: "e", MedianUS: -1}},
		}}}, "x.json: results[0]"},
		{"cancelled", "a.md", good, context.Canceled.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			ctx := t.Context()
			if c.name == "cancelled" {
				ctx = cancelled
			}
			err := report.Write(ctx, dir, c.doc, c.reports, report.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if files := readAll(t, dir); len(files) != 0 {
				t.Errorf("%d files are left", len(files))
			}
		})
	}
	if err := report.Write(t.Context(), filepath.Join(t.TempDir(), "none"), "a.md", good, report.Options{}); err == nil {
		t.Error("a folder that does not exist: got no error")
	}
}

// TestOurs compares with another engine than rollcall.
func TestOurs(t *testing.T) {
	dir := t.TempDir()
	err := report.Write(t.Context(), dir, "p.md", named(brief("rollcall", "duckdb", "postgres")), report.Options{Ours: "duckdb", Title: "A | title"})
	if err != nil {
		t.Fatal(err)
	}
	page := []byte(readAll(t, dir)["p.md"])
	for _, want := range []string{"# A | title\n", "| **×0.00492** |  | **×14.0** |", "40.6 ms (53.2 ms)<br>×14.0"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page has no %q", want)
		}
	}
}
