package ask

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate"
)

// InPlace is a rule that a source is asked. It is an [Asker]. Its fields are not
// changed.
type InPlace struct {
	Place   *Place
	Rule    *rule.Rule
	Library *rule.Library // nil: there is none
	Checked *rule.Checked
	AsOf    time.Time // that of the place

	start time.Time // from which answers say how long they took
}

var _ Asker = (*InPlace)(nil)

// AskInPlace checks a rule against a place, to be answered as of the place's time. The
// caller keeps place, and closes it after the last answer. Rules may refer to the
// segments of library; nil is none. The error is [rule.Errors], where the rule is wrong.
// How long an answer took is counted from this call.
//
//nolint:revive // not InPlace, which is what it returns: Ask and Compare have their InPlace, too
func AskInPlace(place *Place, r *Rule, library *rule.Library) (*InPlace, error) {
	checked, err := rule.Check(r.Parsed, place.Schema, library)
	if err != nil {
		return nil, r.Locate(err)
	}
	return &InPlace{Place: place, Rule: r.Parsed, Library: library, Checked: checked, AsOf: place.AsOf, start: time.Now()}, nil
}

// Schema returns the names that the rule was checked against.
func (q *InPlace) Schema() *model.Schema { return q.Place.Schema }

// Location returns the parent segment's time zone.
func (q *InPlace) Location() *time.Location { return q.Place.Location }

// at returns the same rule asked at another time.
func (q *InPlace) at(asOf time.Time) *InPlace {
	moved := *q
	moved.AsOf = asOf
	return &moved
}

// Answered returns an answer of so many members, who were counted elsewhere. It asks for
// the number of all customers.
func (q *InPlace) Answered(ctx context.Context, count uint64) (*Answer, error) {
	total, err := federate.Total(ctx, q.Place.Place)
	if err != nil {
		return nil, err
	}
	source, err := q.Place.Describe(ctx)
	if err != nil {
		return nil, err
	}
	out := &Answer{
		Answer: q.facts(count, total), Rule: q.Checked.String(), Schema: q.Schema(), Location: q.Location(), Source: source,
	}
	out.Elapsed = time.Since(q.start)
	return out, nil
}

// facts returns what is known of an answer of so many of all members without asking the
// source.
func (q *InPlace) facts(count, total uint64) engine.Answer {
	out := engine.Answer{
		Count: count, Customers: total, AsOf: q.AsOf, Windows: []engine.Window{},
		Warnings: append([]string{}, q.Checked.Warnings().Lines()...),
	}
	for _, w := range plan.Windows(q.Checked, q.AsOf) {
		out.Windows = append(out.Windows, q.window(w.Condition, w.Interval))
	}
	return out
}

// window shows the bounds of a window in the parent segment's time zone.
func (q *InPlace) window(condition string, in window.Interval) engine.Window {
	w := engine.Window{Condition: condition}
	if t, ok := in.LoTime(); ok {
		t = t.In(q.Location())
		w.From = &t
	}
	if t, ok := in.HiTime(); ok {
		t = t.In(q.Location())
		w.To = &t
	}
	return w
}

// Count counts the members.
func (q *InPlace) Count(ctx context.Context) (*Answer, error) {
	n, err := federate.Count(ctx, q.Place.Place, q.Checked, q.AsOf)
	if err != nil {
		return nil, err
	}
	return q.Answered(ctx, n)
}

// Explain counts the members, and returns the statement that counts them.
func (q *InPlace) Explain(ctx context.Context) (*Answer, *Explained, error) {
	answer, err := q.Count(ctx)
	if err != nil {
		return nil, nil, err
	}
	text, err := federate.CountSQL(ctx, q.Place.Place, q.Checked, q.AsOf)
	if err != nil {
		return nil, nil, err
	}
	return answer, &Explained{SQL: text}, nil
}

// List returns the first members in the order of their keys.
func (q *InPlace) List(ctx context.Context, limit int, columns []string) (*Answer, *Page, error) {
	schema, err := federate.AudienceSchema(q.Place.Place, q.Checked, columns...)
	if err != nil {
		return nil, nil, err
	}
	page := newPage(schema)
	var n uint64
	if page.Rows, n, err = federate.List(ctx, q.Place.Place, q.Checked, q.AsOf, limit, columns...); err != nil {
		return nil, nil, err
	}
	answer, err := q.Answered(ctx, n)
	return answer, page, err
}

// Members streams all members.
func (q *InPlace) Members(ctx context.Context, columns []string) (*Audience, error) {
	schema, err := federate.AudienceSchema(q.Place.Place, q.Checked, columns...)
	if err != nil {
		return nil, err
	}
	source, err := q.Place.Describe(ctx)
	if err != nil {
		return nil, err
	}
	asOf := q.AsOf.In(q.Location())
	return &Audience{
		Schema: schema, Batches: federate.Audience(ctx, q.Place.Place, q.Checked, q.AsOf, columns...),
		AsOf: asOf, Expected: -1, Warnings: q.Checked.Warnings().Lines(),
		Metadata: map[string]string{
			"rollcall.parent_segment":  q.Schema().Name,
			"rollcall.rule":            q.Checked.String(),
			"rollcall.as_of":           TimeText(asOf),
			"rollcall.timezone":        q.Schema().Timezone,
			"rollcall.source":          source.URI,
			"rollcall.source_versions": source.VersionsText(),
		},
		Answer: func(ctx context.Context, rows int64) (*Answer, error) { return q.Answered(ctx, uint64(rows)) },
	}, nil
}

// SourceWriter is an audience that a source can write itself: an [*InPlace], or some of
// its members that [Choose] returns.
type SourceWriter interface {
	// Export has the source write the members, and returns how many there are. No
	// customer leaves the source.
	Export(ctx context.Context, to federate.Target, columns []string) (rows uint64, err error)
	// Answered returns an answer of so many members.
	Answered(ctx context.Context, count uint64) (*Answer, error)
}

// Export has the source write all members.
func (q *InPlace) Export(ctx context.Context, to federate.Target, columns []string) (uint64, error) {
	return federate.Export(ctx, q.Place.Place, q.Checked, q.AsOf, to, columns...)
}
