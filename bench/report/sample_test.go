package report_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/report"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// sixEngines are the engines of a full run, the floor last.
var sixEngines = []string{"rollcall", "rollcall-cache", "duckdb", "duckdb-disk", "postgres", "clickhouse", "bare"}

// audience is the suite with what rollcall and DuckDB take, in microseconds.
var audience = []struct {
	id, rule     string
	count        int64
	ours, duckdb float64
}{
	{"Q1", "loyalty_tier = 'Gold'", 80_012, 1.2, 2_900},
	{"Q2", "loyalty_tier = 'Gold' and country in ('US','JP','DE')", 36_490, 21, 4_300},
	{"Q3", "lifetime_value > 1000", 41_200, 40, 2_800},
	{"Q4", "loyalty_tier = 'Gold' and email_opt_in and lifetime_value between 200 and 2000 and not country = 'US'", 9_113, 81, 4_100},
	{"Q5", "purchase in last 30 days", 215_333, 20, 12_700},
	{"Q6", "loyalty_tier = 'Gold' and purchase in last 30 days and not purchase in last 7 days", 11_800, 35, 18_800},
	{"Q7", "email_open count > 3 in last 31 days", 7_020, 22, 10_600},
	{"Q8", "purchase where category = 'Electronics' sum(amount) > 500 in last 90 days", 18_044, 410, 5_600},
	{"Q9", "(page_view in last 7 days and not purchase in last 90 days) or loyalty_tier = 'Silver'", 230_111, 63, 56_800},
	{"Q10", "purchase where category = 'Electronics' and amount > 100 count >= 2 in last 180 days", 9_871, 999.6, 5_600},
	{"Q11", "purchase 150 to 200 days ago", 301_222, 108, 30_600},
	{"Q12", "email_open count distinct campaign_id >= 3 in last 60 days", 66_100, 52, 45_600},
}

// factor says how an engine does against those two.
func factor(engine string, ours, duckdb float64) float64 {
	switch engine {
	case "rollcall":
		return ours
	case "rollcall-cache":
		return 0.6 + ours/1000
	case "duckdb-disk":
		return duckdb * 1.2
	case "postgres":
		return duckdb * 14
	case "clickhouse":
		return duckdb * 1.7
	case "bare":
		return ours / 3.9
	}
	return duckdb
}

// sample returns a report with results of every kind, of these engines.
func sample(engines ...string) *measure.Report {
	r := &measure.Report{
		Machine:   measure.Machine{CPU: "Example 9000 @ 2.10GHz", Cores: 2, MemoryBytes: 25_769_803_776, OS: "linux", Arch: "amd64", Go: "go1.26.8"},
		Commit:    "0123abc-dirty",
		Command:   "rollcall-bench run --data d1 --engines rollcall,duckdb",
		StartedAt: "2026-01-02T03:04:05Z",
		Data: workload.Dataset{
			Shape: workload.Shape{Customers: 1_000_000, Seed: 1, Days: 365, EventsPerCustomer: 20.02, Skew: 1.2, StringAttributes: 1, Cardinality: 2000},
			Tables: []workload.Table{
				{Schema: "main", Name: "customers", Rows: 1_000_000, Files: 1, Bytes: 14_200_000},
				{Schema: "events", Name: "purchases", Rows: 5_000_000, Files: 5, Bytes: 81_000_000},
				{Schema: "events", Name: "page_views", Rows: 12_000_000, Files: 12, Bytes: 150_000_000},
				{Schema: "events", Name: "email_opens", Rows: 3_020_000, Files: 3, Bytes: 33_000_000},
			},
		},
		Runs: 15,
	}
	for i, e := range engines {
		r.Engines = append(r.Engines, engineOf(e, i, 1))
	}
	for _, q := range audience {
		r.Results = append(r.Results, results("audience", q.id, q.rule, q.count, q.ours, q.duckdb, engines)...)
	}
	r.Results = append(r.Results, sweeps(engines)...)
	for _, e := range engines {
		if e == "rollcall" || e == "duckdb" {
			r.Refresh = append(r.Refresh, measure.Timing{What: "one day", Engine: e, MedianUS: 1_230_000, P95US: 1_400_000, Runs: 3})
			r.Open = append(r.Open,
				measure.Timing{What: "first count, page cache warm", Engine: e, MedianUS: 8_120, P95US: 9_000, Runs: 9},
				measure.Timing{What: "first count, page cache dropped", Engine: e, MedianUS: 98_000, P95US: 120_000, Runs: 3, Note: "dropped with posix_fadvise"})
			r.Export = append(r.Export, measure.Timing{What: "Gold, 6 columns", Engine: e, MedianUS: 25_400, P95US: 31_000, Runs: 9, Bytes: 3_456_789})
			continue
		}
	}
	r.Snapshot = snapshot()
	r.Scale = scale(engines)
	return r
}

