package rule

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// equalTrees compares parsed rules, aside from spans and from brackets of a where.
func equalTrees(a, b *Rule) string {
	return cmp.Diff(a.root, b.root,
		cmp.Exporter(func(reflect.Type) bool { return true }),
		cmp.Comparer(func(span, span) bool { return true }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".bareWhere" }, cmp.Ignore()))
}

// checkRoundTrip parses the canonical text of r and fails if it is not a fixed
// point.
func checkRoundTrip(t *testing.T, text string, r *Rule) {
	t.Helper()
	canonical := r.String()
	again, err := Parse(canonical)
	if err != nil {
		t.Fatalf("rule %q: canonical text %q: %v", text, canonical, err)
	}
	if got := again.String(); got != canonical {
		t.Fatalf("rule %q: canonical text %q prints as %q", text, canonical, got)
	}
	if diff := equalTrees(r, again); diff != "" {
		t.Fatalf("rule %q: tree of canonical text differs:\n%s", text, diff)
	}
}

func parseErr(text string) string {
	if _, err := Parse(text); err != nil {
		return err.Error()
	}
	return ""
}

func TestParseEmpty(t *testing.T) {
	for _, text := range []string{"", "  \n\t", "-- nothing but a comment"} {
		want := "1:1: the rule is empty, expected a condition"
		if got := parseErr(text); got != want {
			t.Errorf("Parse(%q) error = %q, want %q", text, got, want)
		}
	}
}

func TestParseInvalidUTF8(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a = '\xff'", "1:6: byte 0xff is not valid UTF-8"},
		{"é = 1\nand b\xc3 = 1", "2:6: byte 0xc3 is not valid UTF-8"},
		{"a = '\xed\xa0\x80'", "1:6: byte 0xed is not valid UTF-8"},
	} {
		if got := parseErr(c.text); got != c.want {
			t.Errorf("Parse(%q) error = %q, want %q", c.text, got, c.want)
		}
	}
	if got := parseErr("a = '\uFFFD'"); got != "" {
		t.Errorf("a replacement character as a value: error = %q, want none", got)
	}
}

// within fails the test if f takes longer than a busy machine with the race
// detector needs for work in proportion to 1 MiB. Work in proportion to its
// square, 10^12 steps, takes longer on any.
func within(t *testing.T, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if d := time.Since(start); d > 2*time.Minute {
		t.Errorf("took %v, want far less than 2m", d)
	}
}

func TestParseLimits(t *testing.T) {
	fill := func(unit string) string { return strings.Repeat(unit, MaxBytes/len(unit)-1) }
	nest := func(open, inner, closing string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(closing, n)
	}
	tooDeep := `brackets and "not" are nested more than 500 deep`
	for _, c := range []struct{ name, text, want string }{
		{"largest", "a = '" + strings.Repeat("x", MaxBytes-6) + "'", ""},
		{"too large", "a = '" + strings.Repeat("x", MaxBytes-5) + "'", "1:1: the rule has 1048577 bytes, expected at most 1048576"},
		{"500 brackets", nest("(", "a = 1", ")", 500), ""},
		{"501 brackets", nest("(", "a = 1", ")", 501), "1:501: " + tooDeep},
		{"1000 brackets", nest("(", "a = 1", ")", 1000), "1:501: " + tooDeep},
		{"500 nots", nest("not ", "a = 1", "", 500), ""},
		{"1000 nots", nest("not ", "a = 1", "", 1000), "1:2001: " + tooDeep},
		{"mixed", nest("not (", "a = 1", ")", 251), "1:1251: " + tooDeep},
		{"many conditions", fill("a or b and ") + "c", ""},
		{"many brackets side by side", fill("(a) or ") + "c", ""},
		{"many quotes", "a = '" + strings.Repeat("''", MaxBytes/2-10) + "'", ""},
		{"long name", strings.Repeat("n", MaxBytes-10) + " = 1", ""},
		{"long number", "a = " + strings.Repeat("9", MaxBytes-10), ""},
		{"many characters of no meaning", "country = = " + strings.Repeat("$", MaxBytes-20), "1:11: expected a value after \"=\", found \"=\""},
		{"only brackets", strings.Repeat("(", MaxBytes), "1:501: " + tooDeep},
		{"only nots", strings.Repeat("not ", MaxBytes/4), "1:2001: " + tooDeep},
		{"only comments", fill("--\n"), "1:1: the rule is empty, expected a condition"},
		{"deep and wide to the right", nest("(a or ", strings.Repeat("a or ", 100_000)+"a", ")", 500), ""},
		{"deep and wide to the left", nest("(", strings.Repeat("a or ", 100_000)+"a", " or a)", 500), ""},
		{"deep and wide, both kinds", nest("(a or b and ", strings.Repeat("a or ", 100_000)+"a", ")", 499), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			within(t, func() {
				r, err := Parse(c.text)
				got := ""
				if err != nil {
					got = err.Error()
				}
				if got != c.want {
					t.Fatalf("error = %.200q, want %q", got, c.want)
				}
				if err != nil {
					return
				}
				again, err := Parse(r.String())
				if err != nil || again.String() != r.String() {
					t.Fatalf("canonical text does not parse to itself: %v", err)
				}
			})
		})
	}
}

