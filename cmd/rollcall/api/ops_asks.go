package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Rules of examples, which CDNOW can be asked.
const (
	exampleRule  = "loyalty_tier = 'Gold'"
	exampleOther = "purchase in last 90 days"
	exampleAsOf  = "1998-07-01"
	exampleKey   = "00048"
)

var (
	exampleAsk   = service.Ask{Rule: exampleRule, AsOf: exampleAsOf}
	exampleRules = service.CompareRequest{Rules: []service.Ask{{Rule: exampleRule}, {Rule: exampleOther}}, AsOf: exampleAsOf}
)

// errorsOfAsks are the statuses that every question about a parent segment may end with.
var errorsOfAsks = []int{http.StatusNotFound, http.StatusConflict, http.StatusBadGateway}

// asked is a question: its parent segment, and what it is.
type asked[T any] struct {
	ParentPath
	Body T
}

// question registers POST /parents/{name}/ID.
func question[I, O any](d *door, name, summary, description string, example I, do func(context.Context, service.Caller, string, I) (*O, error)) {
	handle(d, questionRoute(name, summary, description, example), func(ctx context.Context, who service.Caller, in *asked[I]) (*O, error) {
		return do(ctx, who, in.Parent, in.Body)
	})
}

func questionRoute(name, summary, description string, example any) route {
	return route{
		method: http.MethodPost, path: "/parents/{name}/" + name, id: name, tag: tagAsks, asks: true, errors: slices.Clone(errorsOfAsks),
		summary: summary, description: description, body: example,
	}
}

const (
	needsCounts  = "Needs the role counts."
	needsMembers = "Needs the role members. It is in the audit log before the answer leaves."
)

func (d *door) askOperations() {
	question(d, "check", "Check a rule", needsCounts+" A rule that is wrong is an answer with its problems, not an error.",
		service.CheckRequest{Ask: exampleAsk}, d.service.Check)
	question(d, "count", "Count who a rule selects", needsCounts, service.CountRequest{Ask: exampleAsk, Explain: true}, d.service.Count)
	question(d, "list", "Who the members are, a page to look at", needsMembers+" Columns are masked as the caller's roles see them.",
		service.ListRequest{Ask: exampleAsk, Columns: []string{"loyalty_tier"}, Limit: 5}, d.service.List)
	question(d, "profile", "A customer's card", needsMembers, service.ProfileRequest{Key: exampleKey, AsOf: exampleAsOf}, d.service.Profile)
	question(d, "why", "Why a customer is selected, or is not", needsMembers, service.WhyRequest{Ask: exampleAsk, Key: exampleKey}, d.service.Why)
	d.compareOperations()
	d.fieldOperations()
}

func (d *door) compareOperations() {
	question(d, "waterfall", "How many customers each rule takes that none before it has", needsCounts, exampleRules, d.service.Waterfall)
	question(d, "funnel", "How many customers reach each step of a sequence", needsCounts,
		service.Ask{Rule: "purchase then purchase within 30 days", AsOf: exampleAsOf}, d.service.Funnel)
	question(d, "diff", "Who came and went between two times", needsCounts+" With rows: the role members, and the audit log.",
		service.DiffRequest{Ask: service.Ask{Rule: exampleOther}, From: "1998-04-01", To: exampleAsOf}, d.service.Diff)
	question(d, "split", "How many customers the parts of an audience have", needsCounts,
		service.SplitRequest{Ask: exampleAsk, Parts: "control=10,a=45,b=45", Salt: "spring"}, d.service.Split)
}

func (d *door) fieldOperations() {
	handle(d, route{
		method: http.MethodGet, path: "/parents/{name}/fields", id: "fields", tag: tagAsks, asks: true, errors: slices.Clone(errorsOfAsks),
		summary: "Attributes and behaviors of a parent segment", description: needsCounts,
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Stats bool `query:"stats" doc:"also how many values, NULLs and events there are"`
	}) (*ask.FieldsJSON, error) {
		return d.service.Fields(ctx, who, in.Parent, in.Stats)
	})
	handle(d, route{
		method: http.MethodGet, path: "/parents/{name}/values", id: "values", tag: tagAsks, asks: true, errors: slices.Clone(errorsOfAsks),
		summary:     "Values of an attribute, or of a field of events, with how many have each",
		description: needsCounts + " Who lacks the role members sees only values that at least 10 customers have.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Field   string `query:"field" required:"true" doc:"an attribute, or behavior.field" example:"loyalty_tier" maxLength:"1024"`
		Search  string `query:"search" doc:"text that values have in them, upper and lower case alike" maxLength:"1024"`
		Limit   int    `query:"limit" doc:"values to show; 0: 20" minimum:"0" maximum:"1000"`
		Rule    string `query:"rule" doc:"of whose members; absent: all customers"`
		Path    string `query:"path" doc:"of whose members: a saved segment, in place of rule" maxLength:"1024"`
		AsOf    string `query:"as_of" doc:"a time (RFC 3339) or a date; absent: now" maxLength:"64"`
		Version uint64 `query:"version" doc:"version of the snapshot; 0: the current one"`
	}) (*service.ValuesJSON, error) {
		return d.service.Values(ctx, who, in.Parent, service.ValuesRequest{
			Field: in.Field, Search: in.Search, Limit: in.Limit, Ask: service.Ask{Rule: in.Rule, Path: in.Path, AsOf: in.AsOf, Version: in.Version},
		})
	})
}
