package files

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/federate/source"
)

// openText opens the one table of a folder with one file.
func openText(t *testing.T, name, text string) (source.Table, string, error) {
	t.Helper()
	root := tree(t, name, text)
	table, err := mustOpen(t, root).Table(t.Context(), ref("t"))
	return table, root, err
}

func TestInferCSV(t *testing.T) {
	for _, c := range []struct{ values, typ, want string }{
		{"true false", "bool", "true false"},
		{"true 1", "utf8", "true 1"},
		{"TRUE", "utf8", "TRUE"},
		{"0 -5 9223372036854775807", "int64", "0 -5 9223372036854775807"},
		{"1 9223372036854775808", "decimal(19, 0)", "1 9223372036854775808"},
		{"00001 2", "utf8", "00001 2"},
		{"+1 2", "utf8", "+1 2"},
		{"1 2.50 -0.125", "decimal(4, 3)", "1 2.5 -0.125"},
		{"0.00 0", "decimal(2, 2)", "0 0"},
		{"12345678901234567890123456789012345678", "decimal(38, 0)", "12345678901234567890123456789012345678"},
		{"123456789012345678901234567890123456789", "float64", "1.2345678901234568e+38"},
		{"1e3 2.5", "float64", "1000 2.5"},
		{"1e999", "utf8", "1e999"},
		{"NaN 1", "utf8", "NaN 1"},
		{".5 1.", "utf8", ".5 1."},
		{"2024-02-29 0001-01-01", "date32", "2024-02-29 0001-01-01"},
		{"2023-02-29", "utf8", "2023-02-29"},
		{"2024-01-01T10:00:00Z 2024-01-01T12:00+02:00 2024-01-01T10:00:00.5", "timestamp[us, tz=UTC]",
			"2024-01-01T10:00:00Z 2024-01-01T10:00:00Z 2024-01-01T10:00:00.5Z"},
		{"2024-01-01 2024-01-01T00:00:01-0030", "timestamp[us, tz=UTC]", "2024-01-01T00:00:00Z 2024-01-01T00:30:01Z"},
		{"2024-01-01T10:00:00.1234567", "timestamp[ns, tz=UTC]", "2024-01-01T10:00:00.1234567Z"},
		{"2024-01-01T10:00:00.1234567 0001-01-01T00:00", "utf8", "2024-01-01T10:00:00.1234567 0001-01-01T00:00"},
		{"2024-01-01T24:00 2024-01-01T10:60", "utf8", "2024-01-01T24:00 2024-01-01T10:60"},
		{"", "utf8", "(null)"},
	} {
		table, _, err := openText(t, "t.csv", "k,v\nx,"+strings.ReplaceAll(c.values, " ", "\nx,")+"\n")
		if err != nil {
			t.Errorf("%s: %v", c.values, err)
			continue
		}
		got, err := content(t, table, "v")
		if typ := table.Schema().Field(1).Type.String(); typ != c.typ || err != nil ||
			strings.ReplaceAll(got, "\n", " ") != c.want {
			t.Errorf("%s: %s %q, %v; want %s %q", c.values, typ, got, err, c.typ, c.want)
		}
	}
}

func TestCSVText(t *testing.T) {
	table, _, err := openText(t, "t.csv", "\uFEFFa,\"b,c\"\r\n\"x\ny\",\"say \"\"hi\"\"\"\r\n\r\n,\"\"\r\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "x\ny|say \"hi\"\n(null)|(null)"
	if got, err := content(t, table, "a", "B,C"); got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestCSVErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                  `ROOT/t.csv: is empty; a CSV file starts with a row of column names`,
		"a,b,a\n1,2,3":      `ROOT/t.csv:1: columns 1 and 3 are both called "a"`,
		"a,,c\n":            `ROOT/t.csv:1: column 2 has no name`,
		"a,b\r1,2\r3,4\r":   `ROOT/t.csv:1: line ends are CR alone, or the name of column 2 holds a CR; lines are to end in LF or CR LF`,
		"a\r\xff":           `ROOT/t.csv:1: line ends are CR alone, or the name of column 1 holds a CR; lines are to end in LF or CR LF`,
		"a,\xff\n":          `ROOT/t.csv:1: the name "\xff" of column 2 is not valid UTF-8`,
		"a,b\n1,2\n\n3\n":   `ROOT/t.csv:4: a row of another number of fields than the 2 of the first row`,
		"a,b\n1,x\"y\n":     `ROOT/t.csv:2: a quote in a field without quotes, at byte 4 of the line`,
		"a,b\n1,\"x\n":      `ROOT/t.csv:2: a quoted field that is not closed, or goes on after its closing quote, at byte 6 of the line`,
		"a,b\n1,ok\n2,\xff": `ROOT/t.csv:3: column "b": "\xff" is not valid UTF-8`,
	} {
		_, root, err := openText(t, "t.csv", text)
		checkError(t, err, root, want)
	}
}