func TestErrorsAs(t *testing.T) {
	_, err := Parse("country == 'US'")
	var one *Error
	if !errors.As(err, &one) || one.Code != Syntax || one.Offset != 8 || one.Length != 2 {
		t.Errorf("errors.As *Error = %+v, want code SYNTAX at 8, length 2", one)
	}
	var all Errors
	if !errors.As(err, &all) || len(all) != 1 || all[0] != one {
		t.Errorf("errors.As Errors = %v, want the one error", all)
	}
}

func TestErrorsText(t *testing.T) {
	_, err := parseCheck("contry = 'JP' or\n  visits = '1'", "UTC")
	want := "1:1: unknown attribute or behavior \"contry\"\n" +
		"2:12: expected a number for \"visits\" (number), found the string '1'"
	if err == nil || err.Error() != want {
		t.Errorf("Error() = %v, want %s", err, want)
	}
	var errs Errors
	if !errors.As(err, &errs) {
		t.Fatalf("error is %T, want Errors", err)
	}
	wantDetail := `1:1: unknown attribute or behavior "contry"

  1 | contry = 'JP' or
    | ^^^^^^
  help: did you mean "country"?

2:12: expected a number for "visits" (number), found the string '1'

  2 |   visits = '1'
    |            ^^^
  help: drop the quotes: 1`
	if diff := cmp.Diff(wantDetail, errs.Detail()); diff != "" {
		t.Errorf("Detail() differs (-want +got):\n%s", diff)
	}
}

// TestKeywordsDocumented keeps the list in the package comment equal to the one
// that is used.
func TestKeywordsDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "// keywords are\n//\n")
	list, _, found := strings.Cut(list, "//\n")
	if !found {
		t.Fatal("doc.go has no list of keywords")
	}
	got := strings.Fields(strings.ReplaceAll(list, "//", ""))
	if diff := cmp.Diff(keywordList, got); diff != "" {
		t.Errorf("keywords in doc.go differ (-code +doc):\n%s", diff)
	}
}

func TestKeywordsAreQuotedAsNames(t *testing.T) {
	for _, k := range keywordList {
		text := `"` + k + `" = 1`
		r, err := Parse(text)
		if err != nil {
			t.Fatalf("Parse(%s): %v", text, err)
		}
		if got := r.String(); got != text {
			t.Errorf("Parse(%s) prints %s", text, got)
		}
	}
}

func TestZeroRule(t *testing.T) {
	r := &Rule{}
	if got := r.String(); got != "" {
		t.Errorf("String() = %q, want none", got)
	}
	_, err := Check(r, testSchema("UTC"), nil)
	if want := "1:1: the rule is empty, expected a condition"; err == nil || err.Error() != want {
		t.Errorf("Check error = %v, want %s", err, want)
	}
}
