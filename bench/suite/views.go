package suite

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// generatedSchema is where generated SQL finds the tables.
const generatedSchema = "generated"

// GeneratedViews returns the statements that make what the SQL of suite random
// reads: the schema generated with a view of each table, over tables that are
// there and hold so many attributes trait_1, trait_2, …. In the views of DuckDB
// the ENUM columns are VARCHAR, as federate/sqlgen expects; times stay as they
// are. The statements fail where the schema is there already. A dialect that needs
// none has nil.
func GeneratedViews(d Dialect, traits int) []string {
	var from string // what stands before the name of a table
	text := func(column string) string { return column }
	switch d {
	case DuckDB:
		// The tables' schema is named because DuckDB looks into the view's first.
		from = "main."
		text = func(column string) string { return "CAST(" + column + " AS VARCHAR) AS " + column }
	case Postgres:
	default:
		return nil
	}
	customers := []string{"customer_id", text("loyalty_tier"), text("country"), "lifetime_value", "email_opt_in"}
	for i := range traits {
		customers = append(customers, text("trait_"+strconv.Itoa(i+1)))
	}
	statements := []string{"CREATE SCHEMA " + generatedSchema}
	for _, v := range []struct {
		table   string
		columns []string
	}{
		{"customers", customers},
		{"purchases", []string{"customer_id", "time", text("category"), "product_id", "amount"}},
		{"page_views", []string{"customer_id", "time", "url"}},
		{"email_opens", []string{"customer_id", "time", "campaign_id"}},
	} {
		statements = append(statements, "CREATE VIEW "+generatedSchema+"."+v.table+" AS SELECT "+
			strings.Join(v.columns, ", ")+" FROM "+from+v.table)
	}
	return statements
}

// viewLayout returns the layout of the tables that generated SQL reads in a
// dialect, made from that of the Parquet files.
func viewLayout(d Dialect, parquet *model.Layout) *model.Layout {
	schema := generatedSchema
	if GeneratedViews(d, 0) == nil {
		schema = ""
	}
	place := func(ref *model.TableRef) { *ref = model.TableRef{Schema: schema, Table: ref.Table} }
	layout := *parquet
	layout.Attributes, layout.Behaviors = slices.Clone(parquet.Attributes), slices.Clone(parquet.Behaviors)
	place(&layout.Master)
	for i := range layout.Attributes {
		place(&layout.Attributes[i].Table)
	}
	for i := range layout.Behaviors {
		place(&layout.Behaviors[i].Table)
		if d == DuckDB {
			layout.Behaviors[i].Time.Encoding = model.EncodedUTC
		}
	}
	return &layout
}
