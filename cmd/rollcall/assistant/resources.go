package assistant

import (
	"context"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

const (
	languageURI  = "rollcall://language"
	manualURI    = "rollcall://manual"
	fieldsPrefix = "rollcall://parent-segments/"
	fieldsSuffix = "/fields"
)

// fieldsURI returns the resource with the fields of a parent segment.
func fieldsURI(parent string) string { return fieldsPrefix + url.PathEscape(parent) + fieldsSuffix }

// resources offers the reference of the language, and the fields of each parent segment.
func (s *server) resources() {
	s.page(&mcp.Resource{
		URI: languageURI, Name: "language", Title: "The language of rules", MIMEType: "text/plain",
		Description: "The reference of the language of rules on one page: attributes, behaviors, windows, aggregates, sequences, with examples.",
	}, s.options.Language)
	s.page(&mcp.Resource{
		URI: manualURI, Name: "manual", Title: "Rules, the whole of it", MIMEType: "text/markdown",
		Description: "All that is to say about rules: what NULL and time do, every window, aggregate and sequence, the codes of errors, rules in files.",
	}, s.options.Manual)
	s.AddResourceTemplate(&mcp.ResourceTemplate{
		URITemplate: fieldsPrefix + "{parent}" + fieldsSuffix, Name: "fields", Title: "Fields of a parent segment", MIMEType: "application/json",
		Description: "The attributes and behaviors of a parent segment with their types, and when it was last updated.",
	}, s.readFields)
	s.AddReceivingMiddleware(s.listFields)
}

// languageOut is the reference of the language.
type languageOut struct {
	Language string `json:"language"`
}

func (o *languageOut) text() string { return o.Language }

// cut leaves nothing out: half a reference would mislead.
func (o *languageOut) cut() bool { return false }

// languageTool offers the reference of the language to assistants whose program shows them
// no resources, as many do.
func (s *server) languageTool() {
	if s.options.Language == "" {
		return
	}
	add(s, tool{
		name: "rule_language", title: "The language of rules",
		description: "Returns the reference of the language of rules on one page: comparisons, behaviors with filters, aggregates and windows of time, sequences, segments, NULL, with examples. Read it once before you write a rule.",
	}, func(context.Context, struct{}) (*languageOut, error) {
		return &languageOut{s.options.Language}, nil
	})
}

// page offers a text, unless it is empty.
func (s *server) page(r *mcp.Resource, text string) {
	if text == "" {
		return
	}
	r.Size = int64(len(text))
	s.AddResource(r, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return contents(r.URI, r.MIMEType, text), nil
	})
}

// listFields adds the fields of each parent segment that is there now to the first page of
// the list of resources.
func (s *server) listFields(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, request mcp.Request) (mcp.Result, error) {
		result, err := next(ctx, method, request)
		list, ok := result.(*mcp.ListResourcesResult)
		if err != nil || !ok || method != "resources/list" {
			return result, err
		}
		if params, ok := request.GetParams().(*mcp.ListResourcesParams); ok && params != nil && params.Cursor != "" {
			return result, nil
		}
		page, err := s.backend.Parents(ctx, service.Listing{Limit: maxParents})
		if err != nil {
			s.fault(ctx, method, err)
			return result, nil // the template says how to read them all the same
		}
		for _, p := range page.Items {
			list.Resources = append(list.Resources, &mcp.Resource{
				URI: fieldsURI(p.Name), Name: "fields of " + p.Name, Title: "Fields of " + p.Name, MIMEType: "application/json",
			})
		}
		return list, nil
	}
}

// readFields reads the fields of a parent segment, as the command prints them.
func (s *server) readFields(ctx context.Context, request *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	uri := request.Params.URI
	parent, ok := strings.CutPrefix(uri, fieldsPrefix)
	if !ok {
		return nil, mcp.ResourceNotFoundError(uri)
	}
	parent, err := url.PathUnescape(strings.TrimSuffix(parent, fieldsSuffix))
	if err != nil || parent == "" {
		return nil, mcp.ResourceNotFoundError(uri)
	}
	ctx, done := s.working(ctx)
	defer done()
	fields, err := s.backend.Fields(ctx, parent, false)
	if err != nil {
		p := problemOf(err)
		s.fault(ctx, "resources/read", err)
		return nil, &InputError{Message: problemText(p)}
	}
	var cuts Cuts
	limit(&cuts, "attributes", &fields.Attributes, maxAttributes)
	limit(&cuts, "behaviors", &fields.Behaviors, maxBehaviors)
	data, err := encoded(struct {
		*ask.FieldsJSON
		Cuts
	}{fields, cuts})
	if err != nil {
		return nil, err
	}
	return contents(uri, "application/json", string(data)), nil
}

// contents returns the one text of a resource.
func contents(uri, kind, text string) *mcp.ReadResourceResult {
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: uri, MIMEType: kind, Text: text}}}
}
