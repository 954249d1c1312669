package export

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
)

// midway is the cases of an export that ends in the middle: the formats, each with a
// file that is there already and without.
func midway(t *testing.T, do func(t *testing.T, path string, f Format)) {
	t.Helper()
	for f := Parquet; f <= Arrow; f++ {
		for _, before := range []map[string]string{{"gold." + f.String(): "the earlier audience"}, {}} {
			dir := t.TempDir()
			for name, content := range before {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			do(t, filepath.Join(dir, "gold."+f.String()), f)
			if diff := cmp.Diff(before, listing(t, dir)); diff != "" {
				t.Errorf("%s: the folder: -want +got\n%s", f, diff)
			}
		}
	}
}

// tempBytes returns how large the one temporary file of a folder is, -1 if there is
// none.
func tempBytes(t *testing.T, path string) int64 {
	t.Helper()
	temps, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".rollcall-*.tmp"))
	if err != nil || len(temps) != 1 {
		return -1
	}
	info, err := os.Stat(temps[0])
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// Whoever interrupts an export that has written a part leaves nothing of it, and the
// file that was there.
func TestWriteFileInterrupted(t *testing.T) {
	const rows = 8192
	whole := benchBatches(8 * rows)[0]
	var batches []arrow.RecordBatch
	for lo := int64(0); lo < whole.NumRows(); lo += rows {
		batches = append(batches, whole.NewSlice(lo, lo+rows))
	}
	midway(t, func(t *testing.T, path string, f Format) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		written, seen := int64(-1), 0
		opts := Options{RowGroupRows: 5000, Progress: func(n int64) {
			if n == 7*rows {
				written = tempBytes(t, path)
				cancel()
			}
			seen++
		}}
		n, err := WriteFile(ctx, path, benchSchema, sequence(batches...), opts)
		if n != 0 || !errors.Is(err, context.Canceled) || seen != 7 {
			t.Errorf("%s: returned %d, %v after %d batches, want %v after 7", f, n, err, seen, context.Canceled)
		}
		if written < bufferBytes {
			t.Errorf("%s: the temporary file had %d bytes, want a part of the audience", f, written)
		}
	})
}

// An interruption within one large batch ends an export as well; Arrow writes batches
// whole, and ends after it.
func TestWriteFileInterruptedInBatch(t *testing.T) {
	batch := benchBatches(65536)[0]
	midway(t, func(t *testing.T, path string, f Format) {
		ctx := &endingContext{Context: t.Context(), asked: 4}
		if f == Arrow {
			ctx.asked = 1
		}
		rows, err := WriteFile(ctx, path, benchSchema, sequence(batch), Options{sliceRows: 8192})
		if rows != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: returned %d, %v, want %v", f, rows, err, context.Canceled)
		}
	})
}

// endingContext ends when its error has been asked for so many times.
type endingContext struct {
	context.Context
	asked int
}

func (c *endingContext) Err() error {
	if c.asked--; c.asked < 0 {
		return context.Canceled
	}
	return nil
}

// fillingWriter writes to a file until the disk is full.
type fillingWriter struct {
	out io.Writer
	failingWriter
}

func (w *fillingWriter) Write(b []byte) (int, error) {
	n, err := w.failingWriter.Write(b)
	written, werr := w.out.Write(b[:n])
	return written, errors.Join(err, werr)
}

// A disk that is full in the middle leaves nothing behind, and the file that was
// there.
func TestWriteFileFullDisk(t *testing.T) {
	const full = 1 << 20 // bytes
	batches := benchBatches(65536)
	midway(t, func(t *testing.T, path string, f Format) {
		written := int64(-1)
		err := replaceFile(path, publicMode, func(w io.Writer) error {
			disk := &fillingWriter{w, failingWriter{full}}
			_, err := Write(t.Context(), disk, benchSchema, sequence(batches...), Options{Format: f, RowGroupRows: 5000})
			written = tempBytes(t, path)
			return err
		})
		if !errors.Is(err, errFull) || written != full {
			t.Errorf("%s: error %v with %d bytes written, want %v with %d", f, err, written, errFull, full)
		}
	})
}
