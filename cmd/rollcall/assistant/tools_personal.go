package assistant

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// Limits of what is shown of customers.
const (
	maxMembers     = 100
	defaultMembers = 20
	maxEvents      = 50
	defaultEvents  = 5
)

// listIn asks who the members are.
type listIn struct {
	ruleIn
	Columns []string `json:"columns,omitempty" jsonschema:"attributes to show beside the key, or columns of events such as: purchase sum(amount) in last 90 days as spent. Absent: all attributes"`
	Limit   int      `json:"limit,omitempty" jsonschema:"members to show"`
	OrderBy string   `json:"order_by,omitempty" jsonschema:"show the first by this attribute, as ATTRIBUTE desc or ATTRIBUTE asc; absent: by key"`
}

func (listIn) describe(of map[string]*jsonschema.Schema) {
	between(of["limit"], 1, maxMembers, defaultMembers)
}

// listOut is members of an audience.
type listOut struct {
	*ask.ListJSON
	Cuts
}

func (o *listOut) text() string {
	rows := [][]string{o.Columns}
	for _, r := range o.Rows {
		var row []string
		for _, v := range r {
			row = append(row, cell(v))
		}
		rows = append(rows, row)
	}
	return headline(&o.CountJSON) + "\n" + table(rows) + "\n" + footer(&o.AnswerJSON) + o.lines()
}

func (o *listOut) cut() bool { return halve(&o.Cuts, "rows", &o.Rows) }

// profileIn asks for a customer's card.
type profileIn struct {
	In
	Key      string   `json:"key" jsonschema:"the customer's key"`
	AsOf     string   `json:"as_of,omitempty" jsonschema:"events before this time are shown, RFC 3339 or a date; absent: now"`
	Events   *int     `json:"events,omitempty" jsonschema:"latest events to show of each behavior"`
	Columns  []string `json:"columns,omitempty" jsonschema:"attributes to show; absent: all"`
	Segments bool     `json:"segments,omitempty" jsonschema:"also which saved segments the customer is in"`
}

func (profileIn) describe(of map[string]*jsonschema.Schema) {
	between(of["events"], 0, maxEvents, defaultEvents)
}

// profileOut is a customer's card.
type profileOut struct {
	*ask.ProfileJSON
	Cuts
}

func (o *profileOut) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Customer %s as of %s\n\n", o.Key, o.AsOf)
	rows := [][]string{{"attribute", "value"}}
	for _, a := range o.Attributes {
		rows = append(rows, []string{a.Name, cell(a.Value)})
	}
	b.WriteString(table(rows))
	for i := range o.Behaviors {
		h := &o.Behaviors[i]
		fmt.Fprintf(&b, "\n%s: %s events, the first %s, the last %s\n", h.Behavior, wording.Number(h.Count), ends(h.First), ends(h.Last))
		for _, e := range h.Recent {
			var fields []string
			for _, f := range e.Fields {
				fields = append(fields, f.Name+" "+cell(f.Value))
			}
			fmt.Fprintf(&b, "  %s  %s\n", ends(e.Time), strings.Join(fields, ", "))
		}
	}
	if o.Segments != nil {
		fmt.Fprintf(&b, "\nSegments: %s\n", orElse(strings.Join(*o.Segments, ", "), "none"))
	}
	return b.String() + o.lines()
}

// cut leaves out events, then attributes.
func (o *profileOut) cut() bool {
	longest, at := 1, -1
	for i := range o.Behaviors {
		if n := len(o.Behaviors[i].Recent); n > longest {
			longest, at = n, i
		}
	}
	if at >= 0 {
		return halve(&o.Cuts, "events of "+o.Behaviors[at].Behavior, &o.Behaviors[at].Recent)
	}
	return halve(&o.Cuts, "attributes", &o.Attributes) || o.Segments != nil && halve(&o.Cuts, "segments", o.Segments)
}

// personalTools offers the tools that show customers.
func (s *server) personalTools() {
	add(s, tool{
		name: "list_members", title: "List members",
		description: "Shows customers of a rule with their attributes: personal data. Use it only if the person has asked to see customers; count and breakdown answer all else.",
	}, about(s, func(ctx context.Context, parent string, in listIn) (*listOut, error) {
		n := positive(in.Limit, defaultMembers)
		request := service.ListRequest{Ask: in.ask(), Columns: in.Columns, Limit: n}
		if in.OrderBy != "" {
			request.Pick = service.Pick{Top: fmt.Sprint(n), OrderBy: in.OrderBy}
		}
		found, err := s.backend.List(ctx, parent, request)
		if err != nil {
			return nil, err
		}
		return &listOut{ListJSON: found}, nil
	}))
	add(s, tool{
		name: "profile", title: "Show a customer",
		description: "Shows one customer: attributes, and of each behavior how many events, the first, the last and the latest ones: personal data. Use it only if the person has asked about this customer.",
	}, about(s, func(ctx context.Context, parent string, in profileIn) (*profileOut, error) {
		events := defaultEvents
		if in.Events != nil {
			events = *in.Events
		}
		found, err := s.backend.Profile(ctx, parent, service.ProfileRequest{
			Key: in.Key, AsOf: in.AsOf, Events: &events, Columns: in.Columns, Segments: in.Segments,
		})
		if err != nil {
			return nil, err
		}
		return &profileOut{ProfileJSON: found}, nil
	}))
}
