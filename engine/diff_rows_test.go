package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// checkDiffRows compares the columns of those who entered and left with those that the
// queries give of all members.
func checkDiffRows(t *testing.T, d *engine.Diff, before, after *engine.Query, names ...string) {
	t.Helper()
	check := func(what string, got iter.Seq2[engine.Row, error], of *engine.Query, n uint64) {
		t.Helper()
		want := map[string][]any{}
		for row, err := range of.Rows(t.Context(), names...) {
			if err != nil {
				t.Fatal(err)
			}
			want[row.Key] = row.Values
		}
		for row, err := range got {
			if err != nil {
				t.Fatal(err)
			}
			n--
			if values, ok := want[row.Key]; !ok || !reflect.DeepEqual(row.Values, values) {
				t.Errorf("seed %d: %s who %s has %v, want %v", *seed, row.Key, what, row.Values, values)
			}
		}
		if n != 0 {
			t.Errorf("seed %d: of those who %s %d are too many or missing", *seed, what, int64(n))
		}
	}
	check("entered", d.EnteredRows(t.Context(), names...), after, d.Entered)
	check("left", d.LeftRows(t.Context(), names...), before, d.Left)
}

// attributeNames returns the names of a query's attributes.
func attributeNames(q *engine.Query) []string {
	var names []string
	for _, a := range q.DB().Manifest().Schema.Attributes {
		names = append(names, a.Name)
	}
	return names
}

// TestDiffRowsOfTimes: columns of events are as of the time that the members are of.
func TestDiffRowsOfTimes(t *testing.T) {
	q := askOf(t, shot(t, open(t, snapshot)), "purchase in last 30 days", asOf)
	for months := range 3 {
		before, after := asOf.AddDate(0, -months, 0), asOf.AddDate(0, 1-months, 0)
		d, err := q.Diff(t.Context(), before, after)
		if err != nil {
			t.Fatal(err)
		}
		checkDiffRows(t, d, q.At(before), q.At(after), "purchase count in rule", "last purchase as latest")
	}
}

// TestDiffRowsOfVersions: who entered is as the version after has it, who left as the
// version before.
func TestDiffRowsOfVersions(t *testing.T) {
	dir, build := shopOf("1,DE", "2,FR", "3,IT", "4,DE")
	build("1,DE", "2,IT", "3,DE")
	one, two := shot(t, open(t, dir+"@1")), shot(t, open(t, dir+"@2"))
	const text = "country = 'DE' or country = 'FR'"
	before, after := askOf(t, one, text, asOf), askOf(t, two, text, asOf)
	d, err := engine.Compare(t.Context(), before, after)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, rows := range []iter.Seq2[engine.Row, error]{d.EnteredRows(t.Context(), "country"), d.LeftRows(t.Context(), "country")} {
		for row, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			got += fmt.Sprint(row.Key, row.Values, " ")
		}
	}
	if want := "3[DE] 2[FR] 4[DE] "; got != want {
		t.Errorf("entered and left %s, want %s", got, want)
	}
	checkDiffRows(t, d, before, after, "country")

	for row, err := range d.LeftRows(t.Context(), "contry") {
		const want = `in version 1: unknown attribute "contry"; did you mean "country"?`
		if err == nil || err.Error() != want || !errors.As(err, new(*engine.ColumnError)) {
			t.Errorf("%v, %v, want %s", row, err, want)
		}
	}
	same, err := before.Diff(t.Context(), asOf, asOf.AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range same.EnteredRows(t.Context(), "contry") {
		const want = `unknown attribute "contry"; did you mean "country"?`
		if err == nil || err.Error() != want {
			t.Errorf("%v, %v, want %s", row, err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for row, err := range d.LeftRows(ctx, "country") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, %v, want that the context has ended", row, err)
		}
	}
}

func ExampleDiff_LeftRows() {
	snap, done := exampleSnapshot()
	defer done()
	d, err := exampleQuery(snap, "purchase in last 30 days").Diff(context.Background(), asOf.AddDate(0, -1, 0), asOf)
	if err != nil {
		panic(err)
	}
	for row, err := range d.LeftRows(context.Background(), "orders", "last purchase") {
		if err != nil {
			panic(err)
		}
		fmt.Println(row.Key, row.Values[0], row.Values[1].(time.Time).Format(time.DateOnly))
		break
	}
	// Output:
	// 00003 6 1998-05-28
}
