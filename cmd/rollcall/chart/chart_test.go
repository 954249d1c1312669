package chart_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/chart"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
)

// counted returns the object of a count of 1,200 members in New York.
func counted() *ask.CountJSON {
	c := &ask.CountJSON{Count: 1200, Customers: 23570}
	c.Rule, c.AsOf, c.Timezone = "cohort = 'a'", "1998-07-01T00:00:00-04:00", "America/New_York"
	return c
}

const subtitle = "cohort = 'a' · as of 1998-07-01T00:00:00-04:00 · 1,200 of 23,570 customers"

func portion(count, customers uint64) ask.PortionJSON {
	p := ask.PortionJSON{Count: count, Customers: &customers}
	if customers > 0 {
		lift := float64(count) / 1200 / (float64(customers) / 23570)
		p.Lift = &lift
	}
	return p
}

func TestBreakdownOfValues(t *testing.T) {
	b := &ask.BreakdownJSON{
		Attribute: "tier", Null: portion(0, 7), Rest: &ask.RestJSON{Values: 3, Count: 120},
		Values: &[]ask.ValueCountJSON{
			{Value: "Gold", PortionJSON: portion(1000, 2000)}, {Value: json.RawMessage("7.50"), PortionJSON: ask.PortionJSON{Count: 60}},
			{Value: 2.5, PortionJSON: portion(20, 20)}, {Value: true, PortionJSON: portion(0, 0)},
		},
	}
	want := picture.Bars{
		Title: "Members by tier", Subtitle: subtitle, Axis: "members", NoteName: "lift",
		Items: []picture.Bar{
			{Label: "Gold", Value: 1000, Text: "1,000 (83.3 %)", Note: "9.82"},
			{Label: "7.50", Value: 60, Text: "60 (5.0 %)", Note: "-"},
			{Label: "2.5", Value: 20, Text: "20 (1.7 %)", Note: "19.64"},
			{Label: "true", Value: 0, Text: "0 (0.0 %)", Note: "-"},
			{Label: "NULL", Value: 0, Text: "0 (0.0 %)", Note: "0.00", Quiet: true},
			{Label: "(3 other values)", Value: 120, Text: "120 (10.0 %)", Quiet: true},
		},
	}
	if diff := cmp.Diff(picture.Chart(want), chart.Breakdown(counted(), b)); diff != "" {
		t.Error(diff)
	}
}

// TestPortionsApart has lists without elements and NULL stand apart where somebody has
// them, and the rest named by what is told of it.
func TestPortionsApart(t *testing.T) {
	empty := portion(5, 9)
	b := &ask.BreakdownJSON{
		Attribute: "tags", Elements: true, Empty: &empty, Null: portion(0, 0), Values: &[]ask.ValueCountJSON{{Value: "new", PortionJSON: portion(3, 3)}},
	}
	if got, want := names(b), "new [] (no element)*"; got != want {
		t.Errorf("the portions are %s, want %s", got, want)
	}
	if drawn := chart.Breakdown(counted(), b).(picture.Bars); drawn.Title != "Members by element of tags" {
		t.Errorf("the title is %q", drawn.Title)
	}
	for _, c := range []struct {
		rest *ask.RestJSON
		want string
	}{
		{nil, ""}, {&ask.RestJSON{}, ""}, {&ask.RestJSON{Count: 4}, "(others)"}, {&ask.RestJSON{Values: 1, Count: 4}, "(1 other value)"}, {&ask.RestJSON{Values: 2}, "(2 other values)"},
	} {
		if got := chart.OtherName(&ask.BreakdownJSON{Rest: c.rest}); got != c.want {
			t.Errorf("the rest %+v is called %q, want %q", c.rest, got, c.want)
		}
	}
}

// names returns the names of a breakdown's portions, with a star those apart.
func names(b *ask.BreakdownJSON) string {
	var out []string
	for _, p := range chart.Portions(&counted().AnswerJSON, b) {
		if p.Apart {
			p.Name += "*"
		}
		out = append(out, p.Name)
	}
	return strings.Join(out, " ")
}

// TestInstants has timestamps in the zone of the parent segment, and text as it is.
func TestInstants(t *testing.T) {
	b := &ask.BreakdownJSON{Attribute: "seen", Values: &[]ask.ValueCountJSON{{Value: "1998-07-01T12:00:00Z", PortionJSON: portion(1, 1)}}}
	if got, want := names(b), "1998-07-01T12:00:00Z"; got != want {
		t.Errorf("text is shown as %s, want %s", got, want)
	}
	b.Instants = true
	if got, want := names(b), "1998-07-01T08:00:00-04:00"; got != want {
		t.Errorf("an instant is shown as %s, want %s", got, want)
	}
}

