package report_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/report"
)

// FuzzRead reads files of any content. What is taken for a report must have a page,
// a text and lines of a benchmark, whatever its figures and names are: nothing may
// panic, or not end.
func FuzzRead(f *testing.F) {
	small := brief("rollcall", "duckdb", "bare")
	small.Results, small.Scale = small.Results[:6], sample("rollcall", "duckdb").Scale[:2]
	for i := range small.Scale {
		small.Scale[i].Results = small.Scale[i].Results[:2]
	}
	for _, r := range []*measure.Report{small, {Engines: []measure.EngineReport{{Name: "rollcall"}}}} {
		data, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	const engines = `{"engines":[{"name":"rollcall"}],`
	for _, text := range []string{
		"", "null", "{}", "[1]",
		engines + `"results":[{"suite":"s","query":"q","engine":"rollcall","median_us":1e15,"p95_us":1e-6}]}`,
		engines + `"results":[{"suite":"s","query":"q","engine":"rollcall","median_us":1e308}]}`,
		engines + `"results":[{"suite":"\n|","query":"\u0000","engine":"` + "`" + `","median_us":1e-320}]}`,
		engines + `"snapshot":{"size_bytes":1,"source_bytes":1,"parts":{": ":1,"a: ":1},"steps":[{"step":"refresh with one more day","seconds":1e-6,"rows":1000000000000000}]}}`,
		engines + `"scale":[{"customers":-1},{"customers":0}]}`,
		`{"engines":[{"name":"rollcall","load":{"seconds":1e-6,"size_bytes":1,"indexes":{"":1,"a":1000000000000000}}}],"data":{"tables":[{"schema":"events","rows":1000000000000000}]}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "r.json")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := report.Read(path)
		if err != nil {
			return
		}
		if err := report.Text(io.Discard, r); err != nil {
			t.Errorf("text: %v", err)
		}
		if err := report.GoBench(io.Discard, r); err != nil {
			t.Errorf("lines: %v", err)
		}
		// Names of suites are parts of names of files, which a system may not take.
		_ = report.Write(t.Context(), dir, "p.md", []report.Named{{Name: "r.json", Report: r}}, report.Options{})
	})
}
