package plan

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Ranks answer a test of a window that ends after the newest event: who has three
// events since some day is whose third latest event is of that day or a later one.
// Where the window starts within a day, that day's events are looked at, too.

// ranked is an answer by ranks on its way.
type ranked struct {
	*behaviorPlan
	ranks  *index.Ranks
	digits func(k int) (*index.Digits, error) // the day of the k-th latest; nil: that is not known
	isCut  bool                               // a day is cut, and its events are looked at
}

// byRanks puts the ranks of the behavior in the place of the plan there is, where
// they can answer and take less time, or must be read.
func (b *behaviorPlan) byRanks() error {
	kind := Ranks
	if b.test.Aggregate.Op == rule.AggregateDistinct {
		kind = DistinctRanks
	}
	if b.node.Where != nil || !b.may(kind) {
		return nil
	}
	ranks, err := b.snapshot.Ranks(b.test.Behavior)
	if err != nil || ranks == nil {
		return err
	}
	r := &ranked{behaviorPlan: b, ranks: ranks, digits: ranks.Recent}
	steps, name, err := r.plan()
	if err != nil || steps == nil {
		return err
	}
	if !b.must(kind) && timeToRead(steps) >= timeToRead(b.node) {
		return nil
	}
	n := Node{Op: Expr, Cond: b.test, Access: name + r.text(steps), Bytes: steps.Bytes, Parts: []*Node{steps}}
	if steps.Op == None || steps.Op == All {
		n.Op, n.Parts = steps.Op, nil
	}
	*b.node = n
	return nil
}

// plan returns the steps, nil where ranks do not tell, and the name of what they
// read.
func (r *ranked) plan() (steps *Node, name string, err error) {
	a := &r.test.Aggregate
	switch a.Op {
	case rule.AggregateFirst:
		steps, err = r.first()
		return steps, "first event", err
	case rule.AggregateLast:
		if !r.seesNewest() {
			return nil, "", nil
		}
		steps, err = r.last()
		return steps, "recency rank 1", err
	case rule.AggregateCount:
		name = "recency rank "
	case rule.AggregateDistinct:
		if a.Field == rule.TimeField {
			return nil, "", nil
		}
		r.digits = func(k int) (*index.Digits, error) { return r.ranks.Distinct(a.Field, k) }
		name = "rank of distinct " + r.reads.name(a.Field) + " "
	default:
		return nil, "", nil
	}
	if !r.seesNewest() || r.countsUndated() {
		return nil, "", nil
	}
	steps, used, err := r.counts()
	if r.isCut && a.Op == rule.AggregateDistinct {
		return nil, "", err // the values of the cut day may be those of later ones
	}
	return steps, name + used, err
}

// seesNewest reports whether no event is after the window.
func (r *ranked) seesNewest() bool {
	last := r.snapshot.Manifest().Behaviors[r.test.Behavior].Last
	return last != nil && (r.in.Hi == math.MaxInt64 || *last < r.in.Hi)
}

// countsUndated reports whether events count that have no time, and so no rank.
func (r *ranked) countsUndated() bool {
	return r.test.Window.UndatedSeen() && r.snapshot.Manifest().Behaviors[r.test.Behavior].Undated > 0
}

// maxRank is beyond every rank that there may be.
const maxRank = 1 << 16

// counts returns whose number of events, or of distinct values, passes, and the
// ranks that tell.
func (r *ranked) counts() (steps *Node, used string, err error) {
	steps = &Node{Op: None}
	var ranks []string
	from := func(k int64) (*Node, error) {
		if k <= 0 {
			return &Node{Op: All}, nil
		}
		ranks = append(ranks, fmt.Sprint(k))
		return r.since(int(min(k, maxRank)), r.in.Lo)
	}
	for _, c := range r.test.Aggregate.Counts {
		some, err := from(c.Lo)
		if err != nil || some == nil {
			return nil, "", err
		}
		if c.Hi != math.MaxInt64 {
			more, err := from(c.Hi + 1)
			if err != nil || more == nil {
				return nil, "", err
			}
			some = both(some, opposite(more))
		}
		steps = either(steps, some)
	}
	return steps, strings.Join(ranks, " and "), nil
}

// seek returns the number of the first day that has nothing before a time, one more
// than there are days where there is none; and what is at or after that time of a
// day that the time cuts, empty where it cuts none.
func (r *ranked) seek(at int64) (number int, cut window.Interval) {
	days := r.ranks.Days()
	i := sort.Search(len(days), func(i int) bool { return days[i].Hi > at || days[i].Hi == math.MaxInt64 })
	if i == len(days) || days[i].Lo >= at {
		return i + 1, window.Interval{}
	}
	r.isCut = true
	return i + 2, window.Interval{Lo: at, Hi: days[i].Hi}
}

// since returns who has k or more events at or after a time, nil where no rank
// tells. Those who have some after a day that the time cuts need fewer on it.
func (r *ranked) since(k int, at int64) (*Node, error) {
	number, cut := r.seek(at)
	steps := &Node{Op: None}
	for later := k; later >= 0; later-- {
		n := &Node{Op: All}
		if later > 0 {
			digits, err := r.digits(later)
			if err != nil || digits == nil {
				return nil, err
			}
			if n, err = r.from(digits, number); err != nil {
				return nil, err
			}
		}
		if later < k {
			n = both(n, r.look(cut, int64(k-later)))
		}
		steps = either(steps, n)
		if cut.Empty() {
			break
		}
	}
	return steps, nil
}

