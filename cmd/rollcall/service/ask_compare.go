package service

import (
	"context"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
)

// Overlap counts who is in which of several audiences.
func (s *Service) Overlap(ctx context.Context, who Caller, parent string, in CompareRequest) (*ask.OverlapJSON, error) {
	var out *ask.OverlapJSON
	err := s.compare(ctx, who, opOverlap, parent, &in, engine.MaxOverlap, func(c ask.Comparer) error {
		compared, overlap, err := c.Overlap(ctx)
		if err == nil {
			out = ask.NewOverlapJSON(compared, overlap)
		}
		return err
	})
	return out, err
}

// Waterfall gives every customer to the first of several rules that selects them.
func (s *Service) Waterfall(ctx context.Context, who Caller, parent string, in CompareRequest) (*ask.WaterfallJSON, error) {
	var out *ask.WaterfallJSON
	err := s.compare(ctx, who, opWaterfall, parent, &in, engine.MaxWaterfall, func(c ask.Comparer) error {
		compared, waterfall, err := c.Waterfall(ctx)
		if err == nil {
			out = ask.NewWaterfallJSON(compared, waterfall)
		}
		return err
	})
	return out, err
}

// compare opens a parent segment and checks several rules against it.
func (s *Service) compare(ctx context.Context, who Caller, op Operation, parent string, in *CompareRequest, most int, answer func(ask.Comparer) error) error {
	if err := s.allow(ctx, who, op, parentObject(parent)); err != nil {
		return err
	}
	if least := 2; len(in.Rules) < least && op.Name == opOverlap.Name || len(in.Rules) == 0 || len(in.Rules) > most {
		return inputf("rules", "there are %d, expected up to %d, and %d at least for an overlap", len(in.Rules), most, least)
	}
	o, err := s.open(ctx, parent, in.Version)
	if err != nil {
		return err
	}
	defer o.release()
	asOf, err := s.asOf(in.AsOf, o.entry.location)
	if err != nil {
		return err
	}
	var rules []*ask.Rule
	for i := range in.Rules {
		if in.Rules[i].AsOf != "" || in.Rules[i].Version != 0 {
			return inputf("rules", "rule %d has a time or a version of its own: all are asked at the same", i+1)
		}
		given, err := s.given(ctx, parent, &in.Rules[i])
		if err != nil {
			return ask.OfRule(i, err)
		}
		rules = append(rules, &ask.Rule{Parsed: given.rule, Segment: given.file})
	}
	var c ask.Comparer
	if o.place != nil {
		c, err = ask.CompareInPlace(o.place.At(asOf), rules, o.library)
	} else {
		c, err = ask.Compare(o.snapshot, rules, asOf)
	}
	if err != nil {
		return err
	}
	return o.failed(ctx, answer(c))
}
