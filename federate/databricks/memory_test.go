package databricks

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// numberLake is a warehouse of a table of so many rows of a number, in parts of
// equal size. Batches are of mem, and released when the loop goes on.
type numberLake struct {
	rows  int64
	parts int64
	mem   *memory.CheckedAllocator
}

func (e *numberLake) query(_ context.Context, _, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		switch {
		case strings.HasPrefix(statement, "SELECT pmod"):
			b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "part", Type: arrow.PrimitiveTypes.Int64}, {Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil))
			for i := range e.parts {
				b.Field(0).(*array.Int64Builder).Append(i)
				b.Field(1).(*array.Int64Builder).Append(e.rows / e.parts)
			}
			yield(b.NewRecordBatch(), nil)
		case strings.HasPrefix(statement, "SELECT count"):
			yield(array.NewRecordBatch(numbersSchema, numbersFrom(e.rows, e.rows+1).Columns(), 1), nil)
		case strings.HasPrefix(statement, "DESCRIBE DETAIL"):
			b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.BinaryTypes.String}}, nil))
			b.Field(0).(*array.StringBuilder).Append("abc")
			yield(b.NewRecordBatch(), nil)
		case strings.HasPrefix(statement, "SELECT `n`"):
			for at := int64(0); at < e.rows/e.parts; at += maxBatchRows {
				batch := e.batch(at, min(at+maxBatchRows, e.rows/e.parts))
				more := yield(batch, nil)
				batch.Release()
				if !more {
					return
				}
			}
		default:
			yield(nil, fmt.Errorf("unexpected statement %s", statement))
		}
	}
}

func (*numberLake) exec(context.Context, string, string) (int64, error) { return -1, nil }
func (*numberLake) close() error                                        { return nil }

func (e *numberLake) batch(lo, hi int64) arrow.RecordBatch {
	b := array.NewInt64Builder(e.mem)
	defer b.Release()
	b.Reserve(int(hi - lo))
	for i := lo; i < hi; i++ {
		b.UnsafeAppend(i)
	}
	values := b.NewArray()
	defer values.Release()
	return array.NewRecordBatch(numbersSchema, []arrow.Array{values}, hi-lo)
}

// TestPullIsBoundedInMemory pulls 32 MB in parts and looks at how much of what the
// warehouse gave is held meanwhile: a batch for each part that is being fetched.
func TestPullIsBoundedInMemory(t *testing.T) {
	const rows, parts, parallel, bound = 4_000_000, 10, 3, 3 * 2_000_000
	lake := &numberLake{rows, parts, memory.NewCheckedAllocator(memory.NewGoAllocator())}
	s := newSource(&Config{Host: "host", HTTPPath: "/x", Port: portTLS, Spool: t.TempDir(), Parts: parts, Parallel: parallel}, lake)
	whole := &table{
		source: s, entry: s.entry("main", "shop", "t", "MANAGED"), name: "t", pin: pin{isPinned: true, version: 1, id: "abc"},
		schema: numbersSchema, pieces: []*piece{{from: "t VERSION AS OF 1", rows: newRemembered[int64]()}},
	}
	got, most := int64(0), 0
	for batch, err := range whole.Scan(t.Context(), []string{"n"}) {
		if err != nil {
			t.Fatal(err)
		}
		got += batch.NumRows()
		most = max(most, lake.mem.CurrentAlloc())
	}
	if got != rows || most > bound {
		t.Errorf("%d rows, at most %d bytes held; want %d and %d", got, most, rows, bound)
	}
	lake.mem.AssertSize(t, 0)
}
