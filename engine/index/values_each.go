package index

import "github.com/rollcall-db/rollcall/bitmap"

// At returns the value of bitmap i, as column.Vector.Value does, nil for NULL, and the
// customers who have it. No customer is in two of the bitmaps, and every row is in
// one. The error is that of reading the bitmap.
func (x *Values) At(i int) (value any, rows *bitmap.View, err error) {
	if rows, err = x.views.At(i); err != nil {
		return nil, nil, err
	}
	return x.values.Value(i), rows, nil
}
