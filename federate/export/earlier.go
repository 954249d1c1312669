package export

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
)

// Earlier is a file that an export has written before: Parquet, CSV or Arrow.
type Earlier struct {
	path     string
	key      string
	table    source.Table      // nil: Arrow
	metadata map[string]string // of Parquet and Arrow; nil: the format has none
}

// OpenEarlier opens an earlier export, whose key column has this name, by the
// ending of its path. The error says what is not as expected: of the file, its
// ending, the column that is not there, that the file is itself a delta. It
// stays closed between uses; it must not change.
func OpenEarlier(ctx context.Context, path, key string) (e *Earlier, err error) {
	format, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	e = &Earlier{path: path, key: key}
	var schema *arrow.Schema
	switch format {
	case Arrow:
		schema, err = e.openArrow()
	default:
		if e.table, err = files.OpenFile(ctx, path); err != nil {
			return nil, err
		}
		schema = e.table.Schema()
		if format == Parquet {
			err = e.readParquetMetadata()
		}
	}
	if err != nil {
		return nil, err
	}
	return e, e.check(schema)
}

// check looks for the key, and refuses a delta.
func (e *Earlier) check(schema *arrow.Schema) error {
	var names []string
	for _, f := range schema.Fields() {
		names = append(names, f.Name)
	}
	if !schema.HasField(e.key) {
		text := fmt.Sprintf("%s has no column %q, which is the key", e.path, e.key)
		if nearest := model.Nearest(e.key, names); nearest != "" {
			return fmt.Errorf("%s; is it %q?", text, nearest)
		}
		return fmt.Errorf("%s, found %s", text, strings.Join(names, ", "))
	}
	if e.metadata[DeltaFromKey] != "" || len(names) > 1 && names[0] == e.key && names[1] == ChangeColumn {
		return fmt.Errorf("%s holds what has changed since another export, expected a whole audience", e.path)
	}
	return nil
}

// DeltaFromKey is the key of the metadata that says what a delta was made from.
const DeltaFromKey = "rollcall.delta_from"

// Metadata returns the metadata of the file under a key, "" for none. CSV files
// have none.
func (e *Earlier) Metadata(key string) string { return e.metadata[key] }

// CheckMasking returns an error if the keys of the file are not masked as those of
// an export with this masking, so that none would be found again. CSV files do not
// say how they are masked. nil is a masking of nothing.
func (e *Earlier) CheckMasking(m *Masking) error {
	if m == nil {
		m = new(Masking)
	}
	now := m.Columns[e.key]
	if now == Redact {
		return fmt.Errorf("the key %q is masked by redact: it tells nobody from anybody, and so not who entered or left", e.key)
	}
	if e.metadata == nil {
		return nil
	}
	then := Clear
	for _, part := range strings.Split(e.metadata[MaskedKey], ", ") {
		if name, mask, ok := cutLast(part, "="); ok && name == e.key {
			then, _ = ParseMask(mask)
		}
	}
	switch {
	case then != now:
		return fmt.Errorf("the key %q is masked by %s in %s, and by %s now: the customers cannot be compared", e.key, then, e.path, now)
	case now == Hash && e.metadata[saltCheckKey] != m.Metadata()[saltCheckKey]:
		return fmt.Errorf("the key %q is masked by hash in %s with another salt: the customers cannot be compared", e.key, e.path)
	}
	return nil
}

