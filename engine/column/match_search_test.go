package column

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// textOfLetters returns a text of up to n letters, few of them different, some of
// several bytes.
func textOfLetters(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n + 1) {
		b.WriteString(pick(r, []string{"a", "a", "a", "b", "b", "@", "\x00", "\xff", "é", "日", "�"}))
	}
	return b.String()
}

// textColumn returns a vector of texts, read from an Arrow array as a snapshot has
// it, in which some rows may be NULL.
func textColumn(t testing.TB, texts []string, isNull func(row int) bool) *Vector {
	t.Helper()
	b := NewBuilder(stringType, len(texts))
	for row, text := range texts {
		if !isNull(row) {
			b.SetString(row, text)
		}
	}
	arr, err := b.Take(allRows(len(texts)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewVector(stringType, arr)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// someTests returns a test of each kind whose texts are mostly found.
func someTests(r *rand.Rand, texts []string) []rule.Strings {
	patterns := []string{"ab", "a+b", "(ab|b@)a", "^aa", "b$", "^(é|日)+", "a.b", "�", "(?i)AB", "(ab){2}", "@(a|b|é)b", "\\bab", "[ab]@aa?b"}
	tests := []rule.Strings{{Op: rule.StringMatches, Regexp: regexp.MustCompile(pick(r, patterns))}}
	for _, op := range []rule.StringOp{rule.StringIn, rule.StringContains, rule.StringStarts, rule.StringEnds} {
		s := rule.Strings{Op: op}
		for range pick(r, []int{0, 1, 1, 2, longList, longList + 1, 40}) {
			text := textOfLetters(r, pick(r, []int{2, 5, 10, 20}))
			if len(texts) > 0 && r.IntN(2) == 0 {
				text = pick(r, texts)
				lo := r.IntN(len(text) + 1)
				text = text[lo : lo+r.IntN(len(text)-lo+1)]
				if op == rule.StringIn {
					text = pick(r, texts)
				}
			}
			s.List = append(s.List, text)
		}
		tests = append(tests, s)
	}
	return tests
}

// TestTextsAgreeWithJudge compares the tests of strings with package strings, on
// texts that run into each other.
func TestTextsAgreeWithJudge(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 12))
	for range 300 {
		texts, longest := make([]string, 1+r.IntN(300)), pick(r, []int{0, 1, 3, 12, 30})
		for i := range texts {
			texts[i] = textOfLetters(r, longest)
		}
		nulls := r.IntN(3)
		v := textColumn(t, texts, func(int) bool { return r.IntN(4) < nulls })
		base := r.IntN(len(texts)/64+1) * 64
		for _, s := range someTests(r, texts) {
			test := Test{Values: &rule.Values{Strings: s, Except: r.IntN(4) == 0}}.Prepare()
			var before, w bitmap.Words
			for row := base; row < v.Len(); row++ {
				if dense := r.IntN(3) > 0; dense && row/64%2 == base/64%2 || r.IntN(30) == 0 {
					before.Add(uint16(row - base))
				}
			}
			w = before
			if err := v.Keep(t.Context(), &w, base, test); err != nil {
				t.Fatal(err)
			}
			for row := base; row < v.Len(); row++ {
				i := uint16(row - base)
				want := before.Has(i) && !v.IsNull(row) && inStrings(texts[row], &s) != test.Values.Except
				if w.Has(i) != want {
					t.Fatalf("seed %d: row %d of %d, %q, is kept: %v, want %v, by %+v", *seed, row, len(texts), texts[row], !want, want, s)
				}
			}
		}
	}
}

// TestCluesHold looks at strings that pass tests: each has all of a list of clues.
func TestCluesHold(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 13))
	for range 2000 {
		text := textOfLetters(r, 10)
		for _, s := range someTests(r, []string{text}) {
			lists, ok := Test{Values: &rule.Values{Strings: s}}.Clues()
			if ok && inStrings(text, &s) && !hasClues(text, lists) {
				t.Fatalf("seed %d: %q passes %+v, and has none of %v", *seed, text, s, lists)
			}
		}
	}
}

// hasClues reports whether text has all clues of one of the lists.
func hasClues(text string, lists [][]Clue) bool {
	for _, list := range lists {
		all := true
		for _, clue := range list {
			all = all && strings.Contains(text, clue.Text) &&
				(!clue.Start || strings.HasPrefix(text, clue.Text)) && (!clue.End || strings.HasSuffix(text, clue.Text))
		}
		if all {
			return true
		}
	}
	return false
}

