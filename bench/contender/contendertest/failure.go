package contendertest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// missingTable opens an engine over a data set without its customers.
func (s *contract) missingTable(t *testing.T) {
	data := Write(t)
	if err := os.RemoveAll(filepath.Join(data.Base.Dir, "main", "customers")); err != nil {
		t.Fatal(err)
	}
	s.checkFailure(t, data, "customers")
}

// damagedFile opens an engine over a data set with a file that is cut off.
func (s *contract) damagedFile(t *testing.T) {
	data := Write(t)
	file := filepath.Join(data.Base.Dir, "main", "customers", "part-0001.parquet")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	s.checkFailure(t, data, "customers")
}

// checkFailure checks that loading fails with an error that names something, and
// leaves nothing behind.
func (s *contract) checkFailure(t *testing.T, data *Data, names string) {
	t.Helper()
	scratch := t.TempDir()
	engine, err := s.Open(t.Context(), data.Base, s.options(t, scratch))
	if err == nil {
		t.Errorf("opening succeeds, want an error that names %q", names)
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	if !strings.Contains(err.Error(), names) {
		t.Errorf("the error is %q, which does not name %q", err, names)
	}
	checkEmpty(t, scratch)
}

// cancelledLoad opens an engine with a context that has ended.
func (s *contract) cancelledLoad(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	scratch := t.TempDir()
	engine, err := s.Open(ctx, Write(t).Base, s.options(t, scratch))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("opening with a cancelled context: %v, want context.Canceled", err)
	}
	if err == nil {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}
	checkEmpty(t, scratch)
}

// cancelledStages opens an engine again and again, each time with a context that
// ends when one more stage is told of, until a load goes through.
func (s *contract) cancelledStages(t *testing.T) {
	data := Write(t)
	for stage := 1; ; stage++ {
		ctx, cancel := context.WithCancel(t.Context())
		scratch, told := t.TempDir(), 0
		o := s.options(t, scratch)
		o.Progress = func(string) {
			if told++; told == stage {
				cancel()
			}
		}
		engine, err := s.Open(ctx, data.Base, o)
		cancel()
		if err == nil {
			if err := engine.Close(); err != nil {
				t.Error(err)
			}
			if told >= stage {
				t.Errorf("opening succeeds though the context ended at stage %d", stage)
			}
			t.Logf("%d stages cancelled", stage-1)
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at stage %d: %v, want context.Canceled", stage, err)
		}
		checkEmpty(t, scratch)
	}
}

// openParquet opens a Parquet file until the test ends.
func openParquet(t *testing.T, path string) *parquet.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return file
}