func TestHistogramOfNumbers(t *testing.T) {
	below := portion(1, 1)
	b := &ask.BreakdownJSON{Attribute: "orders", Null: portion(5, 5), Below: &below, Bins: &[]ask.BinJSON{
		{From: int64(0), To: int64(10), PortionJSON: portion(1100, 2000)}, {From: int64(10), To: int64(20), ToIncluded: true, PortionJSON: portion(5, 5)},
	}}
	want := picture.Histogram{
		Title: "Members by orders", Subtitle: subtitle, Axis: "orders", Edges: []string{"0", "10", "20"}, Note: "-Inf: 1 member · NULL: 5 members",
		Items: []picture.Bar{{Label: "[0, 10)", Value: 1100, Text: "1,100", Note: "10.80"}, {Label: "[10, 20]", Value: 5, Text: "5", Note: "19.64"}},
	}
	if diff := cmp.Diff(picture.Chart(want), chart.Breakdown(counted(), b)); diff != "" {
		t.Error(diff)
	}
	b.Bins = &[]ask.BinJSON{}
	if drawn := chart.Breakdown(counted(), b).(picture.Histogram); len(drawn.Items)+len(drawn.Edges) != 0 {
		t.Errorf("no bins are drawn as %+v", drawn)
	}
}

// TestBinsOfTheCalendar names bins by their unit, in the zone of the parent segment, and
// bins that were joined by the first unit and the last.
func TestBinsOfTheCalendar(t *testing.T) {
	for _, c := range []struct{ every, from, to, want string }{
		{"day", "1998-01-01", "1998-01-02", "1998-01-01"},
		{"week", "1998-01-05", "1998-01-12", "1998-01-05"},
		{"month", "1998-01-01", "1998-02-01", "1998-01"},
		{"quarter", "1998-10-01", "1999-01-01", "1998-Q4"},
		{"year", "1998-01-01", "1999-01-01", "1998"},
		{"month", "1998-01-01T05:00:00Z", "1998-02-01T05:00:00Z", "1998-01"},
		{"month", "1998-04-01T05:00:00Z", "1998-05-01T04:00:00Z", "1998-04"},
		{"day", "1998-01-01", "1998-01-04", "1998-01-01 to 1998-01-03"},
		{"week", "1998-01-05", "1998-01-19", "1998-01-05 to 1998-01-12"},
		{"month", "1998-01-01", "1998-04-01", "1998-01 to 1998-03"},
		{"quarter", "1998-07-01", "1999-01-01", "1998-Q3 to 1998-Q4"},
		{"year", "1998-01-01", "2000-01-01", "1998 to 1999"},
		{"month", "masked", "too", "[masked, too)"},
	} {
		b := &ask.BreakdownJSON{Attribute: "seen", Every: c.every, Bins: &[]ask.BinJSON{{From: c.from, To: c.to, PortionJSON: portion(1, 1)}}}
		if got := names(b); got != c.want {
			t.Errorf("a %s from %s to %s is called %q, want %q", c.every, c.from, c.to, got, c.want)
		}
		drawn := chart.Breakdown(counted(), b).(picture.Histogram)
		if want := "Members by seen, every " + c.every; drawn.Title != want {
			t.Errorf("the title is %q, want %q", drawn.Title, want)
		}
		if len(drawn.Edges) != 2 || !strings.HasPrefix(strings.TrimPrefix(c.want, "["), drawn.Edges[0]) {
			t.Errorf("the edges of %q are %q", c.want, drawn.Edges)
		}
	}
}

func TestTrend(t *testing.T) {
	in := &ask.TrendJSON{CountJSON: *counted(), Every: "month", Points: []ask.PointJSON{{AsOf: "1998-01-01T05:00:00Z", Count: 3}, {AsOf: "1998-07-01T04:00:00Z", Count: 5}}}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	want := picture.Line{
		Title: "cohort = 'a'", Subtitle: "members every month", Axis: "members",
		Points: []picture.Point{{Time: time.Date(1998, 1, 1, 0, 0, 0, 0, zone), Value: 3}, {Time: time.Date(1998, 7, 1, 0, 0, 0, 0, zone), Value: 5}},
	}
	got, err := chart.Trend(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(picture.Chart(want), got); diff != "" {
		t.Error(diff)
	}
	in.Notes = []string{"the attributes are those of today"}
	if got, err = chart.Trend(in); err != nil || got.(picture.Line).Subtitle != "members every month; attributes have no history" {
		t.Errorf("with a note: %+v, %v", got, err)
	}
	in.Points[1].AsOf = "yesterday"
	if _, err := chart.Trend(in); err == nil || !strings.HasPrefix(err.Error(), "point 2 of the trend: ") {
		t.Errorf("a time that is none: %v", err)
	}
}

func TestOverlap(t *testing.T) {
	in := &ask.OverlapJSON{
		CountJSON: *counted(),
		Rules:     []ask.RuleJSON{{Rule: "a", Count: 5}, {Rule: "b", Count: 4}, {Rule: "c", Count: 3}},
		Regions:   []ask.RegionJSON{{Rules: []int{1}, Count: 2}, {Rules: []int{1, 3}, Count: 3}},
	}
	want := picture.UpSet{
		Title: "How the audiences overlap", Subtitle: "as of 1998-07-01T00:00:00-04:00 · 1,200 of 23,570 customers in any",
		Sets:    []picture.Set{{Name: "a", Size: 5}, {Name: "b", Size: 4}, {Name: "c", Size: 3}},
		Regions: []picture.Region{{Members: 0b001, Count: 2}, {Members: 0b101, Count: 3}},
	}
	if diff := cmp.Diff(picture.Chart(want), chart.Overlap(in)); diff != "" {
		t.Error(diff)
	}
}
