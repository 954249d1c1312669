package sqlgen

import (
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// patternTests are patterns with their translations for RE2 and Java and for
// PostgreSQL, "" where that is the same; or with what is wrong with them.
var patternTests = []struct {
	pattern, braced, postgres, problem string
}{
	{pattern: `abc`, braced: `abc`},
	{pattern: `a.c`, braced: `a[^\x{A}]c`, postgres: `a[^\u000A]c`},
	{pattern: `(?s)a.c`, braced: `a[\x{0}-\x{10FFFF}]c`, postgres: `a[\u0001-\U0010FFFF]c`},
	{pattern: `^abc$`, braced: `\Aabc\z`, postgres: `\Aabc\Z`},
	{pattern: `\Aabc\z`, braced: `\Aabc\z`, postgres: `\Aabc\Z`},
	{pattern: `(?m)^a`, problem: `^ at the start of every line is not in the portable subset`},
	{pattern: `(?m)a$`, problem: `$ at the end of every line is not in the portable subset`},
	{pattern: `\ba`, problem: `the word boundary \b is not in the portable subset`},
	{pattern: `a\B`, problem: `the word boundary \B is not in the portable subset`},
	{pattern: `\pL`, problem: `its classes have more than 500 ranges of characters`},
	{pattern: `\p{Greek}+x`, braced: ``},
	{pattern: `a{2,255}`, braced: `a{2,255}`},
	{pattern: `a{256}`, problem: `a repetition of more than 255 times is not in the portable subset`},
	{pattern: `a{2,}b{3}`, braced: `a{2,}b{3}`},
	{pattern: `(ab|c)*d+?e??`, braced: `(?:ab|c)*d+e?`},
	{pattern: `(?:a*)*`, braced: `(?:a*)*`},
	{pattern: `(?:a{2}){3}`, braced: `(?:a{2}){3}`},
	{pattern: `(a|)b`, braced: `(?:a|(?:))b`},
	{pattern: `((a|b))c`, braced: `[ab]c`},
	{pattern: `((ab|b))c`, braced: `(?:ab|b)c`},
	{pattern: `|a`, braced: `(?:)|a`},
	{pattern: `x(^|a)y`, braced: `x(?:\A|a)y`},
	{pattern: `(^)*a`, braced: `(?:\A)*a`},
	{pattern: `(?i)straße`, braced: `[Ssſ][Tt][Rr][Aa][ßẞ][Ee]`},
	{pattern: `(?i)kelvin`, braced: `[KkK][Ee][Ll][Vv][Ii][Nn]`},
	{pattern: `[a-c-]`, braced: `[\-a-c]`},
	{pattern: `[^a]`, braced: `[^a]`},
	{pattern: `[^\x00]`, braced: `[^\x{0}]`, postgres: `[\u0001-\U0010FFFF]`},
	{pattern: `[\]\[\\^&&~-]`, braced: `[\&\-\[-\^~]`},
	{pattern: `\w\d\s`, braced: `[0-9A-Z_a-z][0-9][\x{9}\x{A}\x{C}\x{D} ]`},
	{pattern: `\W`, braced: `[^0-9A-Z_a-z]`},
	{pattern: `[😀-😂]x😀`, braced: `[😀-😂]x😀`},
	{pattern: `\.\*\+\?\(\)\[\]\{\}\|\^\$\\`, braced: `\.\*\+\?\(\)\[\]\{\}\|\^\$\\`},
	{pattern: `#-&'"/%_ `, braced: `#-&'"/%_ `},
	{pattern: `\x{301}`, braced: `\x{301}`, postgres: `\u0301`},
	{pattern: `[^\x00-\x{10FFFF}]`, braced: nothing},
	{pattern: `a|[^\x00-\x{10FFFF}]`, braced: `a`},
	{pattern: `a[^\x00-\x{10FFFF}]*`, braced: `a`},
	{pattern: `\x{d800}`, braced: nothing},
	{pattern: `a{0}b`, braced: `b`},
	{pattern: ``, braced: ``},
}

func TestTranslate(t *testing.T) {
	for _, test := range patternTests {
		if test.braced == "" && test.problem == "" && test.pattern != "" {
			continue // for the executions alone
		}
		if test.postgres == "" {
			test.postgres = strings.NewReplacer(`\z`, `\Z`).Replace(hexDigits.ReplaceAllStringFunc(test.braced, func(s string) string {
				return fmt.Sprintf(`\u%04s`, s[3:len(s)-1])
			}))
		}
		for _, dialect := range []struct {
			name string
			to   patternSyntax
			want string
		}{{"braced", bracedHex, test.braced}, {"postgres", plainHex, test.postgres}} {
			got, problem := translate(test.pattern, dialect.to)
			if problem != test.problem || problem == "" && got != dialect.want {
				t.Errorf("%s, %s: got %q, problem %q, want %q, problem %q", dialect.name, test.pattern, got, problem, dialect.want, test.problem)
			}
		}
	}
}

var hexDigits = regexp.MustCompile(`\\x\{[0-9A-F]+\}`)

// samples are texts to search.
var samples = []string{
	"", "a", "b", "aa", "aaa", "ab", "abc", "xabcx", "a\nc", "a\rc", "abc\n", "\nabc", "aaabbb", "cde", "abdde", "straße", "STRASSE", "STRAẞE",
	"ſtraße", "Kelvin", "Kelvin", "-", "^", "&", "[", "]", "\\", "~", "_ 0\t", "é", "e\u0301", "😀", "😁x😀", "x😀", "xy", "xay", "%_", "'",
	".*+?()[]{}|^$\\", "#-&'\"/%_ ", "αβγx", "\v ", "a1 ", strings.Repeat("a", 300),
}

// TestPatternsInDuckDB compares what patterns find with package regexp.
func TestPatternsInDuckDB(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, test := range patternTests {
		translation, problem := translate(test.pattern, duckDB{}.patterns())
		if problem != "" || translation == nothing {
			continue
		}
		pattern, _ := duckDB{}.text(translation)
		for _, sample := range samples {
			text, _ := duckDB{}.text(sample)
			var got bool
			if err := db.QueryRowContext(t.Context(), "SELECT "+duckDB{}.matches(text, pattern)).Scan(&got); err != nil {
				t.Fatalf("%s: %v", test.pattern, err)
			}
			if want := regexp.MustCompile(test.pattern).MatchString(sample); got != want {
				t.Errorf("%q in %q: got %t, want %t, as %s", test.pattern, sample, got, want, translation)
			}
		}
	}
}
