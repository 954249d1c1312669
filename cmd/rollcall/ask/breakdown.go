package ask

import (
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Breakdown is the members by the values of an attribute.
type Breakdown struct {
	*engine.Breakdown
	Compared bool        // the numbers of all customers are known
	Every    window.Unit // of the bins; 0: they are of numbers, or there are none
}

// Divide returns what to divide an audience by: by the values of each attribute that is
// named, or where bins or every are not 0 by histograms of those attributes that have
// them, bins of numbers, every of dates and timestamps. Where no attribute has the kind
// that is asked for, the error is a [*engine.BreakdownError]; that there is no such
// attribute says whoever divides.
func Divide(s *model.Schema, names []string, bins int, every window.Unit) ([]engine.By, error) {
	switch {
	case len(names) < 1 || len(names) > engine.MaxBreakdowns:
		return nil, inputf("by names %d attributes, expected 1 to %d", len(names), engine.MaxBreakdowns)
	case bins != 0 && (bins < 2 || bins > engine.MaxBins):
		return nil, inputf("bins is %d, expected 2 to %d", bins, engine.MaxBins)
	case every != 0 && (every < window.Day || every > window.Year):
		return nil, inputf("every is %s, expected day, week, month, quarter or year", every)
	}
	var by []engine.By
	for _, name := range names {
		if s.Attribute(name) < 0 {
			return []engine.By{{Attribute: name}}, nil
		}
		by = append(by, engine.By{Attribute: name})
	}
	for _, kind := range []engine.By{{Bins: bins}, {Every: every}} {
		if err := setBins(by, kind, s); err != nil {
			return nil, err
		}
	}
	return by, nil
}

// setBins has a kind of histogram made of all attributes that have it. The error is
// that of the first one where none has.
func setBins(by []engine.By, kind engine.By, s *model.Schema) error {
	if kind.Bins == 0 && kind.Every == 0 {
		return nil
	}
	var unfit error
	fits := false
	for i := range by {
		kind.Attribute = by[i].Attribute
		err := kind.CheckBins(&s.Attributes[s.Attribute(kind.Attribute)])
		switch {
		case err == nil:
			by[i], fits = kind, true
		case unfit == nil:
			unfit = err
		}
	}
	if fits {
		return nil
	}
	return unfit
}
