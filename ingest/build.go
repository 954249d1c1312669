package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/source"
)

// Options are the choices of a build. The zero value is the default.
type Options struct {
	// Progress is called from the goroutine of Build, when a scan starts and after
	// every record batch and column. Nil: nobody wants to know.
	Progress func(Progress)
	// AsOf is the time from which the times that events are kept count, and at
	// which computed attributes are computed. Zero: the time of the call.
	AsOf time.Time
	// Delete allows that attributes, behaviors and fields of an existing snapshot
	// go. A build that would drop one without it is refused with a *DriftError.
	Delete bool
	// FS is the file system that the snapshot is written to. Nil: the machine's.
	FS store.FS

	spillBytes int64 // for tests of scratch files; 0: maxCollectedBytes
}

// Progress says how far a build is.
type Progress struct {
	Stage string // "read" or "write"
	Table string // being read, or the column or behavior being written
	Rows  int64  // of Table so far
	Total int64  // rows that Table has; -1: unknown
	Bytes int64  // of Arrow data that came of Table so far; 0 when writing
}

// Build pulls the parent segment p from src and makes it the current version of
// the snapshot in dir, which is made, or whose version is replaced whole. It
// returns the new version's manifest, which holds the load report.
//
// After an error the snapshot is as it was. Errors are *ConfigError,
// *DuplicateKeyError, *ValueError, those of [store.Create] and
// [store.Writer.Commit], the source's, or ctx's. Build starts no goroutine.
func Build(ctx context.Context, p *model.ParentSegment, src source.Source, dir string, opts *Options) (m *store.Manifest, err error) {
	if opts == nil {
		opts = &Options{}
	}
	b := &builder{start: time.Now(), asOf: opts.AsOf, progress: opts.Progress, spillBytes: cmp.Or(opts.spillBytes, maxCollectedBytes)}
	var fsys store.FS = store.OS
	if b.progress == nil {
		b.progress = func(Progress) {}
	}
	if opts.FS != nil {
		fsys = opts.FS
	}
	if b.asOf.IsZero() {
		b.asOf = b.start
	}
	defer func() {
		// A panic is a fault of ours, of a source or of a library: it must not end the
		// caller's process, and neither it nor an error may leave files or the lock
		// behind.
		if r := recover(); r != nil {
			m, err = nil, fmt.Errorf("internal error while building: %v\n%s", r, debug.Stack())
		}
		if b.out != nil {
			err = errors.Join(err, b.out.Abort()) // does nothing after Commit
		}
	}()
	loc, err := window.LoadLocation(p.Timezone)
	if err != nil {
		return nil, err
	}
	if b.resolved, err = resolve(ctx, p, src, loc, b.asOf); err != nil {
		return nil, err
	}
	if b.out, err = store.Create(fsys, dir); err != nil {
		return nil, err
	}
	b.manifest = &store.Manifest{Schema: b.resolved.schema, Layout: b.resolved.layout, Attributes: []store.AttributeInfo{}, Behaviors: []store.BehaviorInfo{}}
	b.manifest.Load.Source = src.URI()
	if err := b.checkDrift(opts.Delete); err != nil {
		return nil, err
	}
	if err := b.run(ctx); err != nil {
		return nil, err
	}
	b.manifest.Load.Seconds = time.Since(b.start).Seconds()
	if err := b.out.Commit(b.manifest); err != nil {
		return nil, err
	}
	return b.manifest, nil
}

// builder is one build on its way.
type builder struct {
	*resolved
	start      time.Time
	asOf       time.Time
	progress   func(Progress)
	spillBytes int64
	out        *store.Writer
	manifest   *store.Manifest
	keys       *keySet
}

// run reads everything and writes every file, short of the commit.
func (b *builder) run(ctx context.Context) error {
	keys, report, err := scanKeys(ctx, b.resolved, b.progress)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil { // sorting them may have taken a while
		return err
	}
	b.keys = keys
	b.manifest.Customers = uint64(keys.len())
	b.report(report)
	if err := b.writeColumn(ctx, store.KeysFile, "key", keys.builder()); err != nil {
		return err
	}
	if err := b.attributes(ctx); err != nil {
		return err
	}
	for _, scan := range b.behaviors {
		if err := b.behavior(ctx, scan); err != nil {
			return err
		}
	}
	return b.writeComputed(ctx)
}

func (b *builder) report(r *store.TableReport) {
	b.manifest.Load.Tables = append(b.manifest.Load.Tables, *r)
}

// blocks returns the number of blocks of customers.
func (b *builder) blocks() int { return (b.keys.len() + bitmap.BlockRows - 1) / bitmap.BlockRows }

// attributes reads and writes all attributes.
func (b *builder) attributes(ctx context.Context) error {
	builders := make([]*column.Builder, len(b.schema.Attributes))
	for _, scan := range b.resolved.attributes {
		report, err := scanAttributes(ctx, scan, b.keys, builders, b.schema, b.progress)
		if err != nil {
			return err
		}
		b.report(report)
	}
	for i, values := range builders {
		if values == nil {
			break // computed, from here on
		}
		if err := b.writeAttribute(ctx, i, values); err != nil {
			return err
		}
		builders[i] = nil // written: let its memory go
	}
	return nil
}

