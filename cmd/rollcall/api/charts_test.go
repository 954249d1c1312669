package api

import (
	"reflect"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
)

func portion(count uint64, share float64) ask.PortionJSON {
	return ask.PortionJSON{Count: count, Share: share}
}

// TestBreakdownChart has the picture of values say what the object says.
func TestBreakdownChart(t *testing.T) {
	lift := 1.25
	answer := &ask.BreakdownsJSON{CountJSON: ask.CountJSON{Count: 100}}
	answer.Rule, answer.AsOf = "true", "1998-07-01"
	gold, none := portion(60, 0.6), portion(5, 0.05)
	gold.Lift = &lift
	answer.Breakdowns = []ask.BreakdownJSON{{
		Attribute: "tier", Null: none, Rest: &ask.RestJSON{Values: 3, Count: 20, Share: 0.2},
		Values: &[]ask.ValueCountJSON{{Value: "Gold", PortionJSON: gold}, {Value: 7.5, PortionJSON: portion(15, 0.15)}},
	}}
	want := picture.Bars{
		Title: "Members by tier", Subtitle: "100 members of true, as of 1998-07-01", Axis: "members", NoteName: "lift",
		Items: []picture.Bar{
			{Label: "Gold", Value: 60, Text: "60 (60.0 %)", Note: "1.25"},
			{Label: "7.5", Value: 15, Text: "15 (15.0 %)"},
			{Label: "(null)", Value: 5, Text: "5 (5.0 %)", Quiet: true},
			{Label: "(other values)", Value: 20, Text: "20 (20.0 %)", Quiet: true},
		},
	}
	if got := breakdownChart(answer); !reflect.DeepEqual(got, want) {
		t.Errorf("the chart is %+v, want %+v", got, want)
	}

	answer.Breakdowns[0] = ask.BreakdownJSON{Attribute: "orders", Null: none, Bins: &[]ask.BinJSON{
		{From: 0, To: 10, PortionJSON: portion(90, 0.9)}, {From: 10, To: 20, ToIncluded: true, PortionJSON: portion(5, 0.05)},
	}}
	histogram := picture.Histogram{
		Title: "Members by orders", Subtitle: "100 members of true, as of 1998-07-01", Axis: "orders", Edges: []string{"0", "10", "20"}, Note: "(null): 5",
		Items: []picture.Bar{{Label: "0 to 10", Value: 90, Text: "90"}, {Label: "10 to 20", Value: 5, Text: "5"}},
	}
	if got := breakdownChart(answer); !reflect.DeepEqual(got, histogram) {
		t.Errorf("the chart is %+v, want %+v", got, histogram)
	}
}

// TestTrendAndOverlapCharts do the same of the other two.
func TestTrendAndOverlapCharts(t *testing.T) {
	trend := &ask.TrendJSON{Every: "month", Points: []ask.PointJSON{{AsOf: "1998-01-01T00:00:00Z", Count: 3}}}
	trend.Rule = "true"
	got, err := trendChart(trend)
	must(t, err)
	want := picture.Line{
		Title: "true", Subtitle: "members every month", Axis: "members",
		Points: []picture.Point{{Time: time.Date(1998, 1, 1, 0, 0, 0, 0, time.UTC), Value: 3}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the chart is %+v, want %+v", got, want)
	}
	trend.Points[0].AsOf = "yesterday"
	if _, err := trendChart(trend); err == nil {
		t.Error("a time that is none is drawn")
	}
	overlap := &ask.OverlapJSON{
		Rules:   []ask.RuleJSON{{Rule: "a", Count: 5}, {Rule: "b", Count: 4}, {Rule: "c", Count: 3}},
		Regions: []ask.RegionJSON{{Rules: []int{1}, Count: 2}, {Rules: []int{1, 3}, Count: 3}},
	}
	overlap.Count, overlap.AsOf = 9, "1998-07-01"
	drawn := picture.UpSet{
		Title: "Who the rules have in common", Subtitle: "9 customers, as of 1998-07-01",
		Sets:    []picture.Set{{Name: "a", Size: 5}, {Name: "b", Size: 4}, {Name: "c", Size: 3}},
		Regions: []picture.Region{{Members: 0b001, Count: 2}, {Members: 0b101, Count: 3}},
	}
	if got := overlapChart(overlap); !reflect.DeepEqual(got, drawn) {
		t.Errorf("the chart is %+v, want %+v", got, drawn)
	}
}