func engineOf(name string, place int, times float64) measure.EngineReport {
	e := measure.EngineReport{Name: name, Version: fmt.Sprintf("v1.%d", place), Load: contender.Load{
		Seconds: (3.1 + 2*float64(place)) * times, SizeBytes: int64(320e6 * times * float64(place+1)), PeakBytes: int64(900e6 * times), AnonOnly: name != "postgres",
	}}
	if name == "rollcall" {
		e.Load.Indexes = map[string]int64{}
		for i, part := range []string{"attribute loyalty_tier", "attribute country", "attribute lifetime_value", "attribute trait_1", "behavior purchase: timeline",
			"behavior purchase: recency", "behavior page_view: timeline", "behavior email_open: distinct campaign_id", "keys"} {
			e.Load.Indexes[part] = int64(91e6 / math.Pow(1.7, float64(i)))
		}
	}
	if name == "bare" {
		e.Load = contender.Load{Note: "words in memory; not a database"}
	}
	if name == "duckdb" {
		e.Load.Note = "in memory, 2 threads"
	}
	return e
}

// results returns one query as each engine answers it.
func results(suite, id, rule string, count int64, ours, duckdb float64, engines []string) []measure.Result {
	var all []measure.Result
	for _, e := range engines {
		us := factor(e, ours, duckdb)
		r := measure.Result{Suite: suite, Query: id, Rule: rule, AsOf: "2026-01-01T00:00:00Z", Engine: e, Count: count, MedianUS: us, P95US: us * 1.31, MinUS: us * 0.9}
		switch {
		case e == "bare" && id != "Q4":
			r = measure.Result{Suite: suite, Query: id, Rule: rule, AsOf: r.AsOf, Engine: e, Unsupported: "there is no plain loop for it"}
		case e == "clickhouse" && (id == "Q12" || id == "Q11"):
			r = measure.Result{Suite: suite, Query: id, Rule: rule, AsOf: r.AsOf, Engine: e, Unsupported: "no dialect | no `SQL`"}
		case e == "rollcall" || e == "rollcall-cache":
			allocs := float64(len(id)) + 1
			r.Allocs = &allocs
		}
		if suite == "audience" && r.Unsupported == "" && e != "bare" {
			for _, n := range []int{1, 2, 4, 16} {
				r.Clients = append(r.Clients, measure.ClientResult{Clients: n, PerSec: 1e6 / us * min(float64(n), 1.9), P99US: us * 1.5 * float64(n)})
			}
		}
		all = append(all, r)
	}
	return all
}

