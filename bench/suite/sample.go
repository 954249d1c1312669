package suite

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
)

// sampleCustomers is how many customers the values of suite attributes are taken
// from. A customer's number says nothing of the customer, so that the first are
// as good as any.
const sampleCustomers = 200_000

// customerSample is what some customers have, in ascending order.
type customerSample struct {
	values    []decimal128.Num // lifetime_value of every customer that has one
	scale     int32            // of values: digits after the point
	countries []string         // each once
	traits    []string         // of trait_1, each once
}

// readCustomers reads the first customers of a data set.
func readCustomers(ctx context.Context, d *workload.Dataset, hasTraits bool) (s *customerSample, err error) {
	src, err := files.Open(d.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	table, err := src.Table(ctx, model.TableRef{Schema: "main", Table: "customers"})
	if err != nil {
		return nil, err
	}
	columns := []string{"lifetime_value", "country"}
	if hasTraits {
		columns = append(columns, "trait_1")
	}
	s = &customerSample{}
	countries, traits := map[string]bool{}, map[string]bool{}
	err = scanFirst(ctx, table, columns, sampleCustomers, func(batch arrow.RecordBatch, rows int) error {
		if err := s.addValues(batch.Column(0), rows); err != nil {
			return err
		}
		if err := addTexts(countries, batch.Column(1), rows); err != nil || !hasTraits {
			return err
		}
		return addTexts(traits, batch.Column(2), rows)
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(s.values, decimal128.Num.Cmp)
	s.countries, s.traits = slices.Sorted(maps.Keys(countries)), slices.Sorted(maps.Keys(traits))
	return s, nil
}

// scanFirst calls add for the batches of a table and how many of their rows are
// among the first n of the table.
func scanFirst(ctx context.Context, table source.Table, columns []string, n int, add func(batch arrow.RecordBatch, rows int) error) error {
	left := n
	for batch, err := range table.Scan(ctx, columns) {
		if err != nil {
			return err
		}
		rows := min(left, int(batch.NumRows()))
		if err := add(batch, rows); err != nil {
			return fmt.Errorf("table %s: %w", table.Ref(), err)
		}
		if left -= rows; left == 0 {
			break
		}
	}
	return nil
}

// addValues adds the first values of a column of decimals.
func (s *customerSample) addValues(column arrow.Array, rows int) error {
	decimals, ok := column.(*array.Decimal128)
	if !ok {
		return fmt.Errorf("lifetime_value is of type %s, expected a decimal", column.DataType())
	}
	s.scale = decimals.DataType().(*arrow.Decimal128Type).Scale
	for i := range rows {
		if decimals.IsValid(i) {
			s.values = append(s.values, decimals.Value(i))
		}
	}
	return nil
}

// addTexts adds the first values of a column of text.
func addTexts(set map[string]bool, column arrow.Array, rows int) error {
	texts, ok := column.(*array.String)
	if !ok {
		return fmt.Errorf("a column of type %s was found, expected text", column.DataType())
	}
	for i := range rows {
		if v := texts.Value(i); texts.IsValid(i) && !set[v] {
			set[string([]byte(v))] = true // v is the batch's
		}
	}
	return nil
}
