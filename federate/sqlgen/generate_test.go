package sqlgen

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestUnsupported checks what is refused, where and how.
func TestUnsupported(t *testing.T) {
	digits := strings.Repeat("3", 30)
	for _, test := range []struct {
		dialect    Dialect
		rule, want string
	}{
		{DuckDB, "visits = 1 and favourite = 'x'", `UNSUPPORTED_IN_DIALECT: duckdb: attribute "favourite" is computed when a snapshot is built: no table has it, in: favourite = 'x'`},
		{Postgres, "country = 'a\x00b'", `UNSUPPORTED_IN_DIALECT: postgres: the text "a\x00b": text in PostgreSQL holds no NUL, in: country = 'a` + "\x00b'"},
		{Postgres, `country matches '\x00'`, `UNSUPPORTED_IN_DIALECT: postgres: the pattern "\\x00": text in this dialect holds no NUL, in: country matches '\x00'`},
		{DuckDB, `country matches '\bx'`, `UNSUPPORTED_IN_DIALECT: duckdb: the pattern "\\bx": the word boundary \b is not in the portable subset, in: country matches '\bx'`},
		{DuckDB, "purchase avg(amount) > 0." + digits, `UNSUPPORTED_IN_DIALECT: duckdb: the average is compared with a number of 30 digits, at most 22 can be exact, in: purchase avg(amount) > 0.` + digits},
		{Databricks, "purchase avg(quantity) > 0.33333333333333", `UNSUPPORTED_IN_DIALECT: databricks: the average is compared with a number of 14 digits after the point, at most 13 can be exact, in: purchase avg(quantity) > 0.33333333333333`},
		{Databricks, strings.Repeat("(active or (visits = 1 and ", 60) + "active" + strings.Repeat("))", 60), `UNSUPPORTED_IN_DIALECT: databricks: conditions nest 121 deep, the engine reads at most 100`},
		{DuckDB, "purchase count distinct shipped = 1", `UNSUPPORTED_IN_DIALECT: duckdb: the time zone changes its offset more than 1000 times: distinct local times cannot be told for all years, in: purchase count distinct shipped = 1`},
	} {
		c, layout := checked(t, test.rule, "America/Los_Angeles")
		text, err := Generate(test.dialect, c, layout, parseTime(t, asOf))
		var unsupported *UnsupportedError
		if !errors.As(err, &unsupported) || err.Error() != test.want || text != "" || unsupported.Code != CodeUnsupported || unsupported.Dialect != test.dialect {
			t.Errorf("%s:\n got %v\nwant %s", test.rule, err, test.want)
		}
	}
	c, layout := checked(t, "purchase avg(amount) > 0."+digits, "UTC")
	if _, err := Generate(Postgres, c, layout, parseTime(t, asOf)); err != nil {
		t.Errorf("an average of any digits in PostgreSQL: %v", err)
	}
}

// TestInvalid checks what does not fit together.
func TestInvalid(t *testing.T) {
	for _, test := range []struct {
		change func(*model.Layout)
		want   string
	}{
		{func(l *model.Layout) { l.Attributes = l.Attributes[1:] }, "the layout has 19 attributes, the schema 20"},
		{func(l *model.Layout) { l.Behaviors = nil }, "the layout has 0 behaviors, the schema 5"},
		{func(l *model.Layout) { l.Behaviors[0].Fields = nil }, `behavior "purchase": the layout has 0 fields, the schema 9`},
		{func(l *model.Layout) { l.KeyColumn = "" }, "the layout has an empty name where a table or a column belongs"},
		{func(l *model.Layout) {
			l.Filters = []model.FilterLayout{{Column: "visits", Type: whole, Values: []string{"x"}}}
		}, `filter on column "visits": "x" is no whole number of 64 bits`},
		{func(l *model.Layout) {
			l.Filters = []model.FilterLayout{{Column: "score", Type: float, Values: []string{"1"}}}
		}, `filter on column "score": "1" is no value of type number (float64) that filters take`},
		{func(l *model.Layout) { l.Attributes[8].Encoding = "x" }, `the layout has a time held as "x", which is no encoding`},
		{func(l *model.Layout) { l.Attributes[8].Table.Connection = "other"; l.Attributes[8].Table.Table = "t" }, "table marketing.t is in another source"},
		{func(l *model.Layout) { l.Attributes[8].Column = "${x}" }, ""},
	} {
		c, layout := checked(t, "signup = '2023-01-01'", "UTC")
		test.change(layout)
		_, err := Generate(DuckDB, c, layout, parseTime(t, asOf))
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	c, layout := checked(t, "active", "UTC")
	if _, err := Generate("mysql", c, layout, time.Now()); err == nil || err.Error() != `unknown SQL dialect "mysql": expected one of [duckdb postgres databricks]` {
		t.Errorf("an unknown dialect: %v", err)
	}
	if _, err := Generate(DuckDB, c, layout, time.Unix(1<<50, 0)); err == nil {
		t.Error("an as_of beyond 64 bits of microseconds: no error")
	}
	if _, err := Generate(DuckDB, &rule.Checked{}, layout, time.Now()); err == nil {
		t.Error("an empty rule: no error")
	}
}

// TestManyValues puts 10,000 values in one list.
func TestManyValues(t *testing.T) {
	var values []string
	for i := range 10_000 {
		values = append(values, fmt.Sprintf("'value %d'", i))
	}
	db := openDuckDB(t, "UTC")
	c, layout := checked(t, "country in ('US', "+strings.Join(values, ", ")+")", "UTC")
	for _, dialect := range Dialects() {
		text, err := Generate(dialect, c, layout, parseTime(t, asOf))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text) {
			if len(line) > maxWidth+20 {
				t.Fatalf("%s: a line of %d bytes: %s", dialect, len(line), line)
			}
		}
		if dialect != DuckDB {
			continue
		}
		if got, err := keys(t, db, text); err != nil || got != "c1" {
			t.Errorf("got %q, %v, want c1", got, err)
		}
	}
}

