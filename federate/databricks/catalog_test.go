package databricks

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// script is a warehouse that answers statements from a list: rows as JSON of
// strings, or an error. What is not on it is TABLE_OR_VIEW_NOT_FOUND.
type script struct {
	rows   map[string]string
	errors map[string]string
	mu     sync.Mutex
	asked  []string
}

func (s *script) query(_ context.Context, _, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		s.mu.Lock()
		s.asked = append(s.asked, statement)
		s.mu.Unlock()
		text, ok := s.rows[statement]
		if !ok {
			message, known := s.errors[statement]
			if !known {
				message = "[TABLE_OR_VIEW_NOT_FOUND] The table or view cannot be found: " + statement
			}
			yield(nil, &StatementError{Message: message})
			return
		}
		names, text, _ := strings.Cut(text, " ")
		var fields []arrow.Field
		for name := range strings.SplitSeq(names, ",") {
			f := arrow.Field{Name: strings.TrimPrefix(name, "#"), Type: arrow.BinaryTypes.String, Nullable: true}
			if strings.HasPrefix(name, "#") {
				f.Type = arrow.PrimitiveTypes.Int64
			}
			if strings.HasPrefix(name, "@") {
				f.Name, f.Type = name[1:], arrow.FixedWidthTypes.Timestamp_us
			}
			fields = append(fields, f)
		}
		batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(fields, nil), strings.NewReader(text))
		yield(batch, err)
	}
}

func (s *script) ask(ctx context.Context, what, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return s.query(ctx, what, statement)
}

func (*script) exec(context.Context, string, string) (int64, error) { return -1, nil }
func (*script) close() error                                        { return nil }

func scripted(t *testing.T, cfg *Config, s *script) *Source {
	t.Helper()
	cfg.Host, cfg.HTTPPath, cfg.Port, cfg.Spool = "host", "/x", portTLS, t.TempDir()
	return newSource(cfg, s)
}

func TestHiveMetastore(t *testing.T) {
	s := scripted(t, &Config{Catalog: "hive_metastore"}, &script{rows: map[string]string{
		"SHOW SCHEMAS IN `hive_metastore`":                                       `databaseName [{"databaseName":"default"},{"databaseName":"shop"}]`,
		"SHOW TABLES IN `hive_metastore`.`default`":                              `database,tableName []`,
		"SHOW TABLES IN `hive_metastore`.`shop`":                                 `database,tableName [{"database":"shop","tableName":"orders"},{"database":"","tableName":"session_view"}]`,
		"SHOW TABLES IN `hive_metastore`.`SHOP`":                                 `database,tableName [{"database":"shop","tableName":"orders"}]`,
		"SELECT now() AS instant":                                                `@instant [{"instant":"2026-11-22 10:00:00Z"}]`,
		"DESCRIBE HISTORY `hive_metastore`.`shop`.`orders` LIMIT 1":              `#version,@timestamp,operation [{"version":7,"timestamp":"2026-11-22 10:00:01Z","operation":"WRITE"}]`,
		"DESCRIBE HISTORY `hive_metastore`.`shop`.`orders` LIMIT 100":            `#version,@timestamp,operation [{"version":7,"timestamp":"2026-11-22 10:00:01Z","operation":"WRITE"},{"version":6,"timestamp":"2026-11-22 10:00:00Z","operation":"WRITE"}]`,
		"DESCRIBE DETAIL `hive_metastore`.`shop`.`orders`":                       `id,#sizeInBytes [{"id":"abc","sizeInBytes":123}]`,
		"SELECT * FROM `hive_metastore`.`shop`.`orders` VERSION AS OF 6 LIMIT 0": `n []`,
	}})
	refs, err := s.Tables(t.Context())
	if want := []model.TableRef{{Schema: "shop", Table: "orders"}}; err != nil || !slices.Equal(refs, want) {
		t.Errorf("Tables: %v (%v), want %v", refs, err, want)
	}
	table := s.testTable(t, "SHOP.Orders")
	want := source.Info{Location: "hive_metastore.shop.orders", Rows: -1, Bytes: 123, Version: "6"}
	if diff := cmp.Diff(want, table.Info()); diff != "" || table.Ref() != refs[0] {
		t.Errorf("Info of %s (-want +got):\n%s", table.Ref(), diff)
	}
	declared, err := table.(source.Declarer).Declared(t.Context())
	if diff := cmp.Diff(source.Constraints{}, declared); err != nil || diff != "" {
		t.Errorf("Declared: error %v (-want +got):\n%s", err, diff)
	}
	_, err = s.Table(t.Context(), model.TableRef{Schema: "nothing", Table: "orders"})
	var notFound *source.NotFoundError
	if !errors.As(err, &notFound) || !slices.Equal(notFound.Looked, []string{"hive_metastore.nothing.orders"}) {
		t.Errorf("Table: %v, want a *source.NotFoundError", err)
	}
}

