package federate

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Total returns how many customers there are, which is how many a rule that is
// true for all selects.
func Total(ctx context.Context, p *Place) (uint64, error) {
	f, err := p.open(ctx)
	if err != nil {
		return 0, err
	}
	statement, err := sqlgen.Total(f.dialect, f.schema, f.layout, sqlgen.Pinned(f.versions))
	if err != nil {
		return 0, inPlace(err)
	}
	return f.number(ctx, "the number of customers", statement)
}

// Count returns how many customers a checked rule selects at asOf.
func Count(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time) (uint64, error) {
	f, err := p.open(ctx)
	if err != nil {
		return 0, err
	}
	return f.count(ctx, checked, asOf)
}

func (f *found) count(ctx context.Context, checked *rule.Checked, asOf time.Time) (uint64, error) {
	statement, err := f.generate(checked, asOf, sqlgen.Count())
	if err != nil {
		return 0, err
	}
	return f.number(ctx, "the count", statement)
}

// SQL returns the statement that selects the keys of the customers, in the
// dialect of the source and with tables at their pinned versions.
func SQL(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time) (string, error) {
	f, err := p.open(ctx)
	if err != nil {
		return "", err
	}
	return f.generate(checked, asOf)
}

// generate returns a statement over the tables at their pinned versions.
func (f *found) generate(checked *rule.Checked, asOf time.Time, options ...sqlgen.Option) (string, error) {
	f.noteSums(checked)
	options = append(append(options, sqlgen.Pinned(f.versions)), f.picked...)
	statement, err := sqlgen.Generate(f.dialect, checked, f.layout, asOf, options...)
	return statement, inPlace(err)
}
