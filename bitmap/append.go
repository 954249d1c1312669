package bitmap

import (
	"bytes"

	"github.com/RoaringBitmap/roaring/v2"
)

// Append appends the portable roaring form of rows to dst. The rows are
// ascending; doubles count once. Equal rows always give equal bytes.
func Append(dst []byte, rows []uint32) ([]byte, error) {
	var b Builder
	b.Add(rows)
	return b.AppendTo(dst)
}

// Builder collects a set of rows piece by piece, in compressed form. The zero
// value is the empty set. It is not safe for concurrent use.
type Builder struct{ rows roaring.Bitmap }

// Add adds rows, which are ascending; doubles count once. Rows of one block come
// in one piece: else equal sets need not give equal bytes.
func (b *Builder) Add(rows []uint32) { b.rows.AddMany(rows) }

// Len returns the number of rows in the set.
func (b *Builder) Len() uint64 { return b.rows.GetCardinality() }

// AppendTo appends the portable roaring form of the set to dst. Nothing is added
// afterwards.
func (b *Builder) AppendTo(dst []byte) ([]byte, error) {
	b.rows.RunOptimize()
	buf := bytes.NewBuffer(dst)
	_, err := b.rows.WriteTo(buf)
	return buf.Bytes(), err
}
