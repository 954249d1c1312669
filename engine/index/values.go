package index

import (
	"context"
	"fmt"
	"sort"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// MaxValues is the largest number of distinct values for which an attribute
// gets a value index. Beyond it a column is scanned: a bitmap per value would
// take more room than the column, and a range over it touch more memory.
const MaxValues = 1024

// Values is the value index of an attribute that is no list: for every distinct
// value the customers who have it, and those who are NULL. It is immutable and
// safe for concurrent use.
type Values struct {
	values *column.Vector // distinct, ascending; NULL last where any customer is
	views  *column.Lazy[bitmap.View]
}

// valueFields returns the columns of a value index's directory.
func valueFields(t model.Type) []arrow.Field {
	return []arrow.Field{{Name: "value", Type: t.Arrow(), Nullable: true}}
}

// BuildValues builds the value index of a collected column: the directory and
// the bytes of the bitmaps. ok is false, and nothing is built, where the column
// is a list or has more than MaxValues distinct values.
func BuildValues(b *column.Builder) (directory arrow.RecordBatch, bitmaps []byte, ok bool, err error) {
	if b.Type().IsArray() {
		return nil, nil, false, nil
	}
	order, groups, ok := groupRows(b)
	if !ok {
		return nil, nil, false, nil
	}
	w := newBitmapWriter()
	for _, group := range groups {
		if err := w.add(group); err != nil {
			return nil, nil, false, err
		}
	}
	values, err := b.Take(order)
	if err != nil {
		return nil, nil, false, err
	}
	return w.directory(valueFields(b.Type()), []arrow.Array{values}), w.bytes, true, nil
}

// groupRows returns the rows of each distinct value, ascending, the values in
// ascending order with NULL last, and one row for each value. ok is false where
// there are more than MaxValues values.
func groupRows(b *column.Builder) (first []uint32, groups [][]uint32, ok bool) {
	var nulls []uint32
	codes := column.NewCoder(b)
	for row := range uint32(b.Len()) {
		if b.IsNull(int(row)) {
			nulls = append(nulls, row)
			continue
		}
		code := codes.Code(int(row))
		if code == MaxValues {
			return nil, nil, false
		}
		if code == len(groups) {
			groups = append(groups, nil)
		}
		groups[code] = append(groups[code], row)
	}
	sort.Slice(groups, func(i, j int) bool { return b.Compare(int(groups[i][0]), int(groups[j][0])) < 0 })
	if nulls != nil {
		groups = append(groups, nulls)
	}
	for _, group := range groups {
		first = append(first, group[0])
	}
	return first, groups, true
}

// OpenValues returns the value index whose directory and bitmaps these are. It
// keeps both. Select matches all values at once, so they are those of a block at
// most. A bitmap is read when it is first selected.
func OpenValues(t model.Type, directory arrow.RecordBatch, bitmaps toc.Bytes) (*Values, error) {
	if err := checkFields(directory, valueFields(t)); err != nil {
		return nil, err
	}
	if n := directory.NumRows(); n > bitmap.BlockRows {
		return nil, fmt.Errorf("%d values, expected at most %d", n, bitmap.BlockRows)
	}
	values, err := column.NewVector(t, directory.Column(0))
	if err != nil {
		return nil, err
	}
	views, err := openBitmaps(directory, bitmaps)
	if err != nil {
		return nil, err
	}
	return &Values{values: values, views: views}, nil
}

// Select returns a bitmap for every value that passes t. No customer is in two
// of them. t has no quantifier. The error is ctx's, or that of reading a bitmap.
func (x *Values) Select(ctx context.Context, t column.Test) ([]bitmap.View, error) {
	var rows bitmap.Words
	if err := x.values.Match(ctx, &rows, t); err != nil {
		return nil, err
	}
	var views []bitmap.View
	for i := range x.views.Len() {
		if !rows.Has(uint16(i)) {
			continue
		}
		view, err := x.views.At(i)
		if err != nil {
			return nil, err
		}
		views = append(views, *view)
	}
	return views, nil
}

// Len returns the number of bitmaps, NULL's included.
func (x *Values) Len() int { return x.views.Len() }
