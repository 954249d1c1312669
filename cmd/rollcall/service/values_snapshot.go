package service

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
)

// ValuesOf lists values in a version of a snapshot, as [Service.Values] does for who may see
// members. The rule is asked as of a time; in.AsOf, in.Path and in.Version are not looked at.
func ValuesOf(ctx context.Context, snap *ask.Snapshot, in ValuesRequest, asOf time.Time) (*ValuesJSON, error) {
	if in.Limit < 0 || in.Limit > maxValues {
		return nil, inputf("limit", "%d, expected 1 to %d", in.Limit, maxValues)
	}
	if in.Limit == 0 {
		in.Limit = defaultValues
	}
	schema := snap.Schema()
	f, err := findField(in.Field, schema)
	if err != nil {
		return nil, err
	}
	if in.Rule == "" && len(in.Segment) == 0 {
		if in.Rule, err = everyone(schema); err != nil {
			return nil, err
		}
	}
	given, err := parseGiven(in.Rule, in.Segment, "")
	if err != nil {
		return nil, err
	}
	r := &ask.Rule{Parsed: given.rule, Segment: given.file}
	q, err := ask.Ask(snap, r, asOf)
	if err != nil {
		return nil, err
	}
	v := &valueSearch{
		asked: &asked{opened: &opened{snapshot: snap}, Asker: q, given: r, asOf: asOf},
		field: f, in: &in, out: &ValuesJSON{Field: f.name, Type: f.typ, Values: []ValueJSON{}, Of: "customers", Notes: []string{}},
	}
	if err := v.run(ctx); err != nil {
		return nil, err
	}
	return v.out, nil
}
