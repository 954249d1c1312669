package bitmap

import (
	"bytes"

	"github.com/RoaringBitmap/roaring/v2"
)

// Append appends the portable roaring form of rows to dst. The rows are
// ascending; doubles count once. Equal rows always give equal bytes.
func Append(dst []byte, rows []uint32) ([]byte, error) {
	b := roaring.New()
	b.AddMany(rows)
	b.RunOptimize()
	buf := bytes.NewBuffer(dst)
	_, err := b.WriteTo(buf)
	return buf.Bytes(), err
}
