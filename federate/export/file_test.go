package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
)

// listing is the names in a folder with what they hold.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			content = []byte("folder")
		}
		files[e.Name()] = string(content)
	}
	return files
}

// keys is a schema of one column, and a batch of it.
func keys(t testing.TB) (*arrow.Schema, arrow.RecordBatch) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "key", Type: arrow.BinaryTypes.String}}, nil)
	return schema, batchOf(t, schema, `[{"key":"a"},{"key":"b"}]`)
}

func TestWriteFile(t *testing.T) {
	schema, batch := keys(t)
	for f := Parquet; f <= Arrow; f++ {
		dir := t.TempDir()
		name := "gold." + f.String()
		path := filepath.Join(dir, name)
		for range 2 { // the second replaces the first
			rows, err := WriteFile(t.Context(), path, schema, sequence(batch, batch), Options{})
			if err != nil || rows != 4 {
				t.Errorf("%s: WriteFile returned %d, %v, want 4 rows", f, rows, err)
			}
			want := map[string]string{name: string(writeBytes(t, schema, Options{Format: f}, batch, batch))}
			if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
				t.Errorf("%s: -want +got\n%s", f, diff)
			}
		}
	}
}

// The Format of the options goes before the path's ending.
func TestWriteFileFormat(t *testing.T) {
	schema, batch := keys(t)
	dir := t.TempDir()
	if _, err := WriteFile(t.Context(), filepath.Join(dir, "gold.parquet"), schema, sequence(batch), Options{Format: CSV}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"gold.parquet": "key\na\nb\n"}, listing(t, dir)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWriteFileMode(t *testing.T) {
	schema, batch := keys(t)
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	f, err := os.OpenFile(plain, os.O_CREATE|os.O_WRONLY, 0o644) // what the umask leaves
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "gold.csv")
	if _, err := WriteFile(t.Context(), path, schema, sequence(batch), Options{}); err != nil {
		t.Fatal(err)
	}
	want, err := os.Stat(plain)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Mode() != want.Mode() {
		t.Errorf("the mode is %s, want %s", got.Mode(), want.Mode())
	}
}

// A link at the path stays; what it leads to is replaced.
func TestWriteFileLink(t *testing.T) {
	schema, batch := keys(t)
	dir := t.TempDir()
	target := filepath.Join(t.TempDir(), "target.csv")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "gold.csv")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteFile(t.Context(), link, schema, sequence(batch), Options{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info, err)
	}
	if diff := cmp.Diff(map[string]string{"target.csv": "key\na\nb\n"}, listing(t, filepath.Dir(target))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Whatever goes wrong, the folder is as it was.
func TestWriteFileError(t *testing.T) {
	schema, batch := keys(t)
	errSource := errors.New("the source broke")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for f := Parquet; f <= Arrow; f++ {
		dir := t.TempDir()
		before := map[string]string{"old." + f.String(): "old", "folder." + f.String(): "folder"}
		if err := os.WriteFile(filepath.Join(dir, "old."+f.String()), []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, "folder."+f.String()), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"old", "new"} {
			path := filepath.Join(dir, name+"."+f.String())
			rows, err := WriteFile(t.Context(), path, schema, then(errSource, batch), Options{})
			if rows != 0 || !errors.Is(err, errSource) || err.Error() != errSource.Error() {
				t.Errorf("%s: returned %d, %v, want %v", f, rows, err, errSource)
			}
			stop := func(int64) { cancel() }
			_, err = WriteFile(ctx, path, schema, sequence(batch), Options{Progress: stop})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v, want %v", f, err, context.Canceled)
			}
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: the panic of the sequence did not reach its owner", f)
					}
				}()
				_, err = WriteFile(t.Context(), path, schema, func(func(arrow.RecordBatch, error) bool) { panic("ours") }, Options{})
				t.Errorf("%s: returned %v", f, err)
			}()
		}
		if diff := cmp.Diff(before, listing(t, dir)); diff != "" {
			t.Errorf("%s: -want +got\n%s", f, diff)
		}
	}
}

