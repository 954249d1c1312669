package index

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
)

// oneBatch is a stored table of one batch.
type oneBatch struct{ batch arrow.RecordBatch }

var errCorrupt = errors.New("corrupt")

func (b oneBatch) NumBatches() int                      { return 1 }
func (b oneBatch) Batch(int) (arrow.RecordBatch, error) { return b.batch, nil }
func (b oneBatch) Corrupt(reason error) error           { return fmt.Errorf("%w: %w", errCorrupt, reason) }

var twoFields = []model.Field{
	{Name: "place", Type: model.Type{Kind: model.String}},
	{Name: "spent", Type: model.Type{Kind: model.Number, Repr: model.Int64}},
}

// twoFieldBatch is the table of three events, one of them undated.
func twoFieldBatch(t *testing.T) arrow.RecordBatch {
	t.Helper()
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, EventSchema(twoFields), strings.NewReader(`[
		{"row": 5, "time": "2024-01-01T00:00:00Z", "field:place": "home", "field:spent": 1},
		{"row": 3, "time": "2024-01-02T00:00:00Z", "field:place": null, "field:spent": 2},
		{"row": 5, "time": null, "field:place": "park", "field:spent": null}]`))
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

// TestEventFields reads fields and times.
func TestEventFields(t *testing.T) {
	block, err := OpenEvents(twoFields, oneBatch{twoFieldBatch(t)}).Block(0)
	if err != nil {
		t.Fatal(err)
	}
	times, err := block.Time()
	if err != nil {
		t.Fatal(err)
	}
	got := []any{}
	for i := range times.Len() {
		got = append(got, times.IsNull(i))
	}
	for i := range twoFields {
		v, err := block.Field(i)
		if err != nil {
			t.Fatal(err)
		}
		for j := range v.Len() {
			got = append(got, v.Value(j))
		}
	}
	if text := fmt.Sprint(got); text != "[false false true home <nil> park 1 2 <nil>]" {
		t.Errorf("got %s", text)
	}
}

// TestSpoiltField opens events of which one field is spoilt: only who reads it
// is told.
func TestSpoiltField(t *testing.T) {
	batch := twoFieldBatch(t)
	offsets := memory.NewBufferBytes(arrow.Int32Traits.CastToBytes([]int32{0, 9, 4, 8}))
	text := batch.Column(2).Data().Buffers()[2]
	data := array.NewData(arrow.BinaryTypes.String, 3, []*memory.Buffer{nil, offsets, text}, nil, 0, 0)
	spoilt := array.NewRecordBatch(batch.Schema(), []arrow.Array{batch.Column(0), batch.Column(1), array.MakeFromData(data), batch.Column(3)}, 3)
	block, err := OpenEvents(twoFields, oneBatch{spoilt}).Block(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := block.Field(1); err != nil {
		t.Errorf("the other field: %v", err)
	}
	_, err = block.Field(0)
	want := `corrupt: block 0: field "place": column: value 1 starts at 9, the one before at 0, of 8 in all`
	if !errors.Is(err, errCorrupt) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestOtherColumns opens events with the columns of another behavior.
func TestOtherColumns(t *testing.T) {
	_, err := OpenEvents(twoFields[:1], oneBatch{twoFieldBatch(t)}).Block(0)
	if !errors.Is(err, errCorrupt) {
		t.Errorf("got %v, want %v", err, errCorrupt)
	}
}
