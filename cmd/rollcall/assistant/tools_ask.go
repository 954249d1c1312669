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

// Limits of breakdowns.
const (
	maxDivided    = 8 // attributes
	maxDivisions  = 50
	defaultGroups = 20
	maxBins       = 100
)

// ruleIn asks about a rule.
type ruleIn struct {
	In
	Rule string `json:"rule" jsonschema:"the rule as text, such as: loyalty_tier = 'Gold' and purchase in last 30 days. A saved segment is asked as: segment 'Folder/Name'"`
	AsOf string `json:"as_of,omitempty" jsonschema:"the time to look from: RFC 3339, or a date for its midnight in the time zone of the parent segment, such as 1998-07-01. Events from then on are not seen and windows end there. Absent: now"`
}

func (in *ruleIn) ask() service.Ask { return service.Ask{Rule: in.Rule, AsOf: in.AsOf} }

// checkOut says whether a rule is right.
type checkOut struct {
	*service.CheckJSON
	Cuts
}

func (o *checkOut) text() string {
	var b strings.Builder
	if !o.OK {
		b.WriteString("The rule is wrong:\n")
		for i := range o.Problems {
			b.WriteString(itemText(&o.Problems[i]) + "\n")
		}
		return b.String() + o.lines()
	}
	fmt.Fprintf(&b, "The rule is right.\nRule: %s\n%s", o.Rule, windowLines(o.Windows))
	for _, w := range o.Warnings {
		fmt.Fprintf(&b, "Warning: %s\n", w)
	}
	return b.String() + o.lines()
}

func (o *checkOut) cut() bool {
	return halve(&o.Cuts, "problems", &o.Problems) || halve(&o.Cuts, "windows", &o.Windows) || halve(&o.Cuts, "warnings", &o.Warnings)
}

// countOut is a count; explained, with how it came about.
type countOut struct {
	*service.CountJSON
	Cuts
}

func (o *countOut) text() string {
	text := headline(&o.CountJSON.CountJSON)
	if o.Plan != nil {
		rows := [][]string{{"condition", "alone", "together", "by"}}
		text += "\n" + table(planRows(rows, o.Plan, 0)) + "\n"
	}
	if o.SQL != "" {
		text += "\n" + o.SQL + "\n\n"
	}
	return text + footer(&o.AnswerJSON) + o.lines()
}

func (o *countOut) cut() bool {
	switch {
	case o.Plan != nil:
		o.Plan = nil
		o.add("the plan is too large to show")
	case o.SQL != "":
		o.SQL = ""
		o.add("the statement is too large to show")
	default:
		return halve(&o.Cuts, "windows", &o.Windows) || halve(&o.Cuts, "warnings", &o.Warnings)
	}
	return true
}

// planRows writes the plan: every condition, indented below what joins it, with how many
// customers it selects alone, and together with those before it.
func planRows(rows [][]string, step *ask.StepJSON, depth int) [][]string {
	rows = append(rows, []string{strings.Repeat("  ", depth) + cell(step.Condition), wording.Number(step.Alone), wording.Number(step.Together), step.Access})
	for i := range step.Steps {
		rows = planRows(rows, &step.Steps[i], depth+1)
	}
	return rows
}

// breakdownIn asks how an audience divides.
type breakdownIn struct {
	ruleIn
	By    []string `json:"by" jsonschema:"attributes to divide the customers by, each by itself"`
	Limit int      `json:"limit,omitempty" jsonschema:"values to show of each attribute, those that most customers have"`
	Bins  int      `json:"bins,omitempty" jsonschema:"a histogram of numbers with so many bins, in place of values"`
	Every string   `json:"every,omitempty" jsonschema:"a histogram of dates or times with bins of this length, in place of values"`
}

func (breakdownIn) describe(of map[string]*jsonschema.Schema) {
	entries(of["by"], 1, maxDivided)
	between(of["limit"], 1, maxDivisions, defaultGroups)
	between(of["bins"], 2, maxBins, 0)
	oneOf(of["every"], "day", "week", "month", "quarter", "year")
}

// breakdownOut is an audience by the values of attributes.
type breakdownOut struct {
	*ask.BreakdownsJSON
	Cuts
}

func (o *breakdownOut) text() string {
	text := headline(&o.CountJSON)
	for i := range o.Breakdowns {
		text += "\n" + breakdownText(&o.Breakdowns[i])
	}
	return text + "\n" + footer(&o.AnswerJSON) + o.lines()
}

