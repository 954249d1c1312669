package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bench/warehouse/duck"
)

// formats are the files that are tables, by their ending, and how DuckDB reads
// them.
var formats = map[string]string{
	".parquet": "read_parquet(%s, hive_partitioning = %t, hive_types_autocast = false)",
	".csv":     "read_csv(%s, header = true, hive_partitioning = %t, hive_types_autocast = false)",
	".ndjson":  "read_json(%s, format = 'newline_delimited', hive_partitioning = %t, hive_types_autocast = false)",
	".jsonl":   "read_json(%s, format = 'newline_delimited', hive_partitioning = %t, hive_types_autocast = false)",
}

// Mount makes a table of a catalog out of each <schema>/<table>.parquet, .csv or
// .ndjson of a folder, and of each folder <schema>/<table> of such files. Nothing is
// copied: version 0 of a table is a view over the files, which must stay as they
// are. A catalog or a schema that is not there is made; a table of the name must
// not be there.
func (w *Warehouse) Mount(ctx context.Context, catalog, dir string) error {
	schemas, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	mounted := 0
	for _, s := range schemas {
		if !s.IsDir() || isHidden(s.Name()) {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(dir, s.Name()))
		if err != nil {
			return err
		}
		for _, e := range entries {
			files, err := filesOf(filepath.Join(dir, s.Name(), e.Name()), e)
			if err != nil {
				return err
			}
			if len(files) == 0 {
				continue
			}
			name := e.Name()
			if !e.IsDir() {
				name = strings.TrimSuffix(name, filepath.Ext(name))
			}
			if err := w.mountTable(ctx, newTable(catalog, s.Name(), name), files); err != nil {
				return fmt.Errorf("%s: %w", filepath.Join(dir, s.Name(), e.Name()), err)
			}
			mounted++
		}
	}
	if mounted == 0 {
		return fmt.Errorf("%s holds no tables: expected <schema>/<table>.parquet, .csv or .ndjson, or <schema>/<table>/*.parquet", dir)
	}
	return nil
}

func isHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// dataFile is a file of a table.
type dataFile struct {
	path string
	size int64
}

