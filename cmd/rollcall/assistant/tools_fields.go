package assistant

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Limits of lists of names.
const (
	maxAttributes = 300
	maxBehaviors  = 100
	maxValues     = 100
	defaultValues = 20
)

type parentsIn struct{}

// parentsOut is the parent segments.
type parentsOut struct {
	ParentSegments []Parent `json:"parent_segments"`
	Cuts
}

func (o *parentsOut) text() string {
	if len(o.ParentSegments) == 0 {
		return "There is no parent segment yet.\n"
	}
	rows := [][]string{{"parent segment", "state", "customers", "last updated"}}
	for _, p := range o.ParentSegments {
		updated := "-"
		if p.Freshness.LastUpdated != nil {
			updated = ask.TimeText(*p.Freshness.LastUpdated)
		}
		rows = append(rows, []string{cell(p.Name), p.Freshness.State, wording.Number(p.Freshness.Customers), updated})
	}
	return table(rows) + o.lines()
}

func (o *parentsOut) cut() bool { return halve(&o.Cuts, "parent segments", &o.ParentSegments) }

// freshnessOut is how new the data of a parent segment is.
type freshnessOut struct {
	*Parent
	Cuts
}

func (o *freshnessOut) text() string {
	f := &o.Freshness
	var b strings.Builder
	switch {
	case f.State == service.StateInPlace:
		fmt.Fprintf(&b, "%s is asked in place: answers are of the source as it is now.\n", o.Name)
	case f.LastUpdated == nil:
		fmt.Fprintf(&b, "%s has no snapshot yet (%s).\n", o.Name, f.State)
	default:
		fmt.Fprintf(&b, "%s was last updated at %s: version %d of its snapshot, %s customers.\n",
			o.Name, ask.TimeText(*f.LastUpdated), f.SnapshotVersion, wording.Number(f.Customers))
	}
	if f.Problem != "" {
		fmt.Fprintf(&b, "Problem: %s\n", f.Problem)
	}
	if f.LastFailure != nil {
		fmt.Fprintf(&b, "The last refresh has failed at %s: %s\n", ask.TimeText(f.LastFailure.Finished), f.LastFailure.Error)
	}
	if f.RunningJob != nil {
		fmt.Fprintf(&b, "Job %d refreshes it now.\n", *f.RunningJob)
	}
	if o.Schedule != nil {
		fmt.Fprintf(&b, "Schedule: %s\n", o.Schedule.Text)
		if o.Schedule.NextRun != nil {
			fmt.Fprintf(&b, "Next refresh: %s\n", ask.TimeText(*o.Schedule.NextRun))
		}
	}
	fmt.Fprintf(&b, "Read from: %s\n", strings.Join(o.Sources, ", "))
	return b.String() + o.lines()
}

func (o *freshnessOut) cut() bool { return halve(&o.Cuts, "sources", &o.Sources) }

// namesIn asks for attributes or behaviors.
type namesIn struct {
	In
	Search string `json:"search,omitempty" jsonschema:"only names that have this text in them, upper and lower case alike"`
	Stats  bool   `json:"stats,omitempty" jsonschema:"also the range, the share of NULLs and the number of distinct values; of behaviors how many events, and the first and last"`
}

// holds reports whether a name passes the search.
func (in *namesIn) holds(name string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(in.Search))
}

// head is what the listings of names begin with.
type head struct {
	Name        string          `json:"name"`
	KeyColumn   string          `json:"key_column"`
	KeyType     model.Type      `json:"key_type"`
	Timezone    string          `json:"timezone"`
	Customers   uint64          `json:"customers"`
	LastUpdated *time.Time      `json:"last_updated,omitempty"`
	Source      *ask.SourceJSON `json:"source,omitempty"`
}

func headOf(f *ask.FieldsJSON) head {
	return head{f.Name, f.KeyColumn, f.KeyType, f.Timezone, f.Customers, f.LastUpdated, f.Source}
}

