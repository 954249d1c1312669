package chart

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// Portion is a line of a breakdown: the members who have a value, a value in a bin, or
// none.
type Portion struct {
	Name  string // the value or the bin in words, "NULL" and the like where Apart
	Apart bool   // it is none of the values: of NULL, of lists without an element, of infinities
	ask.PortionJSON
}

// Portions returns the lines of a breakdown in the order they are shown, without those
// of the values that are not named. Apart are only those that somebody has.
func Portions(a *ask.AnswerJSON, b *ask.BreakdownJSON) []Portion {
	loc := location(a)
	var out []Portion
	apart := func(name string, p *ask.PortionJSON) {
		if p != nil && (p.Count > 0 || p.Customers != nil && *p.Customers > 0) {
			out = append(out, Portion{name, true, *p})
		}
	}
	if b.Values != nil {
		for _, v := range *b.Values {
			out = append(out, Portion{valueText(b, v.Value, loc), false, v.PortionJSON})
		}
	}
	apart("-Inf", b.Below)
	if b.Bins != nil {
		for i := range *b.Bins {
			bin := &(*b.Bins)[i]
			out = append(out, Portion{binName(b, bin, loc), false, bin.PortionJSON})
		}
	}
	apart("+Inf", b.Above)
	apart("[] (no element)", b.Empty)
	apart("NULL", &b.Null)
	return out
}

// OtherName returns what the values of a breakdown that are not named are called
// together, "" where all are.
func OtherName(b *ask.BreakdownJSON) string {
	if b.Rest == nil || b.Rest.Values <= 0 && b.Rest.Count == 0 {
		return ""
	}
	if b.Rest.Values <= 0 {
		return "(others)" // few have them, and how many there are is not told
	}
	return "(" + wording.Plural(b.Rest.Values, "other value", "other values") + ")"
}

// LiftText writes the lift of a portion, "-" where it is not known.
func LiftText(p *ask.PortionJSON) string {
	if p.Lift == nil {
		return "-"
	}
	return strconv.FormatFloat(*p.Lift, 'f', 2, 64)
}

// Breakdown returns the picture of one attribute's breakdown: columns of a histogram,
// bars of values.
func Breakdown(answer *ask.CountJSON, b *ask.BreakdownJSON) picture.Chart {
	portions := Portions(&answer.AnswerJSON, b)
	if b.Bins != nil {
		return histogram(answer, b, portions)
	}
	out := picture.Bars{Title: title(b), Subtitle: subtitle(answer), Axis: "members", NoteName: "lift"}
	for _, p := range portions {
		out.Items = append(out.Items, picture.Bar{
			Label: p.Name, Value: float64(p.Count), Text: countText(p.Count, answer.Count), Note: LiftText(&p.PortionJSON), Quiet: p.Apart,
		})
	}
	if name := OtherName(b); name != "" {
		out.Items = append(out.Items, picture.Bar{Label: name, Value: float64(b.Rest.Count), Text: countText(b.Rest.Count, answer.Count), Quiet: true})
	}
	return out
}

// histogram returns the picture of bins; who is in none is told below.
func histogram(answer *ask.CountJSON, b *ask.BreakdownJSON, portions []Portion) picture.Chart {
	out := picture.Histogram{Title: title(b), Subtitle: subtitle(answer), Axis: b.Attribute}
	var apart []string
	for _, p := range portions {
		if p.Apart {
			apart = append(apart, p.Name+": "+wording.Plural(p.Count, "member", "members"))
			continue
		}
		out.Items = append(out.Items, picture.Bar{Label: p.Name, Value: float64(p.Count), Text: wording.Number(p.Count), Note: LiftText(&p.PortionJSON)})
	}
	out.Note = strings.Join(apart, " · ")
	out.Edges = edges(b, location(&answer.AnswerJSON))
	return out
}

// countText writes the members of a portion, and their share.
func countText(n, of uint64) string {
	return wording.Number(n) + " (" + wording.Percent(n, of) + ")"
}

// title returns the title of a breakdown's picture.
func title(b *ask.BreakdownJSON) string {
	switch {
	case b.Every != "":
		return fmt.Sprintf("Members by %s, every %s", b.Attribute, b.Every)
	case b.Elements:
		return fmt.Sprintf("Members by element of %s", b.Attribute)
	}
	return "Members by " + b.Attribute
}

// subtitle returns what a picture's numbers are of.
func subtitle(a *ask.CountJSON) string {
	return strings.Join([]string{
		a.Rule, "as of " + a.AsOf, wording.Number(a.Count) + " of " + wording.Number(a.Customers) + " customers",
	}, " · ")
}

// location returns the time zone of an answer's parent segment.
func location(a *ask.AnswerJSON) *time.Location {
	if loc, err := time.LoadLocation(a.Timezone); err == nil {
		return loc
	}
	return time.UTC // a client may have another table of zones than its server
}
