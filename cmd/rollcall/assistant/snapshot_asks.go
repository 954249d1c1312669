package assistant

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/window"
)

func (b *snapshotBackend) Parents(ctx context.Context, _ service.Listing) (*service.Page[Parent], error) {
	p, err := b.Parent(ctx, "")
	if err != nil {
		return nil, err
	}
	return &service.Page[Parent]{Items: []Parent{*p}}, nil
}

func (b *snapshotBackend) Parent(ctx context.Context, parent string) (*Parent, error) {
	return within(ctx, b, parent, func(snap *ask.Snapshot) (*Parent, error) {
		made := snap.Describe()
		return &Parent{Name: snap.Schema().Name, Sources: made.Sources, Freshness: service.FreshnessJSON{
			State: service.StateReady, SnapshotVersion: made.Version, Customers: ask.FieldsOf(snap, false).Customers, LastUpdated: &made.CreatedAt,
		}}, nil
	})
}

func (b *snapshotBackend) Fields(ctx context.Context, parent string, stats bool) (*ask.FieldsJSON, error) {
	return within(ctx, b, parent, func(snap *ask.Snapshot) (*ask.FieldsJSON, error) {
		return ask.NewFieldsJSON(ask.FieldsOf(snap, stats)), nil
	})
}

func (b *snapshotBackend) Values(ctx context.Context, parent string, in service.ValuesRequest) (*service.ValuesJSON, error) {
	return within(ctx, b, parent, func(snap *ask.Snapshot) (*service.ValuesJSON, error) {
		asOf, err := b.asOf(snap, in.AsOf)
		if err != nil {
			return nil, err
		}
		return service.ValuesOf(ctx, snap, in, asOf)
	})
}

// Check counts, too: that takes no time on a snapshot, and says what the windows come to.
func (b *snapshotBackend) Check(ctx context.Context, parent string, in service.CheckRequest) (*service.CheckJSON, error) {
	return within(ctx, b, parent, func(snap *ask.Snapshot) (*service.CheckJSON, error) {
		out := &service.CheckJSON{Problems: []service.ProblemItem{}, Warnings: []string{}, Windows: []ask.WindowJSON{}}
		q, err := b.ask(snap, &in.Ask)
		if ask.RuleProblems(err) != nil {
			out.Problems = service.ProblemOf(err).Problems
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		answer, err := q.Count(ctx)
		if err != nil {
			return nil, err
		}
		found := ask.NewCountJSON(answer)
		out.OK, out.Rule, out.Warnings, out.Windows = true, found.Rule, found.Warnings, found.Windows
		return out, nil
	})
}

func (b *snapshotBackend) Count(ctx context.Context, parent string, in service.CountRequest) (*service.CountJSON, error) {
	return asked(ctx, b, parent, &in.Ask, func(_ *ask.Snapshot, q *ask.Question) (*service.CountJSON, error) {
		if in.Explain {
			answer, how, err := q.Explain(ctx)
			if err != nil {
				return nil, err
			}
			return &service.CountJSON{CountJSON: *ask.NewExplainJSON(answer, how)}, nil
		}
		answer, err := q.Count(ctx)
		if err != nil {
			return nil, err
		}
		return &service.CountJSON{CountJSON: *ask.NewCountJSON(answer)}, nil
	})
}

func (b *snapshotBackend) Breakdown(ctx context.Context, parent string, in service.BreakdownRequest) (*ask.BreakdownsJSON, error) {
	return asked(ctx, b, parent, &in.Ask, func(snap *ask.Snapshot, q *ask.Question) (*ask.BreakdownsJSON, error) {
		var unit window.Unit
		if in.Every != "" {
			if in.Bins != 0 {
				return nil, &InputError{Argument: "every", Message: "it is there with bins: give bins for numbers, or every for dates and times"}
			}
			unit, _ = window.ParseUnit(in.Every)
		}
		by, err := ask.Divide(snap.Schema(), in.By, in.Bins, unit)
		if err != nil {
			return nil, err
		}
		answer, parts, err := q.Breakdown(ctx, by, in.Limit)
		if err != nil {
			return nil, err
		}
		return ask.NewBreakdownsJSON(answer, parts), nil
	})
}

func (b *snapshotBackend) Overlap(ctx context.Context, parent string, in service.CompareRequest) (*ask.OverlapJSON, error) {
	return within(ctx, b, parent, func(snap *ask.Snapshot) (*ask.OverlapJSON, error) {
		asOf, err := b.asOf(snap, in.AsOf)
		if err != nil {
			return nil, err
		}
		var rules []*ask.Rule
		for i := range in.Rules {
			r, err := ask.ParseRule(in.Rules[i].Rule)
			if err != nil {
				return nil, ask.OfRule(i, err)
			}
			rules = append(rules, r)
		}
		c, err := ask.Compare(snap, rules, asOf)
		if err != nil {
			return nil, err
		}
		compared, overlap, err := c.Overlap(ctx)
		if err != nil {
			return nil, err
		}
		return ask.NewOverlapJSON(compared, overlap), nil
	})
}

func (b *snapshotBackend) Trend(ctx context.Context, parent string, in service.TrendRequest) (*ask.TrendJSON, error) {
	return asked(ctx, b, parent, &in.Ask, func(snap *ask.Snapshot, q *ask.Question) (*ask.TrendJSON, error) {
		var span engine.TrendSpan
		var err error
		if span.From, err = timeOf("from", snap, in.From); err != nil {
			return nil, err
		}
		if span.To, err = timeOf("to", snap, in.To); err != nil {
			return nil, err
		}
		span.Every, _ = window.ParseUnit(in.Every)
		answer, trend, err := q.Trend(ctx, span)
		if err != nil {
			return nil, err
		}
		return ask.NewTrendJSON(answer, trend), nil
	})
}

// Segments lists nothing: there is no folder.
func (b *snapshotBackend) Segments(context.Context, string, service.SegmentsRequest) (*service.Page[service.SegmentJSON], error) {
	return &service.Page[service.SegmentJSON]{Items: []service.SegmentJSON{}}, nil
}

func (b *snapshotBackend) List(ctx context.Context, parent string, in service.ListRequest) (*ask.ListJSON, error) {
	return asked(ctx, b, parent, &in.Ask, func(snap *ask.Snapshot, q *ask.Question) (*ask.ListJSON, error) {
		var some ask.Asker = q
		if in.Top != "" {
			pick, err := ask.ParsePick(in.Top, in.OrderBy, in.Per)
			if err != nil {
				return nil, err
			}
			if some, err = ask.Choose(q, pick); err != nil {
				return nil, err
			}
		}
		columns := in.Columns
		if columns == nil {
			columns = ask.AllColumns(snap.Schema())
		}
		answer, page, err := some.List(ctx, in.Limit, columns)
		if err != nil {
			return nil, err
		}
		return ask.NewListJSON(answer, page), nil
	})
}

func (b *snapshotBackend) Profile(ctx context.Context, parent string, in service.ProfileRequest) (*ask.ProfileJSON, error) {
	return within(ctx, b, parent, func(snap *ask.Snapshot) (*ask.ProfileJSON, error) {
		asOf, err := b.asOf(snap, in.AsOf)
		if err != nil {
			return nil, err
		}
		options := engine.ProfileOptions{AsOf: &asOf, Columns: in.Columns, Segments: in.Segments}
		if in.Events != nil {
			options.Events = *in.Events
		}
		start := time.Now()
		p, err := snap.Profile(ctx, in.Key, options)
		if err != nil {
			return nil, err
		}
		return ask.NewProfileJSON(p, snap, time.Since(start)), nil
	})
}
