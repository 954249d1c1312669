package service

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// Values lists values of an attribute, or of a field of events, that most members of a rule
// have, to be proposed while a rule is written.
//
// Of an attribute that a snapshot has indexed, and in a source, all values are counted. Else
// values are looked for among the first members (of events: the value that each has most
// often), and members who have them are counted for those alone; Notes say so.
func (s *Service) Values(ctx context.Context, who Caller, parent string, in ValuesRequest) (*ValuesJSON, error) {
	if err := s.allow(ctx, who, opValues, parentObject(parent)); err != nil {
		return nil, err
	}
	if in.Limit < 0 || in.Limit > maxValues {
		return nil, inputf("limit", "%d, expected 1 to %d", in.Limit, maxValues)
	}
	if in.Limit == 0 {
		in.Limit = defaultValues
	}
	o, err := s.open(ctx, parent, in.Version)
	if err != nil {
		return nil, err
	}
	defer o.release()
	f, err := findField(in.Field, o.schema())
	if err != nil {
		return nil, err
	}
	if in.Rule == "" && in.Path == "" && len(in.Segment) == 0 {
		if in.Rule, err = everyone(o.schema()); err != nil {
			return nil, err
		}
	}
	q, err := s.askOf(ctx, o, &in.Ask)
	if err != nil {
		return nil, err
	}
	v := &valueSearch{asked: q, field: f, in: &in, out: &ValuesJSON{
		Field: f.name, Type: f.typ, Values: []ValueJSON{}, Of: "customers", Notes: []string{},
	}}
	if s.hidesSmall(who, parent, f.name) {
		v.least = MinGroup
	}
	if err := v.run(ctx); err != nil {
		return nil, o.failed(ctx, err)
	}
	return v.out, nil
}

// valueSearch looks for values of a field.
type valueSearch struct {
	*asked
	field *field
	in    *ValuesRequest
	out   *ValuesJSON
	least uint64 // members that a value has at least to be shown
}

func (v *valueSearch) run(ctx context.Context) error {
	switch {
	case v.place != nil:
		return v.inSource(ctx)
	case v.field.attribute >= 0 && (v.field.typ.IsArray() || v.snapshot.Manifest().Attributes[v.field.attribute].Indexed):
		return v.all(ctx)
	}
	return v.some(ctx)
}

// all counts every value of an attribute.
func (v *valueSearch) all(ctx context.Context) error {
	_, parts, err := v.Breakdown(ctx, []engine.By{{Attribute: v.field.name}}, 0)
	if err != nil {
		return err
	}
	v.out.Distinct = parts[0].Distinct
	return v.show(foundIn(parts[0].Values))
}

// foundIn returns the portions of a breakdown as values.
func foundIn(portions []engine.Portion) []found {
	out := make([]found, len(portions))
	for i, p := range portions {
		out[i] = found{p.Value, maskedText(p.Value, false), p.Count}
	}
	return out
}

// inSource counts the values of an attribute in a source: those that most have.
func (v *valueSearch) inSource(ctx context.Context) error {
	if v.field.attribute < 0 {
		return ask.UnsupportedInPlace("values of a field of events are looked for in a snapshot")
	}
	checked, err := rule.Check(v.given.Parsed, v.place.Schema, v.library)
	if err != nil {
		return err
	}
	const most = 10_000
	groups, err := federate.Breakdown(ctx, v.place.Place, checked, v.asOf, v.field.name, most)
	if err != nil {
		return err
	}
	v.out.Distinct = int(groups.Distinct)
	var values []found
	for _, g := range groups.Groups {
		values = append(values, found{g.Value, maskedText(g.Value, false), g.Customers})
	}
	if groups.Distinct > uint64(len(values)) {
		v.out.More = true
		v.note("looked for among the %d values that most customers have, of %d", len(values), groups.Distinct)
	}
	return v.show(values)
}

// some looks for values among the first members, and counts who has those that it shows.
func (v *valueSearch) some(ctx context.Context) error {
	question, ok := v.Asker.(*ask.Question)
	if !ok {
		return fmt.Errorf("%T has no members to look at", v.Asker)
	}
	values, whole, err := v.field.sample(ctx, question.Query)
	if err != nil {
		return err
	}
	var candidates []found
	for value, n := range values {
		if text := maskedText(value, false); matches(text, v.in.Search) {
			candidates = append(candidates, found{value, text, n})
		}
	}
	sortFound(candidates)
	v.notes(whole)
	if len(candidates) > v.in.Limit {
		v.out.More = true
		candidates = candidates[:v.in.Limit]
	}
	if !whole || v.field.attribute < 0 {
		if err := v.count(ctx, question.Query.String(), candidates); err != nil {
			return err
		}
	} else {
		v.out.Distinct = len(values)
	}
	return v.show(candidates)
}

// notes says how the values were found.
func (v *valueSearch) notes(whole bool) {
	switch {
	case v.field.attribute < 0 && whole:
		v.note("looked for among the values that each member has most often; count is who has had the value at all")
	case v.field.attribute < 0:
		v.note("looked for among the values that each of the first %d members has most often; count is who has had the value at all", sampledRows)
	case !whole:
		v.note("looked for among the first %d members; count is of all", sampledRows)
	}
}

func (v *valueSearch) note(format string, args ...any) {
	v.out.Notes = append(v.out.Notes, fmt.Sprintf(format, args...))
}

// count asks how many members have each of some values, of the first of them.
func (v *valueSearch) count(ctx context.Context, within string, values []found) error {
	for i := range values {
		condition := v.field.condition(values[i].value)
		if condition == "" || i >= maxExact {
			continue
		}
		r, err := rule.Parse("(" + within + ") and " + condition)
		if err != nil {
			return err
		}
		q, err := v.snapshot.QueryRule(r)
		if err != nil {
			return err
		}
		if values[i].count, err = q.At(v.asOf).Count(ctx); err != nil {
			return err
		}
	}
	sortFound(values)
	return nil
}

// show puts values into the answer: those that pass the search, the first of them, and none
// that fewer than least have.
func (v *valueSearch) show(values []found) error {
	for _, one := range values {
		switch {
		case one.count == 0:
		case one.count < v.least || !matches(one.text, v.in.Search):
			v.out.Rest += one.count
		case len(v.out.Values) == v.in.Limit:
			v.out.More = true
			v.out.Rest += one.count
		default:
			text, err := json.Marshal(ask.ValueJSON(one.value))
			if err != nil {
				return err
			}
			v.out.Values = append(v.out.Values, ValueJSON{text, one.count})
		}
	}
	return nil
}
