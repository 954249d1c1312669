package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// route is an operation as this package describes it to huma.
type route struct {
	method, path string
	id           string // in the document, for clients that are generated
	tag          string
	summary      string
	description  string
	errors       []int    // statuses beside those that all operations have
	offers       []string // content types of the answer; nil: JSON
	status       int      // of the answer; 0: 200, or 204 where it has no body
	asks         bool     // it takes one of the places for questions
	public       bool     // also for who is not known
	body         any      // example of a request's body
	bytes        int64    // of a body; 0: Limits.BodyBytes
	members      []string // names that the body may have; known once it is registered
}

// door registers operations with huma.
type door struct {
	*Handler
	api huma.API
}

// Statuses that come up in front of package service, or in it for reasons that every
// operation has.
var (
	errorsOfAll  = []int{http.StatusForbidden, http.StatusNotAcceptable, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	errorsOfBody = []int{http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}
)

// output is an answer with a body.
type output[T any] struct{ Body *T }

// handle registers an operation that answers with an object.
func handle[I, O any](d *door, r route, do func(ctx context.Context, who service.Caller, in *I) (*O, error)) {
	handleWith(d, r, func(ctx context.Context, who service.Caller, in *I) (*output[O], error) {
		body, err := do(ctx, who, in)
		return &output[O]{body}, err
	})
}

// handleNothing registers an operation whose answer has no body.
func handleNothing[I any](d *door, r route, do func(ctx context.Context, who service.Caller, in *I) error) {
	handleWith(d, r, func(ctx context.Context, who service.Caller, in *I) (*struct{}, error) {
		return nil, do(ctx, who, in)
	})
}

// handleWith registers an operation that answers with what huma takes for an output:
// headers, and a field Body.
func handleWith[I, O any](d *door, r route, do func(ctx context.Context, who service.Caller, in *I) (*O, error)) {
	operation := d.operation(&r)
	handleOperation(d, &r, operation, do)
	r.members = membersOf(d.api.OpenAPI().Components.Schemas, &operation)
}

// handleOperation registers an operation that is more than a route says. A question takes a
// place when its request has come as a whole, and gives it back before its answer is
// sent: slow clients hold no places.
func handleOperation[I, O any](d *door, r *route, operation huma.Operation, do func(ctx context.Context, who service.Caller, in *I) (*O, error)) {
	huma.Register(d.api, operation, func(ctx context.Context, in *I) (*O, error) {
		if r.asks {
			if err := d.queue.enter(ctx); err != nil {
				return nil, d.failed(ctx, busy(err))
			}
			defer d.queue.leave()
		}
		out, err := do(ctx, exchangeOf(ctx).caller, in)
		if err != nil {
			return nil, d.failed(ctx, err)
		}
		return out, nil
	})
}

// operation returns a route as huma has it.
func (d *door) operation(r *route) huma.Operation {
	if r.offers == nil {
		r.offers = []string{jsonType}
	}
	if r.bytes == 0 {
		r.bytes = d.limits.BodyBytes
	}
	out := huma.Operation{
		OperationID: r.id, Method: r.method, Path: r.path, Tags: []string{r.tag}, Summary: r.summary, Description: r.description,
		DefaultStatus: r.status, MaxBodyBytes: r.bytes,
		BodyReadTimeout: -1, // bodies have their own, see timedBody
		Middlewares:     huma.Middlewares{d.step(r)},
		Security:        []map[string][]string{{"bearer": {}}, {"session": {}}},
	}
	statuses := slices.Concat(errorsOfAll, r.errors)
	if r.public {
		out.Security = append(out.Security, map[string][]string{})
	}
	statuses = append(statuses, http.StatusUnauthorized)
	if r.method == http.MethodPost || r.method == http.MethodPut {
		statuses = append(statuses, errorsOfBody...)
	}
	slices.Sort(statuses)
	out.Errors = slices.Compact(statuses)
	if r.body != nil {
		out.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{jsonType: {Example: r.body}}}
	}
	return out
}

// step is what an operation does before its request is read: it notes the route, and agrees
// on the content type of the answer.
func (d *door) step(r *route) func(huma.Context, func(huma.Context)) {
	pattern := r.method + " " + prefix + r.path
	return func(ctx huma.Context, next func(huma.Context)) {
		x := exchangeOf(ctx.Context())
		x.route, x.members = pattern, r.members
		if x.accept = negotiate(ctx.Header("Accept"), r.offers); x.accept == "" {
			d.answer(ctx, newProblem(http.StatusNotAcceptable, codeNotAcceptable, "the answer can be had as "+strings.Join(r.offers, " or ")+" only", ""))
			return
		}
		next(ctx)
	}
}

// busy returns the answer to a question that has got no place.
func busy(err error) *Problem {
	if !errors.Is(err, errQueueFull) && !errors.Is(err, errQueueWait) {
		return problemOf(err) // the client is gone
	}
	p := newProblem(http.StatusServiceUnavailable, codeBusy, "the server works on as many questions as it can: "+err.Error(), "ask again in a moment")
	p.retry = 1
	return p
}

// answer answers with a problem from within huma.
func (d *door) answer(ctx huma.Context, p *Problem) {
	p.RequestID = exchangeOf(ctx.Context()).id
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetHeader("Content-Type", problemType)
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // a client that is gone reads nothing
}

// failed returns the answer for an error of package service. One that is the server's own
// is logged; of others the client is told.
func (d *door) failed(ctx context.Context, err error) error {
	p := problemFor(exchangeOf(ctx).caller, err)
	p.RequestID = RequestID(ctx)
	if p.Status == http.StatusInternalServerError {
		d.fault(ctx, err)
	}
	return p
}