// TestHostileNames selects from tables whose names are made to break out.
func TestHostileNames(t *testing.T) {
	db := openDuckDB(t, "UTC")
	const name, key = `m"; DROP TABLE b1; --`, "customer`'\\\n"
	table, _ := duckDB{}.ident(name)
	column, _ := duckDB{}.ident(key)
	for _, statement := range []string{
		"CREATE TABLE b1 (" + column + " VARCHAR, e TIMESTAMPTZ, elem VARCHAR[])",
		"INSERT INTO b1 VALUES ('c1', TIMESTAMPTZ '2023-06-30 00:00:00+00', ['x']), ('c2', NULL, NULL)",
		"CREATE VIEW " + table + " AS FROM b1",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	schema := &model.Schema{
		Timezone: "UTC", KeyType: text, Attributes: []model.Attribute{{Name: "tags", Type: texts}},
		Behaviors: []model.Behavior{{Name: "event", TimeColumn: "e", Fields: []model.Field{{Name: "list", Type: texts}}}},
	}
	at := model.FieldLayout{Column: "e"}
	layout := &model.Layout{
		Master: model.TableRef{Table: name}, KeyColumn: key,
		Attributes: []model.ColumnLayout{{Table: model.TableRef{Table: "b1"}, KeyColumn: key, Column: "elem"}},
		Behaviors:  []model.EventLayout{{Table: model.TableRef{Table: "b1"}, KeyColumn: key, Time: at, Fields: []model.FieldLayout{{Column: "elem"}}}},
	}
	r, err := rule.Parse("tags = 'x' and event where (list = 'x') count = 1 in last 2 days")
	if err != nil {
		t.Fatal(err)
	}
	c, err := rule.Check(r, schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	query, err := Generate(DuckDB, c, layout, parseTime(t, asOf))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := keys(t, db, query); err != nil || got != "c1" {
		t.Errorf("got %q, %v, want c1\n%s", got, err, query)
	}
}

// TestLayout runs what a layout says besides names: filters of the master table
// and the time from which events are kept.
func TestLayout(t *testing.T) {
	db := openDuckDB(t, "UTC")
	kept := parseTime(t, "2023-06-30T12:00:00Z").UnixMicro()
	for _, test := range []struct {
		rule, want string
		change     func(*model.Layout)
	}{
		{"visits > 0", "c1 c3", func(*model.Layout) {}},
		{"visits > 0", "c1", func(l *model.Layout) {
			l.Filters = []model.FilterLayout{{Column: "country", Type: text, Values: []string{"US", "'"}}, {Column: "active", Type: boolean, Values: []string{"true"}}}
		}},
		{"country is not null", "c1", func(l *model.Layout) {
			l.Filters = []model.FilterLayout{{Column: "visits", Type: whole, Values: []string{"3", "4"}}}
		}},
		{"country is not null", "", func(l *model.Layout) { l.Filters = []model.FilterLayout{{Column: "visits", Type: whole}} }},
		{"purchase count = 2", "c1", func(l *model.Layout) { l.Behaviors[0].KeptFrom = &kept }},
		{"first purchase in last 1 day", "c1", func(l *model.Layout) { l.Behaviors[0].KeptFrom = &kept }},
	} {
		c, layout := checked(t, test.rule, "UTC")
		test.change(layout)
		query, err := Generate(DuckDB, c, layout, parseTime(t, asOf))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := keys(t, db, query); err != nil || got != test.want {
			t.Errorf("%s: got %q, %v, want %q\n%s", test.rule, got, err, test.want, query)
		}
	}
	c, layout := checked(t, "purchase", "UTC")
	query, err := Generate(DuckDB, c, layout, parseTime(t, asOf), Count())
	if err != nil {
		t.Fatal(err)
	}
	var count int
	if err := db.QueryRowContext(t.Context(), query).Scan(&count); err != nil || count != 3 {
		t.Errorf("count: got %d, %v, want 3", count, err)
	}
}

// TestOverflow checks that a sum of more than 38 digits is an error.
func TestOverflow(t *testing.T) {
	db := openDuckDB(t, "UTC")
	insert := "INSERT INTO events.purchases (customer, \"at\", huge) SELECT 'c1', TIMESTAMPTZ '2023-06-30 00:00:00+00', 999999999999999999999999999999999999.99 FROM range(1)"
	if _, err := db.ExecContext(t.Context(), insert); err != nil {
		t.Fatal(err)
	}
	c, layout := checked(t, "purchase sum(huge) > 1", "UTC")
	query, err := Generate(DuckDB, c, layout, parseTime(t, asOf))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := keys(t, db, query); err == nil {
		t.Errorf("got %q, want an error", got)
	}
}
