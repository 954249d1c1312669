package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/bench/bare"
	"github.com/rollcall-db/rollcall/bench/clickhouse"
	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/databricks"
	"github.com/rollcall-db/rollcall/bench/duckdb"
	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/postgres"
	"github.com/rollcall-db/rollcall/bench/rollcall"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// loaded is an engine, and what is to be known of it.
type loaded struct {
	contender.Engine
	shared bool   // it shows the data of the engine before it
	files  string // the folder of its files, which reopeners can open; "": there is none
}

// opener loads a data set into one or more engines.
type opener func(ctx context.Context, d *workload.Dataset, o contender.Options) ([]loaded, error)

// namedOpener is an opener and what --engines calls it.
type namedOpener struct {
	name string
	open opener
}

// openers are in the order in which messages list them.
var openers = []namedOpener{
	{"rollcall", openRollcall},
	{"duckdb-memory", one(duckdb.OpenMemory)},
	{"duckdb-disk", openDuckDBDisk},
	{"postgres", one(postgres.Open)},
	{"clickhouse", one(clickhouse.Open)},
	{"databricks", one(databricks.Open)},
	{"bare", one(bare.Open)},
}

// reopeners open, by the name of the engine, the files of an engine that was
// loaded by another process.
var reopeners = map[string]func(ctx context.Context, dir string, threads int) (contender.Engine, error){
	"rollcall": func(_ context.Context, dir string, _ int) (contender.Engine, error) {
		return rollcall.Reopen(dir)
	},
	"duckdb-disk": func(ctx context.Context, dir string, threads int) (contender.Engine, error) {
		return duckdb.Reopen(ctx, filepath.Join(dir, "duckdb-disk.db"), threads)
	},
}

// one is the opener of a single engine.
func one(open func(context.Context, *workload.Dataset, contender.Options) (contender.Engine, error)) opener {
	return func(ctx context.Context, d *workload.Dataset, o contender.Options) ([]loaded, error) {
		e, err := open(ctx, d, o)
		if err != nil {
			return nil, err
		}
		return []loaded{{Engine: e}}, nil
	}
}

// openRollcall opens a snapshot twice: without a result cache, and with one.
func openRollcall(ctx context.Context, d *workload.Dataset, o contender.Options) ([]loaded, error) {
	e, err := rollcall.Open(ctx, d, o)
	if err != nil {
		return nil, err
	}
	cached, err := e.Cached()
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return []loaded{{Engine: e, files: e.Dir()}, {Engine: cached, shared: true}}, nil
}

// openDuckDBDisk loads a DuckDB whose file is all that is in its scratch folder.
func openDuckDBDisk(ctx context.Context, d *workload.Dataset, o contender.Options) ([]loaded, error) {
	engines, err := one(duckdb.OpenDisk)(ctx, d, o)
	if err == nil {
		engines[0].files = o.Scratch
	}
	return engines, err
}

// parseEngines returns the openers that a list names: each once, in the order of
// the list. The name duckdb stands for both of DuckDB's.
func parseEngines(list string) ([]string, error) {
	known := []string{"rollcall", "duckdb"}
	for _, o := range openers[1:] {
		known = append(known, o.name)
	}
	var names []string
	for _, name := range strings.Split(list, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(known, name) {
			return nil, usagef("--engines names %q, expected some of %s", name, strings.Join(known, ", "))
		}
		for _, o := range openers {
			here := o.name == name || name == "duckdb" && strings.HasPrefix(o.name, "duckdb-")
			if here && !slices.Contains(names, o.name) {
				names = append(names, o.name)
			}
		}
	}
	return names, nil
}

// openEngines loads the data set into the engines of the openers named, one
// after the other, each with a folder of its own in o.Scratch. After an error
// none is open.
func openEngines(ctx context.Context, names []string, d *workload.Dataset, o contender.Options) (all []loaded, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, measure.Close(plain(all)))
			all = nil
		}
	}()
	scratch := o.Scratch
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		i := slices.IndexFunc(openers, func(o namedOpener) bool { return o.name == name })
		o.Scratch = filepath.Join(scratch, name)
		if err := os.Mkdir(o.Scratch, 0o700); err != nil {
			return all, fmt.Errorf("the scratch folder of %s: %w", name, err)
		}
		engines, err := openers[i].open(ctx, d, o)
		if err != nil {
			return all, err
		}
		all = append(all, engines...)
	}
	return all, nil
}

// plain returns the engines themselves, with whatever methods they have.
func plain(all []loaded) []contender.Engine {
	engines := make([]contender.Engine, len(all))
	for i := range all {
		engines[i] = all[i].Engine
	}
	return engines
}
