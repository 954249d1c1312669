package sqlgen

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TestIdentifiers checks names that try to be more than a name.
func TestIdentifiers(t *testing.T) {
	for _, test := range []struct{ name, double, backtick, problem string }{
		{name: `customers`, double: `"customers"`, backtick: "`customers`"},
		{name: `a"b`, double: `"a""b"`, backtick: "`a\"b`"},
		{name: "a`b", double: "\"a`b\"", backtick: "`a``b`"},
		{name: `"; DROP TABLE x; --`, double: `"""; DROP TABLE x; --"`, backtick: "`\"; DROP TABLE x; --`"},
		{name: "line\nbreak\\", double: "\"line\nbreak\\\"", backtick: "`line\nbreak\\`"},
		{name: "größe 😀", double: `"größe 😀"`, backtick: "`größe 😀`"},
		{name: `a$b{c}`, double: `"a$b{c}"`, backtick: "`a$b{c}`"},
		{name: `${x}`, double: `"${x}"`, problem: "Spark replaces ${…} wherever it stands"},
	} {
		if got, problem := (duckDB{}).ident(test.name); got != test.double || problem != "" {
			t.Errorf("duckdb %q: got %s, %s, want %s", test.name, got, problem, test.double)
		}
		if got, problem := (postgres{}).ident(test.name); got != test.double || problem != "" {
			t.Errorf("postgres %q: got %s, %s, want %s", test.name, got, problem, test.double)
		}
		if got, problem := (databricks{}).ident(test.name); problem != test.problem || problem == "" && got != test.backtick {
			t.Errorf("databricks %q: got %s, %q, want %s, %q", test.name, got, problem, test.backtick, test.problem)
		}
	}
	for dialect, l := range languages {
		if _, problem := l.ident("a\x00"); problem == "" {
			t.Errorf("%s: a name with a NUL is no problem", dialect)
		}
	}
}

