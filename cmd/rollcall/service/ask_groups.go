package service

import (
	"context"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// defaultGroups is how many values a breakdown names.
const defaultGroups = 20

// Breakdown divides an audience by attributes. To who may see numbers only, and where a
// column is masked for the caller, values that few members have are not named.
func (s *Service) Breakdown(ctx context.Context, who Caller, parent string, in BreakdownRequest) (*ask.BreakdownsJSON, error) {
	if err := s.allow(ctx, who, opBreakdown, parentObject(parent)); err != nil {
		return nil, err
	}
	every, err := in.check()
	if err != nil {
		return nil, err
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, err
	}
	defer q.release()
	by, err := ask.Divide(q.schema(), in.By, in.Bins, every)
	if err != nil {
		return nil, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = defaultGroups
	}
	answer, parts, err := q.Breakdown(ctx, by, limit)
	if err != nil {
		return nil, q.failed(ctx, err)
	}
	for _, b := range parts {
		if s.hidesSmall(who, parent, b.Attribute) && hideSmall(b) && !slices.Contains(answer.Warnings, smallNote) {
			answer.Warnings = append(slices.Clone(answer.Warnings), smallNote)
		}
	}
	return ask.NewBreakdownsJSON(answer, parts), nil
}

// check refuses what makes no sense, and returns the unit of bins of times.
func (in *BreakdownRequest) check() (window.Unit, error) {
	if len(in.By) == 0 || len(in.By) > engine.MaxBreakdowns {
		return 0, inputf("by", "there are %d attributes, expected 1 to %d", len(in.By), engine.MaxBreakdowns)
	}
	if in.Limit < 0 || in.Limit > MaxRows {
		return 0, inputf("limit", "%d, expected 1 to %d", in.Limit, MaxRows)
	}
	if in.Every == "" {
		return 0, nil
	}
	if in.Bins != 0 {
		return 0, inputf("every", "it is there with bins: give bins for numbers, or every for dates and times")
	}
	unit, _ := window.ParseUnit(in.Every)
	if unit < window.Day {
		return 0, inputf("every", "%.64q, expected day, week, month, quarter or year", in.Every)
	}
	return unit, nil
}

// Fields lists the names that rules can use. Statistics show to who may see numbers only
// no ranges of texts and of the key, nor of columns that are masked for them otherwise
// than by that.
func (s *Service) Fields(ctx context.Context, who Caller, parent string, stats bool) (*ask.FieldsJSON, error) {
	if err := s.allow(ctx, who, opFields, parentObject(parent)); err != nil {
		return nil, err
	}
	o, err := s.open(ctx, parent, 0)
	if err != nil {
		return nil, err
	}
	defer o.release()
	var found *ask.Fields
	if o.place == nil {
		found = ask.FieldsOf(o.snapshot, stats)
	} else if found, err = ask.FieldsInPlace(ctx, o.place, stats); err != nil {
		return nil, o.failed(ctx, err)
	}
	out := ask.NewFieldsJSON(found)
	for i := range out.Attributes {
		s.hideRange(who, o, &out.Attributes[i])
	}
	return out, nil
}

// hideRange takes the range out of the statistics of an attribute whose ends would be the
// values of single customers.
func (s *Service) hideRange(who Caller, o *opened, a *ask.AttributeJSON) {
	if a.Stats == nil || !s.hidesSmall(who, o.entry.Name, a.Name) {
		return
	}
	if !isRange(a.Type.Kind) || a.Name == o.schema().KeyColumn || !who.onlyCounts() {
		hidden := *a.Stats // the manifest's own must not change
		hidden.Least, hidden.Greatest = nil, nil
		a.Stats = &hidden
	}
}

// isRange reports whether the ends of values of a kind say something of all of them,
// rather than name two.
func isRange(k model.Kind) bool {
	return k == model.Number || k == model.Boolean || k == model.Date || k == model.Timestamp
}
