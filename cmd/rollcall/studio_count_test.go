package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// studioQuestions are rules that change with every question, so that no answer is there
// already: as a marketer's do who moves a bound.
var studioQuestions = []struct {
	name string
	rule func(i int) string
}{
	{"ranges", func(i int) string { return fmt.Sprintf("country in ('US', 'CA') and lifetime_value > %d", i) }},
	{"recency", func(i int) string { return fmt.Sprintf("loyalty_tier = 'Gold' and purchase in last %d days", 1+i%90) }},
	{"frequency", func(i int) string { return fmt.Sprintf("purchase count >= %d in last %d days", 2+i%3, 30+i%60) }},
	{"mixed", func(i int) string {
		return fmt.Sprintf("loyalty_tier = 'Gold' and lifetime_value > %d and not page_view in last %d days", i, 1+i%30)
	}},
	{"again", func(int) string { return "loyalty_tier = 'Gold' and purchase in last 30 days" }},
}

// BenchmarkStudioCount counts over HTTP on this machine, of a server in a process of its
// own: each question as of another hour, but for "again", which asks the same. It reports
// the median and the 99th percentile. ROLLCALL_CUSTOMERS is how many customers there are,
// with two events each.
func BenchmarkStudioCount(b *testing.B) {
	shape := workload.Default(100_000)
	if given := os.Getenv("ROLLCALL_CUSTOMERS"); given != "" {
		var err error
		if shape.Customers, err = strconv.Atoi(given); err != nil {
			b.Fatalf("ROLLCALL_CUSTOMERS: %v", err)
		}
	}
	shape.EventsPerCustomer = 2
	files := filepath.Join(b.TempDir(), "files")
	data, err := workload.Generate(b.Context(), files, shape, nil)
	if err != nil {
		b.Fatal(err)
	}
	config, err := os.ReadFile(data.ParentFile())
	if err != nil {
		b.Fatal(err)
	}
	s := startStudio(b, filepath.Join(b.TempDir(), "studio"), "--files", files, "--rate", "1000000")
	s.must(b, http.MethodPut, "/connections/files", object{"kind": "files", "uri": files})
	put := s.must(b, http.MethodPut, "/parents/big?connection=files", string(config))
	if done := s.job(b, put["job"].(object)["id"]); done["state"] != "succeeded" {
		b.Fatalf("the build: %v", done)
	}
	for _, q := range studioQuestions {
		b.Run(q.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				at := workload.End.Add(-time.Duration(i%1000) * 5 * time.Hour)
				if q.name == "again" {
					at = workload.End
				}
				start := time.Now()
				status, answer, err := s.ask(b.Context(), http.MethodPost, "/parents/big/count", object{"rule": q.rule(i), "as_of": at.Format(time.RFC3339)})
				took = append(took, time.Since(start))
				var counted struct{ Customers int }
				if err != nil || status != http.StatusOK || json.Unmarshal(answer, &counted) != nil || counted.Customers != shape.Customers {
					b.Fatalf("status %d: %v: %s", status, err, answer)
				}
			}
			slices.Sort(took)
			for name, share := range map[string]float64{"p50-µs": 0.5, "p99-µs": 0.99} {
				b.ReportMetric(float64(took[int(share*float64(len(took)-1))].Microseconds()), name)
			}
		})
	}
}
