package postgres

import (
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// TestReplaceReached refuses a table that what is read reaches in ways that the server
// does not know, and leaves it as it was.
func TestReplaceReached(t *testing.T) {
	const function = "which may read it through a function or a policy"
	const unknown = "which calls the function public.f: what that reads is not known"
	for name, c := range map[string]struct {
		setup []string
		why   string // after what is read; "" where the table may be replaced
	}{
		"sql":      {[]string{`CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql AS 'SELECT id FROM PUBLIC.Hidden'`, `CREATE VIEW read AS SELECT f() AS id`}, function},
		"plpgsql":  {[]string{`CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM "hidden"); END'`, `CREATE VIEW read AS SELECT f() AS id`}, function},
		"no word":  {[]string{`CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 AS hidden_x'`, `CREATE VIEW read AS SELECT f() AS id`}, ""},
		"no view":  {[]string{`CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql AS 'SELECT id FROM hidden'`, `CREATE TABLE read (id int)`}, ""},
		"server's": {[]string{`CREATE VIEW read AS SELECT upper('hidden') AS id`}, ""},
		"over others": {[]string{`CREATE FUNCTION e() RETURNS SETOF int LANGUAGE sql AS 'SELECT id FROM hidden'`, `CREATE VIEW middle AS SELECT e() AS id`,
			`CREATE FUNCTION "d.(" () RETURNS SETOF int LANGUAGE sql AS 'SELECT id FROM middle'`, `CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql AS 'SELECT "d.("()'`,
			`CREATE VIEW upper AS SELECT f() AS id`, `CREATE VIEW read AS SELECT id FROM upper`}, function},
		"a circle": {[]string{`CREATE FUNCTION e() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN f(); END'`,
			`CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN e(); END'`, `CREATE VIEW read AS SELECT f() AS id`}, ""},
		"an operator": {[]string{`CREATE FUNCTION f(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 IN (SELECT id FROM hidden)'`,
			`CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = f)`, `CREATE VIEW read AS SELECT 1 === 2 AS id`}, function},
		"a domain": {[]string{`CREATE FUNCTION f(int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 IN (SELECT id FROM hidden)'`,
			`CREATE DOMAIN d AS int CHECK (f(VALUE))`, `CREATE VIEW read AS SELECT 7::d AS id`}, function},
		"a policy": {[]string{`CREATE TABLE read (id int)`, `CREATE POLICY p ON read USING (id IN (SELECT id FROM hidden))`, `ALTER TABLE read ENABLE ROW LEVEL SECURITY`}, function},
		"made statements": {[]string{`CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$DECLARE n int; BEGIN EXECUTE 'SELECT id FROM hid' || 'den' INTO n; RETURN n; END$$`,
			`CREATE VIEW read AS SELECT f() AS id`}, unknown},
		"other language": {[]string{`CREATE FUNCTION f(int, int) RETURNS int LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'`, `CREATE VIEW read AS SELECT f(1, 2) AS id`}, unknown},
		"an extension": {[]string{`CREATE FUNCTION f(int) RETURNS int LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'`, `ALTER EXTENSION plpgsql ADD FUNCTION f(int)`,
			`CREATE VIEW read AS SELECT f(1) AS id`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			db := newDatabase(t)
			db.run(t, `CREATE TABLE hidden (id int)`, `INSERT INTO hidden VALUES (7)`)
			db.run(t, c.setup...)
			s := db.open(t)
			target, reads := model.TableRef{Schema: "public", Table: "hidden"}, []model.TableRef{{Catalog: db.Config().Database, Schema: "public", Table: "read"}}
			want, rows := "", "1"
			if c.why != "" {
				want, rows = "cannot export to table public.hidden: the parent segment reads public.read, "+c.why, "7"
			}
			if err := s.CheckTarget(t.Context(), target, reads); (err == nil) != (want == "") || err != nil && err.Error() != want {
				t.Errorf("checked: %v, want %q", err, want)
			}
			err := s.Replace(t.Context(), &source.Replacement{Target: target, Reads: reads, Query: "SELECT 1 AS id", Rows: 1})
			if (err == nil) != (want == "") || err != nil && err.Error() != want {
				t.Errorf("replaced: %v, want %q", err, want)
			}
			if got := db.text(t, "SELECT string_agg(id::text, ' ') FROM hidden"); got != rows {
				t.Errorf("the table has %s, want %s", got, rows)
			}
		})
	}
}

// TestReplaceActs refuses a table of which a write would write elsewhere.
func TestReplaceActs(t *testing.T) {
	const act = "CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM customers; RETURN NULL; END'"
	for name, c := range map[string]struct {
		setup     string
		isRefused bool
	}{
		"a rule":      {"CREATE RULE r AS ON INSERT TO audience DO ALSO DELETE FROM customers", true},
		"inserted":    {"CREATE TRIGGER t AFTER INSERT ON audience EXECUTE FUNCTION act()", true},
		"truncated":   {"CREATE TRIGGER t BEFORE TRUNCATE ON audience EXECUTE FUNCTION act()", true},
		"updated":     {"CREATE TRIGGER t AFTER UPDATE OR DELETE ON audience EXECUTE FUNCTION act()", false},
		"foreign key": {"ALTER TABLE audience ADD FOREIGN KEY (id) REFERENCES customers", false},
	} {
		t.Run(name, func(t *testing.T) {
			db := newDatabase(t)
			db.run(t, "CREATE TABLE customers (id int PRIMARY KEY)", "INSERT INTO customers VALUES (1), (2)", "CREATE TABLE audience (id int)", act, c.setup)
			s := db.open(t)
			err := s.Replace(t.Context(), &source.Replacement{
				Target: model.TableRef{Table: "audience"}, Reads: []model.TableRef{{Schema: "public", Table: "customers"}}, Query: "SELECT 1 AS id", Rows: 1})
			const want = "cannot export to table audience: it has rules, or triggers of INSERT or TRUNCATE, which would write elsewhere"
			if c.isRefused && (err == nil || err.Error() != want) || !c.isRefused && err != nil {
				t.Errorf("%v, refused is %v", err, c.isRefused)
			}
			if got := db.text(t, "SELECT count(*)::text FROM customers"); got != "2" {
				t.Errorf("%s customers are left of 2", got)
			}
		})
	}
}
