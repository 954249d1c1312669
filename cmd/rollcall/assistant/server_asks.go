package assistant

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// of returns a request about a parent segment.
func of(method, parent string, path ...string) request {
	return request{method: method, path: append([]string{"parents", parent}, path...), query: url.Values{}}
}

// with adds a value of the query, unless it is empty.
func (r request) with(name, value string) request {
	if value != "" && value != "0" && value != "false" {
		r.query.Set(name, value)
	}
	return r
}

// question asks POST /parents/{name}/NAME.
func question[T any](ctx context.Context, b *serverBackend, parent, name string, body any) (*T, error) {
	r := of(http.MethodPost, parent, name)
	r.body = body
	return fetch[T](ctx, b, r)
}

func (b *serverBackend) Parents(ctx context.Context, in service.Listing) (*service.Page[Parent], error) {
	r := request{method: http.MethodGet, path: []string{"parents"}, query: url.Values{}}.with("after", in.After).with("limit", strconv.Itoa(in.Limit))
	page, err := fetch[service.Page[service.ParentJSON]](ctx, b, r)
	if err != nil {
		return nil, err
	}
	return parentsOf(page), nil
}

func (b *serverBackend) Parent(ctx context.Context, parent string) (*Parent, error) {
	found, err := fetch[service.ParentJSON](ctx, b, of(http.MethodGet, parent))
	if err != nil {
		return nil, err
	}
	out := parentOf(found)
	return &out, nil
}

func (b *serverBackend) Fields(ctx context.Context, parent string, stats bool) (*ask.FieldsJSON, error) {
	return fetch[ask.FieldsJSON](ctx, b, of(http.MethodGet, parent, "fields").with("stats", strconv.FormatBool(stats)))
}

func (b *serverBackend) Values(ctx context.Context, parent string, in service.ValuesRequest) (*service.ValuesJSON, error) {
	return fetch[service.ValuesJSON](ctx, b, of(http.MethodGet, parent, "values").with("field", in.Field).with("search", in.Search).
		with("limit", strconv.Itoa(in.Limit)).with("rule", in.Rule).with("as_of", in.AsOf))
}

func (b *serverBackend) Check(ctx context.Context, parent string, in service.CheckRequest) (*service.CheckJSON, error) {
	return question[service.CheckJSON](ctx, b, parent, "check", in)
}

func (b *serverBackend) Count(ctx context.Context, parent string, in service.CountRequest) (*service.CountJSON, error) {
	return question[service.CountJSON](ctx, b, parent, "count", in)
}

func (b *serverBackend) Breakdown(ctx context.Context, parent string, in service.BreakdownRequest) (*ask.BreakdownsJSON, error) {
	return question[ask.BreakdownsJSON](ctx, b, parent, "breakdown", in)
}

func (b *serverBackend) Overlap(ctx context.Context, parent string, in service.CompareRequest) (*ask.OverlapJSON, error) {
	return question[ask.OverlapJSON](ctx, b, parent, "overlap", in)
}

func (b *serverBackend) Trend(ctx context.Context, parent string, in service.TrendRequest) (*ask.TrendJSON, error) {
	return question[ask.TrendJSON](ctx, b, parent, "trend", in)
}

func (b *serverBackend) Segments(ctx context.Context, parent string, in service.SegmentsRequest) (*service.Page[service.SegmentJSON], error) {
	return fetch[service.Page[service.SegmentJSON]](ctx, b, of(http.MethodGet, parent, "segments").with("after", in.After).
		with("limit", strconv.Itoa(in.Limit)).with("folder", in.Folder).with("counts", strconv.FormatBool(in.Counts)).with("as_of", in.AsOf))
}

func (b *serverBackend) List(ctx context.Context, parent string, in service.ListRequest) (*ask.ListJSON, error) {
	return question[ask.ListJSON](ctx, b, parent, "list", in)
}

func (b *serverBackend) Profile(ctx context.Context, parent string, in service.ProfileRequest) (*ask.ProfileJSON, error) {
	return question[ask.ProfileJSON](ctx, b, parent, "profile", in)
}

func (b *serverBackend) SourceTables(ctx context.Context, parent string, in service.SourceTablesRequest) (*service.TablesJSON, error) {
	return fetch[service.TablesJSON](ctx, b, of(http.MethodGet, parent, "source-tables").with("table", in.Table))
}

func (b *serverBackend) SuggestAttribute(ctx context.Context, parent string, in service.SuggestRequest) (*service.SuggestionJSON, error) {
	return question[service.SuggestionJSON](ctx, b, parent, "suggest-attribute", in)
}

// Save creates a segment, or changes the version that is there: another change at the same
// time is a conflict.
func (b *serverBackend) Save(ctx context.Context, parent string, in SaveRequest) (*service.SegmentJSON, error) {
	body := service.SegmentRequest{Path: in.Path, Rule: in.Rule, Note: in.Note}
	if !in.Replace {
		return question[service.SegmentJSON](ctx, b, parent, "segments", body)
	}
	saved, err := fetch[service.SegmentJSON](ctx, b, of(http.MethodGet, parent, "segments", in.Path))
	if refused := (*RemoteError)(nil); errors.As(err, &refused) && refused.Problem.Status == http.StatusNotFound {
		return question[service.SegmentJSON](ctx, b, parent, "segments", body)
	}
	if err != nil {
		return nil, err
	}
	r := of(http.MethodPut, parent, "segments", in.Path)
	r.header = http.Header{"If-Match": {`"` + strconv.FormatUint(saved.Version, 10) + `"`}}
	r.body = body
	return fetch[service.SegmentJSON](ctx, b, r)
}