func TestWriteFilePath(t *testing.T) {
	schema, batch := keys(t)
	t.Chdir(t.TempDir())
	for _, dir := range []string{"folder.csv", "sub"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("file", []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(os.DevNull, "null.csv"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("sub", "sub.csv"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"folder.csv":     `cannot write "folder.csv": it is a folder`,
		"sub.csv":        `cannot write "sub.csv": it is a folder`,
		"null.csv":       `cannot write "null.csv": it is not a regular file`,
		"none/gold.csv":  `cannot write "none/gold.csv": the folder "none" does not exist`,
		"file/gold.csv":  `lstat file/gold.csv: not a directory`,
		"sub/gold.jsonl": `file "sub/gold.jsonl" ends in ".jsonl", expected .parquet, .csv or .arrow`,
	} {
		rows, err := WriteFile(t.Context(), path, schema, sequence(batch), Options{})
		if rows != 0 || err == nil || err.Error() != want {
			t.Errorf("WriteFile of %s returned %d, %v, want the error %s", path, rows, err, want)
		}
	}
	want := map[string]string{"file": "old", "folder.csv": "folder", "null.csv": "", "sub": "folder", "sub.csv": "folder"}
	if diff := cmp.Diff(want, listing(t, ".")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{}, listing(t, "sub")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWrite(t *testing.T) {
	var progress []int64
	opts := Options{Progress: func(rows int64) { progress = append(progress, rows) }}
	schema, batch := keys(t)
	for f := Parquet; f <= Arrow; f++ {
		progress, opts.Format = nil, f
		first := writeBytes(t, schema, opts, batch, batch.NewSlice(0, 0), batch)
		if diff := cmp.Diff([]int64{2, 2, 4}, progress); diff != "" {
			t.Errorf("%s: progress: -want +got\n%s", f, diff)
		}
		if again := writeBytes(t, schema, opts, batch, batch); string(first) != string(again) {
			t.Errorf("%s: an empty batch makes a difference", f)
		}
	}
}

// Equal input gives equal bytes, however often and in whatever order of the map.
func TestWriteReproducible(t *testing.T) {
	metadata := make(map[string]string)
	for i := range 20 {
		metadata[fmt.Sprint("key", i)] = strings.Repeat("v", i)
	}
	for f := Parquet; f <= Arrow; f++ {
		opts := Options{Format: f, Metadata: metadata, RowGroupRows: 20000}
		first := writeBytes(t, benchSchema, opts, benchBatches(50000)...)
		for range 3 {
			if got := writeBytes(t, benchSchema, opts, benchBatches(50000)...); string(got) != string(first) {
				t.Errorf("%s: %d bytes differ from %d bytes of the same input", f, len(got), len(first))
			}
		}
	}
}

// failingWriter takes so many bytes, then fails.
type failingWriter struct{ left int }

var errFull = errors.New("no space left")

func (w *failingWriter) Write(b []byte) (int, error) {
	if len(b) > w.left {
		return w.left, errFull
	}
	w.left -= len(b)
	return len(b), nil
}

func TestWriteFailingWriter(t *testing.T) {
	batches := benchBatches(20000)
	for f := Parquet; f <= Arrow; f++ {
		opts := Options{Format: f, RowGroupRows: 5000}
		size := len(writeBytes(t, benchSchema, opts, batches...))
		for _, left := range []int{0, 1, size / 2, size - 1} {
			if _, err := Write(t.Context(), &failingWriter{left}, benchSchema, sequence(batches...), opts); !errors.Is(err, errFull) {
				t.Errorf("%s: a writer that takes %d of %d bytes: error %v, want %v", f, left, size, err, errFull)
			}
		}
		if _, err := Write(t.Context(), &failingWriter{size}, benchSchema, sequence(batches...), opts); err != nil {
			t.Errorf("%s: a writer that takes all %d bytes: error %v", f, size, err)
		}
	}
}
