package federate_test

import (
	"errors"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
)

// refusal is a source's error with a SQLSTATE.
type refusal struct{ state string }

func (e *refusal) Error() string    { return "refused, SQLSTATE: " + e.state }
func (e *refusal) SQLState() string { return e.state }

// rangePlace is a fakePlace whose purchases have points and a weight.
func rangePlace(t *testing.T, answers ...answer) (*federate.Place, *fakeEngine) {
	t.Helper()
	p, e := fakePlace(t, "postgres", answers...)
	p.Schema.Behaviors[0].Fields = []model.Field{
		{Name: "points", Type: model.Type{Kind: model.Number, Repr: model.Int64}},
		{Name: "weight", Type: model.Type{Kind: model.Number, Repr: model.Float64}},
	}
	p.Layout.Behaviors[0].Fields = []model.FieldLayout{{Column: "points"}, {Column: "weight"}}
	return p, e
}

// TestOutOfRange: a number out of its range has the code of a sum's overflow where the
// statement adds up what may overflow, and there alone.
func TestOutOfRange(t *testing.T) {
	asOf := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct{ rule, state, want string }{
		{"purchase sum(points) > 5", "22003", "OVERFLOW: refused, SQLSTATE: 22003"},
		{"age > 5 or not (age < 2 and purchase avg(points) > 5)", "22003", "OVERFLOW: refused, SQLSTATE: 22003"},
		{"purchase sum(weight) > 5", "22003", "OUT_OF_RANGE: refused, SQLSTATE: 22003"},
		{"purchase max(points) > 5", "22003", "OUT_OF_RANGE: refused, SQLSTATE: 22003"},
		{"age > 5", "22003", "OUT_OF_RANGE: refused, SQLSTATE: 22003"},
		{"purchase sum(points) > 5", "22012", "refused, SQLSTATE: 22012"},
	} {
		p, _ := rangePlace(t, answer{to: "count", err: &refusal{test.state}})
		_, err := federate.Count(t.Context(), p, check(t, p, test.rule), asOf)
		if want := "the count in fake://: " + test.want; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", test.rule, err, want)
		}
		if found := errors.As(err, new(*federate.RangeError)); found != (test.state == "22003") || !errors.As(err, new(*refusal)) {
			t.Errorf("%s: the error is a RangeError: %t", test.rule, found)
		}
	}
}

// TestColumnOutOfRange: columns of events add up, too, and so does what is written.
func TestColumnOutOfRange(t *testing.T) {
	asOf := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	counted := answer{to: "count", columns: "n:long", rows: []string{`[{"n": 1}]`}}
	for column, code := range map[string]string{"purchase sum(points)": federate.CodeOverflow, "purchase max(points)": federate.CodeOutOfRange} {
		p, _ := rangePlace(t, counted, answer{to: "ORDER BY", err: &refusal{"22003"}})
		checked := check(t, p, "age > 5")
		_, _, err := federate.List(t.Context(), p, checked, asOf, 5, column)
		var found *federate.RangeError
		if !errors.As(err, &found) || found.Code != code {
			t.Errorf("listing %s: %v, want the code %s", column, err, code)
		}
		p, e := rangePlace(t, counted)
		e.execErr = &refusal{"22003"}
		to := federate.Target{Table: model.TableRef{Schema: "shop", Table: "other"}}
		_, err = federate.Export(t.Context(), p, checked, asOf, to, column+" as total")
		if !errors.As(err, &found) || found.Code != code {
			t.Errorf("writing %s: %v, want the code %s", column, err, code)
		}
	}
}

// TestDiffOutOfRange: of two times the error names the one.
func TestDiffOutOfRange(t *testing.T) {
	from, to := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	fine, refused := answer{to: "count", columns: "n:long", rows: []string{`[{"n": 1}]`}}, answer{to: "count", err: &refusal{"22003"}}
	for want, answers := range map[string][]answer{
		"as of 2024-05-01T00:00:00Z: the count in fake://: OVERFLOW: refused, SQLSTATE: 22003": {refused},
		"as of 2024-06-01T00:00:00Z: the count in fake://: OVERFLOW: refused, SQLSTATE: 22003": {fine, refused},
	} {
		p, _ := rangePlace(t, answers...)
		_, err := federate.Diff(t.Context(), p, check(t, p, "purchase sum(points) > 5 in last 30 days"), from, to)
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
