package service

import (
	"context"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Trend counts the members at several times.
func (s *Service) Trend(ctx context.Context, who Caller, parent string, in TrendRequest) (*ask.TrendJSON, error) {
	if err := s.allow(ctx, who, opTrend, parentObject(parent)); err != nil {
		return nil, err
	}
	span, err := in.span()
	if err != nil {
		return nil, err
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, err
	}
	defer q.release()
	if span.From, err = window.ParseAsOf(in.From, q.entry.location); err != nil {
		return nil, &InputError{"from", err}
	}
	if span.To, err = window.ParseAsOf(in.To, q.entry.location); err != nil {
		return nil, &InputError{"to", err}
	}
	answer, trend, err := q.Trend(ctx, span)
	if err != nil {
		return nil, q.failed(ctx, err)
	}
	return ask.NewTrendJSON(answer, trend), nil
}

// span returns how far the points of a trend are apart.
func (in *TrendRequest) span() (engine.TrendSpan, error) {
	if in.AsOf != "" {
		return engine.TrendSpan{}, inputf("as_of", "a trend looks from the times between from and to: as_of has no place beside them")
	}
	if in.From == "" || in.To == "" {
		return engine.TrendSpan{}, inputf("from", "a trend needs from and to")
	}
	every := in.Every
	if every == "" {
		every = "day"
	}
	unit, _ := window.ParseUnit(every)
	if unit < window.Hour {
		return engine.TrendSpan{}, inputf("every", "%.64q, expected hour, day, week, month, quarter or year", in.Every)
	}
	return engine.TrendSpan{Every: unit}, nil
}

// Funnel counts how far customers come in the sequence that a rule is.
func (s *Service) Funnel(ctx context.Context, who Caller, parent string, in Ask) (*ask.FunnelJSON, error) {
	if err := s.allow(ctx, who, opFunnel, parentObject(parent)); err != nil {
		return nil, err
	}
	q, err := s.ask(ctx, parent, &in)
	if err != nil {
		return nil, err
	}
	defer q.release()
	answer, funnel, err := q.Funnel(ctx)
	if err != nil {
		return nil, q.failed(ctx, err)
	}
	return ask.NewFunnelJSON(answer, funnel), nil
}

// Diff compares the members at two times. Who came or went is shown to callers who may see
// members.
func (s *Service) Diff(ctx context.Context, who Caller, parent string, in DiffRequest) (*ask.DiffJSON, error) {
	op := opDiff
	if in.Rows {
		op = opDiffRows
	}
	if err := s.allow(ctx, who, op, parentObject(parent)); err != nil {
		return nil, err
	}
	out, shown, err := s.diff(ctx, who, parent, &in)
	switch {
	case !in.Rows:
		return out, err
	case err != nil:
		return nil, s.fails(ctx, who, op, parent, "", err)
	}
	return shownAfter(out, s.reveals(ctx, who, op, parent, out.Snapshot, shown, ""))
}

// diff compares, and returns how many customers are shown.
func (s *Service) diff(ctx context.Context, who Caller, parent string, in *DiffRequest) (*ask.DiffJSON, int, error) {
	options, err := in.options()
	if err != nil {
		return nil, 0, err
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, 0, err
	}
	defer q.release()
	if options.From, err = window.ParseAsOf(in.From, q.entry.location); err != nil {
		return nil, 0, &InputError{"from", err}
	}
	if options.To, err = window.ParseAsOf(in.To, q.entry.location); err != nil {
		return nil, 0, &InputError{"to", err}
	}
	if q.place != nil && len(options.Columns) > 0 {
		return nil, 0, ask.KeysAloneInPlace(options.Show)
	}
	if err := checkColumns(q.schema(), options.Columns, options.Limit); err != nil {
		return nil, 0, err
	}
	found, err := q.Diff(ctx, options)
	if err != nil {
		return nil, 0, q.failed(ctx, err)
	}
	shown := 0
	if found.Listed != nil {
		shown = len(found.Listed.Rows)
		if err := s.maskList(who, q, options.Columns, found.Listed); err != nil {
			return nil, 0, err
		}
	}
	return ask.NewDiffJSON(found, options.Columns != nil), shown, nil
}

// options returns what a diff compares and lists, less the times.
func (in *DiffRequest) options() (out ask.DiffOptions, err error) {
	if in.AsOf != "" {
		return out, inputf("as_of", "a diff looks from the times from and to: as_of has no place beside them")
	}
	if in.From == "" || in.To == "" {
		return out, inputf("from", "a diff needs from and to")
	}
	if !in.Rows {
		if in.Show != "" || in.Columns != nil {
			return out, inputf("rows", "it is false, but show or columns ask for customers")
		}
		return out, nil
	}
	switch out.Show = ask.Side(in.Show); out.Show {
	case ask.Nobody:
		out.Show = ask.Entered
	case ask.Entered, ask.Left:
	default:
		return out, inputf("show", "%.64q, expected entered or left", in.Show)
	}
	out.Columns = in.Columns
	out.Limit, err = rowLimit(in.Limit)
	return out, err
}

// Split counts how many members the parts of a split have. Who they are is not said: an
// export does.
func (s *Service) Split(ctx context.Context, who Caller, parent string, in SplitRequest) (*ask.SplitJSON, error) {
	if err := s.allow(ctx, who, opSplit, parentObject(parent)); err != nil {
		return nil, err
	}
	salt := in.Salt
	if salt == "" {
		salt = ask.DefaultSalt
	}
	split, err := ask.ParseSplit(in.Parts, salt)
	if err != nil {
		return nil, err
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, err
	}
	defer q.release()
	some, err := q.choose(&in.Pick)
	if err != nil {
		return nil, err
	}
	answer, counted, err := ask.SplitCounts(ctx, some, split)
	if err != nil {
		return nil, q.failed(ctx, err)
	}
	return ask.NewSplitJSON(answer, split, counted), nil
}
