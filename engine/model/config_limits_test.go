package model

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// least is the start of a configuration without problems.
const least = "name: x\nmaster_table: {table: t, key_column: k}\n"

// checkError parses text and compares the whole error.
func checkError(t *testing.T, text, want string) {
	t.Helper()
	_, err := Parse("", []byte(text))
	if err == nil {
		t.Errorf("%.80q gives no error, want %q", text, want)
		return
	}
	if err.Error() != want {
		t.Errorf("%.80q gives\n%v, want\n%s", text, err, want)
	}
}

func TestLimits(t *testing.T) {
	comment := func(size int) string { return least + "#" + strings.Repeat("x", size-len(least)-1) }
	if _, err := Parse("", []byte(comment(MaxConfigBytes))); err != nil {
		t.Errorf("a file of MaxConfigBytes gives %v", err)
	}
	checkError(t, comment(MaxConfigBytes+1), "1:1: the file has 1048577 bytes, expected at most 1048576 [SYNTAX]")

	marks := func(count int) string { return least + strings.Repeat("#", count-strings.Count(least, ":")-3) }
	if _, err := Parse("", []byte(marks(MaxConfigMarks))); err != nil {
		t.Errorf("a file of MaxConfigMarks gives %v", err)
	}
	checkError(t, marks(MaxConfigMarks+1),
		`1:1: the file has 65537 characters such as ":", "," and "-", expected at most 65536 [SYNTAX]`)

	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	checkError(t, nested(MaxConfigDepth), "1:1: found a list, expected a mapping with name and master_table [INVALID_VALUE]")
	checkError(t, nested(MaxConfigDepth+1), "1:33: lists and mappings are nested more than 32 deep [SYNTAX]")
	checkError(t, strings.Repeat("- ", MaxConfigDepth+1)+"x", "1:65: lists and mappings are nested more than 32 deep [SYNTAX]")
}

// TestHostile feeds what breaks parsers. Every file is refused, for the reason
// given, and takes no more memory than the limits allow.
func TestHostile(t *testing.T) {
	fill := func(unit string, size int) string { return strings.Repeat(unit, size/len(unit)) }
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10))
	}
	const tooManyMarks = `characters such as ":", "," and "-", expected at most 65536 [SYNTAX]`
	for _, tt := range []struct{ name, text, want string }{
		{"billion laughs", least + laughs, "anchors and aliases are not allowed"},
		{"alias of itself", least + "attributes: &a [*a]\n", "the alias \"*a\""},
		{"open lists", fill("[", MaxConfigBytes), tooManyMarks},
		{"open mappings", fill("{", MaxConfigMarks), "nested more than 32 deep"},
		{"lists by indentation", fill("- ", MaxConfigMarks), "nested more than 32 deep"},
		{"complex keys", fill("? ", MaxConfigMarks), "nested more than 32 deep"},
		{"mapping by indentation", func() string {
			var b strings.Builder
			for i := range 1000 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}(), "nested more than 32 deep"},
		{"short items", "[" + fill("a,", MaxConfigBytes-1), tooManyMarks},
		{"short items within bounds", "[" + fill("a,", 2*(MaxConfigMarks-1)), "not valid YAML"},
		{"empty lists", "[" + fill("[],", MaxConfigMarks-1), "not valid YAML"},
		{"empty items", "[" + fill("- ", MaxConfigMarks), "not valid YAML"},
		{"empty lines", "name: [" + fill("\n", MaxConfigBytes-7), "not valid YAML"},
		{"comments", fill("- #\n", 2*MaxConfigMarks), "expected a mapping"},
		{"anchors", fill("&a ", MaxConfigMarks), "not valid YAML"},
		{"a long key", "a: 1\n" + fill("k", MaxConfigBytes-10) + ": 1", "unknown key"},
		{"a long quoted key", `"` + fill("k", MaxConfigBytes-10) + `": `, "unknown key"},
		{"a long name", least + "timezone: " + fill("z", MaxConfigBytes-100), "unknown time zone"},
		{"many keys", fill("a:\n", 3*MaxConfigMarks), "reading stopped after 100 problems"},
		{"many attributes", least + "attributes: [" + fill("{},", MaxConfigMarks-100) + "]", "reading stopped after 100 problems"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Parse("", []byte(tt.text))
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.300v\nwant %q", err, tt.want)
			}
			const most = 192 << 20
			if used := after.TotalAlloc - before.TotalAlloc; used > most {
				t.Errorf("allocated %d MiB, want at most %d", used>>20, most>>20)
			}
		})
	}
}

func TestMaxProblems(t *testing.T) {
	keys := func(count int) string {
		text := least
		for i := range count {
			text += fmt.Sprintf("unknown_key_%d: 1\n", i)
		}
		return text
	}
	for _, tt := range []struct {
		count, lines int
		last         string
	}{
		{MaxProblems, MaxProblems, `p.yml:102:1: unknown_key_99: unknown key; expected one of name, timezone, master_table, attributes, behaviors, computed, schedule [UNKNOWN_KEY]`},
		{MaxProblems + 1, MaxProblems + 1, `p.yml: reading stopped after 100 problems: there may be more`},
	} {
		_, err := Parse("p.yml", []byte(keys(tt.count)))
		if err == nil {
			t.Fatalf("%d unknown keys give no error", tt.count)
		}
		lines := strings.Split(err.Error(), "\n")
		if last := lines[len(lines)-1]; len(lines) != tt.lines || last != tt.last {
			t.Errorf("%d unknown keys give %d lines, the last %q, want %d and %q", tt.count, len(lines), last, tt.lines, tt.last)
		}
	}
}

func TestConfigErrorJSON(t *testing.T) {
	_, err := Parse("parent.yml", []byte("name: x\nmaster_table: {tabel: t, key_column: [k]}\n"))
	got, marshalErr := json.MarshalIndent(err, "", "  ")
	if marshalErr != nil {
		t.Fatal(marshalErr)
	}
	want := `{
  "file": "parent.yml",
  "problems": [
    {
      "code": "UNKNOWN_KEY",
      "path": "master_table.tabel",
      "line": 2,
      "column": 16,
      "message": "unknown key",
      "hint": "did you mean \"table\"?",
      "found": "tabel",
      "allowed": [
        "connection",
        "catalog",
        "database",
        "schema",
        "table",
        "key_column",
        "attributes",
        "filters"
      ],
      "nearest": "table"
    },
    {
      "code": "INVALID_VALUE",
      "path": "master_table.key_column",
      "line": 2,
      "column": 38,
      "message": "found a list, expected the name of the column with the customer's key",
      "found": "a list"
    }
  ]
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}
