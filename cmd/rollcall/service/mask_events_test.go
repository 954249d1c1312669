package service

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/federate/export"
)

// TestMasksOfEvents asks for a masked field of events under names of the caller's own.
func TestMasksOfEvents(t *testing.T) {
	ctx := context.Background()
	s := masked(t, members.Roles&^counts.Roles, map[string]export.Mask{"purchase.amount": export.Redact, "purchase.quantity": export.Hash})
	columns := []string{
		"purchase sum(amount) as spent", "purchase most_frequent(amount) as usual", "purchase where (amount > 100) count as dear",
		"purchase where (quantity > 1 or not amount > 5) max(quantity) as both", "purchase max(quantity) as largest", "purchase count as times",
		"last purchase as latest",
	}
	list, err := s.List(ctx, members, "CDNOW", ListRequest{Ask: Ask{Rule: gold}, Limit: 1, Columns: columns})
	must(t, err)
	row := toJSON(t, list.Rows[0])
	if !strings.HasPrefix(row, `["00048","***","***","***","***","`) || len(list.Rows[0][5].(string)) != 64 || !strings.HasSuffix(row, `,20,"1998-06-13T00:00:00Z"]`) {
		t.Error(row)
	}
	diff, err := s.Diff(ctx, members, "CDNOW", DiffRequest{Ask: Ask{Rule: "purchase"}, From: "1997-01-01", To: "1997-02-01", Rows: true, Limit: 1, Columns: columns[:1]})
	must(t, err)
	if text := toJSON(t, diff); !strings.Contains(text, `"***"`) {
		t.Error(text)
	}
	// An export is masked, and one that somebody else has made is not given out.
	own, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Format: "csv", Columns: columns})
	must(t, err)
	others, err := s.Export(ctx, admin, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Format: "csv", Columns: columns[:1]})
	must(t, err)
	s.wait(own.ID)
	s.wait(others.ID)
	file, err := s.Download(ctx, members, own.ID)
	must(t, err)
	data, err := io.ReadAll(file)
	must(t, err)
	must(t, file.Close())
	if !strings.Contains(string(data), "\n00048,***,***,***,***,") {
		t.Errorf("%.200s", data)
	}
	_, err = s.Download(ctx, members, others.ID)
	if p := ProblemOf(err); p.Status != 403 || !strings.Contains(p.Detail, `shows the column "spent"`) {
		t.Error(err)
	}
}

// TestMasksOfWhy asks why, of tests on masked fields of events.
func TestMasksOfWhy(t *testing.T) {
	ctx := context.Background()
	s := masked(t, members.Roles&^counts.Roles, map[string]export.Mask{"purchase.amount": export.Redact, "purchase.quantity": export.Hash})
	for rule, want := range map[string]string{
		"purchase sum(amount) > 10":                                          `"value":"***"`,
		"purchase where (amount > 1) count > 2 or loyalty_tier = 'Gold'":     `"value":"***"`,
		"not purchase where (amount > 1) max(quantity) > 2":                  `"value":"***"`,
		"purchase count > 2":                                                 `"value":20`,
		"purchase where (purchased_at in last 9000 days) count > 2":          `"value":20`,
		"purchase max(quantity) > 2 and (purchase count > 2 or orders > 10)": `"value":20`,
	} {
		why, err := s.Why(ctx, members, "CDNOW", WhyRequest{Ask: Ask{Rule: rule}, Key: "00048"})
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		if text := toJSON(t, why); !strings.Contains(text, want) {
			t.Errorf("%s: %s", rule, text)
		}
	}
}
