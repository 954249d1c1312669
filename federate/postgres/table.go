package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Kinds of relations, as relkind has them.
const foreignTable = 'f'

// table is a relation of the snapshot, or those of its rows that filters leave.
type table struct {
	source   *Source
	relation *relation
	name     string // quoted and qualified
	schema   *arrow.Schema
	columns  []described // as schema
	storage  storage
	where    []string // conditions, all of which hold

	counted  atomic.Int64    // rows, -1 where they have not been counted
	counting chan struct{}   // holds something while they are
	nans     []*atomic.Int64 // by column, NaN values of numeric that were read as NULL; shared by filtered tables
}

// described is a column as the server describes it.
type described struct {
	name     string
	oid      uint32
	modifier int32
	how      columnType
}

// Table opens a table: it asks for its columns and its size, and counts nothing. It
// finds tables that [Source.Tables] lists and partitions.
func (s *Source) Table(ctx context.Context, ref model.TableRef) (source.Table, error) {
	ctx, cancel := s.alive(ctx)
	defer cancel()
	session, err := s.begin(ctx, reading)
	if err != nil {
		return nil, err
	}
	defer session.end(ctx)
	all, err := session.relations(ctx)
	if err != nil {
		return nil, err
	}
	found, err := all.find(s, ref)
	if err != nil {
		return nil, err
	}
	t := &table{source: s, relation: found, counting: make(chan struct{}, 1)}
	t.counted.Store(-1)
	if t.name, err = sqlgen.Table(sqlgen.Postgres, found.ref); err != nil {
		return nil, err
	}
	if t.columns, err = session.describe(ctx, "SELECT * FROM "+t.name); err != nil {
		if state := stateOf(err); state == undefinedTable || state == undefinedSchema { // dropped after the snapshot
			return nil, all.notFound(s, ref)
		}
		return nil, fmt.Errorf("table %s: %w", found.ref, err)
	}
	if t.storage, err = session.storageOf(ctx, found); err != nil {
		return nil, fmt.Errorf("table %s: %w", found.ref, err)
	}
	collations, err := session.collationsOf(ctx, found)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", found.ref, err)
	}
	fields := make([]arrow.Field, len(t.columns))
	t.nans = make([]*atomic.Int64, len(t.columns))
	for i := range t.columns {
		fields[i] = t.columns[i].how.field(t.columns[i].name, collations[t.columns[i].name])
		t.nans[i] = new(atomic.Int64)
	}
	t.schema = arrow.NewSchema(fields, nil)
	return t, nil
}

// describe returns the columns that a statement gives.
func (t *session) describe(ctx context.Context, statement string) ([]described, error) {
	prepared, err := t.conn.Prepare(ctx, "", statement, nil)
	if err != nil {
		return nil, ended(ctx, err)
	}
	if err := t.learn(ctx, prepared.Fields); err != nil {
		return nil, err
	}
	columns := make([]described, len(prepared.Fields))
	for i, f := range prepared.Fields {
		columns[i] = described{name: f.Name, oid: f.DataTypeOID, modifier: f.TypeModifier, how: t.source.typeOf(f.DataTypeOID, f.TypeModifier)}
	}
	return columns, nil
}

// askCollations asks for the columns of a relation whose collation is not
// deterministic: strings of other bytes may be equal by it. That of a database
// always is.
const askCollations = `SELECT a.attname, l.collname
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
WHERE a.attrelid = $1::pg_catalog.oid AND NOT l.collisdeterministic AND a.attnum > 0 AND NOT a.attisdropped`

// collationsOf returns the collations of columns whose strings are not compared
// byte by byte.
func (t *session) collationsOf(ctx context.Context, r *relation) (map[string]string, error) {
	rows, err := t.ask(ctx, askCollations, r.oid)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, row := range rows {
		found[string(row[0])] = string(row[1])
	}
	return found, nil
}

// Ref returns the table's schema and name as the database spells them.
func (t *table) Ref() model.TableRef { return t.relation.ref }

// Schema returns the columns; see the package documentation for their types.
func (t *table) Schema() *arrow.Schema { return t.schema }

// Info returns the table's name, its size on disk (of a view 0), and its rows once
// a scan has counted them, -1 before. The notes say what came out of scans so far, too.
func (t *table) Info() source.Info {
	info := source.Info{Location: t.relation.ref.String(), Rows: t.counted.Load()}
	if len(t.where) == 0 {
		info.Bytes = t.storage.bytes
	}
	if t.relation.kind == foreignTable {
		info.Unpinned = true
		info.Notes = append(info.Notes, "a foreign table: its rows are not part of the database's snapshot")
	}
	if t.relation.hidden {
		info.Notes = append(info.Notes, "row-level security applies: rows that it hides from this user are not there")
	}
	for i, n := range t.nans {
		if rows := n.Load(); rows > 0 {
			info.Notes = append(info.Notes, fmt.Sprintf("column %q: NaN was read as NULL, %d times in all scans", t.columns[i].name, rows))
		}
	}
	return info
}

// from returns the FROM and WHERE of a statement over the table's rows.
func (t *table) from(more ...string) string {
	sql := " FROM " + t.name
	if conditions := slices.Concat(t.where, more); len(conditions) > 0 {
		sql += " WHERE " + strings.Join(conditions, " AND ")
	}
	return sql
}

// count returns the number of rows, which it asks for once.
func (t *table) count(ctx context.Context) (int64, error) {
	select {
	case t.counting <- struct{}{}:
		defer func() { <-t.counting }()
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	if rows := t.counted.Load(); rows >= 0 {
		return rows, nil
	}
	session, err := t.source.begin(ctx, reading)
	if err != nil {
		return 0, err
	}
	defer session.end(ctx)
	result, err := session.ask(ctx, "SELECT count(*)"+t.from())
	if err == nil {
		err = session.unmoved(ctx)
	}
	if err != nil {
		return 0, failure(ctx, t.Ref().String(), 0, -1, err)
	}
	rows, err := wholeNumber(result)
	if err != nil {
		return 0, fmt.Errorf("the rows of table %s: %w", t.Ref(), err)
	}
	t.counted.Store(rows)
	return rows, nil
}