// filesOf returns the files of a table: one, or those of a folder, which have one
// format.
func filesOf(path string, e fs.DirEntry) (files []dataFile, err error) {
	if isHidden(e.Name()) {
		return nil, nil
	}
	ending := ""
	err = filepath.WalkDir(path, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case isHidden(e.Name()) && e.IsDir():
			if e.Name() == "_delta_log" {
				return errors.New("it is a Delta table, whose folder holds removed rows, too")
			}
			return fs.SkipDir
		}
		if _, ok := formats[filepath.Ext(path)]; !ok || e.IsDir() || isHidden(e.Name()) {
			return nil
		}
		if ending == "" {
			ending = filepath.Ext(path)
		}
		if filepath.Ext(path) != ending {
			return fmt.Errorf("it has %s files and %s files, expected one format", ending, filepath.Ext(path))
		}
		info, err := e.Info()
		if err == nil {
			files = append(files, dataFile{path, info.Size()})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return files, nil
}

// mountTable makes version 0 of a table.
func (w *Warehouse) mountTable(ctx context.Context, t *table, files []dataFile) error {
	paths := make([]string, len(files))
	rows := &segment{relation: w.segmentName(), isView: true, rows: -1, files: int64(len(files))}
	hive := false
	for i, f := range files {
		path, err := filepath.Abs(f.path)
		if err != nil {
			return err
		}
		hive = hive || strings.Contains(filepath.Dir(path), "=")
		paths[i] = duckText(path)
		rows.bytes += f.size
	}
	from := fmt.Sprintf(formats[filepath.Ext(files[0].path)], "["+strings.Join(paths, ", ")+"]", hive)
	found, err := w.describe(ctx, "FROM "+from)
	if err != nil {
		return err
	}
	v := t.follow("CREATE TABLE", map[string]string{"partitionBy": "[]", "description": "", "isManaged": "true", "properties": "{}"})
	v.blind = true
	items := make([]string, len(found))
	for i, c := range found {
		items[i] = mountedColumn(c)
		rows.columns = append(rows.columns, c.Name)
		v.columns = append(v.columns, column{name: c.Name, typ: c.Type, physical: c.Name})
	}
	if _, err := w.run(ctx, "CREATE VIEW "+rows.relation+" AS SELECT "+strings.Join(items, ", ")+" FROM "+from); err != nil {
		return err
	}
	v.segments = []*segment{rows}
	w.commit(t, v)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.addCatalog(t.catalog).addSchema(t.schema)
	return w.place(t, false)
}

// place puts a table or a view where its name says. Its caller holds w.mu.
func (w *Warehouse) place(t *table, replace bool) error {
	c := w.catalogs[strings.ToLower(t.catalog)]
	if c == nil {
		return catalogNotFound(t.catalog)
	}
	s := c.schemas[strings.ToLower(t.schema)]
	if s == nil {
		return schemaNotFound(t.catalog, t.schema)
	}
	key := strings.ToLower(t.name)
	if s.tables[key] != nil && !replace {
		return alreadyExists(t)
	}
	s.tables[key] = t
	return nil
}

// mountedColumn returns a column of files as their view has it. The statistics of
// Parquet leave NaN out, and DuckDB leaves tests out that are true by the
// statistics; so it is not to see that a column of floats is that of the files.
func mountedColumn(c duck.Column) string {
	name := duckName(c.Name)
	switch {
	case !c.Exact:
		return fmt.Sprintf("CAST(%[1]s AS %[2]s) AS %[1]s", name, duckType(c.Type))
	case c.Type.ID() == arrow.FLOAT32, c.Type.ID() == arrow.FLOAT64:
		return fmt.Sprintf("CASE WHEN isnan(%[1]s) THEN CAST('NaN' AS %[2]s) ELSE %[1]s END AS %[1]s", name, duckType(c.Type))
	}
	return name
}

func alreadyExists(t *table) error {
	return &sqlFailure{"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", fmt.Sprintf("Cannot create table or view %s because it already exists.\n"+
		"Choose a different name, drop or replace the existing object, add the IF NOT EXISTS clause to tolerate pre-existing objects, or add the OR REFRESH clause to refresh the existing streaming table.",
		backticked(t.names()...))}
}

// segmentName returns a name for a segment that nothing else has.
func (w *Warehouse) segmentName() string {
	return fmt.Sprintf("segment_%d", w.serial.Add(1))
}

// store carries out a query and keeps its rows as a segment with some columns.
func (w *Warehouse) store(ctx context.Context, zone, query string, columns []column) (*segment, error) {
	s := &segment{relation: w.segmentName(), files: 1}
	items, places := make([]string, len(columns)), make([]string, len(columns))
	const rowBytes = 8
	for i, c := range columns {
		places[i] = fmt.Sprintf("c%d", i)
		items[i] = fmt.Sprintf("CAST(%s AS %s) AS %s", places[i], duckType(c.typ), duckName(c.physical))
		s.columns = append(s.columns, c.physical)
	}
	text := fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM (%s) AS q(%s)", s.relation, strings.Join(items, ", "), query, strings.Join(places, ", "))
	var err error
	if s.rows, err = w.runIn(ctx, zone, text); err != nil {
		return nil, err
	}
	if s.rows, err = w.count(ctx, s.relation); err != nil {
		return nil, err
	}
	s.bytes = s.rows * int64(len(columns)) * rowBytes
	return s, nil
}

// count returns the number of rows of a relation of DuckDB.
func (w *Warehouse) count(ctx context.Context, relation string) (int64, error) {
	values, err := w.numbers(ctx, utc, "SELECT count(*) FROM "+relation)
	if err != nil {
		return 0, err
	}
	return values[0], nil
}

// discard drops segments that nothing refers to.
func (w *Warehouse) discard(ctx context.Context, segments ...*segment) error {
	var errs []error
	for _, s := range slices.Compact(segments) {
		if s == nil {
			continue
		}
		kind := "TABLE"
		if s.isView {
			kind = "VIEW"
		}
		_, err := w.run(ctx, "DROP "+kind+" IF EXISTS "+s.relation)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
