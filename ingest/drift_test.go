package ingest

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestDrift builds a snapshot, then changed configurations over it.
func TestDrift(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	p, src := shop()
	first, err := Build(t.Context(), p, src, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Load.Changes) > 0 {
		t.Errorf("the first build reports changes: %q", first.Load.Changes)
	}
	p.Attributes[0].Name = "loyalty" // the same column under another name
	p.Attributes[2].ValueColumn = "score"
	p.Behaviors = append(p.Behaviors, model.BehaviorSource{
		Name: "return", Table: p.Behaviors[0].Table, KeyColumn: "id", TimeColumn: "at",
	})
	second, err := Build(t.Context(), p, src, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`attribute "tier" is now called "loyalty"`,
		`attribute "orders" was orders of db.traits and is now score of db.traits`,
		`attribute "orders" was number (int64) and is now number (float64)`,
		`behavior "return" is added`,
	}
	if diff := cmp.Diff(want, second.Load.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}

	swapped := *p
	swapped.Timezone = "Asia/Tokyo"
	swapped.Attributes = slices.Clone(p.Attributes)
	swapped.Attributes[0].ValueColumn, swapped.Attributes[1].Name = "seen", "worth"
	swapped.Behaviors = slices.Clone(p.Behaviors[:1])
	swapped.Behaviors[0].Name, swapped.Behaviors[0].AllFields = "buy", false
	schema, layout, err := Resolve(t.Context(), &swapped, src, asOf)
	if err != nil {
		t.Fatal(err)
	}
	want = []string{
		`field of buy "amount" is removed`,
		`behavior "return" is removed`,
		`attribute "ltv" is now called "worth"`,
		`behavior "purchase" is now called "buy"`,
		`attribute "loyalty" was tier of db.traits and is now seen of db.traits`,
		`time zone "Shop" was UTC and is now Asia/Tokyo`,
		`attribute "loyalty" was string and is now timestamp`,
	}
	if diff := cmp.Diff(want, changeTexts(CompareSchemas(second.Schema, second.Layout, schema, layout))); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}

	p.Attributes = p.Attributes[2:]
	p.Behaviors = p.Behaviors[:1]
	p.Behaviors[0].Name = "buy"
	_, err = Build(t.Context(), p, src, dir, nil)
	var drift *DriftError
	if !errors.As(err, &drift) {
		t.Fatalf("error is %v, want a *DriftError", err)
	}
	text := dir + `: the configuration lacks what the snapshot has: attribute "loyalty", attribute "ltv", behavior "return"; rules that use it would fail`
	if err.Error() != text {
		t.Errorf("error is\n%v, want\n%s", err, text)
	}
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := db.Manifest().Version; got != second.Version {
		t.Errorf("after the refusal the snapshot is at version %d, want %d", got, second.Version)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	third, err := Build(t.Context(), p, src, dir, &Options{Delete: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(third.Load.Changes, "; "); !strings.Contains(got, `attribute "ltv" is removed`) ||
		!strings.Contains(got, `behavior "purchase" is now called "buy"`) {
		t.Errorf("changes are %s", got)
	}
}

// TestKeep: events older than a behavior keeps are left out and counted; those
// without a time stay.
func TestKeep(t *testing.T) {
	p, src := shop()
	p.Timezone = "Asia/Tokyo"
	p.Behaviors[0].Keep = window.Spec{Form: window.InLast, N: 1, Unit: window.Day}
	dir := filepath.Join(t.TempDir(), "snap")
	// A day before, local time, is the second event's time plus a microsecond.
	m, err := Build(t.Context(), p, src, dir, &Options{AsOf: time.Date(2024, 6, 2, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	report := m.Load.Tables[len(m.Load.Tables)-1]
	if report.Rows != 4 || report.Loaded != 2 || report.Expired != 2 || report.Undated != 1 {
		t.Errorf("report is %+v, want 2 of 4 rows loaded, 2 expired, 1 undated", report)
	}
	if b := m.Behaviors[0]; b.Events != 2 || b.Undated != 1 || b.Customers != 1 {
		t.Errorf("behavior is %+v, want 2 events, 1 undated, of 1 customer", b)
	}
	kept := m.Layout.Behaviors[0].KeptFrom
	if want := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC).UnixMicro(); kept == nil || *kept != want {
		t.Errorf("kept from %v, want %d", kept, want)
	}
}

func TestLayout(t *testing.T) {
	p, src := shop()
	p.Master.Filters = []model.ColumnFilter{{Column: "ID", Values: []string{"a", "b"}}}
	p.Behaviors[0].AllFields = false
	p.Behaviors[0].Fields = []model.FieldSource{{Name: "spent", Column: "AMOUNT"}}
	schema, layout, err := Resolve(t.Context(), p, src, asOf)
	if err != nil {
		t.Fatal(err)
	}
	want := &model.Layout{
		Master: p.Master.Table, KeyColumn: "id",
		Filters: []model.FilterLayout{{Column: "id", Type: model.Type{Kind: model.String}, Values: []string{"a", "b"}}},
		Behaviors: []model.EventLayout{{
			Table: p.Behaviors[0].Table, KeyColumn: "id",
			Time: model.FieldLayout{Column: "at"}, Fields: []model.FieldLayout{{Column: "amount"}},
		}},
	}
	for _, a := range schema.Attributes {
		want.Attributes = append(want.Attributes, model.ColumnLayout{Table: p.Attributes[0].Table, KeyColumn: "id", Column: a.Name})
	}
	if diff := cmp.Diff(want, layout); diff != "" {
		t.Errorf("layout (-want +got):\n%s", diff)
	}
	if got := schema.Behaviors[0].Fields[0].Name; got != "spent" {
		t.Errorf("the field is called %q, want spent", got)
	}
}
