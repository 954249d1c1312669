package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime/debug"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// CompactOptions are the choices of a compaction. The zero value is the default.
type CompactOptions struct {
	// Renumber gives the customers new rows, in ascending order of their keys, as a
	// full build does. Else they keep theirs, and rows of deleted ones stay empty.
	Renumber bool
	// Progress is as in Options.
	Progress func(Progress)
	// Indexes is as in Options.
	Indexes Indexes
	// FS is the file system of the snapshot. Nil: the machine's.
	FS store.FS

	spillBytes int64
}

// Compact writes the snapshot in dir anew as its next version, without what
// nobody can see: customers who were deleted, with their keys, their attributes and
// their events, and events that are older than their behavior keeps. Every
// behavior has one part then. All older versions are removed, so that nothing of
// those customers is left in any file of the snapshot.
//
// With Renumber, the files are those that a full build of the same data gives.
// After an error the snapshot is as it was, but for *store.NotDurableError and
// *store.NotRemovedError: the new version stands, and files of older ones may be
// left. Other errors are those of [store.Create], *store.NotSnapshotError, or
// ctx's.
func Compact(ctx context.Context, dir string, opts *CompactOptions) (m *store.Manifest, err error) {
	if opts == nil {
		opts = &CompactOptions{}
	}
	b := newBuilder(&Options{Progress: opts.Progress, FS: opts.FS, Indexes: opts.Indexes, spillBytes: opts.spillBytes})
	defer func() {
		if err = b.end(recover(), err); err != nil {
			m = nil
		}
	}()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	if _, err := store.ReadManifest(b.fs, dir, 0); err != nil {
		return nil, err
	}
	if b.out, err = store.Create(b.fs, dir); err != nil {
		return nil, err
	}
	c := &compaction{builder: b, renumber: opts.Renumber}
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	if err := b.out.Commit(b.manifest, 1); err != nil {
		return nil, err
	}
	return b.manifest, nil
}

// compaction writes a version from another one.
type compaction struct {
	*builder
	renumber bool
	from     []uint32 // with renumber: by new row, the old one
	to       []uint32 // with renumber: by old row, the new one, or noRow
}

// open opens the version that is compacted.
func (c *compaction) open(ctx context.Context) error {
	m := c.out.Current()
	if m == nil {
		return &store.NotSnapshotError{Path: c.out.Dir(), Reason: "it was removed a moment ago"}
	}
	loc, err := window.LoadLocation(m.Schema.Timezone)
	if err != nil {
		return err
	}
	c.resolved = &resolved{loc: loc, schema: m.Schema, layout: m.Layout}
	if c.layout == nil {
		c.layout = &model.Layout{}
	}
	snapshot, err := store.OpenAt(c.fs, c.out.Dir(), m.Version)
	if err != nil {
		return err
	}
	c.old = &oldVersion{Snapshot: snapshot}
	if c.old.customers, err = openCustomers(ctx, snapshot); err != nil {
		return err
	}
	c.manifest = &store.Manifest{
		Schema: m.Schema, Layout: m.Layout, Load: m.Load, Tables: slices.Clone(m.Tables),
		Attributes: make([]store.AttributeInfo, len(m.Schema.Attributes)), Behaviors: []store.BehaviorInfo{},
	}
	c.manifest.Load.Tables = slices.Clone(m.Load.Tables)
	for i := range c.manifest.Load.Tables {
		c.manifest.Load.Tables[i].OrphanKeys = nil // they may be of those who are deleted
	}
	for i := range c.manifest.Tables {
		// Should somebody come back, their rows have to be read again.
		t := &c.manifest.Tables[i]
		t.Purged = t.Purged || c.old.customers.count < c.old.customers.numbered
	}
	return nil
}

// run writes every file, short of the commit.
func (c *compaction) run(ctx context.Context) error {
	if err := c.writeCustomers(ctx); err != nil {
		return err
	}
	for i := range c.schema.Attributes {
		if err := c.attribute(ctx, i); err != nil {
			return err
		}
	}
	for i := range c.schema.Behaviors {
		if err := c.events(ctx, i); err != nil {
			return fmt.Errorf("behavior %q: %w", c.schema.Behaviors[i].Name, err)
		}
	}
	return nil
}

