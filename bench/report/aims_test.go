package report_test

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/report"
)

// aimed returns a report with an aim that is met, one that is missed and a query
// without one.
func aimed(customers int) *measure.Report {
	r := sample("rollcall", "duckdb")
	r.Data.Shape.Customers = customers
	r.Results = nil
	for i, q := range audience[:3] {
		all := results("audience", q.id, q.rule, q.count, q.ours, q.duckdb, []string{"rollcall", "duckdb"})
		for j := range all {
			all[j].AimUS = []float64{2.4, 10.5, 0}[i]
			all[j].FirstUS = []float64{0, 63, 0}[i]
		}
		r.Results = append(r.Results, all...)
	}
	return r
}

// TestAims holds the table of aims to the customers that they are set for.
func TestAims(t *testing.T) {
	const want = `### Aims

What ` + "`rollcall`" + ` is to take at most, as a median, at 10,000,000 customers, and what it took. Up to 1 in the column of ratios the aim is met. The last column is the median of the executions right before those: what they read, another engine has driven out of the processor's caches.

| query | rule | aim | median | median / aim | after another engine |
|:--- |:--- | ---:| ---:| ---:| ---:|
| Q1 | ` + "`loyalty_tier = 'Gold'`" + ` | 2.40 µs | 1.20 µs | 0.500 | – |
| Q2 | ` + "`loyalty_tier = 'Gold' and country in ('US','JP','DE')`" + ` | 10.5 µs | 21.0 µs | 2.00 | 63.0 µs |
`
	page := write(t, t.TempDir(), named(aimed(measure.AimCustomers)))["performance.md"]
	if !strings.Contains(page, want) {
		_, rest, _ := strings.Cut(page, "### Aims")
		t.Errorf("the page does not have\n%s\nbut\n%s", want, rest)
	}
	page = write(t, t.TempDir(), named(aimed(measure.AimCustomers-1)))["performance.md"]
	if strings.Contains(page, "### Aims") {
		t.Error("the page has aims of another number of customers")
	}
}

// TestRemarks checks that what a person has to say stands above the runs.
func TestRemarks(t *testing.T) {
	dir := t.TempDir()
	err := report.Write(t.Context(), dir, "p.md", named(sample("rollcall")), report.Options{Remarks: "\n## Misses\n\nQ2: **why**.\n\n"})
	if err != nil {
		t.Fatal(err)
	}
	page := readAll(t, dir)["p.md"]
	before, after, ok := strings.Cut(page, "\n\n## Misses\n\nQ2: **why**.\n\n")
	if !ok || strings.Contains(before, "### Data") || !strings.HasPrefix(after, "## 1 M customers") {
		t.Errorf("the remarks do not stand alone above the runs:\n%s", page[:min(len(page), 2000)])
	}
}
