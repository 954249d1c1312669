package federate

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// rows runs a statement of few rows of so many columns, and calls each for every
// batch of them. what is the answer's name in errors.
func (f *found) rows(ctx context.Context, what, statement string, columns int, each func(arrow.RecordBatch) error) error {
	for batch, err := range f.Query(ctx, statement) {
		if err != nil {
			return fmt.Errorf("%s in %s: %w", what, f.URI(), f.ranged(err))
		}
		if got := int(batch.NumCols()); got != columns {
			return fmt.Errorf("%s in %s: the source gave %d columns, expected %d", what, f.URI(), got, columns)
		}
		if batch.NumRows() == 0 {
			continue
		}
		if err := each(batch); err != nil {
			return fmt.Errorf("%s in %s: %w", what, f.URI(), err)
		}
	}
	return ctx.Err()
}

// number runs a statement that gives one row of one number, which is a count.
func (f *found) number(ctx context.Context, what, statement string) (uint64, error) {
	var count, received int64
	err := f.rows(ctx, what, statement, 1, func(batch arrow.RecordBatch) error {
		received += batch.NumRows()
		values := batch.Column(0)
		value := wholes(values)
		if value == nil || values.NullN() > 0 || value(0) < 0 {
			return fmt.Errorf("the source gave %s of type %s, expected a number of customers", values.ValueStr(0), values.DataType())
		}
		count = value(0)
		return nil
	})
	switch {
	case err != nil:
		return 0, err
	case received != 1:
		return 0, &source.IncompleteError{Table: what, Received: received, Expected: 1}
	}
	return uint64(count), nil
}

// inPlace says of what SQL cannot express that it cannot be asked in place.
func inPlace(err error) error {
	var dialect *sqlgen.UnsupportedError
	if errors.As(err, &dialect) {
		return unsupported(err)
	}
	return err
}

// positions returns the positions of the attributes called names.
func positions(s *model.Schema, names []string) ([]int, error) {
	found := make([]int, len(names))
	for i, name := range names {
		if found[i] = s.Attribute(name); found[i] >= 0 {
			continue
		}
		return nil, engine.NewColumnError(s, name)
	}
	return found, nil
}
