package databricks

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
	federated "github.com/rollcall-db/rollcall/federate/databricks"
)

// driverVersion is that of the driver, which is part of what is measured.
const driverVersion = "databricks-sql-go 1.14.0"

// Engine is a warehouse with a workload's tables. It is safe for concurrent use,
// but for Close.
type Engine struct {
	settings *settings
	sessions *sessions
	run      string // the mark of what this run makes
	version  string
	loaded   contender.Load
	progress func(stage string)

	made     []table    // that this run made, or tried to
	changing sync.Mutex // held while rows are added
	closed   bool
}

// Open logs in to the warehouse that the environment names and has the tables of d
// in its schema. It returns ErrNotConfigured, wrapped with the names of the
// variables that are missing; an error if a table of a name is there and is not of
// this workload; or the warehouse's. What it made is gone after an error, as far
// as the warehouse can still be reached. Of the options it uses Progress: the
// warehouse has the size that it has.
func Open(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	s, err := read(os.Getenv)
	if err != nil {
		return nil, fmt.Errorf("databricks: %w", err)
	}
	db, redact, err := connect(s)
	if err != nil {
		return nil, err // begins with the package's name
	}
	e, err := start(ctx, s, db, redact, d, o)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// start loads d by way of db, which it owns from then on.
func start(ctx context.Context, s *settings, db *sql.DB, redact *federated.Redactor, d *workload.Dataset, o contender.Options) (*Engine, error) {
	e := &Engine{
		settings: s, sessions: &sessions{db: db, redact: redact},
		run: rand.Text(), progress: o.Progress,
	}
	err := e.begin(ctx, d)
	if err != nil {
		// A table that is not whole is no use to anybody, so that it is dropped even where
		// tables are kept.
		return nil, fmt.Errorf("databricks: %w", errors.Join(err, e.end(false)))
	}
	return e, nil
}

// begin logs in and loads d.
func (e *Engine) begin(ctx context.Context, d *workload.Dataset) error {
	e.progress("databricks: logging in")
	rows, err := e.sessions.rows(ctx, "SELECT current_version().dbsql_version AS version")
	if err != nil {
		return fmt.Errorf("logging in: %w", err)
	}
	e.version = driverVersion
	if len(rows) == 1 && rows[0]["version"] != "" {
		e.version = "Databricks SQL " + rows[0]["version"] + ", " + driverVersion
	}
	return e.load(ctx, d)
}

// Name is databricks.
func (e *Engine) Name() string { return "databricks" }

// Version is the warehouse's and the driver's.
func (e *Engine) Version() string { return e.version }

// Loaded says what it took to load the data. Its Note says what was there before,
// its Indexes are the bytes of the tables; of memory nothing is known.
func (e *Engine) Loaded() contender.Load { return e.loaded }

// Append adds the rows of add to the tables, and returns how long uploading and
// inserting took. Tables that were there before this run are not changed: the
// error is ErrUnsupported then.
func (e *Engine) Append(ctx context.Context, add *workload.Dataset) (time.Duration, error) {
	e.changing.Lock()
	defer e.changing.Unlock()
	took, err := e.appendRows(ctx, add)
	if err != nil {
		return 0, fmt.Errorf("databricks: %w", err)
	}
	return took, nil
}

func (e *Engine) appendRows(ctx context.Context, add *workload.Dataset) (took time.Duration, err error) {
	s := e.newStage()
	defer func() { err = errors.Join(err, s.clear(ctx)) }()
	for _, w := range add.Tables {
		t, ok := e.madeTable(w)
		switch {
		case w.Rows == 0:
			continue
		case !ok:
			return 0, fmt.Errorf("%w: table %s was not made by this run, and others are not changed", contender.ErrUnsupported, e.settings.name(w.Name))
		}
		before, err := e.countRows(ctx, t.Name)
		if err != nil {
			return 0, err
		}
		if err := e.sessions.exec(ctx, e.settings.spoil(t.Name)); err != nil {
			return 0, fmt.Errorf("marking table %s: %w", e.settings.name(t.Name), err)
		}
		start := time.Now()
		folder, err := s.upload(ctx, add, w)
		if err != nil {
			return 0, fmt.Errorf("table %s: %w", t.Name, err)
		}
		if err := e.sessions.exec(ctx, e.settings.insert(t, folder)); err != nil {
			return 0, fmt.Errorf("adding to table %s: %w", e.settings.name(t.Name), err)
		}
		took += time.Since(start)
		after, err := e.countRows(ctx, t.Name)
		if err != nil {
			return 0, err
		}
		if after-before != w.Rows {
			return 0, fmt.Errorf("table %s has %d rows more after a day was added, expected %d", e.settings.name(t.Name), after-before, w.Rows)
		}
	}
	return took, nil
}

// madeTable finds a table among those that this run made.
func (e *Engine) madeTable(w workload.Table) (table, bool) {
	for _, t := range e.made {
		if t.Schema == w.Schema && t.Name == w.Name {
			return t, true
		}
	}
	return table{}, false
}

// newStage returns a new folder of the volume, with nothing in it.
func (e *Engine) newStage() *stage {
	return &stage{sessions: e.sessions, folder: path.Join(e.settings.volume, "rollcall-bench-"+rand.Text())}
}

// Export returns ErrUnsupported: the warehouse writes files to places of its own,
// not to a file here, so that there is nothing to compare.
func (e *Engine) Export(context.Context, *suite.Query, []string, string) (time.Duration, error) {
	return 0, fmt.Errorf("databricks: %w: a warehouse writes no file here", contender.ErrUnsupported)
}

// Close drops the tables that this run made, unless the environment says that they
// stay, and logs out. It waits for calls whose context ended before the warehouse
// had answered.
func (e *Engine) Close() error {
	if e.closed {
		return errors.New("databricks: the engine is closed already")
	}
	if err := e.end(e.settings.keep); err != nil {
		return fmt.Errorf("databricks: %w", err)
	}
	return nil
}

// end drops the tables that this run made, unless keep, and closes the sessions.
func (e *Engine) end(keep bool) error {
	e.closed = true
	e.sessions.running.Wait() // a table may be on its way there
	var failed error
	if !keep {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupLimit)
		defer cancel()
		failed = e.dropMade(ctx)
	}
	return errors.Join(failed, e.sessions.close())
}
