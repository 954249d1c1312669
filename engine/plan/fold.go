package plan

import (
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

var foldWords = [...]string{
	rule.AggregateCount: "count", rule.AggregateDistinct: "distinct values", rule.AggregateDays: "distinct days",
	rule.AggregateSum: "sum", rule.AggregateAvg: "average", rule.AggregateMin: "least", rule.AggregateMax: "greatest",
	rule.AggregateFirst: "first", rule.AggregateLast: "last",
}

// fold plans a scan of the events.
func (b *behaviorPlan) fold() error {
	n, a := b.node, &b.test.Aggregate
	n.Op = Fold
	n.Fold = &Folding{
		Aggregate: a, Inside: b.inside, Location: b.checked.Location, Behavior: b.reads.behavior.Name, Condition: b.test.Text(),
	}
	switch a.Op {
	case rule.AggregateCount:
	case rule.AggregateFirst: // later events cannot be the first
		b.in.Hi = min(b.in.Hi, b.inside.Hi)
		n.Undated = false
	case rule.AggregateLast:
		b.in.Lo = max(b.in.Lo, b.inside.Lo)
		n.Undated = false
	case rule.AggregateDays:
		b.reads.add(rule.TimeField)
		n.Undated = false
	default:
		b.reads.add(a.Field)
		n.Fold.FieldName = b.reads.name(a.Field)
		n.Undated = n.Undated && a.Field != rule.TimeField
	}
	n.Spans = []window.Interval{b.in}
	n.Bytes = b.eventBytes(b.in, bytesPerRow+b.reads.bytes())
	if err := b.postings(); err != nil {
		return err
	}
	if len(n.Postings) > 0 {
		n.Bytes /= passingOfPostings
	}
	n.Access = foldWords[a.Op] + " of " + b.events() + b.postingsText() + b.reads.text()
	return nil
}

// passingOfPostings is of how many events one is taken to pass a test by postings.
const passingOfPostings = 8

// fieldSet is the fields of a behavior that a plan reads.
type fieldSet struct {
	behavior *model.Behavior
	fields   []int
}

func (s *fieldSet) add(field int) {
	if !slices.Contains(s.fields, field) {
		s.fields = append(s.fields, field)
	}
}

func (s *fieldSet) name(field int) string {
	if field == rule.TimeField {
		return s.behavior.TimeColumn
	}
	return s.behavior.Fields[field].Name
}

// bytes returns about how many bytes of an event are in the fields.
func (s *fieldSet) bytes() uint64 {
	total := uint64(0)
	for _, f := range s.fields {
		t := model.Type{Kind: model.Timestamp}
		if f != rule.TimeField {
			t = s.behavior.Fields[f].Type
		}
		total += valueBytes(t)
	}
	return total
}

// text says that the fields are read.
func (s *fieldSet) text() string {
	var names []string
	for _, f := range s.fields {
		names = append(names, s.name(f))
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return ", reading " + names[0]
	default:
		return ", reading " + strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}