// TestCluesOfPatterns says what is known of patterns.
func TestCluesOfPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, want string }{
		{"abc", `[[abc]]`},
		{"abc.*de", `[[abc de]]`},
		{"^abc", `[[^abc]]`},
		{`^abc\z`, `[[^abc$]]`},
		{"(?m)^abc$", `[[abc]]`},
		{"ab|cd", `[[ab] [cd]]`},
		{"(ab|cd)x+(ef|gh)", `[[ab x ef] [ab x gh] [cd x ef] [cd x gh]]`},
		{"(ab)?cd", `[[cd]]`},
		{"(ab){2,3}", `[[ab ab]]`},
		{"[ab]", "nothing"},
		{"a|", "nothing"},
		{"(?i)abc", "nothing"},
		{"a�", "nothing"},
		{"", "nothing"},
	} {
		got := "nothing"
		if lists := cluesOf(regexp.MustCompile(c.pattern)); lists != nil {
			var out [][]string
			for _, list := range lists {
				var texts []string
				for _, clue := range list {
					text := clue.Text
					if clue.Start {
						text = "^" + text
					}
					if clue.End {
						text += "$"
					}
					texts = append(texts, text)
				}
				out = append(out, texts)
			}
			got = fmt.Sprint(out)
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.pattern, got, c.want)
		}
	}
}

// emails returns n different addresses, as many customers have.
func emails(n int) []string {
	r := rand.New(rand.NewPCG(1, 1))
	first := strings.Fields("james mary robert patricia john jennifer michael linda david elizabeth kim lee maria anna")
	last := strings.Fields("smith johnson williams brown jones garcia miller davis rodriguez martinez nguyen tanaka")
	hosts := strings.Fields("gmail.com gmail.com gmail.com yahoo.com yahoo.com hotmail.com outlook.com icloud.com example.org")
	out := make([]string, n)
	for i := range out {
		out[i] = pick(r, first) + pick(r, []string{".", "_", ""}) + pick(r, last) + fmt.Sprint(i*7919%n) + "@" + pick(r, hosts)
	}
	return out
}

// BenchmarkMatchEmails tests a million different addresses.
func BenchmarkMatchEmails(b *testing.B) {
	const n = 1_000_000
	all := emails(n)
	var blocks []*Vector
	for lo := 0; lo < n; lo += bitmap.BlockRows {
		blocks = append(blocks, textColumn(b, all[lo:min(lo+bitmap.BlockRows, n)], func(int) bool { return false }))
	}
	for _, c := range []struct {
		name string
		s    rule.Strings
	}{
		{"contains-gmail", rule.Strings{Op: rule.StringContains, List: []string{"@gmail.com"}}},
		{"contains-rare", rule.Strings{Op: rule.StringContains, List: []string{"xyzzy"}}},
		{"contains-short", rule.Strings{Op: rule.StringContains, List: []string{"@g"}}},
		{"contains-two", rule.Strings{Op: rule.StringContains, List: []string{"@gmail.com", "@yahoo.com"}}},
		{"ends", rule.Strings{Op: rule.StringEnds, List: []string{"@gmail.com"}}},
		{"starts", rule.Strings{Op: rule.StringStarts, List: []string{"james"}}},
		{"in-1", rule.Strings{Op: rule.StringIn, List: all[:1]}},
		{"in-100", rule.Strings{Op: rule.StringIn, List: all[:100]}},
		{"matches", rule.Strings{Op: rule.StringMatches, Regexp: regexp.MustCompile(`^j.*[0-9]+@(gmail|yahoo)\.com$`)}},
		{"matches-any", rule.Strings{Op: rule.StringMatches, Regexp: regexp.MustCompile(`^[a-m].*[0-9]$`)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var w bitmap.Words
			test := Test{Values: &rule.Values{Strings: c.s}}.Prepare()
			for b.Loop() {
				for _, v := range blocks {
					if err := v.Match(b.Context(), &w, test); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

// FuzzSearch looks for a text in texts that lie one after the other, cut at any
// places, by every test of strings that does not look at one after the other.
func FuzzSearch(f *testing.F) {
	f.Add("james@gmail.comkim@gmail.co", []byte{15, 0, 3, 9}, "@gmail.com")
	f.Add("ababab", []byte{1, 2, 3}, "aba")
	f.Add("", []byte{0}, "")
	f.Fuzz(func(t *testing.T, all string, sizes []byte, part string) {
		var texts []string
		for _, size := range sizes {
			n := min(int(size), len(all))
			texts, all = append(texts, all[:n]), all[n:]
		}
		texts = append(texts, all)
		v := textColumn(t, texts[:min(len(texts), bitmap.BlockRows)], func(int) bool { return false })
		for _, op := range []rule.StringOp{rule.StringIn, rule.StringContains, rule.StringStarts, rule.StringEnds} {
			for _, list := range [][]string{{part}, {part, "a", "bb", "", "ccccccccc", "@"}} {
				s := rule.Strings{Op: op, List: list}
				var w bitmap.Words
				if err := v.Match(t.Context(), &w, Test{Values: &rule.Values{Strings: s}}); err != nil {
					t.Fatal(err)
				}
				for row := range v.Len() {
					if want := inStrings(texts[row], &s); w.Has(uint16(row)) != want {
						t.Fatalf("row %d, %q: %v, want %v, by %+v", row, texts[row], !want, want, s)
					}
				}
			}
		}
	})
}
