package assistant

import (
	"context"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Backend is what the tools ask. Its methods are those of [service.Service], for one caller;
// it is safe for concurrent use. An error is told to the assistant as [service.ProblemOf]
// has it, or as the server that was asked has put it.
type Backend interface {
	// Parents lists parent segments by name, a page of them.
	Parents(ctx context.Context, in service.Listing) (*service.Page[Parent], error)
	// Parent returns how fresh one is.
	Parent(ctx context.Context, parent string) (*Parent, error)
	Fields(ctx context.Context, parent string, stats bool) (*ask.FieldsJSON, error)
	Values(ctx context.Context, parent string, in service.ValuesRequest) (*service.ValuesJSON, error)
	Check(ctx context.Context, parent string, in service.CheckRequest) (*service.CheckJSON, error)
	Count(ctx context.Context, parent string, in service.CountRequest) (*service.CountJSON, error)
	Breakdown(ctx context.Context, parent string, in service.BreakdownRequest) (*ask.BreakdownsJSON, error)
	Overlap(ctx context.Context, parent string, in service.CompareRequest) (*ask.OverlapJSON, error)
	Trend(ctx context.Context, parent string, in service.TrendRequest) (*ask.TrendJSON, error)
	Segments(ctx context.Context, parent string, in service.SegmentsRequest) (*service.Page[service.SegmentJSON], error)
	// List and Profile show customers; only the tools of Options.Personal call them.
	List(ctx context.Context, parent string, in service.ListRequest) (*ask.ListJSON, error)
	Profile(ctx context.Context, parent string, in service.ProfileRequest) (*ask.ProfileJSON, error)
}

// Saver is a [Backend] that keeps segments.
type Saver interface {
	// Save saves a segment, one that is there only with in.Replace.
	Save(ctx context.Context, parent string, in SaveRequest) (*service.SegmentJSON, error)
}

// Sources is a [Backend] that knows where the data of parent segments comes from.
type Sources interface {
	SourceTables(ctx context.Context, parent string, in service.SourceTablesRequest) (*service.TablesJSON, error)
	SuggestAttribute(ctx context.Context, parent string, in service.SuggestRequest) (*service.SuggestionJSON, error)
}

// Parent is a parent segment with how fresh its data is.
type Parent struct {
	Name      string                `json:"name"`
	Sources   []string              `json:"sources"` // connections of a server; what a snapshot was read from
	Freshness service.FreshnessJSON `json:"freshness"`
	Schedule  *service.ScheduleJSON `json:"schedule,omitempty"` // of a server's
}

// SaveRequest is a segment to be saved.
type SaveRequest struct {
	Path    string // folder/name
	Rule    string
	Note    string // for the history
	Replace bool   // change the one that is there
}

// parentOf returns a parent segment of a service.
func parentOf(p *service.ParentJSON) Parent {
	schedule := p.Schedule
	return Parent{Name: p.Name, Sources: p.Connections, Freshness: p.Freshness, Schedule: &schedule}
}

// parentsOf returns a page of parent segments of a service.
func parentsOf(page *service.Page[service.ParentJSON]) *service.Page[Parent] {
	out := &service.Page[Parent]{Items: []Parent{}, Next: page.Next}
	for i := range page.Items {
		out.Items = append(out.Items, parentOf(&page.Items[i]))
	}
	return out
}
