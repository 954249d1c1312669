package databricks

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/federate/source"
)

// TestFetchAheadIsBounded reads slowly, and looks at how far ahead of the part that
// is read others are asked for.
func TestFetchAheadIsBounded(t *testing.T) {
	const rows, parts, parallel = 10_000, 10, 2
	var read, most atomic.Int64 // rows; parts beyond the one that is read
	lake := &numberLake{rows: rows, parts: parts, mem: memory.NewCheckedAllocator(memory.NewGoAllocator())}
	lake.began = func(_ context.Context, part int) error {
		ahead := int64(part) - read.Load()/(rows/parts)
		for was := most.Load(); ahead > was && !most.CompareAndSwap(was, ahead); was = most.Load() {
		}
		return nil
	}
	for batch, err := range lake.table(t, parallel).Scan(t.Context(), []string{"n"}) {
		if err != nil {
			t.Fatal(err)
		}
		for range 5 { // others have the time to go on
			time.Sleep(time.Millisecond)
		}
		read.Add(batch.NumRows())
	}
	if read.Load() != rows || most.Load() != parallel {
		t.Errorf("%d rows, and parts were asked for up to %d ahead; want %d and %d", read.Load(), most.Load(), rows, parallel)
	}
}

// TestBreakOffWhileAnotherPartFails has the reader break off after a part that it
// has not come to has failed.
func TestBreakOffWhileAnotherPartFails(t *testing.T) {
	lake := &numberLake{rows: 3_000, parts: 3, mem: memory.NewCheckedAllocator(memory.NewGoAllocator())}
	given, begun, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	lake.began = func(ctx context.Context, part int) error {
		switch part {
		case 1:
			<-given
			<-begun // nobody begins with it once this one has failed
			return &StatementError{Message: "no"}
		case 2:
			close(begun)
			<-ctx.Done()
			close(ended)
			return ctx.Err()
		}
		return nil
	}
	for _, err := range lake.table(t, 3).Scan(t.Context(), []string{"n"}) {
		if err != nil {
			t.Fatal(err)
		}
		close(given)
		<-ended
		break
	}
}

// TestFullDiskEndsPull pulls a table that the disk has no room for.
func TestFullDiskEndsPull(t *testing.T) {
	lake := &numberLake{rows: 1_000_000, parts: 4, mem: memory.NewCheckedAllocator(memory.NewGoAllocator())}
	whole := lake.table(t, 2)
	spool := &whole.source.pulls.spool
	spool.disk = newDisk(3_000_000).put
	var last error
	for _, err := range whole.Scan(t.Context(), []string{"n"}) {
		last = err
	}
	var incomplete *source.IncompleteError
	if !errors.As(last, &incomplete) || incomplete.Expected != 1_000_000 {
		t.Fatalf("error %v, want a *source.IncompleteError", last)
	}
	for _, want := range []string{"spool " + spool.root, "no space left on device; the option spool=FOLDER names one with more room"} {
		if !strings.Contains(last.Error(), want) {
			t.Errorf("error %q, want it to say %q", last, want)
		}
	}
	if left, err := os.ReadDir(spool.root); err != nil || len(left) != 0 {
		t.Errorf("left are %v (%v), want nothing that fills the disk", left, err)
	}
	lake.mem.AssertSize(t, 0)
}
