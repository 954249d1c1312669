package export

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// heldEncoder returns an encoder of the columns of a schema that take rows one by
// one, and how to let go of the columns, which do nothing until then.
func heldEncoder(t *testing.T, schema *arrow.Schema) (e *parquetEncoder, letGo func()) {
	t.Helper()
	made, err := newParquetEncoder(io.Discard, schema, Options{sliceRows: 1})
	if err != nil {
		t.Fatal(err)
	}
	e = made.(*parquetEncoder)
	held := make([]*pageBuffers, cap(e.pages))
	for i := range held {
		held[i] = <-e.pages
	}
	return e, func() {
		for _, buffers := range held {
			e.pages <- buffers
		}
	}
}

// Who waits for the columns stops waiting when the context ends.
func TestParquetWaitsForContext(t *testing.T) {
	schema, batch := stringBatch("a", "b", "c", "d", "e", "f", "g")
	for name, do := range map[string]func(context.Context, *parquetEncoder) error{
		"write": func(ctx context.Context, e *parquetEncoder) error { return e.write(ctx, batch) },
		"close": func(ctx context.Context, e *parquetEncoder) error {
			return errors.Join(e.write(ctx, batch.NewSlice(0, 2)), e.close(ctx))
		},
	} {
		e, letGo := heldEncoder(t, schema)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- do(ctx, e) }()
		for len(e.columns[0].steps) < 2 { // those after the one that the column holds
			runtime.Gosched()
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want %v", name, err, context.Canceled)
		}
		letGo()
		if err := e.stop(); err != nil {
			t.Error(err)
		}
	}
}

// A column that waits for its turn when it is stopped does not take it.
func TestParquetStops(t *testing.T) {
	schema, batch := stringBatch("a", "b")
	e, letGo := heldEncoder(t, schema)
	if err := e.write(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	for len(e.columns[0].steps) > 1 { // it has taken the first
		runtime.Gosched()
	}
	done := make(chan error)
	go func() { done <- e.stop() }()
	for !e.stopped.Load() {
		runtime.Gosched()
	}
	letGo()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if rows := e.columns[0].pageRows; rows != 0 {
		t.Errorf("the column has taken %d rows", rows)
	}
}

// Of rows that are large no more than one slice is under way.
func TestParquetStepBytes(t *testing.T) {
	schema, batch := stringBatch("a", "b", "c", "d")
	made, err := newParquetEncoder(io.Discard, schema, Options{sliceRows: 1})
	if err != nil {
		t.Fatal(err)
	}
	e := made.(*parquetEncoder)
	for _, test := range []struct {
		maxAhead int64
		want     int // steps
	}{{9, 1}, {10, 2}, {1 << 20, maxSteps - 1}} { // a row takes 5 bytes
		e.maxAhead = test.maxAhead
		if err := e.write(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		if len(e.steps) != test.want || e.ahead != int64(test.want)*5 {
			t.Errorf("%d steps of %d bytes are under way, want %d", len(e.steps), e.ahead, test.want)
		}
	}
	if err := e.close(t.Context()); err != nil || e.ahead != 0 {
		t.Errorf("error %v, %d bytes are under way", err, e.ahead)
	}
}

// Arrays may be parts of several columns, and of batches that are under way at a
// time: with the race detector, this shows that no column changes them.
func TestParquetSharedArrays(t *testing.T) {
	texts := array.NewStringData(array.NewData(arrow.BinaryTypes.String, 4, []*memory.Buffer{
		memory.NewBufferBytes([]byte{0b1101}),
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes([]int32{0, 1, 1, 2, 3})),
		memory.NewBufferBytes([]byte("abc")),
	}, nil, array.UnknownNullCount, 0))
	lists := array.NewListData(array.NewData(arrow.ListOf(arrow.BinaryTypes.String), 3, []*memory.Buffer{
		memory.NewBufferBytes([]byte{0b101}),
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes([]int32{0, 2, 2, 4})),
	}, []arrow.ArrayData{texts.Data()}, array.UnknownNullCount, 0))
	var fields []arrow.Field
	var columns []arrow.Array
	for i := range 8 {
		fields = append(fields, nullable(string(rune('a'+i)), lists.DataType()))
		columns = append(columns, lists)
	}
	schema := arrow.NewSchema(fields, nil)
	batch := array.NewRecordBatch(schema, columns, 3)
	f := openParquet(t, writeBytes(t, schema, Options{Format: Parquet}, batch, batch.NewSlice(1, 3)))
	if rows := f.NumRows(); rows != 5 {
		t.Errorf("%d rows are written, want 5", rows)
	}
}

// However Write ends, no column goes on.
func TestParquetNothingRuns(t *testing.T) {
	batches := benchBatches(65536)
	batches = append(batches, batches[0], batches[0])
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, test := range []struct {
		name string
		ctx  context.Context
		out  io.Writer
		stop func(rows int64)
		want error
	}{
		{"whole", t.Context(), io.Discard, nil, nil},
		{"full", t.Context(), &failingWriter{1 << 20}, nil, errFull},
		{"cancelled", ctx, io.Discard, func(int64) { cancel() }, context.Canceled},
	} {
		opts := Options{Format: Parquet, RowGroupRows: 50_000, Progress: test.stop}
		if _, err := Write(test.ctx, test.out, benchSchema, sequence(batches...), opts); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", test.name, err, test.want)
		}
		stacks := make([]byte, 1<<20)
		if stacks = stacks[:runtime.Stack(stacks, true)]; strings.Contains(string(stacks), "(*parquetColumn).run(") {
			t.Errorf("%s: a column goes on:\n%s", test.name, stacks)
		}
	}
}
