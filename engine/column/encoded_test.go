package column

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
)

// sameValue returns a value in a form that differs where any bit of it does.
func sameValue(x any) string {
	if f, ok := x.(float64); ok {
		return fmt.Sprintf("%x", math.Float64bits(f))
	}
	return fmt.Sprintf("%T %v", x, x)
}

// TestEncodedGivesBackValues encodes random rows of random columns, and decodes
// random pieces of them into one buffer.
func TestEncodedGivesBackValues(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 11))
	for _, typ := range allTypes {
		var buf Buffer
		for range 100 {
			b := randomBuilder(r, typ, 1+r.IntN(300))
			var d *DictionaryBuilder
			if typ.Elem() == stringType && r.IntN(2) == 0 {
				d = NewDictionaryBuilder(r.IntN(2 * len(someStrings)))
			}
			rows := make([]uint32, r.IntN(300))
			for i := range rows {
				rows[i] = uint32(r.IntN(b.Len()))
			}
			e := encoded(t, b, rows, d)
			want := vectorOf(t, b)
			for range 5 {
				lo := r.IntN(len(rows) + 1)
				hi := lo + r.IntN(len(rows)-lo+1)
				v := e.Decode(&buf, lo, hi)
				if v.Len() != hi-lo || v.Type() != typ {
					t.Fatalf("seed %d: %d values of type %s, want %d of %s", *seed, v.Len(), v.Type(), hi-lo, typ)
				}
				for i := range v.Len() {
					if got, want := sameValue(v.Value(i)), sameValue(want.Value(int(rows[lo+i]))); got != want {
						t.Fatalf("seed %d: %s: row %d of %d to %d is %s, want %s", *seed, typ, i, lo, hi, got, want)
					}
				}
			}
		}
	}
}

// TestVectorsAgree holds random columns in every way, and takes them apart by
// every method.
func TestVectorsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 12))
	for _, typ := range allTypes {
		for range 20 {
			b := randomBuilder(r, typ, r.IntN(200))
			vectors := vectorsOf(t, r, b)
			for form, v := range vectors {
				again := NewBuilder(typ, 1)
				v.AppendTo(again)
				appended := vectorOf(t, again)
				for i := range v.Len() {
					want := sameValue(vectors[0].Value(i))
					if got := sameValue(v.Value(i)); got != want {
						t.Fatalf("seed %d: %s: form %d: row %d is %s, want %s", *seed, typ, form, i, got, want)
					}
					if got := sameValue(appended.Value(1 + i)); got != want {
						t.Fatalf("seed %d: %s: form %d: row %d is appended as %s, want %s", *seed, typ, form, i, got, want)
					}
					if got := plainValue(v, i); got != want {
						t.Fatalf("seed %d: %s: form %d: row %d is %s of all, want %s", *seed, typ, form, i, got, want)
					}
				}
			}
		}
	}
}

// plainValue returns sameValue of a row, by the methods that give no any.
func plainValue(v *Vector, row int) string {
	var value any
	switch typ := v.Type(); {
	case v.IsNull(row):
	case typ.IsArray():
		return sameValue(v.Value(row))
	case typ.Kind == model.String:
		value = v.Text(row)
		if codes, d := v.Codes(); d != nil {
			value = d.Text(codes[row])
		}
	case typ.Repr == model.Float64:
		value = v.Floats()[row]
	case typ.Repr == model.Decimal && !v.IsWhole():
		value = Decimal{v.Decimals()[row], int32(typ.Scale)}
	case typ.Repr == model.Decimal:
		value = Decimal{v.Decimal(row), int32(typ.Scale)}
	default:
		value = wholeValue(typ, v.Ints([]int64{7}, []uint32{uint32(row)})[1])
	}
	return sameValue(value)
}

// wholeValue returns the value of a type that a whole number stands for.
func wholeValue(typ model.Type, x int64) any {
	switch typ.Kind {
	case model.Boolean:
		return x == 1
	case model.Date:
		return Day(x)
	case model.Timestamp:
		return time.UnixMicro(x).UTC()
	}
	return x
}

