package column

import (
	"context"
	"encoding/binary"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Test is a test of a value, with nothing left to resolve.
type Test struct {
	IsNull bool         // passes exactly the NULLs; the rest is ignored
	Quant  rule.Quant   // of a list
	Values *rule.Values // the values (of a list: elements) that pass

	texts  *texts  // of Values.Strings, where Prepare has been called
	passed *passed // by dictionaries, where Prepare has been called
	ints   *wholes // of Values.Ints, where Prepare has been called
	narrow *wholes // of Values.Decimals, for those of up to 18 digits, where Prepare has been called
}

// Prepare returns a test that passes the same values and is quicker where it is
// used for many blocks: what there is to work out of a pattern or of a long list
// has been worked out, and which values of a [Dictionary] pass is
// remembered from the first block on, as long as the test is in use. It is safe
// for concurrent use, as t is.
func (t Test) Prepare() Test {
	if t.texts == nil && t.Values != nil {
		t.texts, t.passed = newTexts(&t.Values.Strings), new(passed)
		if t.Values.Ints != nil {
			t.ints = newWholes(t.Values.Ints)
		}
		if t.Values.Decimals != nil {
			t.narrow = newWholes(narrowRanges(t.Values.Decimals))
		}
	}
	return t
}

// Match sets w to the rows of v that pass t. v holds at most bitmap.BlockRows
// rows. Where a row may take long, it stops soon after ctx ends, with its error.
func (v *Vector) Match(ctx context.Context, w *bitmap.Words, t Test) error {
	w.Fill(v.n)
	return v.Keep(ctx, w, 0, t)
}

// Keep takes the rows out of w that do not pass t: a row that is not in w is
// mostly not looked at. Bit i of w is row base+i of v, and w holds no bit for a
// row that v does not have; base is a multiple of 64. Where a row may take
// long, Keep stops soon after ctx ends, with its error.
func (v *Vector) Keep(ctx context.Context, w *bitmap.Words, base int, t Test) error {
	n := min(v.n-base, bitmap.BlockRows)
	switch {
	case t.IsNull:
		v.keepNulls(w, base, n)
		return nil
	case v.typ.IsArray():
		v.DropNulls(w, base)
		return v.keepLists(ctx, w, base, t)
	case v.dict != nil:
		v.DropNulls(w, base)
		return v.keepCodes(ctx, w, base, n, t.Prepare())
	case v.typ.Kind == model.String:
		v.DropNulls(w, base)
		return v.keepStrings(ctx, w, base, t.Prepare())
	}
	v.keepRanges(w, base, n, t)
	v.DropNulls(w, base)
	return nil
}

// ctxWords is how many words of 64 rows are matched between two looks at the
// context: a pattern may take a millisecond a row.
const ctxWords = 4

// bitsFrom returns 64 bits of a bitmap from bit i on, a multiple of 64. Bits past
// the last row are anything.
func bitsFrom(bitmap []byte, i int) uint64 {
	rest := bitmap[i/8:]
	if len(rest) >= 8 {
		return binary.LittleEndian.Uint64(rest)
	}
	var word uint64
	for i, b := range rest {
		word |= uint64(b) << (8 * i)
	}
	return word
}

// DropNulls takes the rows out of w that are NULL; w and base are as in Keep.
func (v *Vector) DropNulls(w *bitmap.Words, base int) {
	if v.valid == nil {
		return
	}
	for i := 0; i*64 < min(v.n-base, bitmap.BlockRows); i++ {
		if w[i] != 0 { // else the bits there need not be read
			w[i] &= bitsFrom(v.valid, base+i*64)
		}
	}
}

// keepNulls takes the rows out of w that are not NULL.
func (v *Vector) keepNulls(w *bitmap.Words, base, n int) {
	if v.valid == nil {
		w.Clear()
		return
	}
	for i := 0; i*64 < n; i++ {
		w[i] &^= bitsFrom(v.valid, base+i*64)
	}
}

// keepRanges takes the rows out of w whose value does not pass t, for all types but
// strings and lists. NULL rows stay or go.
func (v *Vector) keepRanges(w *bitmap.Words, base, n int, t Test) {
	if !t.Values.Except { // only tests of elements have it; here it costs a look at every row
		v.keepMembers(w, base, n, t)
		return
	}
	all := *w
	v.keepMembers(w, base, n, t)
	for i := range w {
		w[i] = all[i] &^ w[i]
	}
}

// keepMembers is keepRanges as if t had no Except.
func (v *Vector) keepMembers(w *bitmap.Words, base, n int, t Test) {
	switch values := t.Values; {
	case v.typ.Kind == model.Boolean:
		v.keepBools(w, base, n, values.Bools)
	case v.floats != nil:
		keepFloats(w, v.floats[base:base+n], values.Floats)
	case v.decimals != nil:
		keepDecimals(w, v.decimals[base:base+n], values.Decimals)
	case isNarrow(v.typ) && len(values.Decimals) == 1:
		r := values.Decimals[0]
		spanWhole(w, v.ints[base:base+n], clampInt64(r.Lo), clampInt64(r.Hi))
	case isNarrow(v.typ) && t.narrow != nil:
		keepWholes(w, v.ints[base:base+n], t.narrow)
	case isNarrow(v.typ):
		keepWholes(w, v.ints[base:base+n], newWholes(narrowRanges(values.Decimals)))
	case v.days != nil:
		keepWholes(w, v.days[base:base+n], t.ofInts())
	case v.ints != nil:
		keepWholes(w, v.ints[base:base+n], t.ofInts())
	}
}

// ofInts returns the set of Values.Ints.
func (t Test) ofInts() *wholes {
	if t.ints != nil {
		return t.ints
	}
	return newWholes(t.Values.Ints)
}

// keepBools takes the rows out of w whose value is not wanted.
func (v *Vector) keepBools(w *bitmap.Words, base, n int, wanted []bool) {
	var masks [2]uint64 // for false and for true: all bits where wanted
	for _, b := range wanted {
		masks[index(b)] = ^uint64(0)
	}
	for i := 0; i*64 < n; i++ {
		word := bitsFrom(v.bools, base+i*64)
		w[i] &= word&masks[1] | ^word&masks[0]
	}
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}
