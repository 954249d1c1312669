package ingest

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
)

// visits is a parent segment of four customers: a has many events, b some with
// NULL fields, c one without a time, d none.
func visits(computed ...model.ComputedSource) (*model.ParentSegment, memorySource) {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	p := &model.ParentSegment{
		Name: "Visits", Timezone: "Asia/Tokyo",
		Master: model.Master{Table: table("customers"), KeyColumn: "id"},
		Behaviors: []model.BehaviorSource{{
			Name: "visit", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", AllFields: true,
		}},
		Computed: computed,
	}
	src := memorySource{
		"db.customers": newTable([]arrow.Field{field("id", text)}, `[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"d"}]`),
		"db.visits": newTable([]arrow.Field{
			field("id", text), field("at", instant), field("page", text), field("paid", money), field("pages", whole), field("score", float), field("due", date),
		},
			// 14:59:59 and 15:00 UTC are on two days in Tokyo.
			`[{"id":"a","at":"2024-05-01T14:59:59Z","page":"home","paid":"10.00","pages":3,"score":0.1,"due":"2024-01-02"},
			  {"id":"a","at":"2024-05-01T15:00:00Z","page":"sale","paid":"5.01","pages":4,"score":0.2,"due":"2024-01-01"},
			  {"id":"a","at":"2024-05-01T16:00:00Z","page":"sale","paid":"5.00","pages":4,"score":-0.0,"due":null},
			  {"id":"a","at":"2024-07-01T00:00:00Z","page":"late","paid":"900.00","pages":9,"score":9,"due":"2030-01-01"},
			  {"id":"b","at":"2024-05-02T00:00:00Z","page":"zoo","paid":null,"pages":null,"score":null,"due":null},
			  {"id":"b","at":"2024-05-03T00:00:00Z","page":"art","paid":"1.00","pages":-1,"score":0.0,"due":null},
			  {"id":"c","at":null,"page":"art","paid":"7.00","pages":1,"score":1,"due":"2024-01-03"}]`),
	}
	return p, src
}

// TestComputed builds one attribute after another and reads it back, for the
// customers a, b, c and d. Events from asOf, 1 June, on are not seen.
func TestComputed(t *testing.T) {
	for _, c := range []struct{ rule, typ, want string }{
		{"count", "number (int64)", "3 2 1 0"},
		{"count in last 1 year", "number (int64)", "3 2 0 0"},
		{"count in next 1 year", "number (int64)", "1 0 0 0"},
		{"count where (page = 'sale' or paid is null)", "number (int64)", "2 1 0 0"},
		{"count distinct page", "number (int64)", "2 2 1 0"},
		{"count distinct score", "number (int64)", "3 1 1 0"},
		{"count distinct days", "number (int64)", "2 2 0 0"},
		{"sum(paid)", "number (decimal(38,2))", "20.01 1.00 7.00 0.00"},
		{"sum(pages)", "number (decimal(38,0))", "11 -1 1 0"},
		{"sum(score)", "number (float64)", "0.30000000000000004 0 1 0"},
		{"avg(paid)", "number (float64)", "6.67 1 7 <nil>"},
		{"avg(pages)", "number (float64)", "3.6666666666666665 -1 1 <nil>"},
		{"avg(score) in last 1 year", "number (float64)", "0.10000000000000002 0 <nil> <nil>"},
		{"min(paid)", "number (decimal(10,2))", "5.00 1.00 7.00 <nil>"},
		{"max(pages)", "number (int64)", "4 -1 1 <nil>"},
		{"max(score)", "number (float64)", "0.2 0 1 <nil>"},
		{"min(due)", "date", "2024-01-01 <nil> 2024-01-03 <nil>"},
		{`max("at")`, "timestamp", "2024-05-01 16:00:00 +0000 UTC 2024-05-03 00:00:00 +0000 UTC <nil> <nil>"},
		{"first", "timestamp", "2024-05-01 14:59:59 +0000 UTC 2024-05-02 00:00:00 +0000 UTC <nil> <nil>"},
		{"last where (page = 'home')", "timestamp", "2024-05-01 14:59:59 +0000 UTC <nil> <nil> <nil>"},
		{"most_frequent(page)", "string", "sale art art <nil>"},
		{"most_frequent(paid)", "number (decimal(10,2))", "5.00 1.00 7.00 <nil>"},
		{"most_frequent(due) in last 1 year", "date", "2024-01-01 <nil> <nil> <nil>"},
	} {
		p, src := visits(model.ComputedSource{Name: "x", Behavior: "visit", Rule: c.rule})
		dir := filepath.Join(t.TempDir(), "snap")
		m, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf})
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		if got := m.Schema.Attributes[0].Type.String(); got != c.typ {
			t.Errorf("%s: type %s, want %s", c.rule, got, c.typ)
		}
		if got := valuesOf(t, dir, "x"); got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
}

