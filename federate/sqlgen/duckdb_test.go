package sqlgen

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"

	"github.com/rollcall-db/rollcall/engine/model"
)

// duckType returns the type of a column in DuckDB.
func duckType(t model.Type, encoding model.TimeEncoding) string {
	if t.IsArray() {
		return duckType(t.Elem(), "") + "[]"
	}
	switch t.Kind {
	case model.Boolean:
		return "BOOLEAN"
	case model.Date:
		return "DATE"
	case model.Timestamp:
		return map[model.TimeEncoding]string{
			model.EncodedInstant: "TIMESTAMPTZ", model.EncodedUTC: "TIMESTAMP", model.EncodedLocal: "TIMESTAMP",
			model.EncodedSeconds: "BIGINT", model.EncodedDate: "DATE",
		}[encoding]
	case model.String:
		return "VARCHAR"
	}
	switch t.Repr {
	case model.Float64:
		return "DOUBLE"
	case model.Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	}
	return "BIGINT"
}

// openDuckDB returns a database in memory with the tables of the tests.
func openDuckDB(t *testing.T, zone string) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, statement := range tables(t, zone, duckDB{}, duckType) {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return db
}

// keys returns the keys that a query returns, in order, with a space between.
func keys(t *testing.T, db *sql.DB, query string) (string, error) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		return "", err
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	var found []string
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return "", err
		}
		found = append(found, key)
	}
	slices.Sort(found)
	return strings.Join(found, " "), rows.Err()
}

