package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/report"
)

// TestRead reads back what JSON was made of.
func TestRead(t *testing.T) {
	want := sample(sixEngines...)
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "r.json")
	if err := os.WriteFile(path, append(data, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := report.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
}

// TestReadErrors checks that what is no report is refused, and how.
func TestReadErrors(t *testing.T) {
	const engines = `"engines":[{"name":"rollcall","version":"1","load":{"seconds":1,"size_bytes":1,"peak_bytes":1,"peak_is_anonymous":true}}]`
	result := func(fields string) string {
		return `{` + engines + `,"results":[{"suite":"audience","query":"Q1","engine":"rollcall",` + fields + `}]}`
	}
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "the file is empty"},
		{"null", "null", "it has no engines"},
		{"object", "{}", "it has no engines"},
		{"cut", `{"commit":"0123`, "ends within the JSON"},
		{"text", "hello", "invalid character"},
		{"unknown field", `{` + engines + `,"speed":1}`, `unknown field "speed"`},
		{"unknown field of a result", result(`"mean_us":1`), `unknown field "mean_us"`},
		{"wrong type", result(`"count":"many"`), "count"},
		{"two reports", `{` + engines + `} {}`, "expected the end of the file after the report, which ends at byte"},
		{"text behind", `{` + engines + `} x`, "expected the end of the file"},
		{"negative", result(`"median_us":-1`), `results[0]: suite "audience", query "Q1", engine "rollcall": a figure is below 0`},
		{"negative single time", result(`"times_us":[1,-1]`), "a figure is below 0"},
		{"endless", result(`"p95_us":1e300`), `results[0]: suite "audience", query "Q1", engine "rollcall": a figure is below 0, too small or too large`},
		{"no time at all", result(`"p95_us":1e-300`), "too small"},
		{"negative throughput", result(`"clients":[{"clients":1,"runs":1,"per_second":-1,"p99_us":1}]`), "a figure is below 0"},
		{"no clients", result(`"clients":[{"clients":0,"runs":1,"per_second":1,"p99_us":1}]`), "a figure is below 0"},
		{"negative refresh", `{` + engines + `,"refresh":[{"what":"a day","engine":"e","median_us":-1}]}`, `refresh[0]: "a day" by "e": a figure is below 0`},
		{"negative export", `{` + engines + `,"export":[{"what":"x","engine":"e","bytes":-1}]}`, `export[0]: "x" by "e": a figure is below 0`},
		{"negative step", `{` + engines + `,"snapshot":{"steps":[{"step":"verify","seconds":-1}]}}`, `snapshot: steps[0]: "verify": a figure is below 0`},
		{"negative part", `{` + engines + `,"snapshot":{"parts":{"keys":-1}}}`, "snapshot: a figure is below 0"},
		{"negative look-up", `{` + engines + `,"snapshot":{"timings":[{"what":"x","engine":"e","median_us":-1}]}}`, `snapshot: timings[0]: "x" by "e": a figure is below 0`},
		{"negative load", `{"engines":[{"name":"a","load":{"seconds":-1}}]}`, `engines[0]: the load of "a": a figure is below 0`},
		{"negative index", `{"engines":[{"name":"a","load":{"indexes":{"keys":-1}}}]}`, `engines[0]: the load of "a": a figure is below 0`},
		{"negative rows", `{` + engines + `,"data":{"tables":[{"schema":"main","name":"customers","rows":-1}]}}`, "data.tables[0]: main.customers: a figure is below 0"},
		{"negative cores", `{` + engines + `,"machine":{"cores":-1}}`, "machine, runs or shape of the data: a figure is below 0"},
		{"no customers", `{` + engines + `,"scale":[{"customers":0}]}`, "scale[0]: 0 customers, 0 events: a figure is below 0"},
		{"no name", `{` + engines + `,"results":[{"suite":"audience","engine":"rollcall"}]}`, `results[0]: suite "audience", query "", engine "rollcall": expected a name for each`},
		{"twice", `{` + engines + `,"scale":[{"customers":1,"results":[{"suite":"a","query":"b","engine":"c"},{"suite":"a","query":"b","engine":"c"}]}]}`, "scale[0].results[1]: suite \"a\", query \"b\", engine \"c\" is there twice"},
		{"engine twice", `{"engines":[{"name":"a"},{"name":"a"}]}`, `engines[1]: the name "a" is empty or there twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "r.json")
			if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := report.Read(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
				t.Errorf("got %v, want an error that begins with the path and has %q", err, c.want)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "none.json")
	if _, err := report.Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a file that is not there: got %v, want an error with its path", err)
	}
}
