package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// table is a table of a warehouse, as it was when it was pinned. It is not changed
// after that: what leaves rows out makes another one.
type table struct {
	source *Source
	entry
	name   string // qualified, as statements write it
	pin    pin
	schema *arrow.Schema

	pieces  []*piece // whose rows it has
	where   []string // conditions that its rows meet
	missing []string // names of parts that it is to have and that are not there
}

// piece is rows of a table that one FROM clause gives.
type piece struct {
	from string   // FROM clause without the word
	only []string // conditions
	rows *remembered[int64]
}

// openTable pins a table and asks for its columns.
func (s *Source) openTable(ctx context.Context, e entry) (*table, error) {
	name, err := sqlgen.Table(sqlgen.Databricks, e.full)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", e.ref, err)
	}
	t := &table{source: s, entry: e, name: name}
	if t.pin, err = s.pinTable(ctx, e, name); err != nil {
		return nil, err
	}
	err = t.readSchema(ctx)
	var refused *StatementError
	if t.pin.isPinned && errors.As(err, &refused) && refused.isUnsupported() { // it has versions, and does not let them be read
		t.pin = notPinned(firstLine(refused))
		err = t.readSchema(ctx)
	}
	if err != nil {
		return nil, err
	}
	t.pieces = []*piece{{from: t.from(), rows: newRemembered[int64]()}}
	return t, nil
}

// from returns the FROM clause of the whole table at its version.
func (t *table) from() string {
	if !t.pin.isPinned {
		return t.name
	}
	return t.name + " VERSION AS OF " + t.pin.text()
}

// readSchema asks for the columns that the table has at its version, which also
// shows that this can be read.
func (t *table) readSchema(ctx context.Context) error {
	what := t.what()
	for batch, err := range t.source.client.ask(ctx, what, "SELECT * FROM "+t.from()+" LIMIT 0") {
		if err != nil {
			return asked(what, err)
		}
		fields := make([]arrow.Field, batch.Schema().NumFields())
		for i, sent := range batch.Schema().Fields() {
			fields[i] = fieldOf(&sent)
		}
		t.schema = arrow.NewSchema(fields, nil)
	}
	if t.schema == nil || t.schema.NumFields() == 0 {
		return fmt.Errorf("%s: the warehouse names no columns", what)
	}
	return nil
}

// what names the table in errors.
func (t *table) what() string { return "table " + t.ref.String() }

// as returns the table with the interfaces that it can keep: parts can only be told
// apart by versions of a table that is known from others of its name.
func (t *table) as() source.Table {
	if !t.pin.isKnown() {
		return t
	}
	return &resumable{t.inOne()}
}

// Ref returns the table's name, without the catalog where that is the default one.
func (t *table) Ref() model.TableRef { return t.ref }

// Schema returns the columns at the table's version.
func (t *table) Schema() *arrow.Schema { return t.schema }

// Info returns the qualified name and the version. Rows are known once they have
// been counted, by Parts or a scan. Bytes is the size of the newest version.
func (t *table) Info() source.Info {
	info := source.Info{
		Location: t.full.String(), Rows: t.known(), Bytes: t.pin.bytes,
		Version: t.pin.text(), Unpinned: !t.pin.isPinned, Notes: slices.Clone(t.pin.notes),
	}
	if len(t.where) > 0 {
		info.Bytes = 0
	}
	return info
}

// known returns how many rows the table has where they have been counted, and a
// version says that they still are; else -1.
func (t *table) known() int64 {
	rows := int64(0)
	for _, p := range t.pieces {
		n, ok := p.rows.peek()
		if !ok || !t.pin.isPinned {
			return -1
		}
		rows += n
	}
	return rows
}

// count returns how many rows a piece of the table has. Where there is no version
// they are counted anew each time.
func (t *table) count(ctx context.Context, p *piece) (int64, error) {
	ask := func() (int64, error) {
		return t.source.askNumber(ctx, t.what(), "SELECT count(*) AS n FROM "+p.from+t.conditions(p))
	}
	if !t.pin.isPinned {
		return ask()
	}
	return p.rows.get(ctx, ask)
}

// conditions returns the WHERE clause of a piece, with further conditions.
func (t *table) conditions(p *piece, more ...string) string {
	all := slices.Concat(p.only, t.where, more)
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}

// narrowed returns the table without the rows that do not meet a condition.
func (t *table) narrowed(condition string) *table {
	less := *t
	less.where = append(slices.Clone(t.where), condition)
	less.pieces = make([]*piece, len(t.pieces))
	for i, p := range t.pieces {
		less.pieces[i] = &piece{from: p.from, only: p.only, rows: newRemembered[int64]()}
	}
	return &less
}

// column returns a column of the table by its name, and the name as SQL; ok is
// false where there is none that can be read.
func (t *table) column(name string) (f arrow.Field, sql string, ok bool) {
	i, err := source.Column(t, name)
	if err != nil {
		return f, "", false
	}
	f = t.schema.Field(i)
	sql, err = sqlgen.Identifier(sqlgen.Databricks, f.Name)
	return f, sql, err == nil && !f.HasMetadata()
}