// writeCustomers writes the keys of the live customers.
func (c *compaction) writeCustomers(ctx context.Context) error {
	old := c.old.customers
	c.customers = &customers{typ: old.typ, numbered: old.numbered, live: old.live, count: old.count}
	ordered := c.keptKeys
	if c.renumber {
		c.customers.numbered, c.customers.live = old.count, nil
		c.to = make([]uint32, old.numbered)
		for row := range c.to {
			c.to[row] = noRow
		}
		ordered = c.sortedKeys
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "key", Type: old.typ.Arrow(), Nullable: true}}, nil)
	if err := c.out.WriteArrow(store.KeysFile, schema, keyBatches(schema, ordered(ctx))); err != nil {
		return err
	}
	if err := c.openKeys(c.customers); err != nil {
		return err
	}
	return c.writeLive()
}

// keptKeys returns the keys in the order of their rows, nil for customers who are
// not live.
func (c *compaction) keptKeys(ctx context.Context) iter.Seq2[*keys.Key, error] {
	return func(yield func(*keys.Key, error) bool) {
		row := uint32(0)
		for key, err := range c.old.customers.each(ctx) {
			if !c.old.customers.isLive(row) {
				key = nil
			}
			row++
			if !yield(key, err) || err != nil {
				return
			}
		}
	}
}

// sortedKeys returns the keys of the live customers, ascending, and notes which
// row each of them had and gets.
func (c *compaction) sortedKeys(ctx context.Context) iter.Seq2[*keys.Key, error] {
	return func(yield func(*keys.Key, error) bool) {
		sorter := keys.NewSorter(c.schema.KeyType, maxKeyBytesHeld, scratchKeys{c.out})
		for key, err := range c.keptKeys(ctx) {
			if err == nil && key != nil {
				err = addKey(sorter, c.schema.KeyType, key)
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
		for key, err := range sorter.Sorted(ctx) {
			if err == nil {
				err = c.renumberKey(key)
			}
			if !yield(&key, err) || err != nil {
				return
			}
		}
	}
}

func addKey(s *keys.Sorter, t model.Type, key *keys.Key) error {
	if t.Kind == model.String {
		return s.AddString(key.Text)
	}
	return s.AddInt(key.Int)
}

// renumberKey gives the customer of a key the next row.
func (c *compaction) renumberKey(key keys.Key) (err error) {
	var row uint32
	var ok bool
	if c.schema.KeyType.Kind == model.String {
		row, ok, err = c.old.customers.dict.FindString(key.Text)
	} else {
		row, ok, err = c.old.customers.dict.FindInt(key.Int)
	}
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("a key of version %d is not in its table of keys; run verify", c.old.Manifest().Version)
	}
	c.to[row] = uint32(len(c.from))
	c.from = append(c.from, row)
	return nil
}

// attribute writes one attribute.
func (c *compaction) attribute(ctx context.Context, i int) error {
	stored, err := c.oldValues(i)
	if err != nil {
		return err
	}
	if !c.renumber {
		for row := range stored.Len() {
			if !c.customers.isLive(uint32(row)) {
				stored.SetNull(row)
			}
		}
		return c.writeAttribute(ctx, i, stored, -1)
	}
	values := column.NewBuilder(stored.Type(), 0)
	for lo := 0; lo < len(c.from); lo += bitmap.BlockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		arr, err := stored.Take(c.from[lo:min(lo+bitmap.BlockRows, len(c.from))])
		if err != nil {
			return err
		}
		err = values.Append(arr)
		arr.Release()
		if err != nil {
			return err
		}
	}
	return c.writeAttribute(ctx, i, values, -1)
}

// events writes the events of one behavior as one part.
func (c *compaction) events(ctx context.Context, i int) (err error) {
	info := c.old.Manifest().Behaviors[i]
	scan := &behaviorScan{behavior: i, keepFrom: math.MinInt64}
	if info.KeptFrom != nil {
		scan.keepFrom = *info.KeptFrom
	}
	l := &behaviorLoad{
		builder: c.builder, scan: scan, described: &c.schema.Behaviors[i], old: i, keptFrom: info.KeptFrom,
		log: newEventLog(c.out, c.schema.Behaviors[i].Fields, c.spillBytes, scan.keepFrom), report: &store.TableReport{}, state: &store.TableState{}, move: c.to,
	}
	defer func() { err = errors.Join(err, l.log.close()) }()
	parts := c.old.EventParts(i, 0, len(info.Parts))
	l.seen = c.old.customers
	if err := l.take(ctx, index.OpenEvents(l.described.Fields, c.old.Blocks(), parts)); err != nil {
		return err
	}
	if err := l.log.finish(ctx); err != nil {
		return err
	}
	return l.write(ctx)
}
