package main

import (
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/engine"
)

// chart returns the picture of a breakdown.
func (b *shownBreakdown) chart(answer *ask.Answer) picture.Chart {
	lines := b.breakdownLines(answer.Location)
	if b.IsBinned {
		return b.histogram(answer, lines)
	}
	out := picture.Bars{Title: b.title(), Subtitle: subtitle(answer), Axis: "members", NoteName: "lift"}
	for _, line := range lines {
		item := b.bar(line)
		if line.apart {
			item.Quiet = true
		}
		out.Items = append(out.Items, item)
	}
	if n := b.Distinct - len(b.Values); n > 0 {
		out.Items = append(out.Items, picture.Bar{
			Label: "(" + plural(n, "other value", "other values") + ")", Value: float64(b.Rest.Count), Text: b.countText(b.Rest), Quiet: true,
		})
	}
	return out
}

// bar returns the bar of a line.
func (b *shownBreakdown) bar(line breakdownLine) picture.Bar {
	return picture.Bar{Label: line.name, Value: float64(line.Count), Text: b.countText(line.Portion), Note: b.liftText(line.Portion)}
}

// countText writes the members of a portion, and their share.
func (b *shownBreakdown) countText(p engine.Portion) string {
	return groups(int64(p.Count)) + " (" + percent(p.Count, b.Count) + ")"
}

// histogram returns the picture of bins; who is in none is told below.
func (b *shownBreakdown) histogram(answer *ask.Answer, lines []breakdownLine) picture.Chart {
	out := picture.Histogram{Title: b.title(), Subtitle: subtitle(answer), Axis: b.Attribute}
	var apart []string
	for _, line := range lines {
		if line.apart {
			apart = append(apart, line.name+": "+plural(int(line.Count), "member", "members"))
			continue
		}
		item := b.bar(line)
		item.Text = groups(int64(line.Count))
		out.Items = append(out.Items, item)
	}
	out.Note = strings.Join(apart, " · ")
	for i := range b.Bins {
		if b.Every != 0 {
			out.Edges = append(out.Edges, b.binName(&b.Bins[i], answer.Location))
		} else {
			out.Edges = append(out.Edges, cellText(b.Bins[i].From, answer.Location))
		}
	}
	if n := len(b.Bins); n > 0 {
		end := engine.Bin{From: b.Bins[n-1].To}
		if b.Every != 0 {
			out.Edges = append(out.Edges, b.binName(&end, answer.Location))
		} else {
			out.Edges = append(out.Edges, cellText(end.From, answer.Location))
		}
	}
	return out
}
