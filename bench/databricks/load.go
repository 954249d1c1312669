package databricks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// load has the tables of d in the schema: those that are there already and are of
// the same workload, and the others made of d's files.
func (e *Engine) load(ctx context.Context, d *workload.Dataset) error {
	tables, err := tablesOf(d)
	if err != nil {
		return err
	}
	mark, err := fingerprint(d.Shape)
	if err != nil {
		return err
	}
	e.progress("databricks: looking for tables")
	found, err := e.find(ctx, tables)
	if err != nil {
		return err
	}
	for _, t := range tables { // all, before anything is made
		if found[t.Name] {
			if err := e.checkExisting(ctx, t, mark); err != nil {
				return err
			}
		}
	}
	toMake := slices.DeleteFunc(slices.Clone(tables), func(t table) bool { return found[t.Name] })
	took, err := e.makeTables(ctx, d, toMake, mark)
	if err != nil {
		return err
	}
	return e.describe(ctx, tables, found, took)
}

// find returns which of the tables' names are taken in the schema.
func (e *Engine) find(ctx context.Context, tables []table) (map[string]bool, error) {
	rows, err := e.sessions.rows(ctx, e.settings.existing(tables))
	if err != nil {
		return nil, fmt.Errorf("listing the tables of %s.%s: %w", e.settings.config.Catalog, e.settings.config.Schema, err)
	}
	found := map[string]bool{}
	for _, row := range rows {
		found[row["name"]] = true
	}
	return found, nil
}

// checkExisting returns an error if a table that is there is not the one that
// would be made.
func (e *Engine) checkExisting(ctx context.Context, t table, mark string) error {
	const remedy = "drop it, or name another schema in " + envSchema
	has, err := e.property(ctx, t.Name, workloadProperty)
	if err != nil {
		return err
	}
	if has != mark {
		return fmt.Errorf("table %s exists already and is not of this workload: its property %s is %q, expected %q; %s",
			e.settings.name(t.Name), workloadProperty, has, mark, remedy)
	}
	n, err := e.countRows(ctx, t.Name)
	if err != nil {
		return err
	}
	if n != t.Rows {
		return fmt.Errorf("table %s exists already and has %d rows, expected %d; %s", e.settings.name(t.Name), n, t.Rows, remedy)
	}
	return nil
}

// property returns a property of a table, "" where it has none of that name.
func (e *Engine) property(ctx context.Context, table, name string) (string, error) {
	rows, err := e.sessions.rows(ctx, e.settings.properties(table))
	if err != nil {
		return "", fmt.Errorf("the properties of table %s: %w", e.settings.name(table), err)
	}
	for _, row := range rows {
		if row["key"] == name {
			return row["value"], nil
		}
	}
	return "", nil
}

func (e *Engine) countRows(ctx context.Context, table string) (int64, error) {
	n, err := e.sessions.number(ctx, e.settings.count(table))
	if err != nil {
		return 0, fmt.Errorf("counting the rows of table %s: %w", e.settings.name(table), err)
	}
	return n, nil
}

// making is how long the making of tables took, by what was done.
type making struct{ upload, create, tune time.Duration }

// makeTables makes tables of the files of d and checks their rows.
func (e *Engine) makeTables(ctx context.Context, d *workload.Dataset, tables []table, mark string) (took making, err error) {
	s := e.newStage()
	defer func() { err = errors.Join(err, s.clear(ctx)) }()
	for _, t := range tables {
		e.progress("databricks: uploading " + t.Name)
		start := time.Now()
		folder, err := s.upload(ctx, d, t.Table)
		if err != nil {
			return took, fmt.Errorf("table %s: %w", t.Name, err)
		}
		took.upload += time.Since(start)
		e.progress("databricks: making " + t.Name)
		start = time.Now()
		e.made = append(e.made, t) // before it is there: the answer may not arrive
		if err := e.sessions.exec(ctx, e.settings.create(t, folder, mark, e.run)); err != nil {
			return took, fmt.Errorf("making table %s: %w", e.settings.name(t.Name), err)
		}
		took.create += time.Since(start)
		start = time.Now()
		if err := e.tune(ctx, t); err != nil {
			return took, err
		}
		took.tune += time.Since(start)
		n, err := e.countRows(ctx, t.Name)
		if err != nil {
			return took, err
		}
		if n != t.Rows {
			return took, fmt.Errorf("table %s has %d rows after loading, expected %d", e.settings.name(t.Name), n, t.Rows)
		}
	}
	return took, nil
}

// tune does what a good administrator would do once a table is full: finish its
// clustering, and have the optimizer know its values.
func (e *Engine) tune(ctx context.Context, t table) error {
	if t.events {
		if err := e.sessions.exec(ctx, e.settings.optimize(t.Name)); err != nil {
			return fmt.Errorf("clustering table %s: %w", e.settings.name(t.Name), err)
		}
	}
	if err := e.sessions.exec(ctx, e.settings.analyze(t.Name)); err != nil {
		return fmt.Errorf("the statistics of table %s: %w", e.settings.name(t.Name), err)
	}
	return nil
}

// describe fills in what loading took and what it came to.
func (e *Engine) describe(ctx context.Context, tables []table, found map[string]bool, took making) error {
	e.loaded = contender.Load{
		Seconds: (took.upload + took.create + took.tune).Seconds(),
		Indexes: map[string]int64{},
	}
	for _, t := range tables {
		size, err := e.size(ctx, t.Name)
		if err != nil {
			return err
		}
		e.loaded.Indexes[t.Name] = size
		e.loaded.SizeBytes += size
	}
	notes := []string{"times include the network, and up to a second between two looks at whether a longer statement is done", "the warehouse's memory is not known"}
	if len(e.made) > 0 {
		notes = append(notes, fmt.Sprintf("loading: %.1f s upload, %.1f s making tables, %.1f s clustering and statistics",
			took.upload.Seconds(), took.create.Seconds(), took.tune.Seconds()))
	}
	if len(found) > 0 {
		notes = append(notes, "loading took nothing for tables that were there and are used as they are: "+
			strings.Join(slices.Sorted(maps.Keys(found)), ", "))
	}
	e.loaded.Note = strings.Join(notes, "; ")
	return nil
}

// size returns the bytes of a table's files.
func (e *Engine) size(ctx context.Context, table string) (int64, error) {
	rows, err := e.sessions.rows(ctx, e.settings.detail(table))
	if err != nil {
		return 0, fmt.Errorf("the size of table %s: %w", e.settings.name(table), err)
	}
	if len(rows) != 1 {
		return 0, fmt.Errorf("the size of table %s: %d rows in its detail, expected one", e.settings.name(table), len(rows))
	}
	size, err := strconv.ParseInt(rows[0]["sizeInBytes"], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the size of table %s: its sizeInBytes is %q, expected a number", e.settings.name(table), rows[0]["sizeInBytes"])
	}
	return size, nil
}

// dropMade drops the tables that bear the mark of this run, and no other.
func (e *Engine) dropMade(ctx context.Context) error {
	if len(e.made) == 0 {
		return nil
	}
	found, err := e.find(ctx, e.made)
	if err != nil {
		return err
	}
	var failed error
	for _, t := range e.made {
		if !found[t.Name] {
			continue
		}
		run, err := e.property(ctx, t.Name, runProperty)
		if err == nil && run == e.run {
			err = e.sessions.exec(ctx, e.settings.drop(t.Name))
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("dropping table %s: %w", e.settings.name(t.Name), err))
		}
	}
	return failed
}
