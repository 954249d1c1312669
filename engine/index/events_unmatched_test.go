package index

import (
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TestUnmatched pairs equal events: of one customer, at one time, with the same
// fields.
func TestUnmatched(t *testing.T) {
	type event struct {
		row  uint32
		at   int64 // 0: undated
		text string
	}
	x, y, undated := event{1, 10, "x"}, event{1, 10, "y"}, event{1, 0, "x"}
	for _, c := range []struct {
		name          string
		stored, again []event
		want          []event
	}{
		{"nothing", nil, nil, nil},
		{"all new", nil, []event{y, x, x}, []event{x, x, y}},
		{"all stored", []event{x, y}, []event{y, x}, nil},
		{"one more of two equal ones", []event{x}, []event{x, x}, []event{x}},
		{"fewer than stored", []event{x, x}, []event{x}, nil},
		{"another field", []event{x}, []event{y}, []event{y}},
		{"another customer", []event{x}, []event{{2, 10, "x"}}, []event{{2, 10, "x"}}},
		{"another time", []event{x}, []event{{1, 11, "x"}}, []event{{1, 11, "x"}}},
		{"no time is a time of its own", []event{x}, []event{undated}, []event{undated}},
		{"undated ones match", []event{undated}, []event{undated}, nil},
		{"another block", []event{x}, []event{{70000, 10, "x"}, x}, []event{{70000, 10, "x"}}},
	} {
		events := NewCollected([]model.Field{{Name: "text", Type: model.Type{Kind: model.String}}})
		for i, e := range slices.Concat(c.stored, c.again) {
			events.Rows = append(events.Rows, e.row)
			events.Times.Grow(1)
			events.Values[0].Grow(1)
			if e.at != 0 {
				events.Times.SetInt(i, e.at)
			}
			events.Values[0].SetString(i, e.text)
		}
		var got []event
		for _, i := range events.Unmatched(len(c.stored)) {
			at, _ := events.Times.Int(int(i))
			got = append(got, event{events.Rows[i], at, events.Values[0].Text(int(i))})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
