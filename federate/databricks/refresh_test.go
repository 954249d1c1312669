package databricks

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/ingest"
)

// visitsOfPeople is a parent segment over the tables people, scores and visits of
// shop.
func visitsOfPeople() *model.ParentSegment {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "shop", Table: name} }
	return &model.ParentSegment{
		Name: "People", Timezone: "UTC",
		Master:     model.Master{Table: table("people"), KeyColumn: "id", AllColumns: true},
		Attributes: []model.AttributeSource{{Name: "score", Table: table("scores"), KeyColumn: "who", ValueColumn: "score"}},
		Behaviors:  []model.BehaviorSource{{Name: "visit", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", AllFields: true}},
	}
}

// TestRefreshAppliesChanges has rows of events, of the master table and of attributes
// updated and deleted, and somebody join, and refreshes a snapshot after each: the
// changed rows are pulled, and once compacted the files are those of a full build.
func TestRefreshAppliesChanges(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.exec(t,
		"CREATE SCHEMA shop",
		"CREATE TABLE shop.people (id STRING, plan STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
		"INSERT INTO shop.people SELECT concat('p', id), 'gold' FROM range(50)",
		"CREATE TABLE shop.scores (who STRING, score INT) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
		"INSERT INTO shop.scores SELECT concat('p', id), id FROM range(60)",
		"CREATE TABLE shop.visits (id STRING, at TIMESTAMP, page STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
		"INSERT INTO shop.visits SELECT concat('p', pmod(id, 60)), timestamp_seconds(1716000000 + 60 * pmod(id, 200)), concat('/', pmod(id, 3)) FROM range(1000)",
	)
	dir := filepath.Join(t.TempDir(), "snap")
	type numbers [3]int64 // rows read, known and removed
	for _, step := range []struct {
		what       string
		statements []string
		want       map[string]numbers
	}{
		{"first", nil, map[string]numbers{"master": {50, 0, 0}, "plan": {50, 0, 0}, "score": {60, 0, 0}, "visit": {1000, 0, 0}}},
		{"events change", []string{
			"UPDATE shop.visits SET page = '/changed' WHERE id = 'p7'",
			"UPDATE shop.visits SET page = '/again' WHERE id = 'p7'",
			"DELETE FROM shop.visits WHERE id = 'p8'",
		}, map[string]numbers{"master": {0, 50, 0}, "plan": {0, 50, 0}, "score": {0, 60, 0}, "visit": {34, 949, 51}}},
		{"customers and attributes change", []string{
			"UPDATE shop.people SET plan = 'red' WHERE id IN ('p1', 'p2')",
			"DELETE FROM shop.people WHERE id = 'p3'",
			"UPDATE shop.scores SET score = 7 WHERE who = 'p4'",
			"DELETE FROM shop.scores WHERE who = 'p5'",
		}, map[string]numbers{"master": {2, 47, 3}, "plan": {2, 47, 3}, "score": {1, 58, 2}, "visit": {0, 983, 0}}},
		{"an orphan joins", []string{"INSERT INTO shop.people VALUES ('p55', 'blue')"}, map[string]numbers{
			"master": {1, 49, 0}, "plan": {1, 49, 0}, "score": {1, 58, 0}, "visit": {16, 967, 0},
		}},
		{"one who left comes back", []string{"INSERT INTO shop.people VALUES ('p3', NULL)"}, map[string]numbers{
			"master": {1, 50, 0}, "plan": {1, 50, 0}, "score": {1, 58, 0}, "visit": {17, 966, 0},
		}},
	} {
		l.exec(t, step.statements...)
		m, err := ingest.Build(t.Context(), visitsOfPeople(), l.open(t, ""), dir, nil)
		if err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		for _, report := range m.Load.Tables {
			name := report.Use
			if len(report.Names) > 0 {
				name = report.Names[0]
			}
			if got := (numbers{report.Rows, report.Known, report.Removed}); got != step.want[name] || len(report.Notes) > 0 {
				t.Errorf("%s: rows read of %s, known and removed are %v, with the notes %q; want %v", step.what, name, got, report.Notes, step.want[name])
			}
		}
	}
	want, err := ingest.Build(t.Context(), visitsOfPeople(), l.open(t, ""), filepath.Join(t.TempDir(), "full"), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ingest.Compact(t.Context(), dir, &ingest.CompactOptions{Renumber: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sumsOf(want), sumsOf(got)); diff != "" {
		t.Errorf("the refreshed snapshot, compacted, has other files than a full build (-full +refreshed):\n%s", diff)
	}
}

// sumsOf returns names and checksums of a version's files, sorted.
func sumsOf(m *store.Manifest) []string {
	var sums []string
	for _, f := range m.Files {
		sums = append(sums, f.Name+" "+f.Sums)
	}
	slices.SortFunc(sums, strings.Compare)
	return sums
}
