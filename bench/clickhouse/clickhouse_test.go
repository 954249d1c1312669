package clickhouse

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

func TestContract(t *testing.T) {
	python := needChDB(t)
	contendertest.Run(t, contendertest.Contract{
		Open: Open, Questions: contendertest.Questions(), Append: true, Export: true, Python: python,
	})
}

// openSmall opens an engine over the data of the contract.
func openSmall(t *testing.T) (*engine, *contendertest.Data) {
	t.Helper()
	python, data := needChDB(t), contendertest.Write(t)
	e, err := open(t.Context(), data.Base, contender.Options{
		Scratch: t.TempDir(), Threads: 2, Python: python, Progress: func(stage string) { t.Log(stage) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, data
}

// TestTables checks the types that tables are declared with, and that each is one
// part.
func TestTables(t *testing.T) {
	e, _ := openSmall(t)
	const types = "SELECT name || ' ' || type FROM system.columns WHERE database = 'rollcall' AND table IN ('customers', 'purchases') ORDER BY table, position"
	const want = `customer_id Int64
loyalty_tier LowCardinality(Nullable(String))
country LowCardinality(String)
lifetime_value Decimal(12, 2)
email_opt_in Nullable(Bool)
trait_1 LowCardinality(String)
customer_id Int64
time DateTime64(6, 'UTC')
category LowCardinality(String)
product_id Int64
amount Decimal(10, 2)`
	check(t, e.worker, types, want+"\n")
	check(t, e.worker, "SELECT table, count() FROM system.parts WHERE active AND database = 'rollcall' GROUP BY table ORDER BY table",
		"customers\t1\nemail_opens\t1\npage_views\t1\npurchases\t1\n")
	for _, table := range []string{"customers", "purchases", "page_views", "email_opens"} {
		if e.load.Indexes[table] <= 0 {
			t.Errorf("the size of table %s is %d, want more than nothing", table, e.load.Indexes[table])
		}
	}
	if !strings.HasPrefix(e.Version(), "chDB ") || !strings.Contains(e.Version(), "(ClickHouse 2") {
		t.Errorf("the version is %q, want those of chDB and of ClickHouse", e.Version())
	}
}

// TestNULL checks the settings on every connection, and what NULL means.
func TestNULL(t *testing.T) {
	e, _ := openSmall(t)
	tests := []struct{ sql, want string }{
		{"NULL IN (1, 2)", `\N`},
		{"NULL NOT IN (1, 2)", `\N`},
		{"NULL IN (SELECT 1)", `\N`},
		{"NOT (CAST(NULL AS Nullable(String)) = 'a')", `\N`},
		{"(SELECT sum(number) FROM numbers(0))", `\N`},
		{"(SELECT b.x FROM (SELECT 1 AS k) AS a LEFT JOIN (SELECT 2 AS k, 3 AS x) AS b ON a.k = b.k)", `\N`},
		{"(SELECT count(*) FROM (SELECT 1 UNION SELECT 1))", "1"},
		{"getSetting('max_threads')", "2"},
		{"getSetting('use_query_cache')", "false"},
		{"getSetting('use_query_condition_cache')", "false"},
		{"toUnixTimestamp(TIMESTAMP '1970-01-02 00:00:00')", "86400"},
	}
	for _, test := range tests {
		for range nConnections { // the answer is that of a connection that is free
			check(t, e.worker, "SELECT "+test.sql, test.want+"\n")
		}
	}
	null := t.TempDir()
	type customer struct {
		ID            int64   `parquet:"customer_id"`
		Tier          *string `parquet:"loyalty_tier,optional"`
		Country       *string `parquet:"country,optional"`
		LifetimeValue int64   `parquet:"lifetime_value,decimal(2:12)"`
		OptIn         bool    `parquet:"email_opt_in"`
		Trait1        string  `parquet:"trait_1"`
	}
	file := filepath.Join(null, "main", "customers", "part-0000.parquet")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), parquet.WriteFile(file, []customer{{ID: 9}})); err != nil {
		t.Fatal(err)
	}
	add := &workload.Dataset{Dir: null, Tables: []workload.Table{{Schema: "main", Name: "customers", Rows: 1, Files: 1}}}
	if _, err := e.Append(t.Context(), add); err == nil || !strings.Contains(err.Error(), "table customers") {
		t.Errorf("appending NULL to a column without: %v, want an error that names the table", err)
	}
}

// endless is a query that takes longer than any test.
const endless = "SELECT count() FROM numbers(1000000000000000) WHERE cityHash64(number) = 1 SETTINGS max_threads = 1"

// running returns the number of endless queries that run.
func running(t *testing.T, e *engine) string {
	t.Helper()
	n, err := e.text(t.Context(), "SELECT count() FROM system.processes WHERE endsWith(query, "+quote(endless)+") SETTINGS max_threads = 1")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestQueriesRunAtATime checks that several queries run at a time, and that those
// whose context ends are killed.
func TestQueriesRunAtATime(t *testing.T) {
	e, _ := openSmall(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	const clients = 4
	for range clients {
		go func() {
			_, _, err := e.worker.run(ctx, endless, "Null")
			result <- err
		}()
	}
	for running(t, e) != "4" { // or this test does not end
	}
	cancel()
	for range clients {
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("the error of a cancelled query is %v, want context.Canceled", err)
		}
	}
	for running(t, e) != "0" {
	}
	check(t, e.worker, "SELECT 1", "1\n")
}

// TestDirtyNames exports to and loads from folders whose names are patterns to
// ClickHouse.
func TestDirtyNames(t *testing.T) {
	e, data := openSmall(t)
	odd := filepath.Join(t.TempDir(), "it's {a,b} *?")
	if err := os.Rename(data.Add.Dir, odd); err != nil {
		t.Fatal(err)
	}
	add := *data.Add
	add.Dir = odd
	if _, err := e.Append(t.Context(), &add); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(e.dir, "link-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("links are left: %q, %v", left, err)
	}
}

// TestExportRowGroups checks that row groups have the length that the contract
// names, or nearly so.
func TestExportRowGroups(t *testing.T) {
	e, _ := openSmall(t)
	const rows, group = 500_000, 122_880
	for _, sql := range []string{
		"TRUNCATE TABLE customers",
		"INSERT INTO customers (customer_id, country, trait_1) SELECT number, 'US', 'x' FROM numbers(500000)",
	} {
		if _, err := e.exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "export.parquet")
	all := &suite.Query{ID: "all", SQL: map[suite.Dialect]string{suite.ClickHouse: "SELECT customer_id FROM customers"}}
	for range 2 { // a file that is there is replaced
		if _, err := e.Export(t.Context(), all, []string{"customer_id", "country"}, file); err != nil {
			t.Fatal(err)
		}
	}
	type customer struct {
		ID int64 `parquet:"customer_id"`
	}
	got, err := parquet.ReadFile[customer](file)
	if err != nil || len(got) != rows {
		t.Fatalf("the file has %d rows, %v; want %d", len(got), err, rows)
	}
	for i, c := range got {
		if c.ID != int64(i) {
			t.Fatalf("row %d has customer %d, want the order of keys", i, c.ID)
		}
	}
	if sizes := groupRows(t, file); len(sizes) < rows/group-1 || len(sizes) > rows/group+2 || sizes[0] != group {
		t.Errorf("the row groups have %v rows, want about %d each", sizes, group)
	}
}

// TestExportDecimal checks the bytes of an exported decimal: ClickHouse writes it
// as big-endian bytes of a fixed length, where others write a whole number.
func TestExportDecimal(t *testing.T) {
	e, data := openSmall(t)
	file := filepath.Join(t.TempDir(), "export.parquet")
	all := &suite.Query{ID: "all", SQL: map[suite.Dialect]string{suite.ClickHouse: "SELECT customer_id FROM customers"}}
	if _, err := e.Export(t.Context(), all, []string{"customer_id", "lifetime_value"}, file); err != nil {
		t.Fatal(err)
	}
	type customer struct {
		ID            int64   `parquet:"customer_id"`
		LifetimeValue [8]byte `parquet:"lifetime_value"`
	}
	got, err := parquet.ReadFile[customer](file)
	if err != nil || len(got) != len(data.Customers) {
		t.Fatalf("the file has %d rows, %v; want %d", len(got), err, len(data.Customers))
	}
	for i, c := range got {
		want := data.Customers[i]
		if v := int64(binary.BigEndian.Uint64(c.LifetimeValue[:])); c.ID != want.ID || v != want.LifetimeValue {
			t.Errorf("row %d has customer %d and %d hundredths, want %d and %d", i, c.ID, v, want.ID, want.LifetimeValue)
		}
	}
}

// groupRows returns the lengths of the row groups of a file.
func groupRows(t *testing.T, path string) []int64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int64
	for _, g := range file.Metadata().RowGroups {
		sizes = append(sizes, g.NumRows)
	}
	return sizes
}

// TestWorkerDeath kills the process of an engine.
func TestWorkerDeath(t *testing.T) {
	e, data := openSmall(t)
	q := contendertest.Questions()[0].Query(workload.End)
	p, err := e.Prepare(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() {
		_, _, err := e.worker.run(t.Context(), endless, "Null")
		result <- err
	}()
	for running(t, e) != "1" {
	}
	e.worker.kill()
	if err := <-result; err == nil {
		t.Error("a query whose process was killed has no error")
	}
	_, _, countErr := p.Count(t.Context())
	_, appendErr := e.Append(t.Context(), data.Add)
	for _, err := range []error{countErr, appendErr} {
		if err == nil || !strings.Contains(err.Error(), "signal: killed") {
			t.Errorf("after the process was killed: %v, want an error that says so", err)
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(e.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of the engine something is left: %v", err)
	}
}

// TestQueryErrors checks that errors name the query and say what ClickHouse says.
func TestQueryErrors(t *testing.T) {
	e, _ := openSmall(t)
	wrong := &suite.Query{ID: "Q99", SQL: map[suite.Dialect]string{suite.ClickHouse: "SELECT customer_id FROM nowhere"}}
	_, err := e.Prepare(t.Context(), wrong)
	if err == nil || !strings.Contains(err.Error(), "query Q99") || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a query of a table that is not there: %v, want an error that names both", err)
	}
	twice := &suite.Query{ID: "twice", SQL: map[suite.Dialect]string{
		suite.ClickHouse: "SELECT arrayJoin([7, 3, 7]) AS customer_id",
	}}
	p, err := e.Prepare(t.Context(), twice)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := p.Keys(t.Context())
	if diff := cmp.Diff([]int64{3, 7, 7}, keys); diff != "" || err != nil {
		t.Errorf("keys, %v (-want +got), which must show that SQL is wrong:\n%s", err, diff)
	}
}
