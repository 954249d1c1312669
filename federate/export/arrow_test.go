package export

import (
	"bytes"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/google/go-cmp/cmp"
)

func TestArrow(t *testing.T) {
	batches := allRows(t)
	metadata := map[string]string{"rollcall.rule": "country = 'CA'", "rollcall.as_of": "2026-01-01T00:00:00Z"}
	out := writeBytes(t, allTypes, Options{Format: Arrow, Metadata: metadata}, batches[0], batches[1].NewSlice(0, 0), batches[1])
	r, err := ipc.NewFileReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	md := r.Schema().Metadata()
	if diff := cmp.Diff([]string{"rollcall.as_of", "rollcall.rule"}, md.Keys()); diff != "" {
		t.Errorf("metadata keys: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(metadata, md.ToMap()); diff != "" {
		t.Errorf("metadata: -want +got\n%s", diff)
	}
	if !r.Schema().Equal(allTypes) {
		t.Errorf("the schema is\n%s\nwant\n%s", r.Schema(), allTypes)
	}
	if r.NumRecords() != len(batches) {
		t.Fatalf("found %d record batches, want %d", r.NumRecords(), len(batches))
	}
	for i, want := range batches {
		got, err := r.RecordBatch(i)
		if err != nil {
			t.Fatal(err)
		}
		if !array.RecordEqual(got, want) {
			t.Errorf("batch %d is\n%v\nwant\n%v", i, got, want)
		}
	}
}

// A slice of an array has offsets into buffers: only its rows are written.
func TestArrowSlice(t *testing.T) {
	batch := allRows(t)[0].NewSlice(1, 3)
	out := writeBytes(t, allTypes, Options{Format: Arrow}, batch)
	r, err := ipc.NewFileReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.RecordBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	if !array.RecordEqual(got, batch) {
		t.Errorf("the batch is\n%v\nwant\n%v", got, batch)
	}
}

func TestArrowNoRows(t *testing.T) {
	out := writeBytes(t, allTypes, Options{Format: Arrow})
	r, err := ipc.NewFileReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Schema().Equal(allTypes) || r.NumRecords() != 0 {
		t.Errorf("found %d record batches of\n%s\nwant none of\n%s", r.NumRecords(), r.Schema(), allTypes)
	}
}