// writeAttribute writes the values of attribute i and its value index.
func (b *builder) writeAttribute(ctx context.Context, i int, values *column.Builder) error {
	info := summarize(values)
	if err := b.writeColumn(ctx, store.AttributeFile(i), "value", values); err != nil {
		return fmt.Errorf("attribute %q: %w", b.schema.Attributes[i].Name, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	directory, bitmaps, ok, err := index.BuildValues(values)
	if err != nil {
		return err
	}
	if ok {
		info.Indexed, info.Distinct = true, int(directory.NumRows())
		if info.Nulls > 0 {
			info.Distinct--
		}
		dirName, bitmapsName := store.AttributeIndexFiles(i)
		if err := b.writeIndex(dirName, bitmapsName, directory, bitmaps); err != nil {
			return err
		}
	}
	b.manifest.Attributes = append(b.manifest.Attributes, info)
	b.progress(Progress{Stage: "write", Table: b.schema.Attributes[i].Name, Rows: int64(values.Len()), Total: int64(values.Len())})
	return nil
}

// maxRangeBytes is the longest text that a manifest gives as the least or the
// greatest value; an attribute with a longer one has no range there.
const maxRangeBytes = 200

// summarize counts the NULLs of an attribute and finds its range.
func summarize(values *column.Builder) store.AttributeInfo {
	info := store.AttributeInfo{}
	least, greatest := -1, -1
	for row := range values.Len() {
		switch {
		case values.IsNull(row):
			info.Nulls++
		case values.Type().IsArray():
		case least < 0:
			least, greatest = row, row
		case values.Compare(row, least) < 0:
			least = row
		case values.Compare(row, greatest) > 0:
			greatest = row
		}
	}
	if least >= 0 {
		lo, hi := values.Text(least), values.Text(greatest)
		if len(lo) <= maxRangeBytes && len(hi) <= maxRangeBytes {
			info.Least, info.Greatest = &lo, &hi
		}
	}
	return info
}

// writeColumn writes a column as a table of one column, a batch per block.
func (b *builder) writeColumn(ctx context.Context, file, name string, values *column.Builder) error {
	schema := arrow.NewSchema([]arrow.Field{{Name: name, Type: values.Type().Arrow(), Nullable: file != store.KeysFile}}, nil)
	return b.out.WriteArrow(file, schema, func(yield func(arrow.RecordBatch, error) bool) {
		rows := make([]uint32, 0, bitmap.BlockRows)
		for lo := 0; lo < values.Len(); lo += bitmap.BlockRows {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			rows = rows[:0]
			for row := lo; row < min(lo+bitmap.BlockRows, values.Len()); row++ {
				rows = append(rows, uint32(row))
			}
			arr, err := values.Take(rows)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(array.NewRecordBatch(schema, []arrow.Array{arr}, int64(len(rows))), nil) {
				return
			}
		}
	})
}

// writeIndex writes the two files of an index.
func (b *builder) writeIndex(dirName, bitmapsName string, directory arrow.RecordBatch, bitmaps []byte) error {
	if err := b.out.WriteArrow(dirName, directory.Schema(), one(directory)); err != nil {
		return err
	}
	return b.out.WriteBytes(bitmapsName, bitmaps)
}

// one is the sequence of a single batch.
func one(batch arrow.RecordBatch) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) }
}

// behavior reads and writes the events of one behavior and its timeline.
func (b *builder) behavior(ctx context.Context, scan *behaviorScan) (err error) {
	described := &b.schema.Behaviors[scan.behavior]
	log := newEventLog(b.out, described.Fields, b.spillBytes, scan.keepFrom)
	defer func() { err = errors.Join(err, log.close()) }()
	report, err := scanEvents(ctx, scan, b.keys, described, log, b.progress)
	if err != nil {
		return err
	}
	b.report(report)
	w := &behaviorWriter{
		builder: b, described: described, log: log, computed: b.computedOf(scan.behavior),
		timeline: index.NewTimelineBuilder(b.loc),
		info:     store.BehaviorInfo{Events: uint64(log.events), Undated: uint64(log.undated)},
	}
	schema := index.EventSchema(described.Fields)
	if err := b.out.WriteArrow(store.BehaviorFile(scan.behavior), schema, w.batches(ctx)); err != nil {
		return fmt.Errorf("behavior %q: %w", described.Name, err)
	}
	directory, bitmaps, err := w.timeline.Finish()
	if err != nil {
		return err
	}
	dirName, bitmapsName := store.BehaviorIndexFiles(scan.behavior)
	if err := b.writeIndex(dirName, bitmapsName, directory, bitmaps); err != nil {
		return err
	}
	b.manifest.Behaviors = append(b.manifest.Behaviors, w.info)
	return nil
}
