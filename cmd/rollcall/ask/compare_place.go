package ask

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// What a source is asked at most at a time: every region of an overlap and every step
// of a waterfall is a statement.
const (
	MaxOverlapInPlace   = 5
	MaxWaterfallInPlace = 16
)

// CompareInPlace checks rules, one at least, against a place, to be answered as of the
// place's time. The caller keeps place. Rules may refer to the segments of library; nil
// is none. The error is that of a rule, with its number.
func CompareInPlace(place *Place, rules []*Rule, library *rule.Library) (Comparer, error) {
	if len(rules) == 0 {
		return nil, errNoRules
	}
	out := &inPlaces{place: place}
	for i, r := range rules {
		q, err := AskInPlace(place, r, library)
		if err != nil {
			return nil, OfRule(i, err)
		}
		out.rules = append(out.rules, q)
	}
	return out, nil
}

// inPlaces are rules that a source is asked. They are a [Comparer].
type inPlaces struct {
	place *Place
	rules []*InPlace
}

// checked returns the rules.
func (q *inPlaces) checked() []*rule.Checked {
	out := make([]*rule.Checked, len(q.rules))
	for i, r := range q.rules {
		out[i] = r.Checked
	}
	return out
}

// compared returns what an answer is about, and the answer of every rule, of which
// counts are those of each by itself.
func (q *inPlaces) compared(ctx context.Context, counts []uint64, union uint64) (*Compared, []engine.Answer, error) {
	first, err := q.rules[0].Answered(ctx, union)
	if err != nil {
		return nil, nil, err
	}
	answers, texts := make([]engine.Answer, len(q.rules)), make([]string, len(q.rules))
	for i, r := range q.rules {
		answers[i] = r.facts(counts[i], first.Customers)
		texts[i] = r.Checked.String()
	}
	return newCompared(first, texts, answers, union), answers, nil
}

func (q *inPlaces) Overlap(ctx context.Context) (*Compared, *engine.Overlap, error) {
	if len(q.rules) > MaxOverlapInPlace {
		return nil, nil, UnsupportedInPlace(fmt.Sprintf("an overlap of %d rules is %d statements; in place it takes at most %d rules",
			len(q.rules), 1<<len(q.rules)-1, MaxOverlapInPlace))
	}
	common, err := federate.Overlaps(ctx, q.place.Place, q.checked(), q.place.AsOf)
	if err != nil {
		return nil, nil, err
	}
	counts := make([]uint64, len(q.rules))
	for i := range counts {
		counts[i] = common[1<<i]
	}
	o := engine.NewOverlap(nil, common)
	out, answers, err := q.compared(ctx, counts, o.Union)
	o.Sets = answers
	return out, o, err
}

func (q *inPlaces) Waterfall(ctx context.Context) (*Compared, *engine.Waterfall, error) {
	if len(q.rules) > MaxWaterfallInPlace {
		return nil, nil, UnsupportedInPlace(fmt.Sprintf("a waterfall of %d rules is %d statements; in place it takes at most %d rules",
			len(q.rules), 2*len(q.rules)-1, MaxWaterfallInPlace))
	}
	alone, taken, err := federate.Firsts(ctx, q.place.Place, q.checked(), q.place.AsOf)
	if err != nil {
		return nil, nil, err
	}
	union := uint64(0)
	for _, n := range taken {
		union += n
	}
	out, answers, err := q.compared(ctx, alone, union)
	if err != nil {
		return nil, nil, err
	}
	w := &engine.Waterfall{Customers: out.Customers, Rest: out.Customers - min(union, out.Customers)}
	for i := range answers {
		w.Steps = append(w.Steps, engine.WaterfallStep{Answer: answers[i], Taken: taken[i]})
	}
	return out, w, nil
}