// line writes the head as the command does.
func (h *head) line() string {
	updated := ""
	if h.LastUpdated != nil {
		updated = ", last updated " + ask.TimeText(*h.LastUpdated)
	}
	return fmt.Sprintf("%s: %s customers by %s (%s), time zone %s%s\n\n", h.Name, wording.Number(h.Customers), h.KeyColumn, h.KeyType, h.Timezone, updated)
}

// attributesOut is the attributes of a parent segment.
type attributesOut struct {
	head
	Attributes []ask.AttributeJSON `json:"attributes"`
	Cuts
}

func (o *attributesOut) text() string {
	rows := [][]string{{"attribute", "type"}}
	stats := slices.ContainsFunc(o.Attributes, func(a ask.AttributeJSON) bool { return a.Stats != nil })
	if stats {
		rows[0] = append(rows[0], "least", "greatest", "NULL", "distinct")
	}
	for _, a := range o.Attributes {
		row := []string{cell(a.Name), a.Type.String()}
		if s := a.Stats; s != nil {
			distinct := "-"
			if s.Indexed {
				distinct = wording.Number(max(0, s.Distinct))
			}
			row = append(row, ends(s.Least), ends(s.Greatest), percent(s.Nulls, o.Customers), distinct)
		}
		rows = append(rows, row)
	}
	return o.line() + table(rows) + o.lines()
}

func (o *attributesOut) cut() bool { return halve(&o.Cuts, "attributes", &o.Attributes) }

// ends writes an end of a range.
func ends(s *string) string {
	if s == nil {
		return "-"
	}
	return cell(*s)
}

// behaviorsOut is the behaviors of a parent segment.
type behaviorsOut struct {
	head
	Behaviors []ask.BehaviorJSON `json:"behaviors"`
	Cuts
}

func (o *behaviorsOut) text() string {
	if len(o.Behaviors) == 0 {
		return o.line() + "no behaviors\n" + o.lines()
	}
	rows := [][]string{{"behavior", "fields"}}
	if o.Behaviors[0].Stats != nil {
		rows[0] = append(rows[0], "events", "undated", "customers", "first", "last")
	}
	for _, b := range o.Behaviors {
		fields := []string{b.TimeColumn + " timestamp"}
		for _, f := range b.Fields {
			fields = append(fields, f.Name+" "+f.Type.String())
		}
		row := []string{cell(b.Name), cell(strings.Join(fields, ", "))}
		if s := b.Stats; s != nil {
			row = append(row, wording.Number(s.Events), wording.Number(s.Undated), wording.Number(s.Customers), ends(s.First), ends(s.Last))
		}
		rows = append(rows, row)
	}
	return o.line() + table(rows) + o.lines()
}

func (o *behaviorsOut) cut() bool { return halve(&o.Cuts, "behaviors", &o.Behaviors) }

// valuesIn asks for values.
type valuesIn struct {
	In
	Field  string `json:"field" jsonschema:"an attribute such as loyalty_tier, or a field of a behavior as behavior.field, such as purchase.category"`
	Search string `json:"search,omitempty" jsonschema:"only values that have this text in them, upper and lower case alike"`
	Limit  int    `json:"limit,omitempty" jsonschema:"values to show"`
	Rule   string `json:"rule,omitempty" jsonschema:"values of the customers that this rule selects; absent: of all"`
	AsOf   string `json:"as_of,omitempty" jsonschema:"the time that the rule is asked at, RFC 3339 or a date; absent: now"`
}

func (valuesIn) describe(of map[string]*jsonschema.Schema) {
	between(of["limit"], 1, maxValues, defaultValues)
}

// valuesOut is values with how many have them.
type valuesOut struct {
	*service.ValuesJSON
	Cuts
}

