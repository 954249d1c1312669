package keys

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

var seed = flag.Uint64("seed", bitmaptest.Seed(), "seed of random tests")

var (
	textType = model.Type{Kind: model.String}
	intType  = model.Type{Kind: model.Number, Repr: model.Int64}
)

// corrupt is the error that the files of these tests make.
func corrupt(reason error) error { return fmt.Errorf("corrupt: %w", reason) }

// memory bytes of a table.
type tableBytes []byte

func (b tableBytes) Len() int64 { return int64(len(b)) }

func (b tableBytes) Range(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off > b.Len() || n > b.Len()-off {
		return nil, corrupt(fmt.Errorf("%d bytes at %d, of %d", n, off, len(b)))
	}
	return b[off : off+n], nil
}

func (b tableBytes) Corrupt(reason error) error { return corrupt(reason) }

// blocks is a key column in memory.
type blocks struct {
	batches []arrow.RecordBatch
	err     error // of every batch
}

func (b *blocks) NumBatches() int { return len(b.batches) }

func (b *blocks) Batch(i int) (arrow.RecordBatch, error) { return b.batches[i], b.err }

func (b *blocks) Corrupt(reason error) error { return corrupt(reason) }

// newColumn returns a column of keys; null (nil: none) names the rows that are
// NULL. Blocks have blockRows rows.
func newColumn[T int64 | string](keys []T, null func(row int) bool, blockRows int) *column.Column {
	t := textType
	if _, ok := any(keys).([]int64); ok {
		t = intType
	}
	out := &blocks{}
	for lo := 0; lo < len(keys); lo += blockRows {
		b := array.NewBuilder(memory.DefaultAllocator, t.Arrow())
		for row := lo; row < min(lo+blockRows, len(keys)); row++ {
			switch key := any(keys[row]).(type) {
			case int64:
				b.(*array.Int64Builder).Append(key)
			case string:
				b.(*array.StringBuilder).Append(key)
			}
		}
		arr := b.NewArray()
		if null != nil {
			arr = withNulls(arr, lo, null)
		}
		out.batches = append(out.batches, array.NewRecordBatch(runSchema(t), []arrow.Array{arr}, int64(arr.Len())))
	}
	return column.NewColumn(t, out)
}

// withNulls returns arr, whose first row is row base, with NULLs over values that
// stay where they are.
func withNulls(arr arrow.Array, base int, null func(row int) bool) arrow.Array {
	valid := make([]byte, (arr.Len()+7)/8)
	nulls := 0
	for i := range arr.Len() {
		if null(base + i) {
			nulls++
		} else {
			valid[i/8] |= 1 << (i % 8)
		}
	}
	buffers := append([]*memory.Buffer{memory.NewBufferBytes(valid)}, arr.Data().Buffers()[1:]...)
	return array.MakeFromData(array.NewData(arr.DataType(), arr.Len(), buffers, nil, nulls, 0))
}

// writeSections returns a file of what fill adds.
func writeSections(fill func(add func(tag toc.Tag, index uint32, data []byte) error) error) ([]byte, error) {
	var out bytes.Buffer
	w, err := toc.NewWriter(&out)
	if err != nil {
		return nil, err
	}
	if err := fill(w.Add); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// tableOptions is how a test writes a table.
type tableOptions struct {
	hash      hasher
	chunkKeys uint64
}

// writeFor returns the file of a table.
func writeFor(c *column.Column, rows int, o tableOptions) ([]byte, error) {
	return writeSections(func(add func(toc.Tag, uint32, []byte) error) error {
		return writeTable(c, rows, add, o.hash, o.chunkKeys)
	})
}

// openFile returns the dictionary of a file.
func openFile(c *column.Column, rows int, file []byte) (*Dictionary, error) {
	table, err := toc.Open(tableBytes(file))
	if err != nil {
		return nil, err
	}
	return Open(c, rows, table)
}

// build writes a table and opens it.
func build(t testing.TB, c *column.Column, rows int, o tableOptions) *Dictionary {
	t.Helper()
	file, err := writeFor(c, rows, o)
	if err != nil {
		t.Fatal(err)
	}
	d, err := openFile(c, rows, file)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// find looks a key of either kind up, by the hashes that the table was written
// with.
func find[T int64 | string](d *Dictionary, h hasher, key T) (row uint32, ok bool, err error) {
	if key, isInt := any(key).(int64); isInt {
		return d.findInt(h.ints(key), key)
	}
	return d.findString(h.texts(any(key).(string)), any(key).(string))
}

// hashVariants are the format's hashes, and worse ones: all keys collide, many
// do, or those of one bucket and chunk do.
var hashVariants = map[string]hasher{
	"xxhash":   hashes,
	"one":      {func(int64) uint64 { return 1 << 63 }, func(string) uint64 { return 1<<64 - 1 }},
	"few":      reduced(0xc000000000000003),
	"oneCheck": reduced(0xffffffff00000000),
	"oneChunk": reduced(0x00ffffffffffffff),
}

func reduced(mask uint64) hasher {
	return hasher{
		ints:  func(x int64) uint64 { return hashInt(x) & mask },
		texts: func(s string) uint64 { return hashString(s) & mask },
	}
}

// wantError checks the whole text of an error.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}

var errTest = errors.New("the disk is on fire")

var longKey = strings.Repeat("long key ", 100_000)

const blockRows = bitmap.BlockRows

// newColumnBatch returns a record batch of string keys.
func newColumnBatch(keys []string) arrow.RecordBatch {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues(keys, nil)
	return newBatch(runSchema(textType), b)
}
