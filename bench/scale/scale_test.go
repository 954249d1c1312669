package scale

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

var (
	customers = flag.Int("customers", 1_000_000, "customers of the benchmarks")
	keep      = flag.String("keep", "", "folder in which the data is kept for the next run; empty: it is made anew and removed")
)

var folder string // to be removed

var snapshot = sync.OnceValues(func() (string, error) {
	if *keep != "" {
		path := filepath.Join(*keep, fmt.Sprintf("%d.rollcall", *customers))
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		return path, write(path, *customers)
	}
	var err error
	if folder, err = os.MkdirTemp("", "rollcall-scale-"); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "scale.rollcall")
	return path, write(path, *customers)
})

func TestMain(m *testing.M) {
	status := m.Run()
	if folder != "" {
		if err := os.RemoveAll(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// rules are one of every kind, over the whole time unless they say otherwise.
var rules = []struct{ name, rule string }{
	{"count", "purchase count > 3"},
	{"count_30_days", "purchase count > 3 in last 30 days"},
	{"days", "purchase count distinct days >= 5"},
	{"first", "first purchase in last 30 days"},
	{"where_text", "purchase where category = 'Electronics'"},
	{"where_text_30_days", "purchase where category = 'Electronics' in last 30 days"},
	{"where_number", "purchase where amount > 450 count >= 2"},
	{"where_two", "purchase where (category = 'Electronics' and amount > 100) count >= 2 in last 180 days"},
	{"where_null", "purchase where (channel is null or channel = 'store') count > 10"},
	{"where_not", "purchase where (not channel = 'store') count = 0"},
	{"where_in", "purchase where category in ('Books', 'Toys', 'Garden', 'Music', 'Pets', 'Travel') count > 10"},
	{"where_list", "purchase where tags at least 2 in ('sale', 'gift')"},
	{"where_contains", "purchase where note contains 'ff1'"},
	{"where_contains_any", "purchase where note contains ('ff1', 'ee2', 'dd3')"},
	{"where_matches_few", "purchase where category matches '^[BT]oo?[ky]'"},
	{"where_matches_text", "purchase where note matches 'gate 1[0-5]$'"},
	{"where_matches_any", "purchase where note matches '[0-9]{6} at'"},
	{"where_first", "first purchase where category = 'Pets' in last 90 days"},
	{"where_last", "last purchase where (category = 'Pets' or amount > 400) more than 90 days ago"},
	{"sum_decimal", "purchase sum(amount) > 5000"},
	{"sum_int", "purchase sum(quantity) > 100"},
	{"sum_float", "purchase sum(price) > 5000"},
	{"where_sum", "purchase where category = 'Electronics' sum(amount) > 500 in last 90 days"},
	{"avg_decimal", "purchase avg(amount) > 250.5"},
	{"avg_int", "purchase avg(quantity) between 4.5 and 5"},
	{"avg_float", "purchase avg(price) > 250"},
	{"min_decimal", "purchase min(amount) < 1"},
	{"max_float", "purchase max(price) > 499"},
	{"max_date", "purchase max(due) > '2024-06-01'"},
	{"distinct_text", "purchase count distinct category >= 10"},
	{"distinct_null", "purchase count distinct channel = 4"},
	{"distinct_int", "purchase count distinct quantity >= 9"},
	{"distinct_decimal", "purchase count distinct amount > 20"},
	{"distinct_float", "purchase count distinct price > 20"},
	{"distinct_many_text", "purchase count distinct note > 20"},
	{"segments", "segment 'Readers' and not segment 'VIP' or segment 'Readers' and tier = 'Bronze'"},
}

// library is the segments that rules refer to.
func library(b *testing.B) *rule.Library {
	var files []*rule.SegmentFile
	for _, s := range [][2]string{
		{"Readers", "purchase where category = 'Books' count > 2"},
		{"VIP", "tier = 'Gold' and segment 'Readers' and purchase sum(amount) > 4000"},
	} {
		r, err := rule.Parse(s[1])
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, &rule.SegmentFile{Path: s[0], Name: s[0], Rule: r})
	}
	return rule.NewLibrary(files)
}

// TestData makes a little data and verifies it: what is measured is a snapshot as
// a build makes one.
func TestData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scale.rollcall")
	if err := write(dir, 70_000); err != nil { // two blocks
		t.Fatal(err)
	}
	r, err := store.Verify(t.Context(), store.OS, dir, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range r.Problems {
		t.Error(problem)
	}
}

// BenchmarkRules asks each rule for its count, on a snapshot whose files have
// been read before.
func BenchmarkRules(b *testing.B) {
	dir, err := snapshot()
	if err != nil {
		b.Fatal(err)
	}
	db, err := engine.Open(dir, &engine.Options{Segments: library(b)})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range rules {
		b.Run("rule="+c.name, func(b *testing.B) {
			q, err := db.Query(c.rule)
			if err != nil {
				b.Fatal(err)
			}
			q = q.At(asOf)
			n, err := q.Count(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			start := cpuTime(b)
			for b.Loop() {
				if _, err := q.Count(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpuTime(b)-start).Seconds()*1000/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(n)/float64(*customers), "selected")
		})
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// cpuTime returns the processor time of this process so far, which other work on
// the machine does not add to.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
