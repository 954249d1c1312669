package ask

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine"
)

// Comparer answers questions about several rules at one as_of: from a version of a
// snapshot, or in the source where the data lies. As an [Asker] it has nothing open of
// its own, and is safe for concurrent use.
type Comparer interface {
	// Overlap counts who is in which of the audiences.
	Overlap(ctx context.Context) (*Compared, *engine.Overlap, error)
	// Waterfall gives every customer to the first rule that selects them.
	Waterfall(ctx context.Context) (*Compared, *engine.Waterfall, error)
}

// Compared is what the answer about several rules is about: its count is of those in
// any of the audiences, its rule joins them by "or".
type Compared struct {
	*Answer
	Rules []string // canonical texts
}

// newCompared joins the answers of rules into one of those in any of them.
func newCompared(from *Answer, rules []string, answers []engine.Answer, count uint64) *Compared {
	out := &Compared{Answer: from, Rules: rules}
	out.Count, out.Windows, out.Warnings = count, []engine.Window{}, []string{}
	for i := range answers {
		for _, w := range answers[i].Windows {
			if !slices.ContainsFunc(out.Windows, func(have engine.Window) bool { return have.Condition == w.Condition }) {
				out.Windows = append(out.Windows, w)
			}
		}
		for _, w := range answers[i].Warnings {
			if !slices.Contains(out.Warnings, w) {
				out.Warnings = append(out.Warnings, w)
			}
		}
	}
	out.Rule = rules[0]
	if len(rules) > 1 {
		out.Rule = "(" + strings.Join(rules, ") or (") + ")"
	}
	return out
}

// Compare checks rules, one at least, against a version of a snapshot, to be answered as
// of a time. The caller keeps snap. The error is that of a rule, with its number.
func Compare(snap *Snapshot, rules []*Rule, asOf time.Time) (Comparer, error) {
	if len(rules) == 0 {
		return nil, errNoRules
	}
	out := &questions{snap: snap}
	for i, r := range rules {
		q, err := Ask(snap, r, asOf)
		if err != nil {
			return nil, OfRule(i, err)
		}
		out.queries = append(out.queries, q.Query)
	}
	return out, nil
}

// errNoRules is the error for a comparison of nothing.
var errNoRules = inputf("there are no rules, expected one at least")

// questions are rules asked of one version of a snapshot. They are a [Comparer].
type questions struct {
	snap    *Snapshot
	queries []*engine.Query
}

// compared returns what an answer is about.
func (q *questions) compared(answers []engine.Answer, count uint64) *Compared {
	first := &Question{Query: q.queries[0], Snapshot: q.snap}
	texts := make([]string, len(q.queries))
	for i, query := range q.queries {
		texts[i] = query.String()
	}
	return newCompared(first.answered(&answers[0]), texts, answers, count)
}

func (q *questions) Overlap(ctx context.Context) (*Compared, *engine.Overlap, error) {
	o, err := q.snap.Overlap(ctx, q.queries...)
	if err != nil {
		return nil, nil, err
	}
	out := q.compared(o.Sets, o.Union)
	out.Elapsed = o.Elapsed
	return out, o, nil
}

func (q *questions) Waterfall(ctx context.Context) (*Compared, *engine.Waterfall, error) {
	w, err := q.snap.Waterfall(ctx, q.queries...)
	if err != nil {
		return nil, nil, err
	}
	answers := make([]engine.Answer, len(w.Steps))
	for i := range w.Steps {
		answers[i] = w.Steps[i].Answer
	}
	out := q.compared(answers, w.Customers-w.Rest)
	out.Elapsed = w.Elapsed
	return out, w, nil
}
