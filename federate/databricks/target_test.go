package databricks

import (
	"errors"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// TestCheckTarget asks a warehouse about tables that lie under views.
func TestCheckTarget(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.exec(t, "CREATE CATALOG other", "CREATE SCHEMA other.shop", "CREATE SCHEMA main.shop", "CREATE SCHEMA main.`my views`",
		"CREATE TABLE main.shop.orders (id BIGINT)", "CREATE VIEW main.shop.seen AS SELECT id FROM main.shop.Orders",
		"CREATE VIEW main.shop.again AS SELECT s.id FROM `main`.`shop`.`SEEN` AS s",
		"CREATE TABLE other.shop.far (id BIGINT)", "CREATE VIEW other.shop.between AS SELECT id FROM other.shop.far",
		"CREATE VIEW main.shop.abroad AS SELECT id FROM other.shop.between",
		"CREATE TABLE main.shop.`a``b c` (id BIGINT)", "CREATE VIEW main.`my views`.odd AS SELECT id FROM main.shop.`a``b c`",
		"CREATE TABLE main.shop.free (id BIGINT)", "CREATE VIEW main.shop.freed AS SELECT id FROM main.shop.free",
		"CREATE TABLE main.shop.customers (id BIGINT)", "CREATE TABLE main.shop.order (id BIGINT)")
	s := l.open(t, "&catalog=main")
	tables := []model.TableRef{{Schema: "shop", Table: "customers"}}
	reads := append(tables, model.TableRef{Schema: "shop", Table: "again"}, model.TableRef{Schema: "shop", Table: "abroad"}, model.TableRef{Schema: "my views", Table: "odd"})
	const mentioned = ", which is or may be a view of it, since its name is in the definition"
	for _, c := range []struct {
		target model.TableRef
		reads  []model.TableRef
		why    string
	}{
		{model.TableRef{Schema: "shop", Table: "new"}, reads, ""},
		{model.TableRef{Schema: "shop", Table: "free"}, reads, ""},
		{model.TableRef{Schema: "shop", Table: "order"}, reads, ""}, // part of another name
		{model.TableRef{Catalog: "other", Schema: "shop", Table: "orders"}, reads, ""},
		{model.TableRef{Schema: "shop", Table: "orders"}, tables, ""},
		{model.TableRef{Catalog: "MAIN", Schema: "shop", Table: "Customers"}, tables, "the parent segment reads it"},
		{model.TableRef{Schema: "shop", Table: "again"}, reads, "the parent segment reads it"},
		{model.TableRef{Schema: "shop", Table: "orders"}, reads, "the parent segment reads shop.again" + mentioned},
		{model.TableRef{Catalog: "main", Schema: "SHOP", Table: "ORDERS"}, reads, "the parent segment reads shop.again" + mentioned},
		{model.TableRef{Schema: "shop", Table: "seen"}, reads, "the parent segment reads shop.again" + mentioned},
		{model.TableRef{Catalog: "other", Schema: "shop", Table: "far"}, reads, "the parent segment reads shop.abroad" + mentioned},
		{model.TableRef{Schema: "shop", Table: "a`b c"}, reads, "the parent segment reads my views.odd" + mentioned},
		{model.TableRef{Table: "free"}, tables, "expected SCHEMA.TABLE, since the URI names no schema"},
	} {
		err := s.CheckTarget(t.Context(), c.target, c.reads)
		var refused *source.TargetError
		if want := "cannot export to table " + c.target.String() + ": " + c.why; c.why == "" && err != nil || c.why != "" && (!errors.As(err, &refused) || err.Error() != want) {
			t.Errorf("%s: %v, want %q", c.target, err, c.why)
		}
	}
	if versions := s.Versions(); len(versions) > 0 {
		t.Errorf("looking at targets has pinned %v", versions)
	}
}

// TestCheckTargetUnknown has views of which a warehouse shows less.
func TestCheckTargetUnknown(t *testing.T) {
	const tables = "SELECT table_schema, table_name, table_type FROM `main`.information_schema.tables WHERE lower(table_schema) = 'shop' AND lower(table_name) = "
	const views = ".information_schema.views WHERE table_schema <> 'information_schema'"
	const definitions = "SELECT table_catalog, table_schema, table_name, view_definition FROM "
	const columns = "table_catalog,table_schema,table_name,view_definition "
	const hidden = "the parent segment reads shop.seen, of which the warehouse shows no definition: it may be a view of it"
	kind := func(name, kind string) string {
		return `table_schema,table_name,table_type [{"table_schema":"shop","table_name":"` + name + `","table_type":"` + kind + `"}]`
	}
	view := func(name, definition string) string {
		return `{"table_catalog":"main","table_schema":"shop","table_name":"` + name + `"` + definition + `}`
	}
	for name, c := range map[string]struct {
		kind, system, own string // of the view, and views in catalogs system and main
		err, why          string
	}{
		"shown":          {"VIEW", "[" + view("seen", `,"view_definition":"SELECT 1"`) + "]", "", "", ""},
		"hidden":         {"VIEW", "[" + view("seen", "") + "]", "", "", hidden},
		"hidden between": {"VIEW", "[" + view("inner", "") + "," + view("seen", `,"view_definition":"SELECT * FROM inner"`) + "]", "", "", "the parent segment reads shop.seen, which is or may be a view of it, since its name is in the definition"},
		"not listed":     {"MATERIALIZED_VIEW", "[]", "", "", hidden},
		"no system":      {"VIEW", "", "[" + view("seen", `,"view_definition":"SELECT 1"`) + "]", "", ""},
		"no views":       {"VIEW", "", "", "", hidden},
		"refused":        {"VIEW", "", "", "[INSUFFICIENT_PERMISSIONS] no", "views of catalog main: [INSUFFICIENT_PERMISSIONS] no"},
		"a table":        {"EXTERNAL", "", "", "", ""},
	} {
		answers := &script{rows: map[string]string{tables + "'gold'": kind("gold", "MANAGED"), tables + "'seen'": kind("seen", c.kind)}, errors: map[string]string{}}
		for catalog, rows := range map[string]string{"`system`": c.system, "`main`": c.own} {
			switch {
			case rows != "":
				answers.rows[definitions+catalog+views] = columns + rows
			case c.err != "":
				answers.errors[definitions+catalog+views] = c.err
			}
		}
		s := scripted(t, &Config{Catalog: "main"}, answers)
		err := s.CheckTarget(t.Context(), model.TableRef{Schema: "shop", Table: "gold"}, []model.TableRef{{Schema: "shop", Table: "seen"}})
		want := c.why
		if c.err == "" && want != "" {
			want = "cannot export to table shop.gold: " + want
		}
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// TestCheckTargetInHive asks a catalog that lists views among tables.
func TestCheckTargetInHive(t *testing.T) {
	const names = `database,tableName [{"database":"shop","tableName":"gold"},{"database":"shop","tableName":"seen"}]`
	describe := func(kind string) string {
		return `col_name,data_type [{"col_name":"Type","data_type":"string"},{"col_name":"Type","data_type":"` + kind + `"}]`
	}
	for kind, want := range map[string]string{
		"MANAGED": "", "VIEW": "cannot export to table shop.gold: the parent segment reads shop.seen, of which the warehouse shows no definition: it may be a view of it",
	} {
		s := scripted(t, &Config{Catalog: "hive_metastore"}, &script{rows: map[string]string{
			"SHOW TABLES IN `hive_metastore`.`shop`":                 names,
			"DESCRIBE TABLE EXTENDED `hive_metastore`.`shop`.`seen`": describe(kind),
		}})
		err := s.CheckTarget(t.Context(), model.TableRef{Schema: "shop", Table: "gold"}, []model.TableRef{{Schema: "shop", Table: "seen"}})
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v, want %q", kind, err, want)
		}
	}
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"SELECT * FROM gold", "gold", true}, {"SELECT * FROM `Gold`", "gold", true}, {"FROM a.gold WHERE", "GOLD", true},
		{"FROM golden", "gold", false}, {"FROM marigold", "gold", false}, {"FROM golden, gold", "gold", true}, {"FROM gold_1", "gold", false},
		{"FROM golden", "gold-", false}, {"FROM `x-gold-y`", "-gold-", true}, {"FROM `a``b`", "a`b", true}, {"FROM ägold", "gold", false}, {"", "gold", false},
	} {
		if got := mentions(c.text, c.name); got != c.want {
			t.Errorf("%q in %q: %v", c.name, c.text, got)
		}
	}
}
