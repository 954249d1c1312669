package ask

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate"
)

// MaxTrendInPlace is how many points a trend has at most that a source is asked: each is
// a statement.
const MaxTrendInPlace = 400

// Trend is the size of an audience over time, with what it is to be read with.
type Trend struct {
	Every  window.Unit
	Points []engine.TrendPoint // one at least, in the parent segment's time zone
	Notes  []string
}

// Trend counts the members at several times, a statement for each.
func (q *InPlace) Trend(ctx context.Context, span engine.TrendSpan) (*Answer, *Trend, error) {
	times, err := span.Times(q.Location())
	if err != nil {
		return nil, nil, err
	}
	if len(times) > MaxTrendInPlace {
		return nil, nil, UnsupportedInPlace(fmt.Sprintf("a trend of %d points is as many statements; in place it takes at most %d points", len(times), MaxTrendInPlace))
	}
	out := &Trend{Every: span.Every, Notes: engine.HistoryNotes(q.Checked)}
	for _, at := range times {
		n, err := federate.Count(ctx, q.Place.Place, q.Checked, at)
		if err != nil {
			return nil, nil, err
		}
		out.Points = append(out.Points, engine.TrendPoint{AsOf: at, Count: n})
	}
	last := out.Points[len(times)-1]
	answer, err := q.at(last.AsOf).Answered(ctx, last.Count)
	return answer, out, err
}

// TrendJSON is the object of a trend. Its count is that of the last point.
type TrendJSON struct {
	CountJSON
	Every  string      `json:"every"`
	Points []PointJSON `json:"points"`
	Notes  []string    `json:"notes"`
}

// PointJSON is the size of an audience at a time.
type PointJSON struct {
	AsOf  string `json:"as_of"`
	Count uint64 `json:"count"`
}

// NewTrendJSON returns the object of a trend.
func NewTrendJSON(a *Answer, t *Trend) *TrendJSON {
	out := &TrendJSON{CountJSON: *NewCountJSON(a), Every: t.Every.String(), Points: []PointJSON{}, Notes: append([]string{}, t.Notes...)}
	for _, p := range t.Points {
		out.Points = append(out.Points, PointJSON{TimeText(p.AsOf), p.Count})
	}
	return out
}