// TestTableThatRefusesVersions falls back to the table as it is.
func TestTableThatRefusesVersions(t *testing.T) {
	const name = "`main`.`shop`.`t`"
	s := scripted(t, &Config{Catalog: "main", Schema: "shop"}, &script{
		rows: map[string]string{
			"SELECT table_schema, table_name, table_type FROM `main`.information_schema.tables WHERE lower(table_schema) = 'shop' AND lower(table_name) = 't'": `table_schema,table_name,table_type [{"table_schema":"shop","table_name":"t","table_type":"MANAGED"}]`,
			"SELECT now() AS instant":               `@instant [{"instant":"2026-11-22 10:00:00Z"}]`,
			"DESCRIBE HISTORY " + name + " LIMIT 1": `#version,@timestamp,operation [{"version":7,"timestamp":"2026-11-22 09:00:01Z","operation":"WRITE"}]`,
			"DESCRIBE DETAIL " + name:               `id,#sizeInBytes [{"id":"abc","sizeInBytes":123}]`,
			"SELECT * FROM " + name + " LIMIT 0":    `n []`,
			"SELECT count(*) AS n FROM " + name:     `#n [{"n":2}]`,
			"SELECT `n` FROM " + name:               `n [{"n":"a"},{"n":"b"}]`,
		},
		errors: map[string]string{
			"SELECT * FROM " + name + " VERSION AS OF 7 LIMIT 0": "[ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED.TIME_TRAVEL] Time travel is not supported with row filters.\nSomething else.",
		},
	})
	table, err := s.Table(t.Context(), model.TableRef{Table: "t"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"not pinned to a version: [ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED.TIME_TRAVEL] Time travel is not supported with row filters."}
	if got := table.Info().Notes; !slices.Equal(got, want) {
		t.Errorf("notes %q, want %q", got, want)
	}
	if got := texts(t, table, "n"); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q, want a and b", got)
	}
}

