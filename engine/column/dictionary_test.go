package column

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestDictionaryGivesBackTexts numbers texts again and again.
func TestDictionaryGivesBackTexts(t *testing.T) {
	d := NewDictionaryBuilder(len(someStrings))
	for range 2 {
		for i, text := range someStrings {
			if code, ok := d.Code([]byte(text)); !ok || code != uint32(i) {
				t.Errorf("%q has the code %d, %v, want %d", text, code, ok, i)
			}
		}
	}
	if _, ok := d.Code([]byte("one more")); ok || d.Len() != len(someStrings) {
		t.Errorf("%d texts, of at most %d", d.Len(), len(someStrings))
	}
	for range 2 { // the builder stays as it is
		data := d.AppendTo([]byte("12345678"))
		parsed, err := ParseDictionary(data[8:])
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for code := range parsed.Len() {
			got = append(got, parsed.Text(uint32(code)))
		}
		if len(data)%8 != 0 || !slices.Equal(got, someStrings) {
			t.Errorf("%q in %d bytes, want %q", got, len(data), someStrings)
		}
	}
}

// TestDictionaryStaysFull asks for one text too many, and then for others.
func TestDictionaryStaysFull(t *testing.T) {
	d := NewDictionaryBuilder(3)
	b := textBuilder("a", "b", "", "c", "d")
	encode := func(rows ...uint32) string { return encoded(t, b, rows, d).Kind() }
	for _, c := range []struct {
		rows []uint32
		want string
		len  int
	}{
		{[]uint32{2, 2}, "texts", 0}, // nothing but NULL needs no codes
		{[]uint32{0, 2, 0}, "codes, constant", 1},
		{[]uint32{3, 4, 1}, "texts", 1}, // all or nothing
		{[]uint32{1}, "texts", 1},       // there would be room, had it not been full
		{[]uint32{2, 0}, "codes, constant", 1},
	} {
		if got := encode(c.rows...); got != c.want || d.Len() != c.len {
			t.Errorf("%d: %s and %d texts, want %s and %d", c.rows, got, d.Len(), c.want, c.len)
		}
	}
}

// textBuilder returns a column of texts, NULL where they are empty.
func textBuilder(texts ...string) *Builder {
	b := NewBuilder(stringType, len(texts))
	for i, text := range texts {
		if text != "" {
			b.SetString(i, text)
		}
	}
	return b
}

// TestParseDictionaryRefuses gives bytes that are no dictionary.
func TestParseDictionaryRefuses(t *testing.T) {
	d := NewDictionaryBuilder(3)
	d.Code([]byte("a"))
	good := d.AppendTo(nil)
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "column: dictionary has 0 bytes, expected at least 8"},
		{append([]byte{99}, good[1:]...), "column: dictionary of 99 texts in 40 bytes"},
		{append([]byte{2}, good[1:]...), "column: dictionary: the ends of the texts: encoding: 1 values, expected 2"},
		{good[:8], "column: dictionary: encoding: 0 bytes are too few for texts"},
	} {
		if _, err := ParseDictionary(c.data); err == nil || err.Error() != c.want {
			t.Errorf("%x gives\n%v, want\n%s", c.data, err, c.want)
		}
	}
}

// manyCodes returns two blocks of a column with one dictionary of n texts.
func manyCodes(t testing.TB, n, rows int) []*Vector {
	t.Helper()
	d, b := NewDictionaryBuilder(n), NewBuilder(stringType, rows)
	for row := range rows {
		b.SetString(row, fmt.Sprint(row*7919%n))
	}
	var blocks [2][]byte
	for i := range blocks {
		var err error
		if blocks[i], err = AppendEncoded(nil, b, allRows(rows), d); err != nil {
			t.Fatal(err)
		}
	}
	dict, err := ParseDictionary(d.AppendTo(nil))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []*Vector
	for _, data := range blocks {
		e, err := ParseEncoded(stringType, data, rows, dict)
		if err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, e.Decode(new(Buffer), 0, rows))
	}
	return vectors
}