// sweeps returns the suites that vary one thing, and the random rules.
func sweeps(engines []string) []measure.Result {
	var all []measure.Result
	for i := range 20 {
		share := math.Pow(10, -float64(i)/5) * 100
		all = append(all, results("attributes", fmt.Sprintf("range-%.3g%%", share), fmt.Sprintf("lifetime_value > %d", i*100), int64(share*1e4), 40+float64(i%7), 2_800+share*20, engines)...)
	}
	for _, n := range []int{1, 3, 10, 30, 100, 300, 1000} {
		all = append(all, results("attributes", fmt.Sprintf("in-%d", n), fmt.Sprintf("trait_1 in (…%d values…)", n), int64(n*500), 3+float64(n)*0.4, 2_500+float64(n)*9, engines)...)
	}
	for _, hours := range []int{1, 6, 24, 7 * 24, 30 * 24, 90 * 24, 365 * 24, 3 * 365 * 24} {
		all = append(all, results("recency", fmt.Sprintf("last-%dh", hours), fmt.Sprintf("purchase in last %d hours", hours), int64(hours)*10, 20+math.Sqrt(float64(hours)), 3_000+float64(hours), engines)...)
		all = append(all, results("recency", fmt.Sprintf("past-%dh", hours), fmt.Sprintf("purchase %d to %d hours ago", hours, 2*hours), int64(hours)*9, 90+3*math.Sqrt(float64(hours)), 3_500+float64(hours), engines)...)
	}
	for i := range 70 {
		all = append(all, results("random", fmt.Sprintf("R%03d", i), fmt.Sprintf("trait_1 = 'a|b`%d'", i), int64(i*i*31), 3+math.Mod(float64(i)*37.7, 900), 2_000+math.Mod(float64(i)*7919, 90_000), engines)...)
	}
	return all
}

// snapshot returns the steps of suite snapshot.
func snapshot() *measure.SnapshotReport {
	step := func(name string, seconds float64, rows, peak, size int64) measure.SnapshotStep {
		return measure.SnapshotStep{Step: name, Seconds: seconds, Rows: rows, Events: max(rows-1_000_000, rows/2), PeakBytes: peak, SizeBytes: size}
	}
	return &measure.SnapshotReport{
		Rows: 21_020_000, Events: 20_020_000, SourceBytes: 278_200_000, SizeBytes: 301_000_000,
		Parts: map[string]int64{
			"keys": 8_000_000, "table of keys": 8_800_000, "loyalty_tier: values": 1_000_000, "country: values": 1_000_000,
			"loyalty_tier: value index": 500_000, "country: zone map": 900, "purchase: events": 90_000_000,
			"page_view: events": 160_000_000, "purchase: timeline": 30_000_000,
		},
		Steps: []measure.SnapshotStep{
			step(measure.StepBuild, 12.1, 21_020_000, 812_000_000, 301_000_000),
			step(measure.StepRefresh, 0.61, 54_900, 61_000_000, 304_000_000),
			step(measure.StepVerify, 2.4, 21_074_900, 33_000_000, 304_000_000),
			step(measure.StepRebuild, 12.2, 21_074_900, 812_500_000, 302_000_000),
			step(measure.StepCompact, 9.8, 21_074_900, 700_000_000, 302_000_000),
		},
		Timings: []measure.Timing{
			{What: measure.StepOpen, Engine: "rollcall", MedianUS: 1_030, P95US: 1_300, Runs: 100},
			{What: measure.StepLookup, Engine: "rollcall", MedianUS: 0.214, P95US: 0.25, Runs: 15},
		},
	}
}

// scale returns the audience suite at four sizes; the last is rollcall's alone.
func scale(engines []string) []measure.ScaleResult {
	var all []measure.ScaleResult
	for _, customers := range []int{1_000_000, 3_000_000, 10_000_000, 30_000_000} {
		times := float64(customers) / 1e6
		s := measure.ScaleResult{Customers: customers, Events: int64(customers) * 20}
		asked := slices.DeleteFunc(slices.Clone(engines), func(e string) bool {
			return e != "rollcall" && (e != "duckdb" || customers > 10_000_000)
		})
		for i, e := range asked {
			s.Engines = append(s.Engines, engineOf(e, i, times))
		}
		for _, q := range audience {
			s.Results = append(s.Results, results("audience", q.id, q.rule, q.count*int64(times), q.ours*math.Pow(times, 0.9), q.duckdb*times, asked)...)
		}
		all = append(all, s)
	}
	return append(all, measure.ScaleResult{Customers: 100_000_000, Skipped: "needs 80 GB of memory"})
}

// brief returns a report with only the audience suite.
func brief(engines ...string) *measure.Report {
	r := sample(engines...)
	r.Results = slices.DeleteFunc(r.Results, func(res measure.Result) bool { return res.Suite != "audience" })
	r.Scale, r.Snapshot = nil, nil
	return r
}

// named returns a report as the file sample.json.
func named(r *measure.Report) []report.Named { return []report.Named{{Name: "sample.json", Report: r}} }
