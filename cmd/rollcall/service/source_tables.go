package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

// MaxDescribed is of how many tables SourceTables shows the columns: a source may have
// thousands, and has to be asked about each. Those that the configuration uses come first.
const MaxDescribed = 100

// SourceTablesRequest says which tables are looked at.
type SourceTablesRequest struct {
	Table string `json:"table,omitempty" doc:"this table alone; empty: all of them"`
}

// SourceTables lists the tables of a parent segment's connections with their columns, and
// says what its configuration makes of them.
func (s *Service) SourceTables(ctx context.Context, who Caller, parent string, in SourceTablesRequest) (_ *TablesJSON, err error) {
	if err := s.allow(ctx, who, opSourceTables, parentObject(parent)); err != nil {
		return nil, err
	}
	e, err := s.entryOf(ctx, parent)
	if err != nil {
		return nil, err
	}
	src, err := s.openSource(ctx, e.Connections)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	refs, err := s.list(ctx, e.Connections, src)
	if err != nil {
		return nil, err
	}
	uses, err := s.usesOf(ctx, e, src)
	if err != nil {
		return nil, err
	}
	if in.Table != "" {
		ref, err := tableNamed(in.Table, refs)
		if err != nil {
			return nil, err
		}
		refs = []model.TableRef{ref}
	}
	out := &TablesJSON{Tables: []TableJSON{}}
	described := 0
	for _, used := range []bool{true, false} {
		for _, ref := range refs {
			of := uses.of(ref)
			if (len(of.table) > 0) != used {
				continue
			}
			table := TableJSON{Connection: ref.Connection, Name: ref.String()}
			if described++; described <= MaxDescribed {
				if table, err = describe(ctx, src, ref); err != nil {
					return nil, err
				}
			}
			of.mark(&table)
			out.Tables = append(out.Tables, table)
		}
	}
	return out, nil
}

// describe returns a table with its columns. One that cannot be read says so.
func describe(ctx context.Context, src source.Source, ref model.TableRef) (TableJSON, error) {
	table, err := src.Table(ctx, ref)
	if ctx.Err() != nil {
		return TableJSON{}, ctx.Err()
	}
	if err != nil {
		return TableJSON{Connection: ref.Connection, Name: ref.String(), Problem: err.Error()}, nil
	}
	return newTableJSON(ref, table), nil
}

// uses is what a configuration makes of the tables of its source, by their names there
// without the connection.
type uses map[string]*tableUse

// tableUse is what a configuration makes of a table and its columns.
type tableUse struct {
	table   []string
	columns map[string][]string
}

// of returns the use of a table; of one that is not used an empty one.
func (u uses) of(ref model.TableRef) *tableUse {
	if found := u[ref.String()]; found != nil {
		return found
	}
	return &tableUse{}
}

// add notes a use of a table, and of its columns.
func (u uses) add(ref model.TableRef, what string, columns ...[2]string) {
	if ref == (model.TableRef{}) {
		return // of an attribute that no table has
	}
	of := u[ref.String()]
	if of == nil {
		of = &tableUse{columns: map[string][]string{}}
		u[ref.String()] = of
	}
	if !slices.Contains(of.table, what) {
		of.table = append(of.table, what)
	}
	for _, c := range columns {
		if !slices.Contains(of.columns[c[0]], c[1]) {
			of.columns[c[0]] = append(of.columns[c[0]], c[1])
		}
	}
}

// mark writes the uses into what is shown of a table.
func (t *tableUse) mark(table *TableJSON) {
	table.Uses = t.table
	for i := range table.Columns {
		table.Columns[i].Uses = t.columns[table.Columns[i].Name]
	}
}

// usesOf returns what a parent segment's configuration makes of its source. One that does
// not fit its source any more uses nothing that could be named.
func (s *Service) usesOf(ctx context.Context, e *entry, src source.Source) (uses, error) {
	schema, layout, err := ingest.Resolve(ctx, e.config, src, s.now())
	if isA[*ingest.ConfigError](err) {
		return uses{}, nil
	}
	if err != nil {
		return nil, sourceFailed(ctx, e.Connections, err)
	}
	e.resolved.Store(&resolved{schema, layout})
	out := uses{}
	out.add(layout.Master, "master table", [2]string{layout.KeyColumn, "key"})
	for _, f := range layout.Filters {
		out.add(layout.Master, "master table", [2]string{f.Column, "filter"})
	}
	for i, a := range layout.Attributes {
		what := fmt.Sprintf("attribute %s", schema.Attributes[i].Name)
		out.add(a.Table, what, [2]string{a.KeyColumn, "key"}, [2]string{a.Column, what})
	}
	for i, b := range layout.Behaviors {
		name := schema.Behaviors[i].Name
		columns := [][2]string{{b.KeyColumn, "key"}, {b.Time.Column, "time of " + name}}
		for j, f := range b.Fields {
			columns = append(columns, [2]string{f.Column, fmt.Sprintf("field %s of %s", schema.Behaviors[i].Fields[j].Name, name)})
		}
		out.add(b.Table, "behavior "+name, columns...)
	}
	return out, nil
}
