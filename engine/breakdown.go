package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Breakdown divides an audience by the values of an attribute.
type Breakdown struct {
	Answer              // of the rule
	Attribute string    // as the schema spells it
	Values    []Portion // the most members first, of equal numbers the least value
	Null      Portion   // those who have no value; its Value is nil
	// Rest is the values that the limit left out, together: how many there are, and
	// whose. Its Value is nil.
	Rest     Portion
	Distinct int // values that members have, NULL not among them
}

// Portion is the customers who have a value.
type Portion struct {
	Value     any    // as Row.Values has values
	Count     uint64 // members of the audience who have it
	Customers uint64 // customers who have it, members or not
}

// Share returns the share of the audience that a portion is, from 0 to 1; 0 of an
// audience of nobody.
func (b *Breakdown) Share(p Portion) float64 { return share(p.Count, b.Count) }

// Lift returns how much more frequent a portion is in the audience than among all
// customers: 1 where it is as frequent. It is 0 of an audience of nobody.
func (b *Breakdown) Lift(p Portion) float64 {
	if p.Customers == 0 {
		return 0
	}
	return b.Share(p) / share(p.Customers, b.Customers)
}

func share(n, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// ListError says that an attribute is a list, of which no customer has one value.
type ListError struct{ Attribute string }

// Error names the attribute.
func (e *ListError) Error() string {
	return "the attribute \"" + e.Attribute + "\" is a list; a breakdown needs one that has one value for a customer"
}

// Breakdown counts the members of the audience by their value of an attribute, and
// all customers beside them. It gives the limit most frequent values, all of them
// where limit is 0 or less. The error is a *ColumnError for a name that is no
// attribute, a *ListError for a list. Memory grows with the distinct values.
func (q *Query) Breakdown(ctx context.Context, attribute string, limit int) (out *Breakdown, err error) {
	start := time.Now()
	err = q.ask(func(v *version, b *binding) error {
		positions, err := columns(v.schema, []string{attribute})
		if err != nil {
			return err
		}
		if v.schema.Attributes[positions[0]].Type.IsArray() {
			return &ListError{attribute}
		}
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		t := &tally{
			values: v.snapshot.Attribute(positions[0]), live: v.liveOf,
			texts: map[string]*Portion{}, others: map[any]*Portion{},
		}
		if err := exec.Blocks(ctx, v.snapshot, p.Root, t.add); err != nil {
			return err
		}
		out = &Breakdown{Answer: *v.answer(p), Attribute: attribute, Null: t.null}
		t.fill(out, limit)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Elapsed = time.Since(start)
	return out, nil
}

// liveOf sets w to the customers of a block who are there.
func (v *version) liveOf(block int, w *bitmap.Words) error {
	live, err := v.snapshot.Live()
	switch {
	case err != nil:
		return err
	case live == nil:
		w.Fill(v.snapshot.BlockRows(block))
	default:
		live.CopyTo(w, uint16(block))
	}
	return nil
}

// tally counts customers by value.
type tally struct {
	values *column.Column
	live   func(block int, w *bitmap.Words) error
	texts  map[string]*Portion // of strings
	others map[any]*Portion    // of other values, which are comparable
	null   Portion
	count  uint64 // of members
}

// add counts the customers of a block, of whom members are in the audience.
func (t *tally) add(block int, members *bitmap.Words) error {
	values, err := t.values.Block(block)
	if err != nil {
		return err
	}
	var live bitmap.Words
	if err := t.live(block, &live); err != nil {
		return err
	}
	for _, row := range live.AppendRows(nil, 0) {
		p := t.portion(values, int(row))
		p.Customers++
		if members.Has(uint16(row)) {
			p.Count++
			t.count++
		}
	}
	return nil
}

// portion returns that of the value of a row.
func (t *tally) portion(values *column.Vector, row int) *Portion {
	if values.IsNull(row) {
		return &t.null
	}
	if values.Type().Kind == model.String {
		if p := t.texts[values.Text(row)]; p != nil {
			return p
		}
		p := &Portion{Value: values.Value(row)}
		t.texts[p.Value.(string)] = p // the text of Value is in memory of its own
		return p
	}
	value := values.Value(row)
	if f, ok := value.(float64); ok {
		value = f + 0 // -0.0 is 0.0
	}
	p := t.others[value]
	if p == nil {
		p = &Portion{Value: value}
		t.others[value] = p
	}
	return p
}

// fill puts what was counted into out.
func (t *tally) fill(out *Breakdown, limit int) {
	out.Count = t.count
	for _, p := range t.texts {
		out.add(p)
	}
	for _, p := range t.others {
		out.add(p)
	}
	slices.SortFunc(out.Values, func(x, y Portion) int {
		return cmp.Or(-cmp.Compare(x.Count, y.Count), compareValues(x.Value, y.Value))
	})
	out.Distinct = len(out.Values)
	if limit <= 0 || limit >= len(out.Values) {
		return
	}
	for _, p := range out.Values[limit:] {
		out.Rest.Count += p.Count
		out.Rest.Customers += p.Customers
	}
	out.Values = out.Values[:limit:limit]
}

// add adds a value that members have.
func (b *Breakdown) add(p *Portion) {
	if p.Count > 0 {
		b.Values = append(b.Values, *p)
	}
}

// compareValues orders two values of one attribute that are neither NULL nor lists.
func compareValues(x, y any) int {
	switch x := x.(type) {
	case string:
		return strings.Compare(x, y.(string))
	case int64:
		return cmp.Compare(x, y.(int64))
	case float64:
		return cmp.Compare(x, y.(float64))
	case column.Decimal:
		return x.Unscaled.Cmp(y.(column.Decimal).Unscaled)
	case column.Day:
		return cmp.Compare(x, y.(column.Day))
	case time.Time:
		return x.Compare(y.(time.Time))
	case bool:
		if x == y.(bool) {
			return 0
		} else if x {
			return 1
		}
		return -1
	}
	return 0
}
