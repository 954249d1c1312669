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

const (
	maxOverlap = 8   // rules
	maxPoints  = 400 // of a trend, that are shown
)

// overlapIn asks who is in which of several audiences.
type overlapIn struct {
	In
	Rules []string `json:"rules" jsonschema:"the rules as text"`
	AsOf  string   `json:"as_of,omitempty" jsonschema:"the time that all are asked at, RFC 3339 or a date; absent: now"`
}

func (overlapIn) describe(of map[string]*jsonschema.Schema) { entries(of["rules"], 2, maxOverlap) }

// overlapOut says who is in which audience.
type overlapOut struct {
	*ask.OverlapJSON
	Cuts
}

func (o *overlapOut) text() string {
	rows := [][]string{{"", "rule", "customers"}}
	for i, r := range o.Rules {
		rows = append(rows, []string{fmt.Sprint(i + 1), cell(r.Rule), wording.Number(r.Count)})
	}
	text := headline(&o.CountJSON) + "are in any of these, and " + wording.Number(o.Common) + " in all:\n\n" + table(rows)
	rows = [][]string{{"in exactly", "customers"}}
	for _, r := range o.Regions {
		rows = append(rows, []string{strings.Trim(fmt.Sprint(r.Rules), "[]"), wording.Number(r.Count)})
	}
	text += "\n" + table(rows)
	rows = [][]string{{"pair", "in both", "Jaccard"}}
	for _, p := range o.Pairs {
		rows = append(rows, []string{fmt.Sprintf("%d %d", p.Rules[0], p.Rules[1]), wording.Number(p.Both), fmt.Sprintf("%.3f", p.Jaccard)})
	}
	answer := o.AnswerJSON
	answer.Rule = "the rules joined by or"
	return text + "\n" + table(rows) + "\n" + footer(&answer) + o.lines()
}

func (o *overlapOut) cut() bool {
	return halve(&o.Cuts, "regions", &o.Regions) || halve(&o.Cuts, "pairs", &o.Pairs) || halve(&o.Cuts, "windows", &o.Windows) ||
		halve(&o.Cuts, "warnings", &o.Warnings)
}

// trendIn asks how an audience has grown.
type trendIn struct {
	In
	Rule  string `json:"rule" jsonschema:"the rule as text"`
	From  string `json:"from" jsonschema:"the first time to look from, RFC 3339 or a date"`
	To    string `json:"to" jsonschema:"the last time to look from, RFC 3339 or a date"`
	Every string `json:"every,omitempty" jsonschema:"from one time to the next"`
}

func (trendIn) describe(of map[string]*jsonschema.Schema) {
	oneOf(of["every"], "hour", "day", "week", "month", "quarter", "year")
	of["every"].Default = []byte(`"day"`)
}

// trendOut is the size of an audience over time.
type trendOut struct {
	*ask.TrendJSON
	Cuts
}

func (o *trendOut) text() string {
	rows := [][]string{{"as of", "customers"}}
	for _, p := range o.Points {
		rows = append(rows, []string{p.AsOf, wording.Number(p.Count)})
	}
	text := table(rows) + "\n" + footer(&o.AnswerJSON)
	for _, n := range o.Notes {
		text += "Note: " + n + "\n"
	}
	return text + o.lines()
}

func (o *trendOut) cut() bool { return halve(&o.Cuts, "points", &o.Points) }

// compareTools offers the questions about several rules, or several times.
func (s *server) compareTools() {
	add(s, tool{
		name: "overlap", title: "Compare audiences",
		description: "Compares 2 to 8 rules: how many customers each selects, how many are in each combination of them (regions) and in each pair, and how alike they are (Jaccard). For \"how many are both …\" and \"do these audiences differ?\".",
	}, about(s, func(ctx context.Context, parent string, in overlapIn) (*overlapOut, error) {
		request := service.CompareRequest{AsOf: in.AsOf}
		for _, text := range in.Rules {
			request.Rules = append(request.Rules, service.Ask{Rule: text})
		}
		found, err := s.backend.Overlap(ctx, parent, request)
		if err != nil {
			return nil, err
		}
		return &overlapOut{OverlapJSON: found}, nil
	}))
	add(s, tool{
		name: "trend", title: "An audience over time",
		description: "Counts the customers of a rule as of several times, from the first to the last. Windows of the rule move along; attributes have no history, they are as they are now (the notes say so). For \"how has it grown?\".",
	}, about(s, func(ctx context.Context, parent string, in trendIn) (*trendOut, error) {
		found, err := s.backend.Trend(ctx, parent, service.TrendRequest{Ask: service.Ask{Rule: in.Rule}, From: in.From, To: in.To, Every: orElse(in.Every, "day")})
		if err != nil {
			return nil, err
		}
		out := &trendOut{TrendJSON: found}
		limit(&out.Cuts, "points", &out.Points, maxPoints)
		return out, nil
	}))
}
