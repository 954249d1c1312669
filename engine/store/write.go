package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// writeBuffer is the size of what goes to a file at once.
const writeBuffer = 256 << 10

// buffers are used again: most files are smaller than one, which costs as much to
// clear as such a file to write.
var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, writeBuffer) }}

// buffered calls fill with a buffer before out, and flushes it.
func buffered(out io.Writer, fill func(io.Writer) error) error {
	buf := buffers.Get().(*bufio.Writer)
	buf.Reset(out)
	defer func() {
		buf.Reset(nil) // let go of out
		buffers.Put(buf)
	}()
	if err := fill(buf); err != nil {
		return err
	}
	return buf.Flush()
}

// WriteArrow writes a table as an Arrow IPC file, uncompressed so that it can
// be used in place, and releases its batches. A column that is encoded as a
// dictionary has the same dictionary in every batch.
func (w *Writer) WriteArrow(name string, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) error {
	return w.write(name, func(out io.Writer) error { return writeArrow(out, schema, batches) })
}

// writeArrow writes batches as an Arrow IPC file, and releases them.
func writeArrow(out io.Writer, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) error {
	aw, err := ipc.NewFileWriter(out, ipc.WithSchema(schema))
	if err != nil {
		return err
	}
	for batch, err := range batches {
		// After an error the file is worth nothing, and aw holds nothing.
		if err != nil {
			return err
		}
		err = aw.Write(batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
	return aw.Close()
}

// WriteBytes writes a file.
func (w *Writer) WriteBytes(name string, data []byte) error {
	return w.write(name, func(out io.Writer) error {
		_, err := out.Write(data)
		return err
	})
}

// WriteSections writes a file of tagged sections, which fill adds one by one.
// See [toc.Writer.Add].
func (w *Writer) WriteSections(name string, fill func(add func(tag toc.Tag, index uint32, data []byte) error) error) error {
	return w.write(name, func(out io.Writer) error {
		t, err := toc.NewWriter(out)
		if err != nil {
			return err
		}
		if err := fill(t.Add); err != nil {
			return err
		}
		return t.Close()
	})
}

// write makes one file of the version, complete, to be synced before the version is
// committed (I1). After an error the version can only be aborted.
func (w *Writer) write(name string, fill func(io.Writer) error) error {
	if err := w.checkNew(name); err != nil {
		return err
	}
	f, err := w.fs.Create(filepath.Join(versionDir(w.dir, w.version), name))
	if err != nil {
		return err
	}
	sums := newSummer()
	if err = buffered(io.MultiWriter(w.writeback.of(f), sums), fill); err != nil {
		return fmt.Errorf("writing %s: %w", name, errors.Join(err, f.Close()))
	}
	if err := w.syncLater(name, f); err != nil {
		return err
	}
	info := FileInfo{Name: name, Path: filePath(w.version, name)}
	info.Size, info.Sums = sums.result()
	w.files = append(w.files, info)
	return nil
}

// checkNew refuses a name that no file of a snapshot has, or one that is taken.
func (w *Writer) checkNew(name string) error {
	if !ourFile.MatchString(name) {
		return fmt.Errorf("writing %q: no file of a snapshot has that name", name)
	}
	if _, ok := w.file(name); ok {
		return fmt.Errorf("writing %s: the version has it already", name)
	}
	return nil
}

// file returns a file of the new version.
func (w *Writer) file(name string) (info FileInfo, ok bool) {
	i := slices.IndexFunc(w.files, func(f FileInfo) bool { return f.Name == name })
	if i < 0 {
		return FileInfo{}, false
	}
	return w.files[i], true
}

// Adopt makes a file of the current version one of the new version, called name
// there. Nothing is copied; it stays as long as a version that has it is kept.
func (w *Writer) Adopt(name string, old FileInfo) error {
	if err := w.checkNew(name); err != nil {
		return err
	}
	if w.old == nil || !slices.Contains(w.old.Files, old) {
		return fmt.Errorf("adopting %s: version %d has no such file", old.Path, w.currentVersion())
	}
	old.Name = name
	w.files = append(w.files, old)
	return nil
}

// OpenWritten opens a file of the new version, written or adopted, to read it in
// place until Commit or Abort. Its bytes are checked as those of any file.
func (w *Writer) OpenWritten(name string) (toc.Bytes, error) { return w.open(name) }

// OpenTable opens an Arrow file of the new version, written or adopted, that has
// so many record batches. It is OpenWritten in all else.
func (w *Writer) OpenTable(name string, batches int) (column.Batches, error) {
	m, err := w.open(name)
	if err != nil {
		return nil, err
	}
	return &table{mapping: m, batches: batches}, nil
}

// open maps a file of the new version, once.
func (w *Writer) open(name string) (*mapping, error) {
	if m := w.mapped[name]; m != nil {
		return m, nil
	}
	info, ok := w.file(name)
	if !ok {
		return nil, fmt.Errorf("opening %s: the new version has no such file", name)
	}
	m, err := openMapping(w.fs, filepath.Join(w.dir, filepath.FromSlash(info.Path)), info)
	if err != nil {
		return nil, err
	}
	w.mapped[name] = m
	return m, nil
}

// unmap releases what open mapped.
func (w *Writer) unmap() error {
	var errs []error
	for _, m := range w.mapped {
		errs = append(errs, m.unmap())
	}
	clear(w.mapped)
	return errors.Join(errs...)
}