// TestMatchOfEncodedIsThatOfPlain compares what a test selects of a column that is
// held in all ways.
func TestMatchOfEncodedIsThatOfPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 13))
	for _, typ := range allTypes {
		for range 50 {
			vectors := vectorsOf(t, r, randomBuilder(r, typ, r.IntN(1000)))
			test := randomTest(r, typ)
			if r.IntN(2) == 0 {
				test = test.Prepare()
			}
			var want bitmap.Words
			if err := vectors[0].Match(t.Context(), &want, test); err != nil {
				t.Fatal(err)
			}
			for form, v := range vectors {
				var w bitmap.Words
				if err := v.Match(t.Context(), &w, test); err != nil || w != want {
					t.Fatalf("seed %d: %s: form %d selects %d rows, %v, want %d, by %+v", *seed, typ, form, w.Count(), err, want.Count(), test.Values)
				}
			}
		}
	}
}

// TestTimesAreNullAtTheEnd gives the times of events of which the last are undated.
func TestTimesAreNullAtTheEnd(t *testing.T) {
	var buf Buffer
	times := make([]int64, 150)
	for i := range times {
		times[i] = int64(i)
	}
	for _, c := range []struct{ dated, n int }{{150, 150}, {0, 0}, {0, 70}, {8, 150}, {63, 64}, {65, 70}, {149, 150}} {
		v := buf.Times(times[:c.dated], c.n)
		if v.Len() != c.n || v.Type().Kind != model.Timestamp {
			t.Errorf("%d of %d: %d of type %s", c.dated, c.n, v.Len(), v.Type())
		}
		for i := range v.Len() {
			if v.IsNull(i) != (i >= c.dated) || !v.IsNull(i) && v.Value(i) != time.UnixMicro(int64(i)).UTC() {
				t.Errorf("%d of %d: row %d is %v", c.dated, c.n, i, v.Value(i))
			}
		}
	}
}

// TestDecodeDoesNotAllocate decodes into a buffer that has grown.
func TestDecodeDoesNotAllocate(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 14))
	for _, typ := range allTypes {
		var d *DictionaryBuilder
		if typ.Elem() == stringType {
			d = NewDictionaryBuilder(100)
		}
		b := randomBuilder(r, typ, 200)
		b.valid[0] = false
		for _, e := range []*Encoded{encoded(t, b, allRows(200), d), encoded(t, b, allRows(200), nil)} {
			var buf Buffer
			e.Decode(&buf, 0, 200)
			if n := testing.AllocsPerRun(10, func() { e.Decode(&buf, 1, 199) }); n != 0 {
				t.Errorf("seed %d: %s: %s: decoding allocates %v times", *seed, typ, e.Kind(), n)
			}
		}
	}
}

// TestEncodeRefuses gives more text, and more elements, than offsets can tell.
func TestEncodeRefuses(t *testing.T) {
	texts := NewBuilder(stringType, 1)
	texts.SetString(0, strings.Repeat("x", 1<<20))
	lists := NewBuilder(listType, 1)
	lists.SetList(0, 1<<20)
	for _, c := range []struct {
		b    *Builder
		rows int
		want string
	}{
		{texts, 2048, "2147483648 bytes of text, or list elements, in one block of 65536 customers; at most 2147483647 fit"},
		{lists, 65, "68157440 bytes of text, or list elements, in one block of 65536 customers; at most 67108864 fit"},
	} {
		_, err := AppendEncoded(nil, c.b, make([]uint32, c.rows), NewDictionaryBuilder(0))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.b.Type(), err, c.want)
		}
	}
	if _, err := AppendEncoded(nil, texts, make([]uint32, 2048), NewDictionaryBuilder(1)); err != nil {
		t.Errorf("codes of one long text: %v", err)
	}
}

