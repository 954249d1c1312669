package engine

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Funnel is how far customers come in a sequence. Whoever comes to a step has come to
// all before it.
type Funnel struct {
	Answer // of the whole rule: its Count is that of the last step
	Steps  []FunnelStep
}

// FunnelStep is a step of a funnel, as rule.Funnel has them.
type FunnelStep struct {
	Text  string // canonical, of what this step adds: "not cart_event then purchase within 2 hours"
	Count uint64 // customers who come so far
}

// OfFirst returns the share of those of the first step who come to step i, from 0 to 1;
// 0 where there is nobody.
func (f *Funnel) OfFirst(i int) float64 { return share(f.Steps[i].Count, f.Steps[0].Count) }

// OfPrevious returns the share of those of the step before who come to step i, from 0 to
// 1; 0 where there is nobody. Of the first step it is that of all customers.
func (f *Funnel) OfPrevious(i int) float64 {
	if i == 0 {
		return share(f.Steps[0].Count, f.Customers)
	}
	return share(f.Steps[i].Count, f.Steps[i-1].Count)
}

// Funnel counts how many customers come to each step of the sequence that the rule is,
// or that is one of the conditions that its "and" joins; the others hold for all that
// are counted. All counts are of one version and one as_of. Where the rule has no such
// sequence the error is rule.Errors. It takes a count for every step.
func (q *Query) Funnel(ctx context.Context) (f *Funnel, err error) {
	start := time.Now()
	err = q.ask(func(v *version, b *binding) error {
		steps, err := rule.Funnel(q.rule)
		if err != nil {
			return err
		}
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		f = &Funnel{Answer: *v.answer(p)}
		for _, step := range steps {
			n, err := q.countPart(ctx, v, step.Rule, p.AsOf)
			if err != nil {
				return err
			}
			f.Steps = append(f.Steps, FunnelStep{step.Text, n})
			f.Count = n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.Elapsed = time.Since(start)
	return f, nil
}

// countPart counts what a rule selects that is part of the query's.
func (q *Query) countPart(ctx context.Context, v *version, part *rule.Rule, asOf time.Time) (uint64, error) {
	checked, err := rule.Check(part, v.schema, q.db.options.Segments)
	if err != nil {
		return 0, err
	}
	p, err := plan.New(ctx, v.snapshot, checked, asOf, q.db.options.Structures)
	if err != nil {
		return 0, err
	}
	return v.count(ctx, v.question(&binding{checked: checked, text: checked.String()}, asOf), p)
}
