package rule

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestWriteRandom: every rule in text survives both kinds of files.
func TestWriteRandom(t *testing.T) {
	g := generator{Rand: newRand(t)}
	for _, g.typed = range []bool{false, true} {
		for range 300 {
			text := g.rule(g.IntN(5))
			r, err := Parse(text)
			if err != nil {
				t.Fatalf("rule %q: %v", text, err)
			}
			checkWrite(t, &SegmentFile{Name: g.pick("", "x"), Rule: r})
		}
	}
}

// oddTexts are strings that file formats give a meaning to.
var oddTexts = []string{
	"", " ", "  a", "a ", "a: b", "a #b", "- a", "a:", "-", "?", "!x", "&x", "*x", "%x", "@x", "`x", "[", "]", "{", "}", ",", "|", ">",
	"true", "TRUE", "yes", "null", "Null", "~", "1", "-1", "01", "1.5", "1e3", "0x1", ".5", "1_000", ".inf", "NaN", "2023-01-01", "<<", "=",
	"'", "''", `"`, `\`, `\n`, "\n", "\r", "\r\n", "\t", "\x00", "\x01", "\x7f", "\u0085", "\u00a0", "\u200b", "\u2028", "\u2029", "\ufeff", "\ufffd",
	"\ufffe", "\uffff", "é", "😀", "\U000e0001", "\U0010ffff", "a\nb", "a\n\nb\n", " \n", strings.Repeat("long ", 300), strings.Repeat("x", 3000),
	"behavior_", "behavior_x", "---", "...", "--- x", "# x", "a\tb",
}

// TestWriteStrings: every string survives, as a value and as every kind of name.
func TestWriteStrings(t *testing.T) {
	for _, s := range oddTexts {
		v := quoteString(s)
		texts := []string{"x = " + v, "x in (" + v + ", 1)", "x matches " + v, "x between " + v + " and " + v, "x count > 1 since " + v}
		if s != "" {
			n := quoteDouble(s)
			texts = append(texts, n+" = 1", n+" count > 1", "x where ("+n+" = 1)", "x sum("+n+") = 1", "segment "+v, n)
		}
		for _, text := range texts {
			r, err := Parse(text)
			if err != nil {
				t.Fatalf("rule %q: %v", text, err)
			}
			checkWrite(t, &SegmentFile{Name: s, ID: s, Rule: r})
		}
	}
}

// TestWriteRandomStrings does the same with random characters.
func TestWriteRandomStrings(t *testing.T) {
	g := newRand(t)
	for range 300 {
		var b strings.Builder
		for range 1 + g.IntN(12) {
			b.WriteString(oddRune(g))
		}
		b.WriteByte('x')
		r, err := Parse(quoteDouble(b.String()) + " = " + quoteString(b.String()))
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		checkWrite(t, &SegmentFile{Name: b.String(), Rule: r})
	}
}

func oddRune(g *rand.Rand) string {
	switch g.IntN(4) {
	case 0:
		return oddTexts[g.IntN(len(oddTexts))]
	case 1:
		return string(rune(g.IntN(0x300)))
	case 2:
		return string(rune(0x1f000 + g.IntN(0x1000)))
	}
	return string(rune(0x2000 + g.IntN(0x100)))
}

// TestWriteDeep: rules as deep as text allows survive.
func TestWriteDeep(t *testing.T) {
	for name, text := range map[string]string{
		"not":         strings.Repeat("not ", MaxDepth) + "a",
		"or in and":   strings.Repeat("a and (b or ", MaxDepth/2) + "c" + strings.Repeat(")", MaxDepth/2),
		"not groups":  strings.Repeat("not (a or ", MaxDepth/2) + "c" + strings.Repeat(")", MaxDepth/2),
		"where":       "p where (" + strings.Repeat("not ", MaxDepth-1) + "a)",
		"many values": "a in (" + strings.Repeat("1, ", 9_999) + "1)",
		"many tests":  strings.Repeat("a = 'x' or b = 2 and ", 2_000) + "c",
	} {
		r, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkWrite(t, &SegmentFile{Rule: r})
	}
}

// TestWriteTooLong: a rule that no file can hold is an error, not half a file.
func TestWriteTooLong(t *testing.T) {
	r, err := Parse("a in (" + strings.Repeat("'xxxxxx', ", 100_000) + "'x')")
	if err != nil {
		t.Fatal(err)
	}
	f := &SegmentFile{Rule: r}
	for _, write := range []func([]byte, func(string) bool) ([]byte, error){f.AppendSegment, f.AppendWire} {
		if _, err := write(nil, nil); err == nil || !strings.Contains(err.Error(), "does not fit") {
			t.Errorf("error is %v, want one that says that the rule does not fit", err)
		}
	}
}

func TestWriteAppends(t *testing.T) {
	r, err := Parse("a = 1")
	if err != nil {
		t.Fatal(err)
	}
	f := &SegmentFile{Rule: r}
	for _, write := range []func([]byte, func(string) bool) ([]byte, error){f.AppendSegment, f.AppendWire} {
		alone, _ := write(nil, nil)
		appended, _ := write([]byte("before"), nil)
		if !bytes.Equal(appended, fmt.Append([]byte("before"), string(alone))) {
			t.Errorf("appended %q, want it behind what was there", appended)
		}
	}
}
