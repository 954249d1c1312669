package warehouse

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
)

// table is a table with versions, or a view.
type table struct {
	catalog, schema, name string
	id                    string
	created               time.Time
	comment               string
	constraints           []constraint
	versions              []*version // from 0 on; none: it is a view
	writing               chan struct{}

	query   string    // of a view
	columns []column  // of a view
	inside  [2]string // the catalog and the schema in which the query of a view is read
}

// column is a column of a table.
type column struct {
	name     string
	typ      arrow.DataType
	physical string // its name in segments
	required bool   // NOT NULL
	comment  string
}

// constraint is a key that was declared. Nobody checks it.
type constraint struct {
	name    string
	foreign bool
	columns []string
	refers  []string // of a foreign key: the table, in three parts
	toward  []string // its columns
}

// version is a state of a table.
type version struct {
	number     int64
	at         time.Time
	operation  string
	parameters map[string]string
	blind      bool // nothing was read for it, and nothing removed
	metrics    map[string]string
	columns    []column
	segments   []*segment
	properties map[string]string
	changes    []change // what became of rows; nil and recorded: nothing
	recorded   bool     // whether there is a change feed of it
}

// segment is rows of a table, which never change.
type segment struct {
	relation string // in DuckDB
	isView   bool   // over files
	columns  []string
	rows     int64 // -1: not counted
	files    int64
	bytes    int64
	gone     bool // VACUUM took it
}

// change is rows that a version inserted, updated or deleted.
type change struct {
	kind string // as _change_type has it
	rows *segment
}

// Kinds of changes.
const (
	changeInsert = "insert"
	changeDelete = "delete"
	changeBefore = "update_preimage"
	changeAfter  = "update_postimage"
)

// changeFeed is the property of tables that keep their changes.
const changeFeed = "delta.enableChangeDataFeed"

// newTable returns a table without versions.
func newTable(catalog, schema, name string) *table {
	return &table{catalog: catalog, schema: schema, name: name, id: newID(), created: now(), writing: make(chan struct{}, 1)}
}

// newID returns a random identifier in the form of a UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	const version, variant = 0x40, 0x80
	b[6] = b[6]&0x0f | version
	b[8] = b[8]&0x3f | variant
	text := hex.EncodeToString(b[:])
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// now is in milliseconds, as commits of Delta are.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func (t *table) isView() bool { return t.query != "" }

// names returns the qualified name.
func (t *table) names() []string { return []string{t.catalog, t.schema, t.name} }

func (t *table) String() string { return strings.Join(t.names(), ".") }

// latest returns the newest version.
func (t *table) latest() *version { return t.versions[len(t.versions)-1] }

// current returns the columns of the newest version, or of a view.
func (t *table) current() []column {
	if t.isView() {
		return t.columns
	}
	return t.latest().columns
}

// lock waits until nobody else writes to the table.
func (t *table) lock(ctx context.Context) (unlock func(), err error) {
	select {
	case t.writing <- struct{}{}:
		return func() { <-t.writing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// follow returns a version that goes on from the newest one: with its columns,
// segments and properties.
func (t *table) follow(operation string, parameters map[string]string) *version {
	v := &version{operation: operation, parameters: parameters, properties: map[string]string{}}
	if len(t.versions) > 0 {
		last := t.latest()
		v.columns, v.segments, v.properties = slices.Clone(last.columns), slices.Clone(last.segments), last.properties
	}
	return v
}

// commit makes a version the newest one. Times of versions ascend.
func (w *Warehouse) commit(t *table, v *version) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v.at = now()
	if n := len(t.versions); n > 0 {
		v.number = t.latest().number + 1
		if !v.at.After(t.latest().at) {
			v.at = t.latest().at.Add(time.Millisecond)
		}
	}
	v.recorded = strings.EqualFold(v.properties[changeFeed], "true")
	if v.metrics == nil {
		v.metrics = map[string]string{}
	}
	t.versions = append(t.versions, v)
}

// column finds a column by name, ignoring case.
func (v *version) column(name string) (int, bool) {
	i := slices.IndexFunc(v.columns, func(c column) bool { return strings.EqualFold(c.name, name) })
	return i, i >= 0
}

// relation returns the rows of a version, as a table of DuckDB.
func (v *version) relation(t *table) (string, error) {
	for _, s := range v.segments {
		if s.gone {
			return "", fileGone(t, s)
		}
	}
	if len(v.segments) == 1 && v.segments[0].isAll(v.columns) {
		return v.segments[0].relation, nil
	}
	var parts []string
	for _, s := range v.segments {
		parts = append(parts, s.selectRows(v.columns))
	}
	if len(parts) == 0 {
		parts = []string{(&segment{relation: "range(0)"}).selectRows(v.columns)}
	}
	return "(" + strings.Join(parts, " UNION ALL ") + ")", nil
}

// isAll reports whether a segment has some columns, in order, and no other.
func (s *segment) isAll(columns []column) bool {
	return slices.EqualFunc(s.columns, columns, func(have string, c column) bool { return have == c.physical && have == c.name })
}

// selectRows returns a query for some columns of a segment, and more behind them.
// What the segment lacks is NULL.
func (s *segment) selectRows(columns []column, more ...string) string {
	items := make([]string, len(columns), len(columns)+len(more))
	for i, c := range columns {
		x := "CAST(NULL AS " + duckType(c.typ) + ")"
		if slices.Contains(s.columns, c.physical) {
			x = duckName(c.physical)
		}
		items[i] = x + " AS " + duckName(c.name)
	}
	return "SELECT " + strings.Join(append(items, more...), ", ") + " FROM " + s.relation
}

// fileGone is the error of a version whose files VACUUM took.
func fileGone(t *table, s *segment) error {
	return &sqlFailure{"FAILED_READ_FILE.DBR_FILE_NOT_EXIST", "KD001", fmt.Sprintf("Error while reading file %s/part-00000-%s.c000.snappy.parquet. "+
		"[DELTA_FILE_NOT_FOUND_DETAILED] File referenced in the transaction log cannot be found. This occurs when data has been manually deleted "+
		"from the file system rather than using the table `DELETE` statement", t.location(), s.relation)}
}

// location is where a real table would lie.
func (t *table) location() string {
	return "s3://local-warehouse/" + t.catalog + "/tables/" + t.id
}

// find returns a table or a view by its name within a catalog and a schema. The
// caller holds w.mu.
func (w *Warehouse) find(parts []string, inside [2]string) (*table, error) {
	catalogName, schemaName := inside[0], inside[1]
	full := parts
	switch len(parts) {
	case 1:
		full = []string{catalogName, schemaName, parts[0]}
	case 2: //nolint:mnd // schema and table
		full = []string{catalogName, parts[0], parts[1]}
	}
	if c := w.catalogs[strings.ToLower(full[0])]; c != nil {
		if s := c.schemas[strings.ToLower(full[1])]; s != nil {
			if t := s.tables[strings.ToLower(full[2])]; t != nil {
				return t, nil
			}
		}
	}
	return nil, tableNotFound(parts)
}

// at returns the version that is asked for. Its caller holds w.mu.
func (t *table) at(n int64) (*version, error) {
	first, last := t.versions[0].number, t.latest().number
	if n < first || n > last {
		return nil, &sqlFailure{"DELTA_VERSION_NOT_FOUND", stateOverflow,
			fmt.Sprintf("Cannot time travel Delta table to version %d. Available versions: [%d, %d].", n, first, last)}
	}
	return t.versions[n-first], nil
}
