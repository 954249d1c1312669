package service

import (
	"context"
	"encoding/json"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// CountJSON is a count; with the rule as a segment file where that was asked for.
type CountJSON struct {
	ask.CountJSON
	Segment json.RawMessage `json:"segment,omitempty" doc:"the rule as the object of a segment file"`
}

// Count counts the customers that a rule selects.
func (s *Service) Count(ctx context.Context, who Caller, parent string, in CountRequest) (*CountJSON, error) {
	if err := s.allow(ctx, who, opCount, parentObject(parent)); err != nil {
		return nil, err
	}
	q, err := s.ask(ctx, parent, &in.Ask)
	if err != nil {
		return nil, err
	}
	defer q.release()
	out, err := q.count(ctx, &in)
	if err != nil {
		return nil, q.failed(ctx, err)
	}
	if in.WithSegment {
		out.Segment, _, err = q.shapes()
	}
	return out, err
}

func (q *asked) count(ctx context.Context, in *CountRequest) (*CountJSON, error) {
	some, err := q.choose(&in.Pick)
	if err != nil {
		return nil, err
	}
	if !in.Explain {
		answer, err := some.Count(ctx)
		if err != nil {
			return nil, err
		}
		return &CountJSON{CountJSON: *ask.NewCountJSON(answer)}, nil
	}
	if in.Pick != (Pick{}) {
		return nil, inputf("explain", "it is about a whole audience: leave top, order_by and per out")
	}
	answer, how, err := some.Explain(ctx)
	if err != nil {
		return nil, err
	}
	return &CountJSON{CountJSON: *ask.NewExplainJSON(answer, how)}, nil
}

// shapes returns the rule in the two shapes of files.
func (q *asked) shapes() (segment, wire json.RawMessage, err error) {
	r, err := q.given.Parsed.Typed(q.schema())
	if err != nil {
		return nil, nil, err
	}
	return shapes(r, "", q.schema())
}

// CheckJSON says whether a rule is right, and shows it in all shapes.
type CheckJSON struct {
	OK       bool             `json:"ok"`
	Rule     string           `json:"rule,omitempty" doc:"canonical text, if it could be read"`
	Segment  json.RawMessage  `json:"segment,omitempty" doc:"the rule as the object of a segment file"`
	Wire     json.RawMessage  `json:"wire,omitempty" doc:"the same in the wire shape"`
	Problems []ProblemItem    `json:"problems"`
	Warnings []string         `json:"warnings"`
	Windows  []ask.WindowJSON `json:"windows"`
}

// Check says whether a rule is right. That it is not is an answer, no error.
func (s *Service) Check(ctx context.Context, who Caller, parent string, in CheckRequest) (*CheckJSON, error) {
	if err := s.allow(ctx, who, opCheck, parentObject(parent)); err != nil {
		return nil, err
	}
	out := &CheckJSON{Problems: []ProblemItem{}, Warnings: []string{}, Windows: []ask.WindowJSON{}}
	given, err := s.given(ctx, parent, &in.Ask)
	if problems := ask.RuleProblems(err); problems != nil {
		out.Problems = ruleItems(problems)
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	o, err := s.open(ctx, parent, in.Version)
	if isA[*NotBuiltError](err) {
		return s.checkUnbuilt(ctx, parent, given, out)
	}
	if err != nil {
		return nil, err
	}
	defer o.release()
	out.Rule = given.rule.String()
	q, err := s.askOf(ctx, o, &in.Ask)
	if problems := ask.RuleProblems(err); problems != nil {
		out.Problems = ruleItems(problems)
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	return q.check(out)
}

// check fills in what a right rule comes to, without counting anybody.
func (q *asked) check(out *CheckJSON) (*CheckJSON, error) {
	r, err := q.given.Parsed.Typed(q.schema())
	if err != nil {
		return nil, err
	}
	checked, err := q.checked()
	if err != nil {
		return nil, err
	}
	out.OK, out.Rule = true, r.String()
	out.Warnings = append(out.Warnings, checked.Warnings().Lines()...)
	out.Windows = windowsOf(checked, q.asOf, q.entry.location)
	out.Segment, out.Wire, err = shapes(r, "", q.schema())
	return out, err
}

// checkUnbuilt checks a rule against what is known of a parent segment that has no
// snapshot yet.
func (s *Service) checkUnbuilt(ctx context.Context, parent string, given *givenRule, out *CheckJSON) (*CheckJSON, error) {
	e, err := s.entryOf(ctx, parent)
	if err != nil {
		return nil, err
	}
	schema, err := s.knownSchema(ctx, e)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		return nil, s.notBuilt(ctx, e)
	}
	library, err := s.libraryOf(ctx, e)
	if err != nil {
		return nil, err
	}
	r, err := given.typed(schema)
	if err != nil {
		return nil, err
	}
	out.Rule = r.String()
	checked, err := rule.Check(r, schema, library)
	if problems := ask.RuleProblems(err); problems != nil {
		out.Problems = ruleItems(problems)
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.OK, out.Warnings = true, append(out.Warnings, checked.Warnings().Lines()...)
	out.Windows = windowsOf(checked, s.now(), e.location)
	out.Segment, out.Wire, err = shapes(r, "", schema)
	return out, err
}
