package databricks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Declared implements [source.Declarer]. A warehouse does not check the keys that
// were declared. Catalogs without information_schema, such as the Hive metastore,
// have none.
func (t *table) Declared(ctx context.Context) (source.Constraints, error) {
	d := declaring{table: t, what: "constraints of table " + t.ref.String()}
	err := d.read(ctx)
	if isMissing(err) {
		return source.Constraints{}, nil
	}
	return d.out, err
}

// declaring reads the constraints of one table.
type declaring struct {
	*table
	what string
	out  source.Constraints
}

func (d *declaring) read(ctx context.Context) error {
	constraints, err := d.look(ctx, d.full.Catalog, "constraint_name, constraint_type", "table_constraints",
		"table_schema", d.full.Schema, "table_name", d.full.Table)
	if err != nil || len(constraints) == 0 {
		return err
	}
	usage, err := d.look(ctx, d.full.Catalog, "constraint_name, column_name, ordinal_position, position_in_unique_constraint", "key_column_usage",
		"table_schema", d.full.Schema, "table_name", d.full.Table)
	if err != nil {
		return err
	}
	slices.SortFunc(constraints, func(a, b record) int { return strings.Compare(a["constraint_name"], b["constraint_name"]) })
	for _, c := range constraints {
		columns, err := inOrder(usage, c["constraint_name"])
		if err != nil {
			return fmt.Errorf("%s: %w", d.what, err)
		}
		columns = d.spelled(columns)
		switch kind := strings.ToUpper(c["constraint_type"]); {
		case len(columns) == 0:
		case kind == "PRIMARY KEY":
			d.out.Primary = columns
		case kind == "UNIQUE":
			d.out.Unique = append(d.out.Unique, columns)
		case kind == "FOREIGN KEY":
			if err := d.foreign(ctx, c["constraint_name"], columns); err != nil {
				return err
			}
		}
	}
	return nil
}

// foreign finds the table and the columns that a foreign key refers to. A key whose
// other end may not be seen is left out.
func (d *declaring) foreign(ctx context.Context, name string, columns []string) error {
	rows, err := d.look(ctx, d.full.Catalog, "unique_constraint_catalog, unique_constraint_schema, unique_constraint_name", "referential_constraints",
		"constraint_schema", d.full.Schema, "constraint_name", name)
	if err != nil || len(rows) != 1 {
		return err
	}
	catalog := rows[0]["unique_constraint_catalog"]
	usage, err := d.look(ctx, catalog, "constraint_name, table_schema, table_name, column_name, ordinal_position", "key_column_usage",
		"constraint_schema", rows[0]["unique_constraint_schema"], "constraint_name", rows[0]["unique_constraint_name"])
	if err != nil || len(usage) != len(columns) {
		return err
	}
	refers, err := inOrder(usage, usage[0]["constraint_name"])
	if err != nil || len(refers) != len(columns) {
		return err
	}
	key := source.ForeignKey{Columns: columns, Refers: refers, Table: model.TableRef{
		Catalog: catalog, Schema: usage[0]["table_schema"], Table: usage[0]["table_name"],
	}}
	if strings.EqualFold(catalog, d.full.Catalog) {
		key.Table.Catalog = d.ref.Catalog
	}
	d.out.Foreign = append(d.out.Foreign, key)
	return nil
}

// look reads columns of a view of a catalog's information_schema, with texts
// compared ignoring case, as names are.
func (d *declaring) look(ctx context.Context, catalog, columns, view string, pairs ...string) ([]record, error) {
	name, err := sqlgen.Identifier(sqlgen.Databricks, catalog)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.what, err)
	}
	where, err := ignoringCase(pairs...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.what, err)
	}
	return d.source.ask(ctx, d.what, "SELECT "+columns+" FROM "+name+".information_schema."+view+where)
}

// spelled returns names of columns as the table's schema spells them.
func (d *declaring) spelled(names []string) []string {
	for i, name := range names {
		if f, _, ok := d.column(name); ok {
			names[i] = f.Name
		}
	}
	return names
}

// inOrder returns the columns of a constraint in the order of the key; of a foreign
// key in the order of the key that it refers to.
func inOrder(usage []record, constraint string) ([]string, error) {
	type place struct {
		column string
		at     int64
	}
	var places []place
	for _, row := range usage {
		if row["constraint_name"] != constraint {
			continue
		}
		by := "ordinal_position"
		if _, ok := row["position_in_unique_constraint"]; ok {
			by = "position_in_unique_constraint"
		}
		at, err := row.number(by)
		if err != nil {
			return nil, err
		}
		places = append(places, place{row["column_name"], at})
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	var names []string
	for _, p := range places {
		names = append(names, p.column)
	}
	return names, nil
}