// TestTexts checks literals of texts that try to end them.
func TestTexts(t *testing.T) {
	for _, test := range []struct{ text, duckDB, postgres, databricks string }{
		{"", `''`, `''`, `''`},
		{"it's", `'it''s'`, `'it''s'`, `'it\'s'`},
		{`' OR 1=1 --`, `''' OR 1=1 --'`, `''' OR 1=1 --'`, `'\' OR 1=1 --'`},
		{`\`, `'\'`, `E'\\'`, `'\\'`},
		{`\'`, `'\'''`, `E'\\'''`, `'\\\''`},
		{`%_"` + "`", `'%_"` + "`'", `'%_"` + "`'", `'%_"` + "`'"},
		{"a\nb\tc\r\x7f", "'a\nb\tc\r\x7f'", "'a\nb\tc\r\x7f'", `'a\nb\tc\u000D\u007F'`},
		{"a\x00b", `('a' || chr(0) || 'b')`, "", `'a\u0000b'`},
		{"a\x001", `('a' || chr(0) || '1')`, "", `'a\u00001'`},
		{"😀", `'😀'`, `'😀'`, `'😀'`},
		{"$ ${x} $$", `'$ ${x} $$'`, `'$ ${x} $$'`, `'$ \u0024{x} $$'`},
		{`\u0041`, `'\u0041'`, `E'\\u0041'`, `'\\u0041'`},
	} {
		if got, problem := (duckDB{}).text(test.text); got != test.duckDB || problem != "" {
			t.Errorf("duckdb %q: got %s, %s, want %s", test.text, got, problem, test.duckDB)
		}
		if got, problem := (postgres{}).text(test.text); got != test.postgres || (problem == "") != (test.postgres != "") {
			t.Errorf("postgres %q: got %s, %s, want %s", test.text, got, problem, test.postgres)
		}
		if got, problem := (databricks{}).text(test.text); got != test.databricks || problem != "" {
			t.Errorf("databricks %q: got %s, %s, want %s", test.text, got, problem, test.databricks)
		}
	}
}

// TestComments checks that no text goes on after a comment.
func TestComments(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"country = 'US'", "-- country = 'US'"},
		{"a\nDROP TABLE x", "-- a?DROP TABLE x"},
		{"a\r\u2028\u0085b", "-- a???b"},
		{`ends with \`, "-- ends with ?"},
		{"${x} /* */", "-- ?{x} /* */"},
		{"\xff\x00", "-- \ufffd?"},
	} {
		if got := comment(test.text); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

// TestFloats checks that literals give the same float back and are of its type.
func TestFloats(t *testing.T) {
	for _, test := range []struct {
		f                            float64
		duckDB, postgres, databricks string
	}{
		{0.1, `'0.1'::DOUBLE`, `'0.1'::float8`, `0.1D`},
		{math.Nextafter(0.1, 1), `'0.10000000000000002'::DOUBLE`, `'0.10000000000000002'::float8`, `0.10000000000000002D`},
		{-1000, `'-1000'::DOUBLE`, `'-1000'::float8`, `-1000D`},
		{1e300, `'1e+300'::DOUBLE`, `'1e+300'::float8`, `1e+300D`},
		{5e-324, `'5e-324'::DOUBLE`, `'5e-324'::float8`, `5e-324D`},
		{math.Inf(-1), `'-Infinity'::DOUBLE`, `'-Infinity'::float8`, `CAST('-Infinity' AS DOUBLE)`},
	} {
		for dialect, want := range map[Dialect]string{DuckDB: test.duckDB, Postgres: test.postgres, Databricks: test.databricks} {
			if got := languages[dialect].float(test.f); got != want {
				t.Errorf("%s: got %s, want %s", dialect, got, want)
			}
		}
	}
}

func TestDecimals(t *testing.T) {
	for _, test := range []struct {
		unscaled string
		scale    int
		want     string
	}{
		{"10050", 2, "100.50"}, {"-1", 2, "-0.01"}, {"0", 0, "0"}, {"0", 3, "0.000"}, {"-12", 0, "-12"},
		{"99999999999999999999999999999999999999", 0, "99999999999999999999999999999999999999"},
		{"1", 38, "0.00000000000000000000000000000000000001"},
	} {
		unscaled, _ := new(big.Int).SetString(test.unscaled, 10)
		if got := plainDecimal(unscaled, test.scale); got != test.want {
			t.Errorf("%s, scale %d: got %s, want %s", test.unscaled, test.scale, got, test.want)
		}
	}
	if got, want := (duckDB{}).decimal(big.NewInt(-1), 38), "'-0.00000000000000000000000000000000000001'::DECIMAL(38,38)"; got != want {
		t.Errorf("duckdb: got %s, want %s", got, want)
	}
}

// TestTimes checks literals of years that are written in their own way.
func TestTimes(t *testing.T) {
	const year10000, year0, year1 = 253_402_300_800_000_001, -62_167_219_200_000_000, -62_135_596_800_000_000
	for _, test := range []struct {
		micros                       int64
		duckDB, postgres, databricks string
	}{
		{0, "TIMESTAMPTZ '1970-01-01 00:00:00+00'", "TIMESTAMPTZ '1970-01-01 00:00:00+00'", "TIMESTAMP'1970-01-01 00:00:00Z'"},
		{-1, "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'", "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'", "TIMESTAMP'1969-12-31 23:59:59.999999Z'"},
		{year10000, "TIMESTAMPTZ '10000-01-01 00:00:00.000001+00'", "TIMESTAMPTZ '10000-01-01 00:00:00.000001+00'", "TIMESTAMP'+10000-01-01 00:00:00.000001Z'"},
		{year1, "TIMESTAMPTZ '0001-01-01 00:00:00+00'", "TIMESTAMPTZ '0001-01-01 00:00:00+00'", "TIMESTAMP'0001-01-01 00:00:00Z'"},
		{year0, "TIMESTAMPTZ '0001-01-01 (BC) 00:00:00+00'", "TIMESTAMPTZ '0001-01-01 00:00:00+00 BC'", "TIMESTAMP'0000-01-01 00:00:00Z'"},
		{year0 - 1, "TIMESTAMPTZ '0002-12-31 (BC) 23:59:59.999999+00'", "TIMESTAMPTZ '0002-12-31 23:59:59.999999+00 BC'", "TIMESTAMP'-0001-12-31 23:59:59.999999Z'"},
	} {
		for dialect, want := range map[Dialect]string{DuckDB: test.duckDB, Postgres: test.postgres, Databricks: test.databricks} {
			if got := languages[dialect].instant(test.micros); got != want {
				t.Errorf("%s: got %s, want %s", dialect, got, want)
			}
		}
	}
}

// TestQuoting checks names and literals for statements that others write.
func TestQuoting(t *testing.T) {
	table := model.TableRef{Connection: "x", Catalog: "main", Schema: "a`b", Table: `c"d`}
	for _, test := range []struct {
		dialect               Dialect
		name, text, qualified string
	}{
		{DuckDB, `"it's"`, `'it''s'`, "\"main\".\"a`b\".\"c\"\"d\""},
		{Postgres, `"it's"`, `'it''s'`, "\"main\".\"a`b\".\"c\"\"d\""},
		{Databricks, "`it's`", `'it\'s'`, "`main`.`a``b`.`c\"d`"},
	} {
		if got, err := Identifier(test.dialect, "it's"); err != nil || got != test.name {
			t.Errorf("%s: got the name %s, %v, want %s", test.dialect, got, err, test.name)
		}
		if got, err := Literal(test.dialect, "it's"); err != nil || got != test.text {
			t.Errorf("%s: got the text %s, %v, want %s", test.dialect, got, err, test.text)
		}
		if got, err := Table(test.dialect, table); err != nil || got != test.qualified {
			t.Errorf("%s: got the table %s, %v, want %s", test.dialect, got, err, test.qualified)
		}
	}
	if got, err := Table(DuckDB, model.TableRef{Table: "t"}); err != nil || got != `"t"` {
		t.Errorf("a table without a schema: got %s, %v", got, err)
	}
	for _, test := range []struct {
		quote func() (string, error)
		want  string
	}{
		{func() (string, error) { return Identifier(Databricks, "${x}") }, `UNSUPPORTED_IN_DIALECT: databricks: the name "${x}": Spark replaces ${…} wherever it stands`},
		{func() (string, error) { return Literal(Postgres, "\x00") }, `UNSUPPORTED_IN_DIALECT: postgres: the text "\x00": text in PostgreSQL holds no NUL`},
		{func() (string, error) { return Table(DuckDB, model.TableRef{Schema: "\x00", Table: "t"}) }, `UNSUPPORTED_IN_DIALECT: duckdb: the name "\x00": names in DuckDB hold no NUL`},
		{func() (string, error) { return Table(DuckDB, model.TableRef{}) }, `an empty name, expected that of a table or a column`},
		{func() (string, error) { return Identifier("mysql", "x") }, `unknown SQL dialect "mysql": expected one of [duckdb postgres databricks]`},
		{func() (string, error) { return Literal("mysql", "x") }, `unknown SQL dialect "mysql": expected one of [duckdb postgres databricks]`},
	} {
		if got, err := test.quote(); err == nil || err.Error() != test.want || got != "" {
			t.Errorf("got %q, %v, want %s", got, err, test.want)
		}
	}
}

// TestKeys checks the key of the customer that is asked about.
func TestKeys(t *testing.T) {
	c, layout := checked(t, "active", "UTC")
	if _, err := Why(Postgres, c, layout, parseTime(t, asOf), "a\x00"); err == nil || err.Error() != `UNSUPPORTED_IN_DIALECT: postgres: the text "a\x00": text in PostgreSQL holds no NUL` {
		t.Errorf("a key with a NUL: %v", err)
	}
	s := *c.Schema
	s.KeyType = whole
	numbered := *c
	numbered.Schema = &s
	for key, want := range map[string]string{
		"c1": `the key "c1": expected a whole number of 64 bits`, "": `the key "": expected a whole number of 64 bits`,
		"9223372036854775808": `the key "9223372036854775808": expected a whole number of 64 bits`, "-7": "",
	} {
		q, err := Why(DuckDB, &numbered, layout, parseTime(t, asOf), key)
		if want == "" {
			if err != nil || !strings.Contains(q.SQL, `m."customer_id" = -7`) {
				t.Errorf("key %s: %v, %v", key, q, err)
			}
		} else if err == nil || err.Error() != want {
			t.Errorf("key %s: got %v, want %s", key, err, want)
		}
	}
}