func (o *valuesOut) text() string {
	rows := [][]string{{"value", o.Of}}
	for _, v := range o.Values {
		rows = append(rows, []string{cell(v.Value), wording.Number(v.Count)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n\n%s", o.Field, o.Type, table(rows))
	if o.More || o.Rest > 0 {
		fmt.Fprintf(&b, "Others: %s %s with values that are not shown\n", wording.Number(o.Rest), o.Of)
	}
	for _, n := range o.Notes {
		fmt.Fprintf(&b, "Note: %s\n", n)
	}
	return b.String() + o.lines()
}

func (o *valuesOut) cut() bool { return halve(&o.Cuts, "values", &o.Values) }

// fieldTools offers what rules can name.
func (s *server) fieldTools() {
	add(s, tool{
		name: "list_parent_segments", title: "List parent segments",
		description: "Lists the parent segments: sets of customers that can be asked about, each with its state (ready, never_built, in_place, broken), how many customers it has and when it was last updated. Start here if you do not know the name.",
	}, func(ctx context.Context, _ parentsIn) (*parentsOut, error) {
		page, err := s.backend.Parents(ctx, service.Listing{Limit: maxParents})
		if err != nil {
			return nil, err
		}
		out := &parentsOut{ParentSegments: page.Items}
		if page.Next != "" {
			out.add(fmt.Sprintf("there are more than %d parent segments", maxParents))
		}
		return out, nil
	})
	add(s, tool{
		name: "freshness", title: "When was this last updated?",
		description: "Says when the data of a parent segment was last updated, which version of its snapshot answers, from which sources it was read, and when it is refreshed next. Use it for questions such as \"when was this last updated?\".",
	}, about(s, func(ctx context.Context, parent string, _ In) (*freshnessOut, error) {
		p, err := s.backend.Parent(ctx, parent)
		if err != nil {
			return nil, err
		}
		return &freshnessOut{Parent: p}, nil
	}))
	add(s, tool{
		name: "list_attributes", title: "List attributes",
		description: "Lists the attributes of a parent segment with their types: what customers are, and what rules test with comparisons, as in loyalty_tier = 'Gold'. Names are case-sensitive. For the values of one use list_values.",
	}, about(s, s.attributes))
	add(s, tool{
		name: "list_behaviors", title: "List behaviors",
		description: "Lists the behaviors of a parent segment, events such as purchase, with their fields and types: what customers did, and what rules test with counts, sums, filters and windows, as in purchase where (amount > 100) count >= 2 in last 90 days.",
	}, about(s, s.behaviors))
	add(s, tool{
		name: "list_values", title: "List values of a field",
		description: "Lists the values of an attribute, or of a field of a behavior, that most customers have, with how many have each. Use it to find the right spelling of a value before writing a rule: values are case-sensitive.",
	}, about(s, s.values))
}

func (s *server) attributes(ctx context.Context, parent string, in namesIn) (*attributesOut, error) {
	f, err := s.backend.Fields(ctx, parent, in.Stats)
	if err != nil {
		return nil, err
	}
	out := &attributesOut{head: headOf(f), Attributes: []ask.AttributeJSON{}}
	for _, a := range f.Attributes {
		if in.holds(a.Name) {
			out.Attributes = append(out.Attributes, a)
		}
	}
	limit(&out.Cuts, "attributes", &out.Attributes, maxAttributes)
	return out, nil
}

func (s *server) behaviors(ctx context.Context, parent string, in namesIn) (*behaviorsOut, error) {
	f, err := s.backend.Fields(ctx, parent, in.Stats)
	if err != nil {
		return nil, err
	}
	out := &behaviorsOut{head: headOf(f), Behaviors: []ask.BehaviorJSON{}}
	for _, b := range f.Behaviors {
		if in.holds(b.Name) {
			out.Behaviors = append(out.Behaviors, b)
		}
	}
	limit(&out.Cuts, "behaviors", &out.Behaviors, maxBehaviors)
	return out, nil
}

func (s *server) values(ctx context.Context, parent string, in valuesIn) (*valuesOut, error) {
	out, err := s.backend.Values(ctx, parent, service.ValuesRequest{
		Field: in.Field, Search: in.Search, Limit: positive(in.Limit, defaultValues), Ask: service.Ask{Rule: in.Rule, AsOf: in.AsOf},
	})
	if err != nil {
		return nil, err
	}
	return &valuesOut{ValuesJSON: out}, nil
}

// positive returns a number, or what stands for its absence.
func positive(n, absent int) int {
	if n > 0 {
		return n
	}
	return absent
}