// from returns whose number is at least number; nobody's is greater than that of
// the last day.
func (r *ranked) from(digits *index.Digits, number int) (*Node, error) {
	if number > len(r.ranks.Days()) {
		return &Node{Op: None}, nil
	}
	return atLeast(digits, number)
}

// look returns who has so many events, or more, in a part of a day.
func (r *ranked) look(in window.Interval, least int64) *Node {
	n := &Node{Op: Happened, Events: r.node.Events, Spans: []window.Interval{in}, Bytes: r.eventBytes(in, bytesPerRow)}
	if least > 1 {
		n.Op, n.Counts = Count, []rule.Range[int64]{{Lo: least, Hi: math.MaxInt64}}
	}
	return n
}

// last returns whose last event has a passing time.
func (r *ranked) last() (*Node, error) {
	lo, hi := max(r.in.Lo, r.inside.Lo), min(r.in.Hi, r.inside.Hi)
	if lo >= hi {
		return &Node{Op: None}, nil
	}
	digits, err := r.digits(1)
	if err != nil || digits == nil {
		return nil, err
	}
	from, cut := r.seek(lo)
	to, cutAfter := r.seek(hi)
	if r.isEnd(hi) {
		return r.since(1, lo)
	}
	if cut.Empty() && cutAfter.Empty() {
		return between(digits, from, to)
	}
	some, err := r.since(1, lo)
	if err != nil {
		return nil, err
	}
	later, err := r.since(1, hi)
	if err != nil {
		return nil, err
	}
	return both(some, opposite(later)), nil
}

// isEnd reports whether a time is after all events.
func (r *ranked) isEnd(at int64) bool {
	days := r.ranks.Days()
	return at == math.MaxInt64 || len(days) == 0 || at >= days[len(days)-1].Hi
}

// first returns whose first event has a passing time, nil where the window leaves
// out earlier events.
func (r *ranked) first() (*Node, error) {
	days := r.ranks.Days()
	if len(days) > 0 && r.in.Lo > days[0].Lo {
		return nil, nil
	}
	digits, err := r.ranks.First()
	if err != nil || digits == nil {
		return nil, err
	}
	lo, hi := r.inside.Lo, min(r.in.Hi, r.inside.Hi)
	if lo >= hi {
		return &Node{Op: None}, nil
	}
	if r.isEnd(hi) {
		return r.firstFrom(digits, lo)
	}
	from, cut := r.seek(lo)
	to, cutAfter := r.seek(hi)
	if cut.Empty() && cutAfter.Empty() {
		return between(digits, from, to)
	}
	some, err := r.firstFrom(digits, lo)
	if err != nil {
		return nil, err
	}
	later, err := r.firstFrom(digits, hi)
	if err != nil {
		return nil, err
	}
	return both(some, opposite(later)), nil
}

// firstFrom returns whose first event is at or after a time.
func (r *ranked) firstFrom(digits *index.Digits, at int64) (*Node, error) {
	number, cut := r.seek(at)
	later, err := r.from(digits, number)
	if err != nil || cut.Empty() {
		return later, err
	}
	day := number - 1
	thatDay, err := between(digits, day, day+1)
	if err != nil {
		return nil, err
	}
	before := r.look(window.Interval{Lo: r.ranks.Days()[day-1].Lo, Hi: at}, 1)
	return either(later, both(thatDay, opposite(before))), nil
}

// text says how much is read.
func (r *ranked) text(steps *Node) string {
	bitmaps, spans := 0, map[window.Interval]bool{}
	var count func(n *Node)
	count = func(n *Node) {
		bitmaps += len(n.Bitmaps)
		for _, span := range n.Spans {
			spans[span] = true
		}
		for _, kid := range n.Kids {
			count(kid)
		}
	}
	count(steps)
	text := ", 1 bitmap"
	if bitmaps != 1 {
		text = fmt.Sprintf(", %d bitmaps", bitmaps)
	}
	for _, span := range sortedSpans(spans) {
		text += fmt.Sprintf(" and the events from %s to %s", instant(span.Lo), instant(span.Hi))
	}
	return text
}

func sortedSpans(spans map[window.Interval]bool) []window.Interval {
	var out []window.Interval
	for span := range spans {
		out = append(out, span)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Lo < out[j].Lo })
	return out
}

// timeToRead is cost with a look at how bitmaps are stored.
func timeToRead(n *Node) float64 {
	stored, total := uint64(0), 0.0
	for i := range n.Bitmaps {
		size := uint64(n.Bitmaps[i].SizeBytes())
		stored += size
		if rowBytes*n.Bitmaps[i].Cardinality() <= size {
			total += weightOfRows * float64(size)
		} else {
			total += float64(size)
		}
	}
	kids := append(n.Kids[:len(n.Kids):len(n.Kids)], n.Parts...)
	if len(kids) == 0 {
		total += weightOfEvents * float64(n.Bytes-min(stored, n.Bytes))
	}
	for _, kid := range kids {
		total += timeToRead(kid)
	}
	return total
}

// What rows take that are stored one by one, not as bits.
const (
	rowBytes     = 2
	weightOfRows = 4 // as weightOfEvents
)
