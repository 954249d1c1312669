package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
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
	// Full reads everything anew and numbers the customers anew, where an existing
	// snapshot would be refreshed.
	Full bool
	// Overlap says that the events in the source only ever grow in number, and that
	// those of this time before the newest one that is stored may come again. See
	// the package's comment. 0: not so.
	Overlap time.Duration
	// Keep is how many versions of the snapshot stay, the new one included. 0:
	// DefaultKeep.
	Keep int
	// Delete allows that attributes, behaviors and fields of an existing snapshot
	// go. A build that would drop one without it is refused with a *DriftError.
	Delete bool
	// Indexes are the thresholds of indexes.
	Indexes Indexes
	// FS is the file system that the snapshot is written to. Nil: the machine's.
	FS store.FS

	spillBytes int64 // for tests of scratch files; 0: maxCollectedBytes
}

// DefaultKeep is how many versions of a snapshot stay where nobody says.
const DefaultKeep = 2

// Progress says how far a build is.
type Progress struct {
	Stage string // "read" or "write"
	Table string // being read, or the column or behavior being written
	Rows  int64  // of Table so far
	Total int64  // rows that Table has, some of which the source may leave out; -1: unknown
	Bytes int64  // of Arrow data that came of Table so far; 0 when writing
}

// Build pulls the parent segment p from src and makes it the current version of
// the snapshot in dir, which is made where it does not exist. A snapshot that is
// there is refreshed: only what has changed is read, and customers keep their
// rows (see the package's comment). It returns the new version's manifest, which
// holds the load report.
//
// After an error the snapshot is as it was, but for two that tell that the new
// version stands all the same: *store.NotDurableError and *store.NotRemovedError.
// Other errors are *ConfigError, *DriftError, *DuplicateKeyError, *ValueError,
// *OverlapError, those of [store.Create], the source's, or ctx's. No
// goroutine of Build is left when it returns.
func Build(ctx context.Context, p *model.ParentSegment, src source.Source, dir string, opts *Options) (m *store.Manifest, err error) {
	if opts == nil {
		opts = &Options{}
	}
	if opts.Overlap < 0 || opts.Overlap > 0 && opts.Full {
		return nil, fmt.Errorf("an overlap of %v: it must not be negative, and a full build has none", opts.Overlap)
	}
	b := newBuilder(opts)
	defer func() { err = b.end(recover(), err) }()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // the old version is mapped
	loc, err := window.LoadLocation(p.Timezone)
	if err != nil {
		return nil, err
	}
	if b.resolved, err = resolve(ctx, p, src, loc, b.asOf); err != nil {
		return nil, err
	}
	if b.out, err = store.Create(b.fs, dir); err != nil {
		return nil, err
	}
	b.manifest = &store.Manifest{
		Schema: b.schema, Layout: b.layout,
		Attributes: make([]store.AttributeInfo, len(b.schema.Attributes)), Behaviors: []store.BehaviorInfo{},
	}
	b.manifest.Load.Source = src.URI()
	if err := b.checkDrift(opts.Delete); err != nil {
		return nil, err
	}
	if err := b.openOld(ctx); err != nil {
		return nil, err
	}
	if err := b.run(ctx); err != nil {
		return nil, err
	}
	b.manifest.Load.Seconds = time.Since(b.start).Seconds()
	if err := b.out.Commit(b.manifest, cmp.Or(opts.Keep, DefaultKeep)); err != nil {
		return nil, err
	}
	return b.manifest, nil
}

// builder is one new version on its way.
type builder struct {
	*resolved
	opts       *Options
	fs         store.FS
	start      time.Time
	asOf       time.Time
	progress   func(Progress)
	spillBytes int64
	out        *store.Writer
	manifest   *store.Manifest
	old        *oldVersion // what is refreshed; nil: everything is read
	customers  *customers
	events     []*index.Events // of the behaviors written so far
}

func newBuilder(opts *Options) *builder {
	b := &builder{
		opts: opts, fs: opts.FS, start: time.Now(), asOf: opts.AsOf, progress: opts.Progress,
		spillBytes: cmp.Or(opts.spillBytes, maxCollectedBytes),
	}
	if b.progress == nil {
		b.progress = func(Progress) {}
	}
	if b.fs == nil {
		b.fs = store.OS
	}
	if b.asOf.IsZero() {
		b.asOf = b.start
	}
	return b
}

// end closes what the builder holds. A panic is a fault of ours, of a source or
// of a library: it must not end the caller's process, and neither it nor an error
// may leave files or the lock behind.
func (b *builder) end(panicked any, err error) error {
	if fault, ok := panicked.(interface{ Addr() uintptr }); ok {
		err = fmt.Errorf("a file of the snapshot was cut short while it was read (address %#x); build with Full to replace it", fault.Addr())
	} else if panicked != nil {
		err = fmt.Errorf("internal error while building: %v\n%s", panicked, debug.Stack())
	}
	if b.old != nil {
		err = errors.Join(err, b.old.Close())
	}
	if b.out != nil {
		err = errors.Join(err, b.out.Abort()) // does nothing after Commit
	}
	return err
}

// run reads everything and writes every file, short of the commit.
func (b *builder) run(ctx context.Context) error {
	if err := b.numberCustomers(ctx); err != nil {
		return err
	}
	if b.old != nil {
		b.customers.before = b.old.customers
	}
	if err := b.attributes(ctx); err != nil {
		return err
	}
	for _, scan := range b.behaviors {
		if err := b.behavior(ctx, scan); err != nil {
			return err
		}
	}
	return b.computedAttributes(ctx)
}

func (b *builder) report(r *store.TableReport) {
	b.manifest.Load.Tables = append(b.manifest.Load.Tables, *r)
}

// blocks returns the number of blocks of customers.
func (b *builder) blocks() int {
	return (b.customers.numbered + bitmap.BlockRows - 1) / bitmap.BlockRows
}
