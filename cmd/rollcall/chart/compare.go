package chart

import (
	"fmt"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Trend returns the picture of a trend. The error is of a point whose time is none.
func Trend(t *ask.TrendJSON) (picture.Chart, error) {
	out := picture.Line{Title: t.Rule, Subtitle: "members every " + t.Every, Axis: "members"}
	if len(t.Notes) > 0 {
		out.Subtitle += "; attributes have no history"
	}
	loc := location(&t.AnswerJSON)
	for i, p := range t.Points {
		at, err := window.ParseAsOf(p.AsOf, loc)
		if err != nil {
			return nil, fmt.Errorf("point %d of the trend: %w", i+1, err)
		}
		out.Points = append(out.Points, picture.Point{Time: at.In(loc), Value: float64(p.Count)})
	}
	return out, nil
}

// Overlap returns the picture of an overlap.
func Overlap(o *ask.OverlapJSON) picture.Chart {
	out := picture.UpSet{
		Title:    "How the audiences overlap",
		Subtitle: fmt.Sprintf("as of %s · %s of %s customers in any", o.AsOf, wording.Number(o.Count), wording.Number(o.Customers)),
	}
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
