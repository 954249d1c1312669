package index

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// gramTexts returns a column of texts of a few letters, a fifth of them NULL.
func gramTexts(r *rand.Rand, rows, longest int) *column.Builder {
	b := column.NewBuilder(textType, rows)
	for row := range rows {
		if r.IntN(5) > 0 {
			b.SetString(row, gramText(r, longest))
		}
	}
	return b
}

func gramText(r *rand.Rand, longest int) string {
	var b strings.Builder
	for range r.IntN(longest + 1) {
		b.WriteString([]string{"a", "b", "c", "@", ".", "é", "日", "\x00"}[r.IntN(8)])
	}
	return b.String()
}

// gramsOf builds the gram index of a column.
func gramsOf(t testing.TB, values *column.Builder) inMemory {
	t.Helper()
	m := inMemory{}
	if err := new(GramBuilder).Write(values, m.add); err != nil {
		t.Fatal(err)
	}
	return m
}

// gramTests returns tests of strings of every kind.
func gramTests(r *rand.Rand) []rule.Strings {
	tests := []rule.Strings{{Op: rule.StringMatches, Regexp: regexp.MustCompile([]string{"^ab", "a(b|c)@", "@b$", "abc|@@a", "[ab]c"}[r.IntN(5)])}}
	for _, op := range []rule.StringOp{rule.StringIn, rule.StringContains, rule.StringStarts, rule.StringEnds} {
		var list []string
		for range 1 + r.IntN(3) {
			list = append(list, gramText(r, 5))
		}
		slices.Sort(list)
		tests = append(tests, rule.Strings{Op: op, List: slices.Compact(list)})
	}
	return tests
}

// TestGramsKeepWhatPasses looks for rows that a gram index takes away, though their
// strings pass, and for any that it does take away.
func TestGramsKeepWhatPasses(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 31))
	taken := 0
	for range 40 {
		rows := []int{1, 63, 64, 65, 1000, bitmap.BlockRows + 100}[r.IntN(6)]
		values := gramTexts(r, rows, 1+r.IntN(12))
		x := OpenGrams(gramsOf(t, values), rows)
		for _, s := range gramTests(r) {
			test := column.Test{Values: &rule.Values{Strings: s}}.Prepare()
			clues := NewClues(test)
			if clues == nil {
				continue
			}
			for block := range (rows + bitmap.BlockRows - 1) / bitmap.BlockRows {
				lo, hi := block*bitmap.BlockRows, min(rows, (block+1)*bitmap.BlockRows)
				taken += checkGrams(t, x, block, clues, vectorOf(t, values, lo, hi), test)
			}
			if share, err := x.Share(clues); err != nil || share < 0 || share > 1 {
				t.Fatalf("seed %d: share %v, %v", *seed, share, err)
			}
		}
	}
	if taken == 0 {
		t.Errorf("seed %d: no row was ever taken away", *seed)
	}
}

// checkGrams returns how many rows were taken away.
func checkGrams(t *testing.T, x *Grams, block int, clues *Clues, values *column.Vector, test column.Test) int {
	t.Helper()
	var want, kept bitmap.Words
	if err := values.Match(t.Context(), &want, test); err != nil {
		t.Fatal(err)
	}
	kept.Fill(values.Len())
	if err := x.Keep(block, clues, &kept); err != nil {
		t.Fatal(err)
	}
	for row := range values.Len() {
		if want.Has(uint16(row)) && !kept.Has(uint16(row)) {
			t.Fatalf("seed %d: %q, which passes %+v, is taken away", *seed, values.Text(row), test.Values.Strings)
		}
	}
	return values.Len() - kept.Count()
}

