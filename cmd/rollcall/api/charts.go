package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
)

// Pictures show what the JSON objects hold, and nothing more: what a caller may not see
// is in neither.

// breakdownChart returns the picture of one attribute of a breakdown.
func breakdownChart(answer *ask.BreakdownsJSON) picture.Chart {
	b := &answer.Breakdowns[0]
	if b.Bins != nil {
		return histogram(answer, b)
	}
	out := picture.Bars{Title: "Members by " + b.Attribute, Subtitle: subtitle(&answer.CountJSON), Axis: "members", NoteName: "lift"}
	if b.Values != nil {
		for _, v := range *b.Values {
			out.Items = append(out.Items, bar(valueText(v.Value), v.PortionJSON))
		}
	}
	quiet := func(label string, count uint64, share float64) {
		if count > 0 {
			out.Items = append(out.Items, picture.Bar{Label: label, Value: float64(count), Text: portionText(count, share), Quiet: true})
		}
	}
	if b.Empty != nil {
		quiet("(empty)", b.Empty.Count, b.Empty.Share)
	}
	quiet("(null)", b.Null.Count, b.Null.Share)
	if b.Rest != nil {
		quiet("(other values)", b.Rest.Count, b.Rest.Share)
	}
	return out
}

// histogram returns the picture of bins; who is in none is told below.
func histogram(answer *ask.BreakdownsJSON, b *ask.BreakdownJSON) picture.Chart {
	out := picture.Histogram{Title: "Members by " + b.Attribute, Subtitle: subtitle(&answer.CountJSON), Axis: b.Attribute}
	bins := *b.Bins
	for i, bin := range bins {
		from, to := valueText(bin.From), valueText(bin.To)
		item := bar(from+" to "+to, bin.PortionJSON)
		item.Text = strconv.FormatUint(bin.Count, 10)
		out.Items = append(out.Items, item)
		out.Edges = append(out.Edges, from)
		if i == len(bins)-1 {
			out.Edges = append(out.Edges, to)
		}
	}
	if b.Null.Count > 0 {
		out.Note = fmt.Sprintf("(null): %d", b.Null.Count)
	}
	return out
}

// bar returns the bar of a value.
func bar(label string, p ask.PortionJSON) picture.Bar {
	out := picture.Bar{Label: label, Value: float64(p.Count), Text: portionText(p.Count, p.Share)}
	if p.Lift != nil {
		out.Note = strconv.FormatFloat(*p.Lift, 'f', 2, 64)
	}
	return out
}

func portionText(count uint64, share float64) string {
	return fmt.Sprintf("%d (%.1f %%)", count, 100*share)
}

// valueText writes a value of JSON as it is read.
func valueText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "?" // it came out of JSON, or goes into it
	}
	return string(b)
}

// subtitle says what a picture is about.
func subtitle(c *ask.CountJSON) string {
	return fmt.Sprintf("%d members of %s, as of %s", c.Count, c.Rule, c.AsOf)
}

// trendChart returns the picture of a trend.
func trendChart(t *ask.TrendJSON) (picture.Chart, error) {
	out := picture.Line{Title: t.Rule, Subtitle: "members every " + t.Every, Axis: "members"}
	for _, p := range t.Points {
		at, err := time.Parse(time.RFC3339Nano, p.AsOf)
		if err != nil {
			return nil, fmt.Errorf("the time of a point: %w", err)
		}
		out.Points = append(out.Points, picture.Point{Time: at, Value: float64(p.Count)})
	}
	return out, nil
}

// overlapChart returns the picture of an overlap.
func overlapChart(o *ask.OverlapJSON) picture.Chart {
	out := picture.UpSet{Title: "Who the rules have in common", Subtitle: fmt.Sprintf("%d customers, as of %s", o.Count, o.AsOf)}
	for _, r := range o.Rules {
		out.Sets = append(out.Sets, picture.Set{Name: r.Rule, Size: r.Count})
	}
	for _, region := range o.Regions {
		var members uint8
		for _, i := range region.Rules {
			members |= 1 << (i - 1)
		}
		out.Regions = append(out.Regions, picture.Region{Members: members, Count: region.Count})
	}
	return out
}
