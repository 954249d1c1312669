package column

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// somePatterns are patterns and whether an automaton runs them.
var somePatterns = []struct {
	pattern string
	runs    bool
}{
	{"", true}, {"a", true}, {"^a", true}, {"a$", true}, {"^a$", true}, {"^$", true}, {"$^", true}, {"^", true}, {"$", true},
	{"a*", true}, {"a+b?", true}, {"(a|b)*c", true}, {"^(a|ab)(c|bcd)$", true}, {"a{2,3}", true}, {"(?i)AB", true},
	{"[^a]", true}, {"[a-c]x", true}, {".", true}, {"(?s).", true}, {"^.$", true}, {"é", true}, {"[à-ü]+$", true}, {"日|x", true},
	{"\\x{FFFD}", true}, {"[^\\x00-\\x7F]", true}, {"\\x00", true}, {"(?i)K", true}, {"(a$|b)c?", true}, {"(^|x)a", true}, {"(|a)$", true},
	{"a.*b", true}, {"\\d\\D\\w\\W\\s\\S", true}, {"(a|b)*a(a|b){9}$", true}, {"\\Aa\\z", true},
	{"\\ba", false}, {"(?m)^a", false}, {"(?m)a$", false}, {"\\Ba", false},
}

// TestAutomatonAgreesWithRegexp searches random strings, those that are no UTF-8
// among them.
func TestAutomatonAgreesWithRegexp(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 4))
	pieces := []string{"a", "b", "c", "ab", "x", "A", "B", "é", "ü", "日", "\n", " ", "7", "\x00", "\xff", "\xe6", "\x97", "\ufffd", "K", "k", "\u212a"}
	for _, c := range somePatterns {
		re := regexp.MustCompile(c.pattern)
		prog := newProg(re)
		if (prog != nil) != c.runs {
			t.Errorf("%q: an automaton runs it: %v, want %v", c.pattern, prog != nil, c.runs)
		}
		if prog == nil {
			continue
		}
		a := newAutomaton(re, prog)
		random := func() string {
			var b strings.Builder
			for range r.IntN(12) {
				b.WriteString(pick(r, pieces))
			}
			return b.String()
		}
		for range 500 {
			s, s2 := random(), random()
			want, want2 := re.MatchString(s), re.MatchString(s2)
			if got := a.match(s); got != want {
				t.Fatalf("seed %d: %q in %q: %v, want %v", *seed, c.pattern, s, got, want)
			}
			if got, got2 := a.match2(s, s2); got != want || got2 != want2 {
				t.Fatalf("seed %d: %q in %q and %q: %v and %v, want %v and %v", *seed, c.pattern, s, s2, got, got2, want, want2)
			}
		}
	}
}

// TestAutomatonGivesUp searches with a pattern of more states than are kept.
func TestAutomatonGivesUp(t *testing.T) {
	re := regexp.MustCompile("(a|b)*a(a|b){14}$")
	r := rand.New(rand.NewPCG(*seed, 5))
	a := newAutomaton(re, newProg(re))
	for range 300 {
		text := make([]byte, 60)
		for i := range text {
			text[i] = "ab"[r.IntN(2)]
		}
		if got, want := a.match(string(text)), re.Match(text); got != want {
			t.Fatalf("seed %d: %q: %v, want %v", *seed, text, got, want)
		}
	}
	if !a.crowded || a.bytes > maxAutomatonBytes+1<<20 {
		t.Errorf("crowded: %v with %d bytes of states, want it to be full at %d", a.crowded, a.bytes, maxAutomatonBytes)
	}
}

func FuzzAutomaton(f *testing.F) {
	for _, c := range somePatterns {
		f.Add(c.pattern, "ab\xffé")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		re, err := regexp.Compile(pattern)
		if err != nil || len(pattern) > 100 {
			t.Skip()
		}
		if prog := newProg(re); prog != nil {
			if got, want := newAutomaton(re, prog).match(s), re.MatchString(s); got != want {
				t.Errorf("%q in %q: %v, want %v", pattern, s, got, want)
			}
		}
	})
}