func TestNamesThatDifferInCase(t *testing.T) {
	const list = "SELECT table_schema, table_name, table_type FROM `c`.information_schema.tables WHERE lower(table_schema) = 'shop' AND lower(table_name) = 'orders'"
	s := scripted(t, &Config{Catalog: "c"}, &script{rows: map[string]string{
		list: `table_schema,table_name,table_type [{"table_schema":"shop","table_name":"orders","table_type":"VIEW"},{"table_schema":"shop","table_name":"Orders","table_type":"VIEW"}]`,
		"SELECT * FROM `c`.`shop`.`Orders` LIMIT 0": `n []`,
	}})
	if ref := s.testTable(t, "shop.Orders").Ref(); ref.Table != "Orders" {
		t.Errorf("found %s, want Orders", ref)
	}
	_, err := s.Table(t.Context(), model.TableRef{Schema: "shop", Table: "ORDERS"})
	if want := "table shop.ORDERS is ambiguous in databricks://host/x?catalog=c: shop.orders and shop.Orders differ only in case"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestDeclared(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.exec(t,
		"CREATE SCHEMA IF NOT EXISTS shop",
		"CREATE TABLE shop.regions (Country STRING NOT NULL, Code INT NOT NULL, CONSTRAINT regions_pk PRIMARY KEY (Country, Code))",
		"CREATE TABLE shop.customers (Id BIGINT NOT NULL, code INT, country STRING, CONSTRAINT customers_pk PRIMARY KEY (id), "+
			"CONSTRAINT customers_fk FOREIGN KEY (country, code) REFERENCES shop.regions (Country, Code))",
		"CREATE TABLE shop.plain (n INT)")
	s := l.open(t, "")
	for name, want := range map[string]source.Constraints{
		"regions": {Primary: []string{"Country", "Code"}},
		"customers": {Primary: []string{"Id"}, Foreign: []source.ForeignKey{{
			Columns: []string{"country", "code"}, Table: model.TableRef{Schema: "shop", Table: "regions"}, Refers: []string{"Country", "Code"},
		}}},
		"plain": {},
	} {
		got, err := s.testTable(t, "shop."+name).(source.Declarer).Declared(t.Context())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: error %v, constraints (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestOtherCatalogs(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.exec(t, "CREATE CATALOG crm", "CREATE SCHEMA crm.sales", "CREATE TABLE crm.sales.deals AS SELECT 7 AS n", "CREATE SCHEMA IF NOT EXISTS shop", "CREATE TABLE shop.t AS SELECT 1 AS n")
	s := l.open(t, "&schema=shop")
	for _, c := range []struct{ asked, want model.TableRef }{
		{model.TableRef{Catalog: "CRM", Schema: "Sales", Table: "Deals"}, model.TableRef{Catalog: "CRM", Schema: "sales", Table: "deals"}},
		{model.TableRef{Catalog: "Main", Schema: "shop", Table: "t"}, model.TableRef{Schema: "shop", Table: "t"}},
		{model.TableRef{Table: "t"}, model.TableRef{Schema: "shop", Table: "t"}},
		{model.TableRef{Connection: "lake", Schema: "SHOP", Table: "t"}, model.TableRef{Schema: "shop", Table: "t"}},
	} {
		table, err := s.Table(t.Context(), c.asked)
		if err != nil || table.Ref() != c.want {
			t.Errorf("Table(%v): %v (%v), want %v", c.asked, table, err, c.want)
			continue
		}
		if got := texts(t, table, "n"); len(got) != 1 {
			t.Errorf("%s: rows %q, want one", c.want, got)
		}
	}
	_, err := s.Table(t.Context(), model.TableRef{Catalog: "nowhere", Schema: "sales", Table: "deals"})
	var notFound *source.NotFoundError
	if !errors.As(err, &notFound) {
		t.Errorf("a catalog that is not there: %v, want a *source.NotFoundError", err)
	}
}

func TestFilters(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.exec(t, "CREATE SCHEMA IF NOT EXISTS shop", "CREATE TABLE shop.t (s STRING, i INT, l BIGINT, b BOOLEAN, d DATE, ts TIMESTAMP, ntz TIMESTAMP_NTZ, f DOUBLE, m MAP<STRING, INT>)",
		"INSERT INTO shop.t VALUES ('a', 1, 0, true, DATE'2026-01-01', TIMESTAMP'2026-01-01 12:00:00Z', TIMESTAMP_NTZ'2026-01-01 12:00:00', 1.5D, NULL), "+
			"('b', 2, 1767355200, false, DATE'2026-01-02', TIMESTAMP'2026-01-02 12:00:00Z', TIMESTAMP_NTZ'2026-01-02 12:00:00', 2.5D, NULL), "+
			"('c', 3, 1767528000, NULL, DATE'2026-01-04', TIMESTAMP'2026-01-04 12:00:00Z', TIMESTAMP_NTZ'2026-01-04 12:00:00', 3.5D, NULL), "+
			"(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)")
	table := l.open(t, "").testTable(t, "shop.t").(source.Filterer)
	for _, c := range []struct {
		column string
		values []string
		want   string // values of s that are left; empty: not filtered
	}{
		{"s", []string{"a", "c"}, "a c"}, {"S", []string{"b"}, "b"}, {"s", []string{"\xff"}, ""},
		{"i", []string{"1", "3", "99999999999"}, "a c"}, {"i", []string{"1.5"}, ""}, {"l", []string{"-9223372036854775808", "0"}, "a"},
		{"b", []string{"true"}, "a"}, {"b", []string{"yes"}, ""}, {"f", []string{"1.5"}, ""}, {"d", []string{"2026-01-01"}, ""}, {"m", []string{"x"}, ""},
	} {
		less, ok := table.OneOf(c.column, c.values)
		if ok != (c.want != "") {
			t.Errorf("OneOf(%s, %q): %v, want %v", c.column, c.values, ok, !ok)
		} else if ok {
			if got := strings.Join(texts(t, less, "s"), " "); got != c.want {
				t.Errorf("OneOf(%s, %q): %s are left, want %s", c.column, c.values, got, c.want)
			}
		}
	}
	bound := time.Date(2026, 1, 4, 12, 0, 0, 0, time.UTC)
	for column, want := range map[string]string{"ts": "(null) c", "ntz": "(null) c", "d": "(null) c", "l": "(null) c", "f": "", "s": "", "b": "", "m": ""} {
		less, ok := table.NotBefore(column, bound)
		if ok != (want != "") {
			t.Errorf("NotBefore(%s): %v, want %v", column, ok, !ok)
		} else if ok {
			if got := strings.Join(texts(t, less, "s"), " "); got != want {
				t.Errorf("NotBefore(%s): %s are left, want %s", column, got, want)
			}
		}
	}
	if _, ok := table.NotBefore("ts", time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)); ok {
		t.Error("a year of five digits was filtered by")
	}
	both, _ := table.OneOf("s", []string{"a", "b"})
	both, _ = both.(source.Filterer).NotBefore("ts", time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	if got := texts(t, both, "s"); !slices.Equal(got, []string{"b"}) || both.Info().Rows != 1 {
		t.Errorf("both filters leave %v (%d rows), want b", got, both.Info().Rows)
	}
}

func TestFieldOf(t *testing.T) {
	stamp := func(zone string) arrow.DataType { return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: zone} }
	for _, c := range []struct {
		sent arrow.DataType
		sql  string
		want string // type, or what is not supported
		note string
	}{
		{arrow.BinaryTypes.String, "STRING", "utf8", ""},
		{arrow.BinaryTypes.String, "", "utf8", ""},
		{arrow.BinaryTypes.String, "VARCHAR(20)", "utf8", ""},
		{arrow.BinaryTypes.String, "STRING COLLATE UTF8_LCASE", "utf8", "the warehouse compares its strings by the collation UTF8_LCASE, not byte by byte"},
		{arrow.BinaryTypes.String, "VARIANT", "VARIANT", ""},
		{arrow.BinaryTypes.String, "INTERVAL DAY TO SECOND", "INTERVAL DAY TO SECOND", ""},
		{arrow.PrimitiveTypes.Int8, "TINYINT", "int8", ""},
		{arrow.PrimitiveTypes.Float32, "FLOAT", "float32", ""},
		{&arrow.Decimal128Type{Precision: 9, Scale: 2}, "DECIMAL(9,2)", "decimal(9, 2)", ""},
		{stamp("Etc/UTC"), "TIMESTAMP", "timestamp[us, tz=UTC]", ""},
		{stamp("UTC+08:00"), "TIMESTAMP", "timestamp[us, tz=UTC]", ""},
		{stamp(""), "TIMESTAMP_NTZ", "timestamp[us]", ""},
		{arrow.FixedWidthTypes.Timestamp_ns, "TIMESTAMP", "TIMESTAMP", ""},
		{arrow.ListOf(stamp("Etc/UTC")), "ARRAY<TIMESTAMP>", "list<item: timestamp[us, tz=UTC], nullable>", ""},
		{arrow.ListOf(arrow.ListOf(arrow.PrimitiveTypes.Int32)), "ARRAY<ARRAY<INT>>", "ARRAY<ARRAY<INT>>", ""},
		{arrow.BinaryTypes.Binary, "BINARY", "BINARY", ""},
		{arrow.StructOf(), "STRUCT<>", "STRUCT<>", ""},
		{arrow.Null, "VOID", "VOID", ""},
	} {
		sent := arrow.Field{Name: "c", Type: c.sent}
		if c.sql != "" {
			sent.Metadata = arrow.MetadataFrom(map[string]string{sqlNameKey: c.sql})
		}
		got := fieldOf(&sent)
		text := got.Type.String()
		if reason, ok := got.Metadata.GetValue(source.UnsupportedKey); ok {
			text = reason
		}
		if note, _ := got.Metadata.GetValue(source.NoteKey); text != c.want || note != c.note || !got.Nullable {
			t.Errorf("%s sent as %s: %s, note %q; want %s, note %q", c.sql, c.sent, text, note, c.want, c.note)
		}
	}
}

func TestUnsupportedColumn(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.exec(t, "CREATE SCHEMA IF NOT EXISTS shop", "CREATE TABLE shop.t AS SELECT 1 AS n, map('a', 1) AS m, X'00FF' AS b")
	table := l.open(t, "").testTable(t, "shop.t")
	if got := texts(t, table, "n"); len(got) != 1 {
		t.Errorf("rows %q", got)
	}
	for column, want := range map[string]string{
		"m": `main.shop.t: column "m": values of type MAP<STRING, INT> are not supported`,
		"b": `main.shop.t: column "b": values of type BINARY are not supported`,
	} {
		if _, err := readTexts(t, table, column); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", column, err, want)
		}
	}
}

func TestClosedSource(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	s := l.open(t, "")
	table := s.testTable(t, "shop.t")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("source %s is closed", s.URI())
	_, opening := s.Table(t.Context(), table.Ref())
	_, scanning := readTexts(t, table, "n")
	_, executing := s.Exec(t.Context(), "SELECT 1")
	for _, err := range []error{opening, scanning, executing} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
