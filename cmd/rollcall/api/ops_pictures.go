package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/chart"
	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Content types of pictures.
const (
	svgType = "image/svg+xml"
	pngType = "image/png"
)

const asPicture = " With Accept: image/svg+xml or image/png the answer is a picture."

func (d *door) pictureOperations() {
	pictured(d, questionRoute("breakdown", "How an audience divides by attributes", needsCounts+asPicture+" A picture has one attribute.",
		service.BreakdownRequest{Ask: exampleAsk, By: []string{"cohort"}}), d.service.Breakdown,
		func(out *ask.BreakdownsJSON) (picture.Chart, error) {
			if len(out.Breakdowns) != 1 {
				return nil, newProblem(http.StatusUnprocessableEntity, codeInvalid,
					fmt.Sprintf("by: a picture shows one attribute, found %d", len(out.Breakdowns)), "ask for one picture after the other")
			}
			return chart.Breakdown(&out.CountJSON, &out.Breakdowns[0]), nil
		})
	pictured(d, questionRoute("overlap", "Who several rules have in common", needsCounts+asPicture, exampleRules), d.service.Overlap,
		func(out *ask.OverlapJSON) (picture.Chart, error) { return chart.Overlap(out), nil })
	pictured(d, questionRoute("trend", "How an audience has grown", needsCounts+asPicture,
		service.TrendRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-01-01", To: "1998-06-30", Every: "month"}), d.service.Trend, chart.Trend)
}

// pictured registers a question whose answer is an object, or a picture of it, as the
// client accepts.
func pictured[I, O any](d *door, r route, do func(context.Context, service.Caller, string, I) (*O, error), draws func(*O) (picture.Chart, error)) {
	r.offers = []string{jsonType, svgType, pngType}
	operation := d.operation(&r)
	schema := d.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[O](), true, r.id+"Response")
	image := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	operation.Responses = map[string]*huma.Response{"200": {
		Description: http.StatusText(http.StatusOK),
		Content:     map[string]*huma.MediaType{jsonType: {Schema: schema}, svgType: image, pngType: image},
	}}
	defer func() { r.members = membersOf(d.api.OpenAPI().Components.Schemas, &operation) }()
	handleOperation(d, &r, operation, func(ctx context.Context, who service.Caller, in *asked[I]) (*streamed, error) {
		out, err := do(ctx, who, in.Parent, in.Body)
		if err != nil {
			return nil, err
		}
		kind := exchangeOf(ctx).accept
		if kind == jsonType {
			return &streamed{func(hctx huma.Context) { d.send(hctx, out) }}, nil
		}
		c, err := draws(out)
		if err != nil {
			return nil, err
		}
		drawn, err := draw(kind, c)
		if err != nil {
			return nil, err
		}
		return &streamed{func(hctx huma.Context) {
			hctx.SetHeader("Content-Type", kind)
			hctx.SetHeader("Content-Security-Policy", picturePolicy)
			_, _ = hctx.BodyWriter().Write(drawn) // a client that is gone sees nothing
		}}, nil
	})
}

// send answers with an object. One that cannot be written as JSON is a fault of the
// server, which the outermost step answers.
func (d *door) send(ctx huma.Context, body any) {
	ctx.SetHeader("Content-Type", jsonType)
	if err := marshal(ctx.BodyWriter(), body); err != nil && ctx.Context().Err() == nil {
		panic(fmt.Errorf("an answer: %w", err))
	}
}

// draw returns a chart as a picture of a type.
func draw(kind string, c picture.Chart) ([]byte, error) {
	if kind == pngType {
		return picture.PNG(c)
	}
	return picture.SVG(c)
}
