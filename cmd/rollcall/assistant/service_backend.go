package assistant

import (
	"context"
	"errors"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// serviceBackend asks the service of this process.
type serviceBackend struct {
	service *service.Service
	who     service.Caller
}

// NewServiceBackend returns a backend that asks a service for a caller, with that caller's
// roles. It is a [Saver], and has [Sources]; the caller of the tools learns from the service
// what is not allowed.
func NewServiceBackend(s *service.Service, who service.Caller) Backend {
	return &serviceBackend{s, who}
}

func (b *serviceBackend) Parents(ctx context.Context, in service.Listing) (*service.Page[Parent], error) {
	page, err := b.service.Parents(ctx, b.who, in)
	if err != nil {
		return nil, err
	}
	return parentsOf(page), nil
}

func (b *serviceBackend) Parent(ctx context.Context, parent string) (*Parent, error) {
	found, err := b.service.Parent(ctx, b.who, parent)
	if err != nil {
		return nil, err
	}
	out := parentOf(found)
	return &out, nil
}

func (b *serviceBackend) Fields(ctx context.Context, parent string, stats bool) (*ask.FieldsJSON, error) {
	return b.service.Fields(ctx, b.who, parent, stats)
}

func (b *serviceBackend) Values(ctx context.Context, parent string, in service.ValuesRequest) (*service.ValuesJSON, error) {
	return b.service.Values(ctx, b.who, parent, in)
}

func (b *serviceBackend) Check(ctx context.Context, parent string, in service.CheckRequest) (*service.CheckJSON, error) {
	return b.service.Check(ctx, b.who, parent, in)
}

func (b *serviceBackend) Count(ctx context.Context, parent string, in service.CountRequest) (*service.CountJSON, error) {
	return b.service.Count(ctx, b.who, parent, in)
}

func (b *serviceBackend) Breakdown(ctx context.Context, parent string, in service.BreakdownRequest) (*ask.BreakdownsJSON, error) {
	return b.service.Breakdown(ctx, b.who, parent, in)
}

func (b *serviceBackend) Overlap(ctx context.Context, parent string, in service.CompareRequest) (*ask.OverlapJSON, error) {
	return b.service.Overlap(ctx, b.who, parent, in)
}

func (b *serviceBackend) Trend(ctx context.Context, parent string, in service.TrendRequest) (*ask.TrendJSON, error) {
	return b.service.Trend(ctx, b.who, parent, in)
}

func (b *serviceBackend) Segments(ctx context.Context, parent string, in service.SegmentsRequest) (*service.Page[service.SegmentJSON], error) {
	return b.service.Segments(ctx, b.who, parent, in)
}

func (b *serviceBackend) List(ctx context.Context, parent string, in service.ListRequest) (*ask.ListJSON, error) {
	return b.service.List(ctx, b.who, parent, in)
}

func (b *serviceBackend) Profile(ctx context.Context, parent string, in service.ProfileRequest) (*ask.ProfileJSON, error) {
	return b.service.Profile(ctx, b.who, parent, in)
}

func (b *serviceBackend) SourceTables(ctx context.Context, parent string, in service.SourceTablesRequest) (*service.TablesJSON, error) {
	return b.service.SourceTables(ctx, b.who, parent, in)
}

func (b *serviceBackend) SuggestAttribute(ctx context.Context, parent string, in service.SuggestRequest) (*service.SuggestionJSON, error) {
	return b.service.SuggestAttribute(ctx, b.who, parent, in)
}

// Save creates a segment, or changes the version that is there: another change at the same
// time is a conflict.
func (b *serviceBackend) Save(ctx context.Context, parent string, in SaveRequest) (*service.SegmentJSON, error) {
	request := service.SegmentRequest{Path: in.Path, Rule: in.Rule, Note: in.Note}
	if in.Replace {
		saved, err := b.service.Segment(ctx, b.who, parent, in.Path)
		if err == nil {
			return b.service.UpdateSegment(ctx, b.who, parent, in.Path, saved.Version, request)
		}
		if missing := (*registry.NotFoundError)(nil); !errors.As(err, &missing) || missing.Thing != registry.ASegment {
			return nil, err
		}
	}
	return b.service.CreateSegment(ctx, b.who, parent, request)
}