// TestDictionaryIsMatchedOnce tests two blocks at once with one prepared test, of a
// dictionary that is longer than a block.
func TestDictionaryIsMatchedOnce(t *testing.T) {
	vectors := manyCodes(t, bitmap.BlockRows+10, bitmap.BlockRows)
	test := Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringEnds, List: []string{"7"}}}}.Prepare()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			var w bitmap.Words
			if err := vectors[i%2].Match(t.Context(), &w, test); err != nil {
				t.Error(err)
			}
			for row := range bitmap.BlockRows {
				text := vectors[0].Text(row)
				if want := text[len(text)-1] == '7'; w.Has(uint16(row)) != want {
					t.Errorf("%s is selected: %v", text, !want)
				}
			}
		})
	}
	all.Wait()
	entries := 0
	test.passed.dictionaries.Range(func(_, _ any) bool { entries++; return true })
	if entries != 1 {
		t.Errorf("%d dictionaries are remembered, want 1", entries)
	}
	var w bitmap.Words
	if n := testing.AllocsPerRun(10, func() {
		if err := vectors[0].Match(t.Context(), &w, test); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("a test that knows the dictionary allocates %v times", n)
	}
}

// textTests are tests of numbers written as texts, in every way.
var textTests = []rule.Values{
	{Strings: rule.Strings{Op: rule.StringIn, List: []string{"77"}}},
	{Strings: rule.Strings{Op: rule.StringIn, List: []string{"77", "770"}}, Except: true},
	{Strings: rule.Strings{Op: rule.StringIn, List: []string{"1", "2", "3", "77", "770", "9", "99"}}},
	{Strings: rule.Strings{Op: rule.StringBetween, Lo: "2", Hi: "5", HasHi: true}},
	{Strings: rule.Strings{Op: rule.StringContains, List: []string{"99", "7"}}},
	{Strings: rule.Strings{Op: rule.StringStarts, List: []string{"1"}}, Except: true},
	{Strings: rule.Strings{Op: rule.StringEnds, List: []string{"7"}}},
	{Strings: rule.Strings{Op: rule.StringMatches, Regexp: regexp.MustCompile("^(1|7)+2?")}},
	{Strings: rule.Strings{Op: rule.StringMatches, Regexp: regexp.MustCompile(`\b4\B`)}}, // for no automaton
}

// decided returns how many values of a dictionary are known, and whether all were
// worked out.
func decided(t Test, d *Dictionary) (n int, all bool) {
	known := t.passed.of(d)
	for i := range known.some[:len(known.some)/2] {
		k, _ := known.word(i)
		n += bits.OnesCount64(k)
	}
	return n, known.all.Load() != nil
}

// TestFewRowsAskForFewTexts tests a few rows at a time of columns whose dictionary is
// long: no more texts are looked at than rows have, until they have been about as
// many as there are texts, and the answers are those of the texts.
func TestFewRowsAskForFewTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 16))
	const texts, rows, some = 2000, 3000, 10
	v := manyCodes(t, texts, rows)[0]
	for i := range textTests {
		test := Test{Values: &textTests[i]}.Prepare()
		for asked := 0; asked < texts; asked += some {
			base := r.IntN(rows/64-1) * 64
			var before bitmap.Words
			for before.Count() < some {
				before.Add(uint16(r.IntN(min(rows-base, 500))))
			}
			after := before
			if err := v.Keep(t.Context(), &after, base, test); err != nil {
				t.Fatal(err)
			}
			for row := range rows - base {
				want := before.Has(uint16(row)) && in(v.Value(base+row), test.Values) != test.Values.Except
				if after.Has(uint16(row)) != want {
					t.Fatalf("seed %d: %+v: %v is kept: %v", *seed, test.Values.Strings, v.Value(base+row), !want)
				}
			}
			n, all := decided(test, v.dict)
			if enough := asked+some >= texts/askedOfTexts; all != enough || n > asked+some || n == 0 {
				t.Fatalf("seed %d: %+v: %d texts are known, all: %v, after %d rows", *seed, test.Values.Strings, n, all, asked+some)
			}
		}
	}
}