func TestNDJSON(t *testing.T) {
	table, _, err := openText(t, "t.ndjson", "\uFEFF"+`{"id":"7","n":1,"price":1.50,"on":"2024-01-02","ok":true,"tags":["a",null],"nums":[1,2.5],"mix":1}

 {"late":[],"mix":"x","n":null,"obj":{"a":[{}]},"deep":[[1]],"objs":[{}],"both":1}
{"both":[1],"id":"00","text":"\ud83d\ude00 \\ud800"}
`)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, f := range table.Schema().Fields() {
		types = append(types, f.Name+" "+typeName(f))
	}
	want := []string{
		"id utf8", "n int64", "price decimal(3, 2)", "on date32", "ok bool", "tags list<item: utf8, nullable>",
		"nums list<item: decimal(2, 1), nullable>", "mix utf8", "late list<item: utf8, nullable>", "obj STRUCT",
		"deep LIST of LIST", "objs LIST of STRUCT", "both LIST in some lines and single values in others", "text utf8",
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	got, err := content(t, table, "id", "n", "price", "on", "ok", "tags", "nums", "mix", "late", "text")
	rows := "7|1|1.5|2024-01-02|true|[\"a\",null]|[\"1\",\"2.5\"]|1|(null)|(null)\n" +
		"(null)|(null)|(null)|(null)|(null)|(null)|(null)|x|[]|(null)\n" +
		"00|(null)|(null)|(null)|(null)|(null)|(null)|(null)|(null)|😀 \\ud800"
	if got != rows || err != nil {
		t.Errorf("got\n%s\n%v, want\n%s", got, err, rows)
	}
}

func TestNDJSONErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1,"a":2}`:         `ROOT/t.ndjson:1: the key "a" is there twice`,
		"{}\n[1]":               `ROOT/t.ndjson:2: one object per line was expected, not a list`,
		"null":                  `ROOT/t.ndjson:1: one object per line was expected, not null`,
		`{"a":[[1,]]}`:          `ROOT/t.ndjson:1: not JSON at byte 10: invalid character ']' looking for beginning of value`,
		`{"a":1} {}`:            `ROOT/t.ndjson:1: something follows the object, at byte 9`,
		`{"a":`:                 `ROOT/t.ndjson:1: the line ends inside of an object`,
		"{\"a\":1\n}":           `ROOT/t.ndjson:1: the line ends inside of an object`,
		"{\"a\":\"\xff\"}":      `ROOT/t.ndjson:1: the line is not valid UTF-8`,
		`{"a":"\ud800x"}`:       `ROOT/t.ndjson:1: \ud800 at byte 7 is half of a character`,
		"{}\n{}\n{\"a\":tru}\n": `ROOT/t.ndjson:3: not JSON at byte 6: invalid character '}' in literal true (expecting 'e')`,
	} {
		_, root, err := openText(t, "t.ndjson", text)
		checkError(t, err, root, want)
	}
}

// TestNDJSONDeep has lists that are nested deeper than a stack may grow.
func TestNDJSONDeep(t *testing.T) {
	const levels = 5_000_000
	open, end := strings.Repeat("[", levels), strings.Repeat("]", levels)
	_, root, err := openText(t, "t.ndjson", `{"a":`+open)
	checkError(t, err, root, `ROOT/t.ndjson:1: the line ends inside of an object`)
	table, _, err := openText(t, "t.ndjson", `{"a":`+open+end+`,"b":1}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := typeName(table.Schema().Field(0)); got != "LIST of LIST" {
		t.Errorf("the type is %s", got)
	}
	if got, err := content(t, table, "b"); got != "1" || err != nil {
		t.Errorf("the other column: %q, %v", got, err)
	}
}

func TestScanUnsupported(t *testing.T) {
	table, root, err := openText(t, "t.ndjson", `{"a":1,"b":{}}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = content(t, table, "a", "b")
	checkError(t, err, root, `ROOT/t.ndjson: column "b": values of type STRUCT are not supported`)
	if got, err := content(t, table, "a"); got != "1" || err != nil {
		t.Errorf("the other column: %q, %v", got, err)
	}
}
