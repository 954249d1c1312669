package engine

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Division is an audience that a Split divides. It is immutable and safe for
// concurrent use.
type Division struct {
	query *Query // of all parts together
	split *Split
}

// Divided is how many members of an audience are in each part of a Split.
type Divided struct {
	Answer          // of the audience
	Counts []uint64 // by part, in the order of the split
}

// Split divides the members that the rule selects. The error is a *SplitError.
func (q *Query) Split(s Split) (*Division, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	s.Parts = append([]Part(nil), s.Parts...)
	return &Division{q, &s}, nil
}

// Split divides those that a Pick takes. A part is not divided again: its customers
// would have to be told apart by another salt. The error is a *SplitError.
func (s *Selection) Split(split Split) (*Division, error) {
	if s.query.some.split != nil {
		return nil, splitErrorf("a part of a split is not split again; give the split more parts")
	}
	return s.query.Split(split)
}

// Parts returns the parts, as the split has them. They must not be changed.
func (d *Division) Parts() []Part { return d.split.Parts }

// At returns the same division as of another time.
func (d *Division) At(asOf time.Time) *Division { return &Division{d.query.At(asOf), d.split} }

// Part returns the members in part i of the split, which is there.
func (d *Division) Part(i int) *Selection {
	part := *d.query
	part.some = &narrowing{split: d.split, part: i}
	if d.query.some != nil {
		part.some.pick, part.some.last = d.query.some.pick, d.query.some.last
	}
	return &Selection{&part}
}

// Count counts the members of every part, in one pass over the audience.
func (d *Division) Count(ctx context.Context) (out *Divided, err error) {
	start := time.Now()
	q := d.query
	err = q.ask(func(v *version, b *binding) error {
		p, err := q.program(ctx, v, b)
		if err != nil {
			return err
		}
		some, err := q.audience(ctx, v, b, p)
		if err != nil {
			return err
		}
		out = &Divided{Answer: *v.answer(p), Counts: make([]uint64, len(d.split.Parts))}
		parts := newSorter(d.split, 0)
		return some.blocks(ctx, func(block int, w *bitmap.Words) error {
			if w.IsEmpty() {
				return nil
			}
			keys, err := v.snapshot.Keys().Block(block)
			if err != nil {
				return err
			}
			parts.rows = w.AppendRows(parts.rows[:0], 0)
			for _, row := range parts.rows {
				out.Counts[parts.of(keys, int(row))]++
			}
			out.Answer.Count += uint64(len(parts.rows))
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out.Elapsed = time.Since(start)
	return out, nil
}

// Batches returns the members of all parts in one pass, as Query.Batches does, a
// batch for every part that has some of a block.
func (d *Division) Batches(ctx context.Context, names ...string) iter.Seq2[PartBatch, error] {
	return d.split.Batches(d.query.Batches(ctx, names...))
}

// PartBatch is customers of one part of a Split. It is valid until the next iteration;
// who keeps the Batch retains it.
type PartBatch struct {
	Part  int // position in Split.Parts
	Batch arrow.RecordBatch
}

// Batches divides record batches of customers, whose first column is the key: those
// of Query.Batches, or of a source. The parts of a batch come one after the other, in
// the order of the split, their customers in that of the batch. An error ends the
// sequence. The split is one that Check takes.
func (s *Split) Batches(batches iter.Seq2[arrow.RecordBatch, error]) iter.Seq2[PartBatch, error] {
	return func(yield func(PartBatch, error) bool) {
		parts := newSorter(s, 0)
		rows := make([][]uint32, len(s.Parts)) // of the batch, by part
		for batch, err := range batches {
			if err != nil {
				yield(PartBatch{}, err)
				return
			}
			var columns []*column.Vector
			err := guard(func() (err error) {
				columns, err = vectorsOf(batch)
				return err
			})
			if err != nil {
				yield(PartBatch{}, err)
				return
			}
			for part := range rows {
				rows[part] = rows[part][:0]
			}
			for row := range int(batch.NumRows()) {
				part := parts.of(columns[0], row)
				rows[part] = append(rows[part], uint32(row))
			}
			for part, some := range rows {
				if len(some) > 0 && !yieldPart(yield, part, batch.Schema(), columns, some) {
					return
				}
			}
		}
	}
}

// yieldPart yields some rows of a batch, and reports whether more are wanted.
func yieldPart(yield func(PartBatch, error) bool, part int, schema *arrow.Schema, columns []*column.Vector, rows []uint32) bool {
	arrays := make([]arrow.Array, len(columns))
	for i, c := range columns {
		arrays[i] = c.Take(rows)
	}
	batch := array.NewRecordBatch(schema, arrays, int64(len(rows)))
	defer batch.Release()
	for _, arr := range arrays {
		arr.Release()
	}
	return yield(PartBatch{part, batch}, nil)
}

// vectorsOf returns the values of a batch of customers.
func vectorsOf(batch arrow.RecordBatch) ([]*column.Vector, error) {
	var out []*column.Vector
	for i, arr := range batch.Columns() {
		name := batch.ColumnName(i)
		t, ok := typeOf(arr.DataType())
		if !ok || i == 0 && t.Kind != model.String && t.Repr != model.Int64 {
			return nil, fmt.Errorf("the column %q is of the type %s, which no split takes", name, arr.DataType())
		}
		if i == 0 && arr.NullN() > 0 {
			return nil, fmt.Errorf("the key %q has %d NULLs, expected a key for every customer", name, arr.NullN())
		}
		v, err := column.NewVector(t, arr)
		if err != nil {
			return nil, fmt.Errorf("the column %q: %w", name, err)
		}
		out = append(out, v)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("a batch of customers has no columns, expected the key first")
	}
	return out, nil
}

// typeOf returns the type whose Arrow type is given, if there is one.
func typeOf(t arrow.DataType) (model.Type, bool) {
	out := model.Type{Kind: model.Number}
	switch t := t.(type) {
	case *arrow.StringType:
		out.Kind = model.String
	case *arrow.BooleanType:
		out.Kind = model.Boolean
	case *arrow.Date32Type:
		out.Kind = model.Date
	case *arrow.TimestampType:
		out.Kind = model.Timestamp
	case *arrow.Int64Type:
		out.Repr = model.Int64
	case *arrow.Float64Type:
		out.Repr = model.Float64
	case *arrow.Decimal128Type:
		out.Repr, out.Precision, out.Scale = model.Decimal, uint8(t.Precision), uint8(t.Scale)
	case *arrow.ListType:
		elem, ok := typeOf(t.Elem())
		if !ok || elem.Kind != model.String && elem.Kind != model.Number {
			return out, false
		}
		out = elem
		out.Kind = map[model.Kind]model.Kind{model.String: model.StringArray, model.Number: model.NumberArray}[elem.Kind]
	default:
		return out, false
	}
	return out, arrow.TypeEqual(out.Arrow(), t)
}
