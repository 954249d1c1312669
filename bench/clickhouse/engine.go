package clickhouse

import (
	"context"
	_ "embed" // for worker.py
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// name is what tables and JSON call the engine.
const name = "clickhouse"

// nConnections is the number of statements that the worker runs at a time, the
// most clients that the benchmark has. Others wait in the worker.
const nConnections = 16

//go:embed worker.py
var workerSource []byte

// engine is ClickHouse with a data set in it.
type engine struct {
	worker  *worker
	dir     string // holds the database and worker.py, and is ours to remove
	version string
	load    contender.Load
	columns map[string][]string // of every table, in order

	appending sync.Mutex       // held by Append, which changes rows
	rows      map[string]int64 // of every table
	nLinks    atomic.Int64     // names given out by link
}

// Open starts ClickHouse in a process of its own and loads a data set into tables
// in a folder below o.Scratch. The engine is named clickhouse. The first call
// without o.Python installs chDB, which takes a network and a minute.
func Open(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	e, err := open(ctx, d, o)
	if err != nil {
		return nil, fmt.Errorf("clickhouse: %w", err)
	}
	return e, nil
}

func open(ctx context.Context, d *workload.Dataset, o contender.Options) (_ *engine, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	python, chdb, err := findPython(ctx, o)
	if err != nil {
		return nil, err
	}
	dir, err := makeFolder(o.Scratch)
	if err != nil {
		return nil, err
	}
	e := &engine{dir: dir, columns: map[string][]string{}, rows: map[string]int64{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Close())
		}
	}()
	o.Progress("starting ClickHouse")
	if e.worker, err = e.start(ctx, python, o.Threads); err != nil {
		return nil, err
	}
	version, err := e.text(ctx, "SELECT version()")
	if err != nil {
		return nil, err
	}
	e.version = "chDB " + chdb + " (ClickHouse " + version + ")"
	return e, e.loadAll(ctx, d, o)
}

// makeFolder makes a folder of our own. ClickHouse takes some characters in the
// names of files for patterns, and knows no way to write them otherwise.
func makeFolder(scratch string) (string, error) {
	scratch, err := filepath.Abs(scratch)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(scratch, "*?{}[]") {
		return "", fmt.Errorf("the folder for files is %q, and ClickHouse cannot read one with any of *?{}[] in its name", scratch)
	}
	return os.MkdirTemp(scratch, "clickhouse-")
}

// start starts the worker on a new database.
func (e *engine) start(ctx context.Context, python string, threads int) (*worker, error) {
	script := filepath.Join(e.dir, "worker.py")
	if err := os.WriteFile(script, workerSource, 0o600); err != nil {
		return nil, err
	}
	args := append([]string{script, filepath.Join(e.dir, "database"), strconv.Itoa(nConnections)}, session(threads)...)
	cmd := exec.Command(python, args...)
	cmd.Dir = e.dir // what it writes without a path is removed, too
	return startWorker(ctx, cmd, closeBound)
}

// Name returns clickhouse.
func (e *engine) Name() string { return name }

// Version returns the versions of chDB and of the ClickHouse in it.
func (e *engine) Version() string { return e.version }

// Loaded says what the load took.
func (e *engine) Loaded() contender.Load { return e.load }

// Close ends the process and removes the folder of the database.
func (e *engine) Close() error {
	if e.worker != nil {
		e.worker.close()
	}
	return os.RemoveAll(e.dir)
}

// exec runs a statement that returns nothing.
func (e *engine) exec(ctx context.Context, sql string) (time.Duration, error) {
	_, took, err := e.worker.run(ctx, sql, "Null")
	return took, err
}

// text runs a query for one value and returns it as text.
func (e *engine) text(ctx context.Context, sql string) (string, error) {
	data, _, err := e.worker.run(ctx, sql, "TabSeparatedRaw")
	return strings.TrimSuffix(string(data), "\n"), err
}

// link gives a file or folder a name that is safe within SQL, for as long as a
// statement runs. What the user has named may hold quotes and patterns.
func (e *engine) link(path string) (name string, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return "", err
	}
	name = filepath.Join(e.dir, fmt.Sprintf("link-%d", e.nLinks.Add(1)))
	return name, os.Symlink(path, name)
}

// quote returns a string literal.
func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}

// identifier returns a quoted name.
func identifier(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

// identifiers returns quoted names in a list.
func identifiers(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = identifier(name)
	}
	return strings.Join(quoted, ", ")
}
