package suite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
)

// What is read for suite random.
const (
	tableCustomers = 300       // the first
	tableEvents    = 8_000_000 // rows of each table of events, about: of parts at even distances
	customerEvents = 200       // events of a behavior kept of a customer, the first: a busy one has thousands
)

// readTable returns the first customers of a data set with those of their events
// that lie in the parts which are read.
func readTable(ctx context.Context, dir string, src source.Source, schema *model.Schema, layout *model.Layout) (*oracle.Table, error) {
	t := &oracle.Table{
		Schema:     schema,
		Attributes: make([][]any, len(schema.Attributes)),
		Behaviors:  make([][][]oracle.Event, len(schema.Behaviors)),
	}
	if err := readMaster(ctx, src, t, layout); err != nil {
		return nil, err
	}
	rows := map[int64]int{}
	for i, key := range t.Keys {
		rows[key.(int64)] = i
	}
	for i := range layout.Behaviors {
		t.Behaviors[i] = make([][]oracle.Event, len(t.Keys))
		if err := readEvents(ctx, dir, t, i, &layout.Behaviors[i], rows); err != nil {
			return nil, err
		}
	}
	return t, t.Validate()
}

// readMaster reads the keys and attributes, all of which are in the master table.
func readMaster(ctx context.Context, src source.Source, t *oracle.Table, layout *model.Layout) error {
	master, err := src.Table(ctx, layout.Master)
	if err != nil {
		return err
	}
	columns := []string{layout.KeyColumn}
	for i := range layout.Attributes {
		columns = append(columns, layout.Attributes[i].Column)
	}
	return scanFirst(ctx, master, columns, tableCustomers, func(batch arrow.RecordBatch, rows int) error {
		keys, ok := batch.Column(0).(*array.Int64)
		if !ok {
			return fmt.Errorf("the key is of type %s, expected int64", batch.Column(0).DataType())
		}
		for row := range rows {
			t.Keys = append(t.Keys, keys.Value(row))
			for i := range t.Attributes {
				v, err := valueAt(batch.Column(i+1), row)
				if err != nil {
					return err
				}
				t.Attributes[i] = append(t.Attributes[i], v)
			}
		}
		return nil
	})
}

// readEvents reads the events of one behavior.
func readEvents(ctx context.Context, dir string, t *oracle.Table, behavior int, layout *model.EventLayout, rows map[int64]int) (err error) {
	// Each part file is a table of its own in its folder.
	src, err := files.Open(filepath.Join(dir, layout.Table.Schema, layout.Table.Table))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	parts, err := someParts(ctx, src)
	if err != nil {
		return err
	}
	columns := []string{layout.KeyColumn, layout.Time.Column}
	for i := range layout.Fields {
		columns = append(columns, layout.Fields[i].Column)
	}
	for _, part := range parts {
		for batch, err := range part.Scan(ctx, columns) {
			if err != nil {
				return err
			}
			if err := addEvents(t.Behaviors[behavior], batch, rows); err != nil {
				return fmt.Errorf("table %s: %w", layout.Table, err)
			}
		}
	}
	return nil
}

// someParts opens the parts of a table, or of a large one only some.
func someParts(ctx context.Context, src source.Source) ([]source.Table, error) {
	refs, err := src.Tables(ctx)
	if err != nil {
		return nil, err
	}
	var parts []source.Table
	rows := int64(0)
	for _, ref := range refs {
		part, err := src.Table(ctx, ref)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		rows += part.Info().Rows
	}
	step := int((rows + tableEvents - 1) / tableEvents)
	var some []source.Table
	for i := 0; i < len(parts); i += max(step, 1) {
		some = append(some, parts[i])
	}
	return some, nil
}

// addEvents adds those events of a batch that the customers in rows have.
func addEvents(events [][]oracle.Event, batch arrow.RecordBatch, rows map[int64]int) error {
	keys, ok := batch.Column(0).(*array.Int64)
	if !ok {
		return fmt.Errorf("the key is of type %s, expected int64", batch.Column(0).DataType())
	}
	for i, key := range keys.Int64Values() {
		customer, ok := rows[key]
		if !ok || keys.IsNull(i) || len(events[customer]) == customerEvents {
			continue
		}
		at, err := valueAt(batch.Column(1), i)
		if err != nil {
			return err
		}
		event := oracle.Event{}
		if micros, ok := at.(int64); ok {
			event.Time = &micros
		}
		for _, column := range batch.Columns()[2:] {
			v, err := valueAt(column, i)
			if err != nil {
				return err
			}
			event.Fields = append(event.Fields, v)
		}
		events[customer] = append(events[customer], event)
	}
	return nil
}

// valueAt returns a value as package oracle holds it. It knows the types of a
// workload.
func valueAt(column arrow.Array, i int) (any, error) {
	if column.IsNull(i) {
		return nil, nil
	}
	switch c := column.(type) {
	case *array.String:
		return string([]byte(c.Value(i))), nil // a copy: the batch ends
	case *array.Int64:
		return c.Value(i), nil
	case *array.Boolean:
		return c.Value(i), nil
	case *array.Decimal128:
		return oracle.Decimal{Unscaled: c.Value(i).BigInt(), Scale: int(c.DataType().(*arrow.Decimal128Type).Scale)}, nil
	case *array.Timestamp:
		if unit := c.DataType().(*arrow.TimestampType).Unit; unit != arrow.Microsecond {
			return nil, fmt.Errorf("a time in units of %s was found, expected us", unit)
		}
		return int64(c.Value(i)), nil
	}
	return nil, fmt.Errorf("a column of type %s was found, expected one of a workload", column.DataType())
}