// equalLists returns the bytes of two lists that end at first and last, of elements
// that are all 0: a few bytes, however many these are.
func equalLists(first, last int64) []byte {
	data := appendSized([]byte{0, byte(formLists), 0, 0, 0, 0, 0, 0}, []int64{first, last})
	data = append(data, 0, byte(formInts), 0, 0, 0, 0, 0, 0)
	at := len(data)
	data = encoding.AppendInts(data, []int64{0})
	const kindAndWidth = 1<<16 - 1 // what stands below the count
	word := binary.LittleEndian.Uint64(data[at:])&kindAndWidth | uint64(last)<<16
	binary.LittleEndian.PutUint64(data[at:], word)
	return data
}

// TestManyEqualElements gives a few bytes that say that there are a great many: more
// than are ever written are refused, and of others only those asked for are decoded.
func TestManyEqualElements(t *testing.T) {
	_, err := ParseEncoded(listType, equalLists(3, maxElements+1), 2, nil)
	want := "column: values of type number_array (int64): list 1 ends at 67108865, expected 3 to 67108864"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	data := equalLists(maxElements-3, maxElements)
	e, err := ParseEncoded(listType, data, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	var buf Buffer
	if v := e.Decode(&buf, 1, 2); fmt.Sprint(v.Value(0)) != "[0 0 0]" || cap(buf.elems.ints) > 10 {
		t.Errorf("list 1 of %d bytes is %v, in room for %d elements", len(data), v.Value(0), cap(buf.elems.ints))
	}
}

// TestBufferForgets decodes columns whose values, NULLs and texts lie in the bytes
// they come from, and forgets them.
func TestBufferForgets(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 17))
	for _, typ := range allTypes {
		var d *DictionaryBuilder
		if typ.Elem() == stringType {
			d = NewDictionaryBuilder(100)
		}
		b := randomBuilder(r, typ, 200)
		for _, e := range []*Encoded{encoded(t, b, allRows(200), d), encoded(t, b, allRows(200), nil)} {
			var buf Buffer
			e.Decode(&buf, 0, 200)
			buf.Forget()
			for at := &buf; at != nil; at = at.elems {
				if !reflect.ValueOf(at.vector).IsZero() {
					t.Errorf("seed %d: %s: %s: a vector is kept", *seed, typ, e.Kind())
				}
			}
			if n := testing.AllocsPerRun(10, func() { e.Decode(&buf, 1, 199) }); n != 0 {
				t.Errorf("seed %d: %s: %s: decoding allocates %v times", *seed, typ, e.Kind(), n)
			}
		}
	}
}

