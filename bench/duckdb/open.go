package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/resident"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// The engines' names.
const (
	memoryName = "duckdb"
	diskName   = "duckdb-disk"
)

// maxConns is how many clients can ask at a time. More wait for one another.
const maxConns = 32

// OpenMemory loads a data set into a DuckDB in memory, whose name is duckdb. What
// does not fit into memory is spilled to o.Scratch.
func OpenMemory(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	return open(ctx, memoryName, "", d, o)
}

// OpenDisk loads a data set into a DuckDB with a file in o.Scratch, whose name is
// duckdb-disk. What is there of that name is an error.
func OpenDisk(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	path := filepath.Join(o.Scratch, diskName+".db")
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: the file %s is in the way: %w", diskName, path, errors.Join(os.ErrExist, err))
	}
	return open(ctx, diskName, path, d, o)
}

// Reopen opens a file that OpenDisk made and nobody else has open for writing. It
// can be read only; Close leaves it.
func Reopen(ctx context.Context, path string, threads int) (contender.Engine, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s: %w", diskName, err)
	}
	e := &Engine{name: diskName, path: path, readOnly: true, load: contender.Load{Note: "a file that was there"}}
	if err := e.connect(ctx, threads, ""); err != nil {
		return nil, fmt.Errorf("%s: %w", diskName, errors.Join(err, e.Close()))
	}
	return e, nil
}

// open makes a database at a path, "" for memory, and loads it.
func open(ctx context.Context, name, path string, d *workload.Dataset, o contender.Options) (contender.Engine, error) {
	e := &Engine{name: name, path: path, spill: filepath.Join(o.Scratch, name+".spill")}
	err := e.connect(ctx, o.Threads, e.spill)
	if err == nil {
		err = e.measureLoad(ctx, d, o.Progress)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, errors.Join(err, e.Close()))
	}
	return e, nil
}

// connect opens the database and sets what holds for all connections. spill is
// the folder for what does not fit into memory; "": DuckDB's choice.
func (e *Engine) connect(ctx context.Context, threads int, spill string) error {
	dsn := e.path
	if strings.Contains(dsn, "?") {
		return fmt.Errorf("the path %q has a ?, behind which the driver expects options", dsn)
	}
	if e.readOnly {
		dsn += "?access_mode=READ_ONLY"
	}
	connector, err := duckdb.NewConnector(dsn, func(conn driver.ExecerContext) error {
		// A context of its own: the connection outlives the call that needs it first.
		_, err := conn.ExecContext(context.Background(), "SET TimeZone = 'UTC'", nil)
		return err
	})
	if err != nil {
		return err
	}
	e.db = sql.OpenDB(connector)
	e.db.SetMaxOpenConns(maxConns)
	e.db.SetMaxIdleConns(maxConns)
	settings := []string{
		fmt.Sprintf("SET GLOBAL threads = %d", threads),
		"SET GLOBAL preserve_insertion_order = true", // which keeps the files' order of time
	}
	if spill != "" {
		settings = append(settings, "SET GLOBAL temp_directory = "+literal(spill))
	}
	for _, text := range settings {
		if _, err := e.db.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return e.db.QueryRowContext(ctx, "SELECT version()").Scan(&e.version)
}

// measureLoad loads the data and keeps what that took. In this process there is
// memory of others, too, so that the peak is what came on top of it.
func (e *Engine) measureLoad(ctx context.Context, d *workload.Dataset, progress func(string)) error {
	debug.FreeOSMemory() // what was garbage before is not this load's
	before := resident.Anonymous(os.Getpid())
	watch := resident.WatchProcess(os.Getpid())
	start := time.Now()
	err := e.loadDataset(ctx, d, progress)
	seconds, peak := time.Since(start).Seconds(), watch.Stop()
	if err != nil {
		return err
	}
	e.load = contender.Load{
		Seconds: seconds, PeakBytes: max(peak-before, 0), AnonOnly: true,
		Note: "event tables ordered by time; ENUMs for text of up to 10,000 distinct values, but for URLs",
	}
	e.load.SizeBytes, err = e.sizeBytes(ctx)
	return err
}

// sizeBytes returns the size of the file, or of all that DuckDB holds in memory
// where there is none.
func (e *Engine) sizeBytes(ctx context.Context) (int64, error) {
	if e.path != "" {
		info, err := os.Stat(e.path)
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}
	var size int64
	const query = "SELECT sum(memory_usage_bytes)::BIGINT FROM duckdb_memory()"
	if err := e.db.QueryRowContext(ctx, query).Scan(&size); err != nil {
		return 0, fmt.Errorf("%s: %w", query, err)
	}
	return size, nil
}
