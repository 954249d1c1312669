package report

import (
	"math"
	"strings"
	"testing"
)

// TestFormat checks figures at the borders of units and digits.
func TestFormat(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	check(duration(0), "–")
	check(duration(0.00123), "0.00123 µs")
	check(duration(0.3), "0.300 µs")
	check(duration(0.9996), "1.00 µs")
	check(duration(1), "1.00 µs")
	check(duration(9.994), "9.99 µs")
	check(duration(9.996), "10.0 µs")
	check(duration(99.96), "100 µs")
	check(duration(999.4), "999 µs")
	check(duration(999.6), "1.00 ms")
	check(duration(1234567), "1.23 s")
	check(duration(1234567890), "1,235 s")
	check(durationBoth(1000, 2000), "1.00 ms (2.00 ms)")
	check(durationBoth(1000, 0), "1.00 ms")
	check(Size(0), "–")
	check(Size(999), "999 B")
	check(Size(1000), "1.00 kB")
	check(Size(3_070_000_000), "3.07 GB")
	check(Size(999_999), "1.00 MB")
	check(rate(12.34), "12.3")
	check(rate(2_310_000), "2.31 M")
	check(ratioText(0), "–")
	check(ratioText(0.8512), "×0.851")
	check(ratioText(33833.2), "×33,833")
	check(short(999), "999")
	check(short(2_500_000), "2.5 M")
	check(short(999_499), "999 k")
	check(short(999_600), "1.00 M")
	check(short(1_000_000), "1 M")
	check(short(1_004_000), "1.00 M")
	check(short(-5), "-5")
	check(short(math.MaxInt64), "9,223,372,037 G")
	check(short(30_000_000), "30 M")
	check(plural(1, "core"), "1 core")
	check(plural(2000, "core"), "2,000 cores")
	check(trimZeros("1.50 M"), "1.5 M")
	check(trimZeros("100 MB"), "100 MB")
	check(trimZeros("2.00"), "2")
}

// TestEscape checks that Markdown shows text as it is.
func TestEscape(t *testing.T) {
	for _, c := range []struct{ text, code, plain string }{
		{"", "", ""},
		{"a = 'b'", "`a = 'b'`", "a = 'b'"},
		{"a`b", "``a`b``", "a\\`b"},
		{"`a``b", "``` `a``b ```", "\\`a\\`\\`b"},
		{"a\n  b", "`a b`", "a   b"},
		{"x<y>*_[z]~&", "`x<y>*_[z]~&`", `x&lt;y&gt;\*\_\[z\]\~&amp;`},
	} {
		if got := code(c.text); got != c.code {
			t.Errorf("code(%q): got %q, want %q", c.text, got, c.code)
		}
		if got := plain(c.text); got != c.plain {
			t.Errorf("plain(%q): got %q, want %q", c.text, got, c.plain)
		}
	}
	g := &grid{columns: []column{left("a|b"), right("n")}}
	if got, want := ruleCode(strings.Repeat("x ", 5_000)), " and 9,599 more characters"; !strings.HasSuffix(got, want) || len(got) > 500 {
		t.Errorf("a long rule is %d bytes, which end %q", len(got), got[max(len(got)-40, 0):])
	}
	g.row(code("x | y"), "1|2")
	want := "| a\\|b | n |\n|:--- | ---:|\n| `x \\| y` | 1\\|2 |\n"
	if got := g.markdown(); got != want {
		t.Errorf("a table: got\n%s\nwant\n%s", got, want)
	}
}

// TestSlug checks that names of pictures are of this package's form, whatever
// the names of files and suites are.
func TestSlug(t *testing.T) {
	taken := map[string]bool{}
	for _, c := range []struct{ name, want string }{
		{"Run 1M", "run-1m"}, {"run-1m", "run-1m-2"}, {"../..", "x"}, {"ürün", "r-n"}, {"", "x-2"},
	} {
		got := uniqueSlug(taken, c.name)
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.name, got, c.want)
		}
		if file := got + "." + kindLatency + "." + slug(c.name) + ".svg"; !ownName.MatchString(file) {
			t.Errorf("%q is not taken for a picture of this package", file)
		}
	}
	for _, other := range []string{"photo.png", "run.photo.svg", "run-1m.latency.audience.gif", "run.latency.a.b.svg", ".load.svg"} {
		if ownName.MatchString(other) {
			t.Errorf("%q is taken for a picture of this package", other)
		}
	}
}