// executions are rules over the tables of tables_test.go with the customers that
// they select.
var executions = []struct {
	zone, rule, want string
}{
	// Two-valued logic.
	{"UTC", "country = 'US'", "c1"},
	{"UTC", "country != 'US'", "c2 c3 c4 c5"},
	{"UTC", "not (country = 'US' and visits = 3)", "c2 c3 c4 c5"},
	{"UTC", "country is null", "c4"},
	{"UTC", "country is not null", "c1 c2 c3 c5"},
	{"UTC", "active", "c1"},
	{"UTC", "not active", "c2 c3 c4 c5"},
	{"UTC", "active in (true, false)", "c1 c2"},
	{"UTC", "tier = 'Gold'", "c1"},
	{"UTC", "tier != 'Gold' and points is null", "c2 c3 c4 c5"},

	// Text.
	{"UTC", `country = 'us''\%_😀'`, "c2"},
	{"UTC", `country contains '\%_' or country starts with 'U'`, "c1 c2"},
	{"UTC", `country ends with ('😀', 'b')`, "c2 c5"},
	{"UTC", `country contains ''`, "c1 c2 c3 c5"},
	{"UTC", `country >= 'US' and country <= 'us'`, "c1 c5"},
	{"UTC", `country < 'US'`, "c3"},
	{"UTC", `country > 'US'`, "c2 c5"},
	{"UTC", `country matches '^a.b$'`, ""},
	{"UTC", `country matches '(?s)^a.b$'`, "c5"},
	{"UTC", `country matches '(?i)^u[[:alpha:]]'`, "c1 c2"},
	{"UTC", `country matches '[^\x00-\x7f]$'`, "c2"},
	{"UTC", `country matches '\\%_'`, "c2"},
	{"UTC", `country matches '^$'`, "c3"},
	{"UTC", `country matches ''`, "c1 c2 c3 c5"},
	{"UTC", `country matches '^(?:U|u){1,2}[''S]'`, "c1"},
	{"UTC", `country = 'a' or country = '${spark.app.name}'`, ""},

	// Numbers.
	{"UTC", "visits > 2.5", "c1 c3"},
	{"UTC", "visits in (3, 9223372036854775807, -9223372036854775808)", "c1 c2 c3"},
	{"UTC", "visits <= -9223372036854775808", "c2"},
	{"UTC", "score = 0.1", "c1"},
	{"UTC", "score > 0", "c1 c3"},
	{"UTC", "score >= 0.1 and score < 1", "c1"},
	{"UTC", "score < 1", "c1 c5"},
	{"UTC", "not score < 1", "c2 c3 c4"},
	{"UTC", "score is null", "c2 c4"},
	{"UTC", "score is not null", "c1 c3 c5"},
	{"UTC", "score in (0.1, 3)", "c1"},
	{"UTC", "balance > 100", "c1 c3"},
	{"UTC", "balance between -1 and 100.5", "c1 c2"},
	{"UTC", "balance in (100.50, 7)", "c1"},
	{"UTC", "wide = 99999999999999999999999999999999999999", "c1"},
	{"UTC", "wide < 0", "c2"},
	{"UTC", "fine = 0.00000000000000000000000000000000000001", "c2"},
	{"UTC", "fine > 0.1", "c1"},

	// Dates and times.
	{"UTC", "birthday = '2000-02-29'", "c2"},
	{"UTC", "birthday < '1995-01-01'", "c1"},
	{"UTC", "signup = '2023-06-01'", "c1"},
	{"UTC", "signup < '1970-01-01'", "c2"},
	{"UTC", "signup in last 30 days", "c1"},
	{"UTC", "signup > '2023-06-01T11:59:59.999999'", "c1"},
	{"UTC", "signup <= '1969-12-31T23:59:59.999999' and seen_utc <= '1969-12-31T23:59:59.999999'", "c2"},
	{"UTC", "seen_utc = '2023-06-01T12:00:00'", "c1"},
	{"UTC", "seen_utc in last 10000 years", "c1 c2"},
	{"UTC", "signup in next 10000 years", ""},
	{"UTC", "birthday in last 9000 years", "c1 c2"},
	{"UTC", "seen_seconds < '1970-01-01'", "c2"},
	{"UTC", "seen_seconds > '2023-06-01T11:59:59.5'", "c1"},
	{"UTC", "seen_seconds = '2023-06-01T12:00:00.5'", ""},
	{"UTC", "seen_date = '2023-06-01T00:00:00'", "c1"},
	{"America/Los_Angeles", "seen_date = '2023-06-01'", "c1"},

	// 02:30 is in a gap and means 03:30; 03:10 comes before it.
	{"America/Los_Angeles", "seen_local >= '2023-03-12T03:20:00' and seen_local < '2023-03-12T04:00:00'", "c1"},
	{"America/Los_Angeles", "seen_local < '2023-03-12T03:20:00'", "c2"},
	{"America/Los_Angeles", "seen_local = '2023-03-12T03:30:00'", "c1"},
	{"America/Los_Angeles", "seen_local > '2023-11-05T01:00:00-08:00'", ""},
	{"America/Los_Angeles", "seen_local > '2023-11-05T01:00:00-07:00'", "c3"},

	// Lists.
	{"UTC", "tags = 'a'", "c1 c3"},
	{"UTC", "tags any != 'a'", "c1 c5"},
	{"UTC", "tags all in ('a', 'b')", "c1 c2"},
	{"UTC", "not (tags all in ('a', 'b'))", "c3 c4 c5"},
	{"UTC", "tags all != 'x'", "c1 c2"},
	{"UTC", "tags at least 2 = 'x'", "c5"},
	{"UTC", "tags at most 0 = 'x'", "c1 c2 c3"},
	{"UTC", "tags exactly 1 contains 'a'", "c1 c3"},
	{"UTC", "tags is null", "c4"},
	{"UTC", "numbers > 5", "c1 c5"},
	{"UTC", "numbers all > 5", "c2 c5"},
	{"UTC", "numbers not in (7)", "c1 c5"},
	{"UTC", "floats all < 5", "c2"},
	{"UTC", "floats any != 1.5", "c5"},
	{"UTC", "floats all != 1.5", "c2 c5"},
	{"UTC", "prices exactly 1 > 1", "c1"},

	// Behaviors.
	{"UTC", "purchase", "c1 c2 c3"},
	{"UTC", "purchase count = 3", "c1 c2"},
	{"UTC", "purchase count < 3", "c3 c4 c5"},
	{"UTC", "purchase count != 3", "c3 c4 c5"},
	{"UTC", "purchase since '1900-01-01' count = 2", "c1 c3"},
	{"UTC", "purchase in last 1 day count = 1", "c1"},
	{"UTC", "purchase in next 1 day", "c1"},
	{"UTC", "purchase where (category = 'Books' and amount >= 80)", "c1"},
	{"UTC", "purchase where (not (category = 'Books')) count >= 1", "c1 c2"},
	{"UTC", "purchase where \"at\" >= '2023-06-30T12:00:00'", "c1"},
	{"UTC", "purchase where \"at\" is null", "c1"},
	{"UTC", "purchase where (gift)", "c1"},
	{"UTC", "purchase count distinct category = 3", "c1"},
	{"UTC", "purchase count distinct category = 0", "c2 c4 c5"},
	{"UTC", "purchase count distinct price = 1", "c3"},
	{"UTC", "purchase count distinct price = 2", "c1 c2"},
	{"America/Sao_Paulo", "purchase count distinct shipped = 2", "c1 c2"},
	{"America/Los_Angeles", "visit_local before '2023-06-01' count distinct \"at\" = 4", "c2"},
	{"UTC", "purchase sum(amount) = 161.5", "c1"},
	{"UTC", "purchase sum(amount) = 0", "c3 c4 c5"},
	{"UTC", "purchase sum(amount) < 1", "c2 c3 c4 c5"},
	{"UTC", "purchase sum(quantity) = 18446744073709551614", "c1"},
	{"UTC", "purchase sum(huge) > 1", "c1"},
	{"UTC", "purchase sum(price) >= 0", "c1 c3 c4 c5"},
	{"UTC", "purchase sum(price) != 0", "c1 c2"},
	{"UTC", "purchase where category is not null sum(price) = 3.5", "c1"},
	{"UTC", "purchase in last 30 days avg(amount) = 80.5", "c1"},
	{"UTC", "purchase avg(amount) > 53.83 and purchase avg(amount) < 53.84", "c1"},
	{"UTC", "purchase avg(amount) != 80", "c1 c2 c3 c4 c5"},
	{"UTC", "purchase avg(amount) <= 0.01", "c2"},
	{"UTC", "purchase avg(price) = 1.75", "c1"},
	{"UTC", "purchase avg(price) < 1", "c3"},
	{"UTC", "purchase avg(quantity) > 9223372036854775806", "c1"},
	{"UTC", "purchase avg(quantity) > 9223372036854775807", ""},
	{"UTC", "purchase avg(quantity) < 1000000000000000000000000000000000000000000", "c1"},
	{"UTC", "purchase min(amount) = 0.01", "c2"},
	{"UTC", "purchase max(price) > 2", "c2"},
	{"UTC", "purchase max(price) <= 2", "c1 c3"},
	{"UTC", "purchase min(price) < 0", "c2"},
	{"UTC", "purchase max(due) = '2023-07-02'", "c1"},
	{"UTC", "purchase max(paid) >= '2023-06-30'", "c1"},
	{"UTC", "first purchase in last 30 days", "c1 c2"},
	{"UTC", "last purchase in last 30 days", "c1 c2"},
	{"UTC", "last purchase before '2023-01-01'", "c3"},
	{"UTC", "first purchase in next 1 day", ""},
	// c2 shipped at 03:10 and at 02:40, which is 03:40.
	{"America/Los_Angeles", "purchase max(shipped) >= '2023-03-12T03:35:00'", "c2"},
	{"America/Los_Angeles", "purchase min(shipped) >= '2023-03-12T03:05:00'", "c1 c2"},
	{"America/Los_Angeles", "purchase min(shipped) < '2023-03-12T03:20:00'", "c2"},

	// Days of 23, 24 and 25 hours.
	{"America/Los_Angeles", "visit_utc between '2023-01-01' and '2023-06-01' count distinct days = 3", "c2"},
	{"America/Los_Angeles", "visit_local between '2023-01-01' and '2023-06-01' count distinct days = 3", "c2"},
	{"America/Los_Angeles", "visit_seconds between '2023-01-01' and '2023-06-01' count distinct days = 3", "c2"},
	{"America/Los_Angeles", "visit_date between '2023-01-01' and '2023-06-01' count distinct days = 3", "c2"},
	{"America/Los_Angeles", "purchase count distinct days = 1", "c1 c2 c3"},
	{"America/Los_Angeles", "visit_utc in next 1 year count distinct days = 2", "c1"},
	{"America/Los_Angeles", "visit_local in next 1 year count distinct days = 2", "c1"},
	{"America/Los_Angeles", "visit_seconds in next 1 year count distinct days = 2", "c1"},
	{"America/Los_Angeles", "visit_date in next 1 year count distinct days = 3", ""},
	{"America/Los_Angeles", "visit_date in next 1 year count distinct days = 2", "c1"},
	{"Asia/Tokyo", "purchase count distinct days = 2", "c2"},

	// Segments.
	{"UTC", "segment 'VIP'", "c1"},
	{"UTC", "not segment 'VIP' and segment 'Big'", ""},
	{"UTC", "segment 'Big' and segment 'VIP'", "c1"},
}

// TestDuckDB runs statements and compares the customers that they select.
func TestDuckDB(t *testing.T) {
	databases := map[string]*sql.DB{}
	for _, test := range executions {
		if databases[test.zone] == nil {
			databases[test.zone] = openDuckDB(t, test.zone)
		}
		c, layout := checked(t, test.rule, test.zone)
		query, err := Generate(DuckDB, c, layout, parseTime(t, asOf))
		if err != nil {
			t.Errorf("%s: %v", test.rule, err)
			continue
		}
		got, err := keys(t, databases[test.zone], query)
		if err != nil || got != test.want {
			t.Errorf("%s (%s):\n got %q, %v\nwant %q\n%s", test.rule, test.zone, got, err, test.want, query)
		}
	}
}