// TestParseEncodedRefuses changes single bytes of good columns.
func TestParseEncodedRefuses(t *testing.T) {
	texts := NewBuilder(stringType, 3)
	texts.SetString(0, "a")
	texts.SetString(2, "b")
	long := NewBuilder(longType, 3)
	d := NewDictionaryBuilder(10)
	encode := func(b *Builder, d *DictionaryBuilder) []byte {
		data, err := AppendEncoded(nil, b, []uint32{0, 1, 2}, d)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	lists := NewBuilder(listType, 3)
	lists.SetList(0, 2)
	lists.SetList(2, 1)
	asCodes, asTexts, asDecimals, asLists := encode(texts, d), encode(texts, nil), encode(long, nil), encode(lists, nil)
	one := NewDictionaryBuilder(1)
	one.Code([]byte("a"))
	dict := func(d *DictionaryBuilder) *Dictionary {
		dict, err := ParseDictionary(d.AppendTo(nil))
		if err != nil {
			t.Fatal(err)
		}
		return dict
	}
	set := func(data []byte, at int, b byte) []byte {
		data = append([]byte(nil), data...)
		data[at] = b
		return data
	}
	for _, c := range []struct {
		typ  model.Type
		data []byte
		dict *Dictionary
		want string
	}{
		{stringType, nil, nil, "column: values of type string: 0 bytes, expected at least 8"},
		{stringType, set(asTexts, 0, 2), nil, "column: values of type string: header 0x0000000000000402, of which this version knows only the bits 0x000000000000ff01"},
		{stringType, set(asTexts, 7, 1), nil, "column: values of type string: header 0x0100000000000401, of which this version knows only the bits 0x000000000000ff01"},
		{stringType, set(asTexts, 1, 9), nil, "column: values of type string: form 9, which is none of theirs"},
		{int64Type, asTexts, nil, "column: values of type number (int64): form 4, which is none of theirs"},
		{int64Type, asCodes, dict(d), "column: values of type number (int64): form 5, which is none of theirs"},
		{listType, asTexts, nil, "column: values of type number_array (int64): form 4, which is none of theirs"},
		{stringType, asTexts[:8], nil, "column: values of type string: 0 bytes after the header, expected at least 8 to say which of 3 values are NULL"},
		{stringType, asTexts[:16], nil, "column: values of type string: encoding: 0 bytes are too few for texts"},
		{stringType, asCodes, nil, "column: values of type string: codes without a dictionary"},
		{stringType, asCodes[:16], dict(d), "column: values of type string: encoding: 0 bytes are too few for a header"},
		{stringType, asCodes, dict(one), "column: values of type string: code 1, of a dictionary of 1 values"},
		{listType, set(asLists, 32, 0x80), nil, "column: values of type number_array (int64): list 1 ends at 2, expected 128 to 67108864"},
		{listType, asLists[:56], nil, "column: values of type number_array (int64): elements: 0 bytes, expected at least 8"},
		{longType, asDecimals[:16], nil, "column: values of type number (decimal(38,10)): 0 bytes, expected at least 8"},
		{longType, set(asDecimals, 16, 200), nil, "column: values of type number (decimal(38,10)): 200 bytes of numbers, of 32 in all"},
	} {
		_, err := ParseEncoded(c.typ, c.data, 3, c.dict)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %x gives\n%v, want\n%s", c.typ, c.data, err, c.want)
		}
	}
}

// exercise calls everything that a parsed column has.
func exercise(t *testing.T, r *rand.Rand, e *Encoded) {
	var buf Buffer
	lo := r.IntN(e.Len() + 1)
	for _, v := range []*Vector{e.Decode(&buf, 0, e.Len()), e.Decode(&buf, lo, e.Len())} {
		for i := range v.Len() {
			v.Value(i)
		}
		v.AppendTo(NewBuilder(v.Type(), 1))
		v.Take(allRows(v.Len()))
		var w bitmap.Words
		if err := v.Match(t.Context(), &w, randomTest(r, v.Type())); err != nil {
			t.Fatal(err)
		}
	}
	if e.Kind() == "" {
		t.Error("an encoding without a kind")
	}
}

func FuzzParseEncoded(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	d := NewDictionaryBuilder(len(someStrings))
	for i, typ := range allTypes {
		for range 4 {
			b := randomBuilder(r, typ, r.IntN(100))
			data, err := AppendEncoded(nil, b, allRows(b.Len()), d)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), uint16(b.Len()), data)
		}
	}
	dict, err := ParseDictionary(d.AppendTo(nil))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind uint8, n uint16, data []byte) {
		e, err := ParseEncoded(allTypes[int(kind)%len(allTypes)], data, int(n), dict)
		if err != nil || e.elems != nil && e.elems.Len() > 1<<20 { // one number may stand for any of them
			return
		}
		exercise(t, rand.New(rand.NewPCG(1, uint64(n))), e)
	})
}

func FuzzParseDictionary(f *testing.F) {
	d := NewDictionaryBuilder(10)
	f.Add(d.AppendTo(nil))
	for _, text := range []string{"JPY", "USD", "", "日本"} {
		d.Code([]byte(text))
		f.Add(d.AppendTo(nil))
	}
	f.Add(binary.LittleEndian.AppendUint64(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseDictionary(data)
		if err != nil {
			return
		}
		size := 0
		for code := range d.Len() {
			size += len(d.Text(uint32(code)))
		}
		if size > len(data) {
			t.Errorf("%d bytes of texts in %d bytes", size, len(data))
		}
	})
}