// cutLast is strings.Cut at the last separator.
func cutLast(text, separator string) (before, after string, ok bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

// Keys gives the column of the key, for [Delta.Earlier]. A damaged file is an
// error.
func (e *Earlier) Keys(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
	if e.table == nil {
		return e.arrowKeys(ctx)
	}
	table := e.table
	if texter, ok := table.(source.Texter); ok {
		if text, ok := texter.Text(e.key); ok {
			return emptyTexts(text.Scan(ctx, []string{e.key}))
		}
	}
	return table.Scan(ctx, []string{e.key})
}

// emptyTexts gives the texts of a CSV file, in which an empty one looks as NULL
// does.
func emptyTexts(batches iter.Seq2[arrow.RecordBatch, error]) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for batch, err := range batches {
			if err != nil {
				yield(nil, err)
				return
			}
			b := array.NewStringBuilder(memory.DefaultAllocator)
			for row := range int(batch.NumRows()) {
				b.Append(batch.Column(0).(*array.String).Value(row))
			}
			texts := b.NewArray()
			b.Release()
			out := array.NewRecordBatch(batch.Schema(), []arrow.Array{texts}, batch.NumRows())
			texts.Release()
			more := yield(out, nil)
			out.Release()
			if !more {
				return
			}
		}
	}
}

// readParquetMetadata reads the metadata of a Parquet file, whose footer has been
// checked.
func (e *Earlier) readParquetMetadata() (err error) {
	f, err := os.Open(e.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	opened, err := parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("%s: %w", e.path, err)
	}
	e.metadata = make(map[string]string)
	for _, kv := range opened.Metadata().KeyValueMetadata {
		e.metadata[kv.Key] = kv.Value
	}
	return nil
}

// openArrow reads the schema and the metadata of an Arrow file.
func (e *Earlier) openArrow() (schema *arrow.Schema, err error) {
	err = e.withArrow(func(r *ipc.FileReader, _ int) error {
		schema = r.Schema()
		e.metadata = schema.Metadata().ToMap()
		return nil
	})
	return schema, err
}

// withArrow opens the file, which has so many batches. The library panics at some
// damaged files; that is an error as well.
func (e *Earlier) withArrow(do func(r *ipc.FileReader, batches int) error) (err error) {
	f, err := os.Open(e.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	var r *ipc.FileReader
	batches := 0
	err = e.guard(func() (err error) {
		if err := checkArrowFooter(f, info.Size()); err != nil {
			return err
		}
		// Compressed parts, which an export does not write, may be larger than the file.
		limited := limitedAllocator{memory.DefaultAllocator, int(min(64*info.Size(), math.MaxInt32))}
		if r, err = ipc.NewFileReader(f, ipc.WithAllocator(limited)); err == nil {
			batches = r.NumRecords()
		}
		return err
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return do(r, batches)
}

// guard returns the error of do, with the path, and its panic as one.
func (e *Earlier) guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: not an Arrow file, or a damaged one: %v", e.path, p)
		}
	}()
	if err := do(); err != nil {
		return fmt.Errorf("%s: not an Arrow file, or a damaged one: %w", e.path, err)
	}
	return nil
}

// arrowKeys is Keys for an Arrow file.
func (e *Earlier) arrowKeys(ctx context.Context) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		err := e.withArrow(func(r *ipc.FileReader, batches int) error {
			for i := range batches {
				if err := ctx.Err(); err != nil {
					return err
				}
				keys, err := e.arrowBatch(r, i)
				if err != nil {
					return err
				}
				more := yield(keys, nil)
				keys.Release()
				if !more {
					return errStopped
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// arrowBatch reads the keys of one batch, which the caller releases.
func (e *Earlier) arrowBatch(r *ipc.FileReader, i int) (keys arrow.RecordBatch, err error) {
	err = e.guard(func() error {
		batch, err := r.RecordBatchAt(i)
		if err != nil {
			return err
		}
		defer batch.Release()
		at := batch.Schema().FieldIndices(e.key)[0]
		column := batch.Column(at)
		_ = column.NullN()
		if text, ok := column.(*array.String); ok {
			for row := range text.Len() { // the offsets of a damaged file lead anywhere
				_ = text.Value(row)
			}
		}
		schema := arrow.NewSchema([]arrow.Field{batch.Schema().Field(at)}, nil)
		keys = array.NewRecordBatch(schema, []arrow.Array{column}, batch.NumRows())
		return nil
	})
	return keys, err
}
