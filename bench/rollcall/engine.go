package rollcall

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/federate/export"
)

// cacheBytes is the memory of the engine that remembers counts.
const cacheBytes = 16 << 20

// rowGroupRows is the size of row groups that contender.Engine asks of an export.
const rowGroupRows = 122_880

// Engine is a snapshot open for questions.
type Engine struct {
	name     string
	options  *engine.Options
	dir      string  // of the snapshot
	source   *source // of which it is built; nil where it was reopened: nothing can be appended then
	progress func(stage string)
	load     contender.Load
	db       *engine.DB
	owner    *Engine // whose snapshot this is; nil: its own
}

// Open builds a snapshot of d in o.Scratch and opens it. The result cache is
// off. The caller closes the engine.
func Open(ctx context.Context, d *workload.Dataset, o contender.Options) (*Engine, error) {
	e := &Engine{
		name: "rollcall", options: &engine.Options{}, progress: o.Progress,
		dir:    filepath.Join(o.Scratch, "rollcall.snapshot"),
		source: &source{dir: filepath.Join(o.Scratch, "rollcall.source"), parent: d.ParentFile()},
	}
	if err := e.build(ctx, d); err != nil {
		return nil, errors.Join(err, e.remove())
	}
	return e, nil
}

// Reopen opens a snapshot that an Engine built, which knows of no more than its
// files. Close leaves them.
func Reopen(dir string) (*Engine, error) {
	e := &Engine{name: "rollcall", options: &engine.Options{}, dir: dir, progress: func(string) {}}
	e.owner = e
	if err := e.open(); err != nil {
		return nil, err
	}
	return e, nil
}

// Cached opens the same snapshot once more, with the result cache on. The
// engine's Close leaves the snapshot to e, which is closed after it.
func (e *Engine) Cached() (*Engine, error) {
	cached := &Engine{
		name: e.name + "-cache", options: &engine.Options{ResultCacheBytes: cacheBytes},
		dir: e.dir, source: e.source, progress: e.progress, load: e.load, owner: e,
	}
	cached.load.Note = fmt.Sprintf("the snapshot of %s, with a result cache of %d MiB", e.name, cacheBytes>>20)
	if err := cached.open(); err != nil {
		return nil, err
	}
	return cached, nil
}

// open opens the snapshot. Whatever is appended to it, this process or another one
// does, shows in the queries that come after.
func (e *Engine) open() (err error) {
	e.db, err = engine.Open(e.dir, e.options)
	return err
}

// Name returns rollcall or rollcall-cache.
func (e *Engine) Name() string { return e.name }

// Version returns the version of the snapshot's format: the engine's own is the
// commit that the report names.
func (e *Engine) Version() string {
	return "snapshot format " + strconv.Itoa(e.db.Manifest().Format)
}

// Loaded says what building the snapshot took.
func (e *Engine) Loaded() contender.Load { return e.load }

// InProcess reports that counts allocate in this process.
func (e *Engine) InProcess() bool { return true }

// Dir returns the folder of the snapshot.
func (e *Engine) Dir() string { return e.dir }

// Prepare parses and checks the rule.
func (e *Engine) Prepare(_ context.Context, q *suite.Query) (contender.Prepared, error) {
	query, err := e.query(q)
	if err != nil {
		return nil, err
	}
	return &prepared{name: e.name + ", query " + q.ID, query: query}, nil
}

func (e *Engine) query(q *suite.Query) (*engine.Query, error) {
	if q.Rule == "" {
		return nil, fmt.Errorf("rollcall, query %s: %w: it has no rule", q.ID, contender.ErrUnsupported)
	}
	query, err := e.db.Query(q.Rule)
	if err != nil {
		return nil, fmt.Errorf("rollcall, query %s: %w", q.ID, err)
	}
	return query.At(q.AsOf), nil
}

// Export writes what q selects, as contender.Engine has it.
func (e *Engine) Export(ctx context.Context, q *suite.Query, columns []string, file string) (time.Duration, error) {
	start := time.Now()
	query, err := e.query(q)
	if err != nil {
		return 0, err
	}
	if err := e.export(ctx, query, columns, file); err != nil {
		return 0, fmt.Errorf("%s, export of query %s: %w", e.name, q.ID, err)
	}
	return time.Since(start), nil
}

func (e *Engine) export(ctx context.Context, query *engine.Query, columns []string, file string) error {
	names, err := attributes(e.db, columns)
	if err != nil {
		return err
	}
	schema, err := query.BatchSchema(names...)
	if err != nil {
		return err
	}
	_, err = export.WriteFile(ctx, file, schema, query.Batches(ctx, names...), export.Options{
		Format: export.Parquet, RowGroupRows: rowGroupRows,
	})
	return err
}

// attributes returns the columns but the key, which every export starts with.
func attributes(db *engine.DB, columns []string) ([]string, error) {
	if len(columns) == 0 || columns[0] != db.Schema().KeyColumn {
		return nil, fmt.Errorf("the key is exported first: columns are %q, the key is %q", columns, db.Schema().KeyColumn)
	}
	return columns[1:], nil
}

// Close closes the snapshot, and removes it where this engine built it.
func (e *Engine) Close() error {
	err := e.db.Close()
	if e.owner == nil {
		err = errors.Join(err, e.remove())
	}
	return err
}

// remove removes the snapshot, and the folder of links that it is built of.
func (e *Engine) remove() error {
	return errors.Join(os.RemoveAll(e.dir), os.RemoveAll(e.source.dir))
}
