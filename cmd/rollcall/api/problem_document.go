package api

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/engine/model"
)

// huma makes its errors with functions of the package. There is one such interface in a
// process, and all of its errors are ours.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return documentProblem(nil, status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return documentProblem(ctx, status, message, errs)
	}
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
}

// documentProblem returns the answer for a request that is not as the document says.
// What the client has sent is not repeated: messages are logged, requests are not.
func documentProblem(ctx huma.Context, status int, message string, errs []error) *Problem {
	if status == http.StatusInternalServerError {
		status, message = readProblem(errs, message)
	}
	code := codes[status]
	if code == "" {
		code = codeInternal
	}
	p := newProblem(status, code, message, "")
	if ctx != nil {
		p.RequestID = RequestID(ctx.Context())
	}
	if status == http.StatusInternalServerError {
		p.Detail = ""
		return p
	}
	for _, err := range errs {
		p.Problems = append(p.Problems, documentItem(ctx, err, code))
	}
	if len(p.Problems) > 0 {
		p.Detail = p.Problems[0].Message
		if at := p.Problems[0].Path; at != "" {
			p.Detail = at + ": " + p.Detail
		}
		if p.Nearest = p.Problems[0].Nearest; p.Nearest != "" {
			p.Hint = fmt.Sprintf("did you mean %q?", p.Nearest)
		}
	}
	return p
}

// readProblem tells a body that could not be read from a fault of the server: huma says
// 500 of both.
func readProblem(errs []error, message string) (int, string) {
	for _, err := range errs {
		var tooLarge *http.MaxBytesError
		var network net.Error
		switch {
		case errors.As(err, &tooLarge):
			return http.StatusRequestEntityTooLarge, "the body is longer than it may be"
		case errors.As(err, &network) || message == "cannot read request body":
			return http.StatusBadRequest, "the body ended before its end"
		}
	}
	return http.StatusInternalServerError, message
}

// documentItem returns one thing that is not as the document says. Its path is that in
// the body, without a name for the body itself.
func documentItem(ctx huma.Context, err error, code string) service.ProblemItem {
	item := service.ProblemItem{Code: code, Message: err.Error()}
	var detailed huma.ErrorDetailer
	if !errors.As(err, &detailed) {
		return item
	}
	detail := detailed.ErrorDetail()
	item.Message, item.Path = detail.Message, strings.TrimPrefix(detail.Location, "body.")
	if ctx == nil {
		return item
	}
	name := detail.Location[strings.LastIndex(detail.Location, ".")+1:]
	switch detail.Message {
	case validation.MsgUnexpectedProperty:
		item.Nearest = model.Nearest(name, exchangeOf(ctx.Context()).members)
	case "unknown query parameter":
		item.Nearest = model.Nearest(name, parameterNames(ctx.Operation()))
	}
	return item
}

// parameterNames returns the names that a query of an operation may have.
func parameterNames(o *huma.Operation) []string {
	var out []string
	for _, p := range o.Parameters {
		if p.In == "query" {
			out = append(out, p.Name)
		}
	}
	return out
}

// membersOf returns the names that the body of a request may have, those of its parts not
// among them; nil where it is no object.
func membersOf(schemas huma.Registry, o *huma.Operation) []string {
	if o.RequestBody == nil || o.RequestBody.Content[jsonType] == nil || o.RequestBody.Content[jsonType].Schema == nil {
		return nil
	}
	schema := o.RequestBody.Content[jsonType].Schema
	if schema.Ref != "" {
		schema = schemas.SchemaFromRef(schema.Ref)
	}
	return slices.Sorted(maps.Keys(schema.Properties))
}