// TestTextsAreAskedForAtOnce tests few rows and all of them at the same time.
func TestTextsAreAskedForAtOnce(t *testing.T) {
	const texts, rows = 20_000, 30_000
	vectors := manyCodes(t, texts, rows)
	for i := range textTests {
		test := Test{Values: &textTests[i]}.Prepare()
		var want bitmap.Words
		if err := vectors[0].Match(t.Context(), &want, Test{Values: &textTests[i]}.Prepare()); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for worker := range 4 {
			all.Go(func() {
				for lo := worker; lo < rows; lo += 100 + worker {
					var w bitmap.Words
					for row := lo; row < min(lo+1000, rows); row += 3 {
						w.Add(uint16(row))
					}
					expected := w
					expected.And(&want)
					if err := vectors[worker%2].Keep(t.Context(), &w, 0, test); err != nil || w != expected {
						t.Errorf("%+v: rows from %d on: %d are kept, %v, want %d", test.Values.Strings, lo, w.Count(), err, expected.Count())
						return
					}
				}
			})
		}
		all.Wait()
	}
}

// TestAskingStopsWithTheContext tests few rows in a context that has ended, and
// then in one that has not.
func TestAskingStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v := manyCodes(t, 1000, 1000)[0]
	for i := range textTests {
		test := Test{Values: &textTests[i]}.Prepare()
		var w bitmap.Words
		w.Fill(10)
		if err := v.Keep(ctx, &w, 0, test); !errors.Is(err, context.Canceled) {
			t.Errorf("%+v: %v, want %v", test.Values.Strings, err, context.Canceled)
		}
		w.Fill(10)
		if err := v.Keep(t.Context(), &w, 0, test); err != nil {
			t.Errorf("%+v: %v", test.Values.Strings, err)
		}
		if n := testing.AllocsPerRun(10, func() {
			w.Fill(10)
			if err := v.Keep(t.Context(), &w, 0, test); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%+v: texts that are known are looked up with %v allocations", test.Values.Strings, n)
		}
	}
}

// TestDictionaryMatchStopsWithTheContext ends one caller's context, and not the
// next one's.
func TestDictionaryMatchStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v := manyCodes(t, 100, 1000)[0]
	test := Test{Values: &rule.Values{Strings: rule.Strings{Op: rule.StringContains, List: []string{"9"}}}}.Prepare()
	var w bitmap.Words
	if err := v.Match(ctx, &w, test); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if err := v.Match(t.Context(), &w, test); err != nil || w.Count() != 190 {
		t.Errorf("%d rows, %v, want 190", w.Count(), err)
	}
}

// TestKeepPassing selects codes of all widths by every shape of what passes.
func TestKeepPassing(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 15))
	for range 200 {
		n := 1 + r.IntN(256)
		p := &passing{bits: make([]uint64, 4), lo: int64(n), hi: -1}
		codes, wide := make([]uint8, 300), make([]uint32, 300)
		for i := range codes {
			codes[i] = uint8(r.IntN(n))
			wide[i] = uint32(codes[i])
		}
		count := 0
		for c := range n {
			if r.IntN(n) < 3 {
				p.bits[c/64] |= 1 << (c % 64)
				p.lo, p.hi = min(p.lo, int64(c)), int64(c)
				count++
			}
		}
		p.dense = p.hi-p.lo+1 == int64(count)
		var w, w2 bitmap.Words
		w.Fill(len(codes))
		w2.Fill(len(codes))
		keepPassing(&w, codes, p)
		keepPassing(&w2, wide, p)
		for i, c := range codes {
			want := p.bits[c/64]>>(c%64)&1 == 1
			if w.Has(uint16(i)) != want || w2.Has(uint16(i)) != want {
				t.Fatalf("seed %d: code %d is kept: %v and %v, want %v", *seed, c, w.Has(uint16(i)), w2.Has(uint16(i)), want)
			}
		}
	}
}
