package bare

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
)

// columns are the columns that the conditions and the keys need, in the order in
// which batch takes them.
var columns = []string{"customer_id", "loyalty_tier", "email_opt_in", "lifetime_value", "country"}

// scale is the number of digits of lifetime_value behind the point.
const scale = 2

// load reads the customers of d.
func (e *Engine) load(ctx context.Context, d *workload.Dataset) (err error) {
	src, err := files.Open(d.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	table, err := src.Table(ctx, model.TableRef{Schema: "main", Table: "customers"})
	if err != nil {
		return err
	}
	for batch, err := range table.Scan(ctx, columns) {
		if err != nil {
			return err
		}
		if err := e.add(batch); err != nil {
			return fmt.Errorf("%s: %w", table.Info().Location, err)
		}
	}
	for _, t := range d.Tables {
		if t.Schema == "main" && t.Name == "customers" && t.Rows != int64(len(e.keys)) {
			return fmt.Errorf("%s: %d customers, expected %d", table.Info().Location, len(e.keys), t.Rows)
		}
	}
	return nil
}

// add appends the customers of a batch.
func (e *Engine) add(batch arrow.RecordBatch) error {
	b, err := typed(batch)
	if err != nil {
		return err
	}
	for i := range int(batch.NumRows()) {
		key := b.key.Value(i)
		if n := len(e.keys); n > 0 && key <= e.keys[n-1] {
			return fmt.Errorf("customer_id %d follows %d: ascending ones were expected", key, e.keys[n-1])
		}
		if b.key.IsNull(i) || b.country.IsNull(i) {
			return fmt.Errorf("customer %d, row %d: customer_id and country may not be NULL", key, len(e.keys)+1)
		}
		amount := b.value.Value(i)
		e.and4.add(len(e.keys),
			b.tier.IsValid(i) && b.tier.Value(i) == "Gold",
			b.optIn.IsValid(i) && b.optIn.Value(i),
			b.value.IsValid(i) && amount.GreaterEqual(lowest) && amount.LessEqual(highest),
			b.country.Value(i) == "US")
		e.keys = append(e.keys, key)
	}
	return nil
}

// The edges of the range of lifetime_value, in hundredths.
var (
	lowest  = decimal128.FromI64(200_00)
	highest = decimal128.FromI64(2000_00)
)

// batch is the columns of a batch in their types.
type batch struct {
	key           *array.Int64
	tier, country *array.String
	optIn         *array.Boolean
	value         *array.Decimal128
}

// typed returns the columns of a batch, or says which is of another type.
func typed(record arrow.RecordBatch) (b batch, err error) {
	ok := make([]bool, len(columns))
	b.key, ok[0] = record.Column(0).(*array.Int64)
	b.tier, ok[1] = record.Column(1).(*array.String)
	b.optIn, ok[2] = record.Column(2).(*array.Boolean)
	b.value, ok[3] = record.Column(3).(*array.Decimal128)
	b.country, ok[4] = record.Column(4).(*array.String)
	if ok[3] {
		ok[3] = b.value.DataType().(*arrow.Decimal128Type).Scale == scale
	}
	for i, name := range columns {
		if !ok[i] {
			return b, fmt.Errorf("column %s has the type %s, which was not expected", name, record.Column(i).DataType())
		}
	}
	return b, nil
}
