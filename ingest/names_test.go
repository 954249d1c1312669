package ingest

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// TestExplicitNamesWin: a behavior and a computed attribute take the place of a
// column of the master table that is called alike.
func TestExplicitNamesWin(t *testing.T) {
	p, src := visits(model.ComputedSource{Name: "spent", Behavior: "visit", Rule: "sum(paid)"})
	p.Master.AllColumns = true
	src["db.customers"] = newTable([]arrow.Field{field("id", text), field("spent", text), field("visit", text), field("tier", text)},
		`[{"id":"a","spent":"x","visit":"x","tier":"Gold"},{"id":"b"},{"id":"c"},{"id":"d"}]`)
	db, _ := build(t, p, src)
	for rule, want := range map[string]string{"spent > 7": "a", "visit count = 0": "d", "tier = 'Gold'": "a"} {
		if got := members(t, db, rule); got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
	}
}

// TestFieldLikeTime: a field cannot have the name of the time column, however the
// configuration spells that.
func TestFieldLikeTime(t *testing.T) {
	p, src := visits()
	p.Behaviors[0].TimeColumn, p.Behaviors[0].AllFields = "AT", false
	p.Behaviors[0].Fields = []model.FieldSource{{Name: "at", Column: "due"}}
	_, _, err := Resolve(t.Context(), p, src, asOf)
	var config *ConfigError
	if !errors.As(err, &config) || config.Problems[0].Code != "AMBIGUOUS_NAME" {
		t.Errorf("error is %v, want AMBIGUOUS_NAME", err)
	}
}

// TestFiltersAreOfCustomers: a filter says who is a customer. Rows of the master
// table that give an attribute by another key are not asked.
func TestFiltersAreOfCustomers(t *testing.T) {
	table := model.TableRef{Schema: "db", Table: "people"}
	p := &model.ParentSegment{
		Name: "People", Timezone: "UTC",
		Master:     model.Master{Table: table, KeyColumn: "id", Filters: []model.ColumnFilter{{Column: "country", Values: []string{"US"}}}},
		Attributes: []model.AttributeSource{{Name: "v", Table: table, KeyColumn: "alt", ValueColumn: "v"}},
		Behaviors:  []model.BehaviorSource{{Name: "visit", Table: model.TableRef{Schema: "db", Table: "visits"}, KeyColumn: "id", TimeColumn: "at"}},
	}
	_, src := visits()
	src["db.people"] = newTable([]arrow.Field{field("id", text), field("alt", text), field("country", text), field("v", text)},
		`[{"id":"1","alt":"2","country":"US","v":"one"},{"id":"2","alt":"1","country":"FR","v":"two"},{"id":"3","alt":"3","country":"US","v":"three"}]`)
	db, _ := build(t, p, src)
	for rule, want := range map[string]string{"v is not null": "1 3", "v = 'two'": "1", "v = 'one'": ""} {
		if got := members(t, db, rule); got != want {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
}

// panicking is a source with a fault.
type panicking struct{ memorySource }

func (panicking) Table(context.Context, model.TableRef) (source.Table, error) { panic("a fault") }

// TestPanicOfSource: a panic of a source is an error of the build.
func TestPanicOfSource(t *testing.T) {
	p, src := visits()
	_, err := Build(t.Context(), p, panicking{src}, filepath.Join(t.TempDir(), "snap"), nil)
	if err == nil || !strings.Contains(err.Error(), "internal error while building: a fault") {
		t.Errorf("Build: error is %v", err)
	}
	_, _, err = Resolve(t.Context(), p, panicking{src}, asOf)
	if err == nil || !strings.Contains(err.Error(), "internal error while resolving: a fault") {
		t.Errorf("Resolve: error is %v", err)
	}
}