// TestGramsOfFewStrings says which slots a group has, and that equal strings give
// equal bytes.
func TestGramsOfFewStrings(t *testing.T) {
	values := column.NewBuilder(textType, 130)
	for row, text := range map[int]string{0: "abc", 63: "ab", 64: "", 65: "b", 129: "abc"} {
		values.SetString(row, text)
	}
	m := gramsOf(t, values)
	data := m[place{tagGrams, 0}]
	if len(data) != minGramSlots*8 {
		t.Fatalf("%d bytes, want %d", len(data), minGramSlots*8)
	}
	got := map[int]string{}
	for slot := range minGramSlots {
		if word := data[8*slot]; word != 0 {
			got[slot] = fmt.Sprintf("%03b", word)
		}
	}
	want := map[int]string{}
	for gram, groups := range map[uint32]string{
		hashGram(gramStart, 'a', 'b', 0): "101", hashGram(gramInner, 'a', 'b', 'c'): "101", hashGram(gramEnd, 'b', 'c', 0): "101", hashGram(gramEnd, 'a', 'b', 0): "001",
	} {
		want[int(gram>>gramShift(minGramSlots))] = groups
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	// The numbers are part of the format.
	if got, want := fmt.Sprintf("%08x %08x %08x", hashGram(gramInner, 'a', 'b', 'c'), hashGram(gramStart, 'a', 'b', 0), hashGram(gramEnd, 'b', 'c', 0)), "da2ffa9d 450e4304 f065fac5"; got != want {
		t.Errorf("hashes %s, want %s", got, want)
	}
}

// TestNoClues lists tests of which grams say nothing.
func TestNoClues(t *testing.T) {
	for _, s := range []rule.Strings{
		{Op: rule.StringBetween, Lo: "abc"},
		{Op: rule.StringContains, List: []string{"ab"}},
		{Op: rule.StringContains, List: []string{"abc", ""}},
		{Op: rule.StringStarts, List: []string{"a"}},
		{Op: rule.StringIn, List: []string{"a"}},
		{Op: rule.StringIn},
		{Op: rule.StringMatches, Regexp: regexp.MustCompile("a.*b")},
	} {
		if clues := NewClues(column.Test{Values: &rule.Values{Strings: s}}); clues != nil {
			t.Errorf("%+v: %v, want none", s, clues)
		}
	}
	if clues := NewClues(column.Test{IsNull: true}); clues != nil {
		t.Errorf("NULL: %v, want none", clues)
	}
}

// TestGramsCorrupt opens sections of sizes that do not fit, and compares others.
func TestGramsCorrupt(t *testing.T) {
	values := gramTexts(rand.New(rand.NewPCG(1, 1)), 100, 8)
	clues := NewClues(column.Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringContains, List: []string{"abc"}}}})
	for _, size := range []int{0, 7, 8, 8 * 63, 8 * 65, 16 * maxGramSlots} {
		var w bitmap.Words
		err := OpenGrams(inMemory{{tagGrams, 0}: make([]byte, size)}, 100).Keep(0, clues, &w)
		want := fmt.Sprintf("corrupt: grams of block 0: %d bytes, expected 8 for each slot, and 64 to 8192 slots, a power of two", size)
		if !errors.Is(err, errCorrupt) || err.Error() != want {
			t.Errorf("%d bytes: %v, want %s", size, err, want)
		}
	}
	sound := gramsOf(t, values)
	vector := vectorOf(t, values, 0, 100)
	if err := new(GramBuilder).Check(OpenGrams(sound, 100), 0, vector); err != nil {
		t.Errorf("sound: %v", err)
	}
	data := slices.Clone(sound[place{tagGrams, 0}])
	data[8*17] ^= 1
	err := new(GramBuilder).Check(OpenGrams(inMemory{{tagGrams, 0}: data}, 100), 0, vector)
	if want := "slot 17 is not that of the strings"; err == nil || err.Error() != want {
		t.Errorf("spoilt: %v, want %s", err, want)
	}
	if err := new(GramBuilder).Check(OpenGrams(inMemory{}, 100), 0, vector); err != nil {
		t.Errorf("absent: %v", err)
	}
}

// FuzzOpenGrams asks arbitrary sections.
func FuzzOpenGrams(f *testing.F) {
	values := gramTexts(rand.New(rand.NewPCG(1, 1)), 200, 8)
	f.Add(gramsOf(f, values)[place{tagGrams, 0}], uint32(200), "abc")
	f.Add([]byte{}, uint32(1), "")
	f.Fuzz(func(t *testing.T, data []byte, rows uint32, text string) {
		clues := NewClues(column.Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringIn, List: []string{text}}}})
		if clues == nil {
			return
		}
		x := OpenGrams(inMemory{{tagGrams, 0}: data}, int(rows%bitmap.BlockRows)+1)
		var w bitmap.Words
		w.Fill(int(rows%bitmap.BlockRows) + 1)
		if err := x.Keep(0, clues, &w); err != nil && !errors.Is(err, errCorrupt) {
			t.Error(err)
		}
		if _, err := x.Share(clues); err != nil && !errors.Is(err, errCorrupt) {
			t.Error(err)
		}
	})
}

// BenchmarkGrams asks the gram index of a block of addresses, and builds it.
func BenchmarkGrams(b *testing.B) {
	values := column.NewBuilder(textType, bitmap.BlockRows)
	r := rand.New(rand.NewPCG(1, 1))
	for row := range bitmap.BlockRows {
		values.SetString(row, fmt.Sprintf("customer%d@%s.com", r.IntN(1_000_000), []string{"gmail", "yahoo", "example"}[r.IntN(3)]))
	}
	m := gramsOf(b, values)
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			gramsOf(b, values)
		}
		b.ReportMetric(float64(len(m[place{tagGrams, 0}]))/bitmap.BlockRows, "B/row")
	})
	x := OpenGrams(m, bitmap.BlockRows)
	for _, text := range []string{"@gmail.com", "xyzzy", "r123456@"} {
		clues := NewClues(column.Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringContains, List: []string{text}}}})
		b.Run("contains="+text, func(b *testing.B) {
			b.ReportAllocs()
			var w bitmap.Words
			for b.Loop() {
				w.Fill(bitmap.BlockRows)
				if err := x.Keep(0, clues, &w); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(w.Count())/bitmap.BlockRows, "kept")
		})
	}
}
