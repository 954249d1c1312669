package column

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// TestColumnOfATableWithoutColumns opens a table whose batches have rows and no
// columns.
func TestColumnOfATableWithoutColumns(t *testing.T) {
	c := NewColumn(int64Type, file{array.NewRecordBatch(arrow.NewSchema(nil, nil), nil, 5)})
	want := "column: a table without columns, expected one"
	for range 2 { // nothing is remembered of the first
		if _, err := c.Block(0); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
