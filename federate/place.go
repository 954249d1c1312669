package federate

import (
	"context"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Place is where rules are asked: the tables of one source that runs SQL. It is
// safe for concurrent use until the source is closed, which the caller does.
type Place struct {
	Engine source.Engine
	Schema *model.Schema // of the parent segment, as the source was found
	Layout *model.Layout // where its parts lie in the source
}

// At returns the place of a schema and its layout in a source, which may be a
// [*source.Named]: it is the one of them that has the master table. Where it does
// not run SQL the error is a [*NoEngineError].
func At(src source.Source, schema *model.Schema, layout *model.Layout) (*Place, error) {
	if named, ok := src.(*source.Named); ok {
		var err error
		if src, err = named.Source(layout.Master); err != nil {
			return nil, err
		}
	}
	engine, ok := src.(source.Engine)
	if !ok {
		return nil, &NoEngineError{Code: CodeNoEngine, Source: src.URI()}
	}
	return &Place{Engine: engine, Schema: schema, Layout: layout}, nil
}

// found is a place with its tables open: named as the source spells them, and
// pinned.
type found struct {
	source.Engine
	dialect  sqlgen.Dialect
	schema   *model.Schema
	layout   *model.Layout // of this source's names
	versions map[model.TableRef]string
	picked   []sqlgen.Option // who is taken of an audience; empty: everybody
	adds     bool            // a statement adds up whole numbers or decimals
}

// open opens the tables of a place, which pins them where it is the first to do
// so.
func (p *Place) open(ctx context.Context) (*found, error) {
	if p == nil || p.Engine == nil || p.Schema == nil || p.Layout == nil {
		return nil, errIncomplete
	}
	spelled := map[model.TableRef]model.TableRef{}
	for _, ref := range tablesOf(p.Layout) {
		if ref.Connection != p.Layout.Master.Connection {
			return nil, unsupported(fmt.Errorf("table %s is in another source than the master table: %q and %q",
				ref, ref.Connection, p.Layout.Master.Connection))
		}
		name := ref
		name.Connection = ""
		table, err := p.Engine.Table(ctx, name)
		if err != nil {
			return nil, err
		}
		if err := byteByByte(table, columnsOf(p.Layout, ref)); err != nil {
			return nil, err
		}
		spelled[ref] = table.Ref()
	}
	return &found{
		Engine: p.Engine, dialect: sqlgen.Dialect(p.Engine.Dialect()), schema: p.Schema,
		layout: renamed(p.Layout, spelled), versions: p.Engine.Versions(),
	}, nil
}

// tablesOf returns the tables of a layout, each once.
func tablesOf(l *model.Layout) []model.TableRef {
	var refs []model.TableRef
	seen := map[model.TableRef]bool{{}: true} // of attributes that no table has
	add := func(ref model.TableRef) {
		if !seen[ref] {
			seen[ref] = true
			refs = append(refs, ref)
		}
	}
	add(l.Master)
	for i := range l.Attributes {
		add(l.Attributes[i].Table)
	}
	for i := range l.Behaviors {
		add(l.Behaviors[i].Table)
	}
	return refs
}

// columnsOf returns the columns that a layout names of a table.
func columnsOf(l *model.Layout, table model.TableRef) []string {
	var columns []string
	if table == l.Master {
		columns = append(columns, l.KeyColumn)
		for i := range l.Filters {
			columns = append(columns, l.Filters[i].Column)
		}
	}
	for i := range l.Attributes {
		if a := &l.Attributes[i]; a.Table == table {
			columns = append(columns, a.KeyColumn, a.Column)
		}
	}
	for i := range l.Behaviors {
		if b := &l.Behaviors[i]; b.Table == table {
			columns = append(columns, b.KeyColumn)
			for _, f := range b.Fields {
				columns = append(columns, f.Column)
			}
		}
	}
	return columns
}

// byteByByte returns an error where a source compares the strings of one of the
// columns of a table otherwise than a snapshot does.
func byteByByte(table source.Table, columns []string) error {
	for _, field := range table.Schema().Fields() {
		if collation, ok := field.Metadata.GetValue(source.CollationKey); ok && slices.Contains(columns, field.Name) {
			return unsupported(fmt.Errorf("column %q of table %s is compared by %s, not byte by byte", field.Name, table.Ref(), collation))
		}
	}
	return nil
}

// renamed returns a layout with other names of its tables.
func renamed(l *model.Layout, names map[model.TableRef]model.TableRef) *model.Layout {
	out := *l
	out.Master = names[l.Master]
	out.Attributes = append([]model.ColumnLayout(nil), l.Attributes...)
	for i := range out.Attributes {
		if at := &out.Attributes[i]; at.Table != (model.TableRef{}) {
			at.Table = names[at.Table]
		}
	}
	out.Behaviors = append([]model.EventLayout(nil), l.Behaviors...)
	for i := range out.Behaviors {
		out.Behaviors[i].Table = names[out.Behaviors[i].Table]
	}
	return &out
}