// breakdownText writes an audience by the values, or the bins, of an attribute.
func breakdownText(b *ask.BreakdownJSON) string {
	rows := [][]string{{b.Attribute, "customers", "share", "lift"}}
	add := func(name string, p *ask.PortionJSON) {
		if p == nil {
			return
		}
		lift := "-"
		if p.Lift != nil {
			lift = fmt.Sprintf("%.2f", *p.Lift)
		}
		rows = append(rows, []string{name, wording.Number(p.Count), share(p.Share), lift})
	}
	if b.Values != nil {
		for i := range *b.Values {
			add(cell((*b.Values)[i].Value), &(*b.Values)[i].PortionJSON)
		}
	}
	add("below", b.Below)
	if b.Bins != nil {
		for i := range *b.Bins {
			add(binText(&(*b.Bins)[i]), &(*b.Bins)[i].PortionJSON)
		}
	}
	add("above", b.Above)
	add("(empty list)", b.Empty)
	if b.Rest != nil && b.Rest.Values > 0 {
		rows = append(rows, []string{fmt.Sprintf("(%s)", wording.Plural(b.Rest.Values, "other value", "other values")), wording.Number(b.Rest.Count), share(b.Rest.Share), "-"})
	}
	if b.Null.Count > 0 {
		add("NULL", &b.Null)
	}
	return table(rows)
}

// binText writes the bounds of a bin.
func binText(b *ask.BinJSON) string {
	until := " until before "
	if b.ToIncluded {
		until = " until "
	}
	return cell(b.From) + until + cell(b.To)
}

// cut leaves out half of the longest list.
func (o *breakdownOut) cut() bool {
	longest, at := 1, -1
	for i := range o.Breakdowns {
		if n := sizeOf(&o.Breakdowns[i]); n > longest {
			longest, at = n, i
		}
	}
	if at < 0 {
		return false
	}
	b := &o.Breakdowns[at]
	if b.Bins != nil && len(*b.Bins) == longest {
		return halve(&o.Cuts, "bins of "+b.Attribute, b.Bins)
	}
	return halve(&o.Cuts, "values of "+b.Attribute, b.Values)
}

// sizeOf returns how many values or bins are shown of an attribute.
func sizeOf(b *ask.BreakdownJSON) int {
	n := 0
	if b.Values != nil {
		n = len(*b.Values)
	}
	if b.Bins != nil {
		n = max(n, len(*b.Bins))
	}
	return n
}

// askTools offers the questions about one rule.
func (s *server) askTools() {
	add(s, tool{
		name: "check_rule", title: "Check a rule",
		description: "Says whether a rule is right, without counting: its canonical text, the windows of time that it looks at and warnings; or all its problems with code, line, column and the nearest name. For the language itself see rule_language.",
	}, about(s, s.check))
	add(s, tool{
		name: "count", title: "Count customers",
		description: "Counts the customers that a rule selects, exactly. Answers with count, customers (all there are), as_of and the windows that the rule came to. For \"how many customers …\".",
	}, about(s, func(ctx context.Context, parent string, in ruleIn) (*countOut, error) {
		return s.count(ctx, parent, in, false)
	}))
	add(s, tool{
		name: "explain", title: "Explain a count",
		description: "Counts like count, and says how the number comes about: for every condition how many customers it selects alone, and how many remain together with those before it. Of a source that is asked in place it shows the SQL. For \"why so few?\".",
	}, about(s, func(ctx context.Context, parent string, in ruleIn) (*countOut, error) {
		return s.count(ctx, parent, in, true)
	}))
	add(s, tool{
		name: "breakdown", title: "Break an audience down",
		description: "Divides the customers of a rule by the values of attributes: how many have each value, their share, and the lift (how much more frequent the value is than among all customers). Numbers can be put into bins, dates and times into days to years. For \"which tiers are they?\".",
	}, about(s, s.breakdown))
}

func (s *server) check(ctx context.Context, parent string, in ruleIn) (*checkOut, error) {
	found, err := s.backend.Check(ctx, parent, service.CheckRequest{Ask: in.ask()})
	if err != nil {
		return nil, err
	}
	found.Segment, found.Wire = nil, nil // assistants write text
	return &checkOut{CheckJSON: found}, nil
}

func (s *server) count(ctx context.Context, parent string, in ruleIn, explain bool) (*countOut, error) {
	found, err := s.backend.Count(ctx, parent, service.CountRequest{Ask: in.ask(), Explain: explain})
	if err != nil {
		return nil, err
	}
	return &countOut{CountJSON: found}, nil
}

func (s *server) breakdown(ctx context.Context, parent string, in breakdownIn) (*breakdownOut, error) {
	found, err := s.backend.Breakdown(ctx, parent, service.BreakdownRequest{
		Ask: in.ask(), By: in.By, Limit: positive(in.Limit, defaultGroups), Bins: in.Bins, Every: in.Every,
	})
	if err != nil {
		return nil, err
	}
	return &breakdownOut{BreakdownsJSON: found}, nil
}
