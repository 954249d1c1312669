package clickhouse

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestDeclared(t *testing.T) {
	tests := []struct {
		fileType string
		nulls    bool
		distinct int64
		want     string
	}{
		{"Int64", false, 0, "Int64"},
		{"Nullable(Int64)", false, 0, "Int64"},
		{"Nullable(Int64)", true, 0, "Nullable(Int64)"},
		{"Nullable(Decimal(12, 2))", false, 0, "Decimal(12, 2)"},
		{"Nullable(Decimal(12, 2))", true, 0, "Nullable(Decimal(12, 2))"},
		{"DateTime64(6, 'UTC')", false, 0, "DateTime64(6, 'UTC')"},
		{"String", false, maxDictionary, "LowCardinality(String)"},
		{"String", false, maxDictionary + 1, "String"},
		{"Nullable(String)", true, 3, "LowCardinality(Nullable(String))"},
		{"Nullable(String)", true, maxDictionary + 1, "Nullable(String)"},
		{"Nullable(String)", false, 3, "LowCardinality(String)"},
	}
	for _, test := range tests {
		if got := declared(test.fileType, test.nulls, test.distinct); got != test.want {
			t.Errorf("declared(%s, %t, %d) is %s, want %s", test.fileType, test.nulls, test.distinct, got, test.want)
		}
	}
}

func TestQuote(t *testing.T) {
	if got, want := quote(`it's a \ path`), `'it\'s a \\ path'`; got != want {
		t.Errorf("quote is %s, want %s", got, want)
	}
	if got, want := identifiers([]string{"a", "b`c", `d\e`}), "`a`, `b\\`c`, `d\\\\e`"; got != want {
		t.Errorf("identifiers are %s, want %s", got, want)
	}
}

// TestRequirements checks that every package is pinned and chDB among them: its
// version names the environment.
func TestRequirements(t *testing.T) {
	pin := regexp.MustCompile(`^[a-z-]+==\d+\.\d+\.\d+$`)
	for line := range strings.Lines(string(requirements)) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "#") && !pin.MatchString(line) {
			t.Errorf("line %q pins no version", line)
		}
	}
	if !slices.Contains(strings.Split(string(requirements), "\n"), "chdb=="+chdbVersion()) {
		t.Errorf("the version of chDB is %q, which requirements.txt does not name", chdbVersion())
	}
}

func TestFolderWithPattern(t *testing.T) {
	if dir, err := makeFolder("/somewhere/{a,b}"); err == nil || !strings.Contains(err.Error(), "/somewhere/{a,b}") {
		t.Errorf("a folder named as a pattern gives %q, %v; want an error that names it", dir, err)
	}
}