// valuesOf returns the values of an attribute, in the order of keys.
func valuesOf(t *testing.T, dir, attribute string) string {
	t.Helper()
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	q, err := db.Query("visit count >= 0")
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for row, err := range q.Rows(t.Context(), attribute) {
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, fmt.Sprint(row.Values[0]))
	}
	return strings.Join(values, " ")
}

// TestComputedIsAnAttribute: rules test it like any other, beside stored ones.
func TestComputedIsAnAttribute(t *testing.T) {
	p, src := visits(
		model.ComputedSource{Name: "spent", Behavior: "visit", Rule: "sum(paid)"},
		model.ComputedSource{Name: "favorite", Behavior: "visit", Rule: "most_frequent(page)"},
	)
	p.Master.AllColumns = true
	db, m := build(t, p, src)
	for _, c := range []struct{ rule, want string }{
		{"spent > 7", "a"},
		{"spent = 0", "d"},
		{"favorite = 'art'", "b c"},
		{"favorite is null", "d"},
	} {
		if got := members(t, db, c.rule); got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
	if at := m.Layout.Attributes[len(m.Layout.Attributes)-1]; at != (model.ColumnLayout{}) {
		t.Errorf("a computed attribute lies at %+v, want nowhere", at)
	}
}

func TestComputedProblems(t *testing.T) {
	p, src := visits(
		model.ComputedSource{Name: "x", Behavior: "visit", Rule: "sum(page)"},
		model.ComputedSource{Name: "visit", Behavior: "visit", Rule: "count"},
		model.ComputedSource{Name: "y", Behavior: "visit", Rule: "total(paid)"},
	)
	_, err := Build(t.Context(), p, src, filepath.Join(t.TempDir(), "snap"), nil)
	var config *ConfigError
	if !errors.As(err, &config) {
		t.Fatalf("error is %v, want a *ConfigError", err)
	}
	var got []string
	for _, problem := range config.Problems {
		got = append(got, problem.Code+" "+problem.Path)
	}
	want := []string{"TYPE_MISMATCH computed[0] (x).rule", "SYNTAX computed[2] (y).rule", "AMBIGUOUS_NAME behavior visit"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestComputedOverflow: a sum that no decimal holds fails the build.
func TestComputedOverflow(t *testing.T) {
	p, src := visits(model.ComputedSource{Name: "x", Behavior: "visit", Rule: "sum(huge)"})
	nines := strings.Repeat("9", 38)
	src["db.visits"] = newTable([]arrow.Field{field("id", text), field("at", instant), field("huge", &arrow.Decimal128Type{Precision: 38})},
		fmt.Sprintf(`[{"id":"b","at":null,"huge":"%s"},{"id":"b","at":null,"huge":"1"}]`, nines))
	_, err := Build(t.Context(), p, src, filepath.Join(t.TempDir(), "snap"), nil)
	var overflow *exec.OverflowError
	if !errors.As(err, &overflow) || overflow.Row != 1 || !strings.Contains(err.Error(), `computed attribute "x": OVERFLOW`) {
		t.Errorf("error is %v, want an overflow of the customer in row 1", err)
	}
}
