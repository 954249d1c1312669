package warehouse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/rollcall-db/rollcall/bench/warehouse/duck"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// Options say what a [Warehouse] is like. All may be left out.
type Options struct {
	Catalog string // that sessions are in unless they name one, with a schema "default"; default "main"
	Volumes string // the folder that stands for /Volumes; "": there are no volumes
	Scratch string // an existing folder for what does not fit into memory; "": the system's for such files
	Threads int    // of DuckDB; 0: as many as there are cores
}

// DefaultCatalog is the catalog where Options name none, and DefaultSchema the
// schema where a session names none.
const (
	DefaultCatalog = "main"
	DefaultSchema  = "default"
)

// Warehouse is a DuckDB that takes the SQL of Databricks, with tables that have
// versions. It is safe for concurrent use until Close.
type Warehouse struct {
	options Options
	scratch string // a folder of its own
	db      *duck.DB
	serial  atomic.Int64 // of segments

	mu       sync.RWMutex // of what follows, and of all catalogs, tables and versions
	catalogs map[string]*catalog
	idle     map[string][]*duck.Conn // by time zone
	closed   bool
}

var _ dbtest.SQLEngine = (*Warehouse)(nil)

// Open makes a warehouse without tables. Nil options are the zero ones.
func Open(options *Options) (*Warehouse, error) {
	w := &Warehouse{catalogs: map[string]*catalog{}, idle: map[string][]*duck.Conn{}}
	if options != nil {
		w.options = *options
	}
	if w.options.Catalog == "" {
		w.options.Catalog = DefaultCatalog
	}
	w.addCatalog(w.options.Catalog)
	var err error
	if w.scratch, err = os.MkdirTemp(w.options.Scratch, "warehouse-"); err != nil {
		return nil, fmt.Errorf("the scratch folder of the warehouse: %w", err)
	}
	settings := map[string]string{
		"temp_directory":               w.scratch,
		"default_null_order":           "nulls_first_on_asc_last_on_desc", // as Spark sorts
		"autoload_known_extensions":    "false",                           // they would come from the network
		"autoinstall_known_extensions": "false",
	}
	if w.options.Threads > 0 {
		settings["threads"] = strconv.Itoa(w.options.Threads)
	}
	if w.db, err = duck.Open(settings); err != nil {
		return nil, errors.Join(err, os.RemoveAll(w.scratch))
	}
	if err := w.makeMacros(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *Warehouse) makeMacros() error {
	var b strings.Builder
	for _, macro := range macros {
		b.WriteString("CREATE MACRO " + macro + ";\n")
	}
	_, err := w.run(context.Background(), b.String())
	return err
}

// Close closes the warehouse and removes what it kept in files. Sessions and
// results have been closed before.
func (w *Warehouse) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	var errs []error
	for _, conns := range w.idle {
		for _, c := range conns {
			errs = append(errs, c.Close())
		}
	}
	w.idle = nil
	return errors.Join(append(errs, w.db.Close(), os.RemoveAll(w.scratch))...)
}

// connection returns a connection whose sessions are in a time zone. It goes back
// with free.
func (w *Warehouse) connection(ctx context.Context, zone string) (*duck.Conn, error) {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil, errors.New("the warehouse is closed")
	}
	if free := w.idle[zone]; len(free) > 0 {
		c := free[len(free)-1]
		w.idle[zone] = free[:len(free)-1]
		w.mu.Unlock()
		return c, nil
	}
	w.mu.Unlock()
	c, err := w.db.Connect()
	if err != nil {
		return nil, err
	}
	if _, err := c.Exec(ctx, "SET TimeZone = "+duckText(zone)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// maxIdle is how many connections of a time zone wait for their next use.
const maxIdle = 8

// free gives a connection back.
func (w *Warehouse) free(c *duck.Conn, zone string) {
	w.mu.Lock()
	keep := !w.closed && len(w.idle[zone]) < maxIdle
	if keep {
		w.idle[zone] = append(w.idle[zone], c)
	}
	w.mu.Unlock()
	if !keep {
		_ = c.Close() // it never fails
	}
}

// run carries out statements of DuckDB, in UTC.
func (w *Warehouse) run(ctx context.Context, text string) (changed int64, err error) {
	return w.runIn(ctx, utc, text)
}

// runIn carries out statements of DuckDB in a time zone.
func (w *Warehouse) runIn(ctx context.Context, zone, text string) (changed int64, err error) {
	c, err := w.connection(ctx, zone)
	if err != nil {
		return 0, err
	}
	defer w.free(c, zone)
	return c.Exec(ctx, text)
}

// describe returns the columns of a query of DuckDB.
func (w *Warehouse) describe(ctx context.Context, query string) ([]duck.Column, error) {
	c, err := w.connection(ctx, utc)
	if err != nil {
		return nil, err
	}
	defer w.free(c, utc)
	return c.Describe(ctx, query, defaultZone)
}

// utc is DuckDB's name of the zone, and defaultZone the warehouse's.
const (
	utc         = "UTC"
	defaultZone = "Etc/UTC"
)

// catalog is a catalog of schemas, by name in lower case.
type catalog struct {
	name    string
	schemas map[string]*schema
}

// schema is a schema of tables and views, by name in lower case.
type schema struct {
	name   string
	tables map[string]*table
}

// addCatalog makes a catalog with the schema default, where there is none.
func (w *Warehouse) addCatalog(name string) *catalog {
	key := strings.ToLower(name)
	c := w.catalogs[key]
	if c == nil {
		c = &catalog{name: name, schemas: map[string]*schema{}}
		w.catalogs[key] = c
		c.addSchema(DefaultSchema)
	}
	return c
}

// addSchema makes a schema, where there is none.
func (c *catalog) addSchema(name string) {
	if key := strings.ToLower(name); c.schemas[key] == nil {
		c.schemas[key] = &schema{name: name, tables: map[string]*table{}}
	}
}

// sortedCatalogs, schemas and tables are in the order of their names.
func (w *Warehouse) sortedCatalogs() []*catalog { return sortedValues(w.catalogs) }
func (c *catalog) sorted() []*schema            { return sortedValues(c.schemas) }
func (s *schema) sorted() []*table              { return sortedValues(s.tables) }

func sortedValues[T any](of map[string]*T) []*T {
	var values []*T
	for _, key := range slices.Sorted(maps.Keys(of)) {
		values = append(values, of[key])
	}
	return values
}

// Exec carries out a statement in a session of its own and reads what it gives.
// It returns how many rows the statement wrote, or gave.
func (w *Warehouse) Exec(ctx context.Context, statement string) (rows int64, err error) {
	s, err := w.OpenSession(ctx, "", "", nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	result, err := s.Query(ctx, statement, nil)
	if err != nil {
		return 0, err
	}
	if result.Reader != nil {
		defer result.Reader.Release()
		for result.Reader.Next() {
			rows += result.Reader.RecordBatch().NumRows()
		}
		if err := result.Reader.Err(); err != nil {
			return 0, err
		}
	}
	if result.Affected >= 0 {
		rows = result.Affected
	}
	return rows, nil
}
