package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // reads Parquet files for PostgreSQL
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// databases numbers those that this run made.
var databases atomic.Int64

// newPostgres makes an empty database on the server that ROLLCALL_POSTGRES names, and
// drops it when the test ends. Without a server the test is skipped.
func newPostgres(t testing.TB) (conn *pgx.Conn, uri string) {
	t.Helper()
	server := os.Getenv("ROLLCALL_POSTGRES")
	if server == "" {
		t.Skip("ROLLCALL_POSTGRES is not set; bench/difftest/postgres.sh go test ./cmd/rollcall sets it")
	}
	admin := connect(t, server)
	name := fmt.Sprintf("rollcall_cli_%d_%d", os.Getpid(), databases.Add(1))
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		_ = admin.Close(context.Background())
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	conn = connect(t, u.String())
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn, u.String()
}

func connect(t testing.TB, uri string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// postgresOf loads a warehouse into a database of its own and returns its URI.
func postgresOf(t testing.TB, w *warehouse.Warehouse) string {
	t.Helper()
	conn, uri := newPostgres(t)
	for _, table := range w.Tables {
		if _, err := conn.Exec(t.Context(), "CREATE SCHEMA IF NOT EXISTS "+table.Ref.Schema+"; "+table.PostgresDDL()); err != nil {
			t.Fatalf("%s: %v", table.PostgresDDL(), err)
		}
		statement, rows := table.PostgresCopy()
		if _, err := conn.PgConn().CopyFrom(t.Context(), strings.NewReader(string(rows)), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return uri
}

// TestPostgresFromNothingToATable guesses a parent segment out of declared keys, asks
// the database with it, and has it write the audience.
func TestPostgresFromNothingToATable(t *testing.T) {
	conn, uri := newPostgres(t)
	if _, err := conn.Exec(t.Context(), `
		CREATE SCHEMA crm;
		CREATE TABLE crm.persons (nick text, pid bigint PRIMARY KEY, city text);
		INSERT INTO crm.persons VALUES ('a', 1, 'Kyoto'), ('b', 2, 'Oslo'), ('c', 3, NULL);
		CREATE TABLE crm.orders (no bigint, buyer bigint REFERENCES crm.persons (pid), ordered_at timestamptz, amount numeric(10,2));
		INSERT INTO crm.orders VALUES (1, 1, '2024-05-20 10:00Z', 10.5), (2, 1, '2024-05-21 10:00Z', 10.5), (3, 2, '2024-05-22 10:00Z', 1)`); err != nil {
		t.Fatal(err)
	}
	parent := filepath.Join(t.TempDir(), "parent.yml")
	done := func(want string, args ...string) {
		t.Helper()
		code, out, errs := rollcall(t, args...)
		if code != exitDone || !strings.Contains(out, want) {
			t.Fatalf("%q: exit code %d, want %q in:\n%s%s", args, code, want, out, errs)
		}
	}
	done("customers are in crm.persons, by pid; 0 attributes of other tables, 1 behavior, 0 tables left out", "init", "-s", uri, "-o", parent)
	text, err := os.ReadFile(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"its pid is the declared primary key, and unique (3 rows, 0\n# NULLs)", "its buyer, a declared foreign key, repeats (3 rows; all of customers)",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("want %q in:\n%s", want, text)
		}
	}
	const big = "order sum(amount) > 20 and city = 'Kyoto'"
	done("verified: 1 in the source, 1 in a snapshot of it: the same customers", "count", "-c", parent, "-s", uri, big, "--verify")
	done("crm.big: 1 customers, 2 columns", "export", "-c", parent, "-s", uri, big, "--into-table", "crm.big", "--columns", "nick")
	var pid int64
	var nick string
	if err := conn.QueryRow(t.Context(), "SELECT pid, nick FROM crm.big").Scan(&pid, &nick); err != nil || pid != 1 || nick != "a" {
		t.Errorf("%d %q, %v, want customer 1, a", pid, nick, err)
	}
	code, _, errs := rollcall(t, "export", "-c", parent, "-s", uri, big, "--into-directory", "/tmp/x")
	if code != exitUsage || !strings.Contains(errs, "UNSUPPORTED_IN_PLACE: postgres:") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// cdnowTables are the tables of CDNOW as PostgreSQL has them.
var cdnowTables = map[string]string{
	"marketing.customers":        "customer_id text PRIMARY KEY, first_purchase_date date, cohort text",
	"analytics.customer_metrics": "customer_id text PRIMARY KEY, ltv numeric(10,2), orders bigint, last_purchase_date timestamptz, loyalty_tier text",
	"events.purchases":           "customer_id text, purchased_at timestamptz, amount numeric(10,2), quantity bigint",
}

// postgresCDNOW loads CDNOW into a database of its own and returns its URI.
func postgresCDNOW(t *testing.T) string {
	t.Helper()
	conn, uri := newPostgres(t)
	reader, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}()
	for name, columns := range cdnowTables {
		schema, table, _ := strings.Cut(name, ".")
		text := filepath.Join(t.TempDir(), table+".csv")
		parquet := filepath.Join(cdnowData.Warehouse(t), schema, table+".parquet")
		if _, err := reader.ExecContext(t.Context(), fmt.Sprintf("COPY (FROM read_parquet('%s')) TO '%s' (FORMAT csv, HEADER false)", parquet, text)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), fmt.Sprintf("CREATE SCHEMA %s; CREATE TABLE %s (%s)", schema, name, columns)); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.PgConn().CopyFrom(t.Context(), file, "COPY "+name+" FROM STDIN (FORMAT csv)"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return uri
}

// connectPostgres registers a database twice, with its password as a secret: by its URI as
// "pg", and by its parts as "parts". It returns the password.
func (s *studio) connectPostgres(t *testing.T, uri string) (password string) {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	password, _ = u.User.Password()
	user := u.User.Username()
	u.User = url.User(user)
	for name, in := range map[string]object{
		"pg":    {"kind": "postgres", "uri": u.String()},
		"parts": {"kind": "postgres", "host": u.Hostname(), "port": json.Number(u.Port()), "database": strings.TrimPrefix(u.Path, "/"), "user": user},
	} {
		in["secrets"] = object{"password": object{"value": password}}
		if put := s.must(t, http.MethodPut, "/connections/"+name, in); strings.Contains(fmt.Sprint(put), password) {
			t.Errorf("the answer holds the password: %v", put)
		}
		if tested := s.must(t, http.MethodPost, "/connections/"+name+"/test", nil); tested["ok"] != true {
			t.Errorf("%s: %v", name, tested)
		}
	}
	return password
}

// export exports an audience of a parent segment and returns the file.
func (s *studio) export(t *testing.T, parent string, ask object) string {
	t.Helper()
	job := s.must(t, http.MethodPost, "/parents/"+parent+"/exports", ask)
	if done := s.job(t, job["id"]); done["state"] != "succeeded" {
		t.Fatalf("%s: %v", parent, done)
	}
	status, data, err := s.ask(t.Context(), http.MethodGet, fmt.Sprintf("/jobs/%v/download", job["id"]), nil)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d, %v: %s", parent, status, err, data)
	}
	return string(data)
}

// TestPostgresStudio has a studio copy a database and ask it in place, and compares both
// with files of the same tables.
func TestPostgresStudio(t *testing.T) {
	uri := postgresCDNOW(t)
	s := cdnowStudio(t)
	password := s.connectPostgres(t, uri)
	text := strings.Replace(string(cdnow.ParentYAML()), "name: CDNOW customers", "name: %s", 1)
	s.must(t, http.MethodPut, "/parents/live?mode=in_place&connection=parts", fmt.Sprintf(text, "live"))
	put := s.must(t, http.MethodPut, "/parents/copied?mode=copied&connection=pg", fmt.Sprintf(text, "copied"))
	job, _ := put["job"].(object)
	if done := s.job(t, job["id"]); done["state"] != "succeeded" {
		t.Fatalf("the build: %v", done)
	}
	const asOf = "1998-07-01"
	asks := map[string]func(parent string) any{
		"count": func(parent string) any {
			return s.must(t, http.MethodPost, "/parents/"+parent+"/count", object{"rule": goldAndBought, "as_of": asOf})["count"]
		},
		"list": func(parent string) any {
			return s.must(t, http.MethodPost, "/parents/"+parent+"/list", object{
				"rule": goldAndBought, "as_of": asOf, "limit": 7, "order_by": "lifetime_value", "top": "7",
				"columns": []string{"first_purchase_date", "cohort", "lifetime_value", "orders", "last_purchase_date", "loyalty_tier"},
			})["rows"]
		},
		"breakdown": func(parent string) any {
			return s.must(t, http.MethodPost, "/parents/"+parent+"/breakdown", object{"rule": goldAndBought, "as_of": asOf, "by": []string{"cohort", "loyalty_tier"}})["breakdowns"]
		},
		"trend": func(parent string) any {
			return s.must(t, http.MethodPost, "/parents/"+parent+"/trend", object{"rule": goldAndBought, "from": "1998-03-01", "to": asOf, "every": "month"})["points"]
		},
		"values": func(parent string) any {
			return s.must(t, http.MethodGet, "/parents/"+parent+"/values?field=loyalty_tier&search=o", nil)["values"]
		},
		"export": func(parent string) any {
			return s.export(t, parent, object{"rule": goldAndBought, "as_of": asOf, "format": "csv"})
		},
	}
	for name, ask := range asks {
		want := ask("CDNOW%20customers")
		if want == nil || name == "count" && want != float64(goldAndBoughtCount) {
			t.Errorf("%s of the files is %v", name, want)
		}
		for _, parent := range []string{"copied", "live"} {
			if diff := cmp.Diff(want, ask(parent)); diff != "" {
				t.Errorf("%s of %s (-files +postgres):\n%s", name, parent, diff)
			}
		}
	}
	if refreshed := s.must(t, http.MethodPost, "/parents/copied/refresh", object{}); s.job(t, refreshed["id"])["state"] != "succeeded" {
		t.Error("a refresh did not succeed")
	}
	if strings.Contains(s.log.String(), password) {
		t.Error("the log holds the password")
	}
}
