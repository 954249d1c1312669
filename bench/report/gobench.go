package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/rollcall-db/rollcall/bench/measure"
)

// GoBench writes a report in the format of Go benchmarks, which benchstat reads:
//
//	BenchmarkAudience/query=Q1/engine=rollcall-2  1  9870 ns/op
//	BenchmarkAudience/query=Q1/engine=rollcall-2  1  9910 ns/op
//	BenchmarkAudience/query=Q1/engine=rollcall-2  2  9908 p95-ns/op  3 allocs/op
//
// The number behind the last dash is that of the machine's cores. A query has a
// line for each of its timed runs, so that benchstat tells a change from noise, and
// one for what is known of all of them; where the report has no single times their
// median stands for them. Loads are
// BenchmarkLoad/engine=…, queries of several clients at a time have /clients=N
// behind the query, refresh, open and export have /what=… in its place, the steps of
// suite snapshot /step=…, and the scale suite has /customers=N before it. What has no
// figures is left out.
func GoBench(w io.Writer, r *measure.Report) error {
	if err := check(r); err != nil {
		return err
	}
	b := &goBench{cores: r.Machine.Cores, runs: r.Runs}
	b.key("goos", r.Machine.OS)
	b.key("goarch", r.Machine.Arch)
	b.key("pkg", "github.com/rollcall-db/rollcall/bench")
	b.key("cpu", r.Machine.CPU)
	b.key("commit", r.Commit)
	b.key("unfinished", r.Unfinished)
	b.loads("Load", "", r.Engines)
	b.results("", r.Results)
	b.timings("Refresh", r.Refresh)
	b.timings("Open", r.Open)
	b.timings("Export", r.Export)
	b.snapshot(r.Snapshot)
	for _, s := range r.Scale {
		at := fmt.Sprintf("/customers=%d", s.Customers)
		b.loads("ScaleLoad", at, s.Engines)
		b.results(at, s.Results)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// goBench is text in the format of Go benchmarks under construction.
type goBench struct {
	strings.Builder
	cores, runs int
}

// value is a figure and its unit.
type value struct {
	amount float64
	unit   string
}

// key adds a line that describes what comes after it.
func (b *goBench) key(name, text string) {
	if text = verbatim(text); text != "" {
		b.WriteString(name + ": " + text + "\n")
	}
}

// line adds a benchmark, with the values that are above 0, to a tenth. The first
// of them must be, or there is no line.
func (b *goBench) line(name string, runs int, values ...value) {
	if values[0].amount <= 0 {
		return
	}
	b.WriteString(fmt.Sprintf("Benchmark%s-%d\t%d", name, max(b.cores, 1), max(runs, 1)))
	for _, v := range values {
		if v.amount > 0 || v.unit == "allocs/op" && v.amount == 0 {
			b.WriteString("\t" + strconv.FormatFloat(math.Round(v.amount*10)/10, 'f', -1, 64) + " " + v.unit)
		}
	}
	b.WriteByte('\n')
}

// loads adds what loading took.
func (b *goBench) loads(name, at string, engines []measure.EngineReport) {
	for _, e := range engines {
		b.line(name+at+"/engine="+word(e.Name), 1, nanos(e.Load.Seconds*1e6, "ns/op"),
			value{float64(e.Load.SizeBytes), "size-bytes"}, value{float64(e.Load.PeakBytes), "peak-bytes"})
	}
}

// results adds the queries.
func (b *goBench) results(at string, results []measure.Result) {
	for _, r := range results {
		if r.Unsupported != "" {
			continue
		}
		suite := title(word(r.Suite))
		if at != "" {
			suite = "Scale" + suite
		}
		query, engine := suite+at+"/query="+word(r.Query), "/engine="+word(r.Engine)
		values := []value{nanos(r.P95US, "p95-ns/op")}
		if len(r.TimesUS) == 0 {
			values = append([]value{nanos(r.MedianUS, "ns/op")}, values...)
		}
		for _, us := range r.TimesUS {
			b.line(query+engine, 1, nanos(us, "ns/op"))
		}
		if r.Allocs != nil {
			values = append(values, value{*r.Allocs, "allocs/op"})
		}
		b.line(query+engine, cmp.Or(r.Runs, b.runs), values...)
		for _, c := range r.Clients {
			b.line(fmt.Sprintf("%s/clients=%d%s", query, c.Clients, engine), 1, value{c.PerSec, "queries/s"}, nanos(c.P99US, "p99-ns/op"))
		}
	}
}

// snapshot adds the steps of a snapshot's life.
func (b *goBench) snapshot(s *measure.SnapshotReport) {
	if s == nil {
		return
	}
	for _, step := range s.Steps {
		b.line("Snapshot/step="+word(step.Step), 1, nanos(step.Seconds*1e6, "ns/op"), value{perSecond(step.Rows, step.Seconds), "rows/s"},
			value{float64(step.PeakBytes), "peak-bytes"}, value{float64(step.SizeBytes), "size-bytes"})
	}
	b.timings("Snapshot", s.Timings)
}

// timings adds what was timed beside queries.
func (b *goBench) timings(name string, all []measure.Timing) {
	for _, t := range all {
		b.line(name+"/what="+word(t.What)+"/engine="+word(t.Engine), t.Runs, nanos(t.MedianUS, "ns/op"), nanos(t.P95US, "p95-ns/op"),
			value{float64(t.Bytes), "written-bytes"})
	}
}

// nanos returns microseconds as nanoseconds.
func nanos(us float64, unit string) value {
	return value{us * 1e3, unit}
}

// word writes text without what would end a part of a benchmark's name.
func word(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '/' || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, text)
}

// title writes a word with a capital, as names of benchmarks begin.
func title(word string) string {
	if word == "" {
		return word
	}
	first := []rune(word)
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}
