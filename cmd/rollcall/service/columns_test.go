package service

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// TestColumnLimits asks for columns that would take gigabytes, of few customers.
func TestColumnLimits(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	var events []string
	for i := range MaxEventColumns + 1 {
		events = append(events, fmt.Sprintf("purchase where (amount > %d) sum(amount) as c%d", i, i))
	}
	for _, c := range []struct {
		columns []string
		limit   int
		want    string
	}{
		{events, 1, "columns: there are 65 columns of events, expected at most 64"},
		{slices.Repeat([]string{"orders"}, 7), 1, "columns: there are 7 attributes, but only 6 different ones"},
		{slices.Concat(events[1:], []string{"orders"}), MaxRows, ""},
		{slices.Concat(events[1:], []string{"orders", "orders"}), MaxRows + 1, "limit: 10001, expected 1 to 10000; an export writes whole audiences"},
	} {
		_, err := s.List(ctx, members, "CDNOW", ListRequest{Ask: Ask{Rule: gold}, Columns: c.columns, Limit: c.limit})
		if c.want == "" && err != nil || c.want != "" && fmt.Sprint(err) != c.want {
			t.Errorf("list: %v, want %s", err, c.want)
		}
		if c.limit > 1 {
			continue
		}
		if _, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Columns: c.columns}); fmt.Sprint(err) != c.want {
			t.Errorf("export: %v, want %s", err, c.want)
		}
		_, err = s.Diff(ctx, members, "CDNOW", DiffRequest{Ask: Ask{Rule: gold}, From: "1998-01-01", To: "1998-02-01", Rows: true, Columns: c.columns})
		if fmt.Sprint(err) != c.want {
			t.Errorf("diff: %v, want %s", err, c.want)
		}
	}
	o, err := s.open(ctx, "CDNOW", 0)
	must(t, err)
	defer o.release()
	want := "limit: 1000001 members of 1 columns are more than the 1000000 values of a list: ask for fewer, or for an export"
	if err := checkColumns(o.schema(), []string{"orders"}, MaxCells+1); fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestManyExports asks for an export while as many wait as may.
func TestManyExports(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	for range MaxWaitingExports { // behind the runner's back, so that they stay
		must(t, second(s.registry.QueueJob(ctx, registry.JobInput{Kind: registry.Export, Parent: "CDNOW", Request: []byte("{}")}, "mia")))
	}
	_, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}})
	want := "100 exports wait to be written, the most that may: try again when some have ended, or cancel some"
	if p := ProblemOf(err); p.Status != statusConflict || p.Code != "TOO_MANY_EXPORTS" || p.Detail != want {
		t.Errorf("%+v", p)
	}
}
