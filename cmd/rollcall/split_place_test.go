package main

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate/export"
)

// splitInto returns a split of three parts into a folder.
func splitInto(dir string) *partFiles {
	third := engine.Hundred / 3
	return &partFiles{
		split: &engine.Split{Salt: "x", Parts: []engine.Part{{Name: "a", Share: third}, {Name: "b", Share: third}, {Name: "c", Share: engine.Hundred - 2*third}}},
		dir:   dir, format: export.CSV, rename: os.Rename,
	}
}

// keysAudience is an audience of the keys 0 to 299, which come in two batches; between
// calls between.
func keysAudience(between func()) *ask.Audience {
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64}}, nil)
	batches := func(yield func(arrow.RecordBatch, error) bool) {
		for start := range int64(2) {
			keys := array.NewInt64Builder(memory.DefaultAllocator)
			for i := range int64(150) {
				keys.Append(start*150 + i)
			}
			column := keys.NewArray()
			keys.Release()
			batch := array.NewRecordBatch(schema, []arrow.Array{column}, 150)
			column.Release()
			more := yield(batch, nil)
			batch.Release()
			if !more {
				return
			}
			between()
		}
	}
	return &ask.Audience{
		Schema: schema, Batches: iter.Seq2[arrow.RecordBatch, error](batches), Expected: 300, Metadata: map[string]string{},
		Answer: func(_ context.Context, rows int64) (*ask.Answer, error) {
			return &ask.Answer{Answer: engine.Answer{Count: uint64(rows)}}, nil
		},
	}
}

// filesIn returns what a folder holds, name: text.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		text := "a folder"
		if !e.IsDir() {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		out = append(out, e.Name()+": "+text)
	}
	return out
}

// TestSplitsAppearTogether fails and interrupts a split at every step that may fail:
// of a folder that is not there, of an empty one, and of one with some files of before.
func TestSplitsAppearTogether(t *testing.T) {
	full := &fs.PathError{Op: "rename", Path: "somewhere", Err: syscall.ENOSPC}
	folders := map[string][]string{"none": nil, "empty": {}, "some": {"a.csv", "c.csv", "other.txt"}, "all": {"a.csv", "b.csv", "c.csv"}}
	for name, before := range folders {
		for _, failing := range []string{"a.csv", "b.csv", "c.csv", "interrupt at b.csv", "interrupt in batches", "answer"} {
			t.Run(name+"/"+failing, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "out")
				if before != nil {
					if err := os.Mkdir(dir, 0o755); err != nil {
						t.Fatal(err)
					}
				}
				for _, file := range before {
					if err := os.WriteFile(filepath.Join(dir, file), []byte("before"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want := filesIn(t, dir)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				f := splitInto(dir)
				m := keysAudience(func() {
					if failing == "interrupt in batches" {
						cancel()
					}
				})
				wantErr := error(context.Canceled)
				switch failing {
				case "interrupt at b.csv":
					f.rename = func(from, to string) error {
						cancel()
						return os.Rename(from, to)
					}
				case "answer":
					wantErr = syscall.ECONNRESET
					m.Answer = func(context.Context, int64) (*ask.Answer, error) { return nil, wantErr }
				case "interrupt in batches":
				default:
					wantErr = syscall.ENOSPC
					f.rename = func(from, to string) error {
						if filepath.Base(from) == failing {
							return full
						}
						return os.Rename(from, to)
					}
				}
				_, err := f.write(ctx, m, func(int64) {})
				if !errors.Is(err, wantErr) {
					t.Errorf("%v, want %v", err, wantErr)
				}
				if got := filesIn(t, dir); !slices.Equal(got, want) {
					t.Errorf("the folder holds %q, want %q", got, want)
				}
				if _, err := os.Stat(dir); (err == nil) != (before != nil) {
					t.Errorf("the folder: %v", err)
				}
			})
		}
	}
}

// TestSplitsReplaceFiles writes a split over another one.
func TestSplitsReplaceFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "b.csv"), []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	answer, err := splitInto(dir).write(t.Context(), keysAudience(func() {}), func(int64) {})
	if err != nil || answer.Count != 300 {
		t.Fatalf("%+v, %v, want 300 customers", answer, err)
	}
	lines := 0
	files := filesIn(t, dir)
	for i, text := range files {
		if want := string(rune('a'+i)) + ".csv: id\n"; !strings.HasPrefix(text, want) {
			t.Errorf("%q, want %q first", text, want)
		}
		lines += strings.Count(text, "\n") - 1
	}
	if len(files) != 3 || lines != 300 {
		t.Errorf("%d files with %d customers, want 3 with 300", len(files), lines)
	}
}

// TestSplitsKeepWhatTheyCannotPutBack fails the way back, too.
func TestSplitsKeepWhatTheyCannotPutBack(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := splitInto(dir)
	f.rename = func(from, to string) error {
		if filepath.Base(from) == "a.csv" {
			return os.Rename(from, to)
		}
		return &fs.PathError{Op: "rename", Path: from, Err: syscall.EIO}
	}
	_, err := f.write(t.Context(), keysAudience(func() {}), func(int64) {})
	var lost *unrestoredError
	if !errors.As(err, &lost) || !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "could not be put back, and are in") {
		t.Fatalf("%v, want an *unrestoredError", err)
	}
	if data, err := os.ReadFile(filepath.Join(lost.stage, "a.csv.before")); err != nil || string(data) != "before" {
		t.Errorf("%q, %v, want the file of before", data, err)
	}
}

// TestSplitsReplaceNoFolder has a folder come to where a file goes while others take
// their places.
func TestSplitsReplaceNoFolder(t *testing.T) {
	dir := t.TempDir()
	f := splitInto(dir)
	f.rename = func(from, to string) error {
		if filepath.Base(to) == "a.csv" {
			if err := os.Mkdir(filepath.Join(dir, "b.csv"), 0o755); err != nil {
				t.Error(err)
			}
		}
		return os.Rename(from, to)
	}
	_, err := f.write(t.Context(), keysAudience(func() {}), func(int64) {})
	if want := `b.csv": it is not a regular file`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	if got := filesIn(t, dir); !slices.Equal(got, []string{"b.csv: a folder"}) {
		t.Errorf("the folder holds %q", got)
	}
}
