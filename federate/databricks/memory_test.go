package databricks

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
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
	began func(ctx context.Context, part int) error // of a part that is asked for; nil: nothing
}

func (e *numberLake) query(ctx context.Context, _, statement string) iter.Seq2[arrow.RecordBatch, error] {
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
			if err := e.begin(ctx, statement); err != nil {
				yield(nil, err)
				return
			}
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

// begin tells of a part that is asked for.
func (e *numberLake) begin(ctx context.Context, statement string) error {
	_, text, isPart := strings.Cut(statement, ") = ")
	part, err := strconv.Atoi(text)
	if !isPart || e.began == nil {
		return nil
	}
	return errors.Join(err, e.began(ctx, part))
}

func (e *numberLake) ask(ctx context.Context, what, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return e.query(ctx, what, statement)
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

// table returns the table, pulled by so many side by side.
func (e *numberLake) table(t *testing.T, parallel int) *table {
	t.Helper()
	s := newSource(&Config{Host: "host", HTTPPath: "/x", Port: portTLS, Spool: t.TempDir(), Parts: int(e.parts), Parallel: parallel}, e)
	return &table{
		source: s, entry: s.entry("main", "shop", "t", "MANAGED"), name: "t", pin: pin{isPinned: true, version: 1, id: "abc"},
		schema: numbersSchema, pieces: []*piece{{from: "t VERSION AS OF 1", rows: newRemembered[int64]()}},
	}
}

// TestPullIsBoundedInMemory pulls 32 MB in parts and looks at how much of what the
// warehouse gave is held meanwhile: a batch for each part that is being fetched.
func TestPullIsBoundedInMemory(t *testing.T) {
	const rows, parts, parallel, bound = 4_000_000, 10, 3, 3 * 2_000_000
	lake := &numberLake{rows: rows, parts: parts, mem: memory.NewCheckedAllocator(memory.NewGoAllocator())}
	whole := lake.table(t, parallel)
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
