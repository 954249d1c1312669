package column

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/model"
)

// randomTexts sets rows of builders to equal texts, of which some come often, some
// once, and some are long; some rows are NULL.
func randomTexts(r *rand.Rand, n int, builders ...*Builder) {
	for row := range n {
		text := fmt.Sprint(r.IntN(20))
		switch r.IntN(5) {
		case 0:
			continue
		case 1:
			text = fmt.Sprint("once ", row)
		case 2:
			text = strings.Repeat("x", r.IntN(2*maxSharedText))
		}
		for _, b := range builders {
			b.SetString(row, text)
		}
	}
}

// sameRows compares rows of a builder with those of another one.
func sameRows(t *testing.T, name string, got, want *Builder, rows []uint32) {
	t.Helper()
	for i, row := range rows {
		if got.IsNull(i) != want.IsNull(int(row)) || !got.IsNull(i) && got.Text(i) != want.Text(int(row)) {
			t.Fatalf("%s: row %d is not row %d", name, i, row)
		}
	}
	if got.Len() != len(rows) {
		t.Fatalf("%s: %d rows, want %d", name, got.Len(), len(rows))
	}
}

// TestSharedTexts compares builders that share few, many or all of their texts with
// one that does not.
func TestSharedTexts(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for _, limit := range []int{0, 1, 10, 400, 10_000} {
		const n = 1000
		texts := NewTexts(limit)
		plain, shared := NewBuilder(model.Type{Kind: model.String}, n), NewShared(n, texts)
		randomTexts(r, n, plain, shared)
		rows := make([]uint32, n)
		for i := range rows {
			rows[i] = uint32(r.IntN(n))
		}
		for name, to := range map[string]*Builder{
			"plain": NewBuilder(plain.Type(), 0), "shared": NewShared(0, texts), "of others": NewShared(0, NewTexts(7)),
		} {
			to.AppendRows(shared, rows[:n/2])
			to.AppendRows(plain, rows[n/2:])
			sameRows(t, fmt.Sprintf("%d texts, %s", limit, name), to, plain, rows)
		}
		for i := range n - 1 {
			if got, want := shared.Compare(i, i+1), plain.Compare(i, i+1); got != want {
				t.Fatalf("%d texts: rows %d and %d compare as %d, want %d", limit, i, i+1, got, want)
			}
		}
		x, y := NewDictionaryBuilder(300), NewDictionaryBuilder(300)
		for _, some := range [][]uint32{rows[:100], rows[100:200], rows[200:]} {
			got, err := AppendEncoded(nil, shared, some, x)
			if err != nil {
				t.Fatal(err)
			}
			want, err := AppendEncoded(nil, plain, some, y)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) || x.Len() != y.Len() {
				t.Fatalf("%d texts: shared ones are encoded otherwise", limit)
			}
		}
	}
}

// TestCodedInTwoSteps encodes columns of every type in two steps, the first of all
// before the second of any.
func TestCodedInTwoSteps(t *testing.T) {
	rows := []uint32{6, 0, 1, 2, 3, 4, 5}
	for _, b := range samples() {
		x, y := NewDictionaryBuilder(5), NewDictionaryBuilder(5)
		var all []*Coded
		for _, some := range [][]uint32{rows[:3], rows[3:], rows} {
			c, err := NewCoded(b, some, x)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		for i, some := range [][]uint32{rows[:3], rows[3:], rows} {
			want, err := AppendEncoded(nil, b, some, y)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := all[i].AppendTo(nil); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %d: %x, %v, want %x", b.Type(), i, got, err, want)
			}
		}
	}
}

// TestAppendRows copies rows of every type, behind a NULL.
func TestAppendRows(t *testing.T) {
	rows := []uint32{6, 0, 1, 2, 3, 4, 5, 6}
	for _, b := range samples() {
		got, want := NewBuilder(b.Type(), 1), NewBuilder(b.Type(), 1)
		got.Reserve(3)
		got.AppendRows(b, rows)
		arr, err := b.Take(rows)
		if err != nil {
			t.Fatal(err)
		}
		if err := want.Append(arr); err != nil {
			t.Fatal(err)
		}
		all := []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8}
		x, err := got.Take(all)
		if err != nil {
			t.Fatal(err)
		}
		y, err := want.Take(all)
		if err != nil {
			t.Fatal(err)
		}
		if !array.Equal(x, y) {
			t.Errorf("%s: got %v, want %v", b.Type(), x, y)
		}
	}
}

// TestCodedTexts sets rows to texts that have numbers, two of them the same text.
func TestCodedTexts(t *testing.T) {
	list := []string{"a", "b", "a", strings.Repeat("long", maxSharedText)}
	for _, b := range []*Builder{NewBuilder(model.Type{Kind: model.String}, 8), NewShared(8, NewTexts(1)), NewShared(8, NewTexts(9))} {
		set := NewCodedTexts(b, len(list), func(code int) string { return list[code] })
		for row := range 7 {
			set.Set(row, uint32(row%len(list)))
		}
		for row := range 7 {
			if got := b.Text(row); got != list[row%len(list)] {
				t.Errorf("row %d is %.10q", row, got)
			}
		}
		if !b.IsNull(7) {
			t.Error("row 7 is not NULL")
		}
	}
}
