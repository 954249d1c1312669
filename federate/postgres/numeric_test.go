package postgres

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// encode writes a decimal as the server sends it: groups of four digits from the
// point on, without those that are 0 at both ends.
func encode(text string) []byte {
	sign := uint16(signPositive)
	if digits, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = signNegative, digits
	}
	whole, fraction, _ := strings.Cut(text, ".")
	scale := len(fraction)
	whole = strings.Repeat("0", (4-len(whole)%4)%4) + whole
	fraction += strings.Repeat("0", (4-scale%4)%4)
	weight := len(whole)/4 - 1
	var groups []uint16
	for digits := whole + fraction; len(digits) > 0; digits = digits[4:] {
		var group uint16
		_, _ = fmt.Sscanf(digits[:4], "%d", &group) // digits it has
		groups = append(groups, group)
	}
	for len(groups) > 0 && groups[0] == 0 {
		groups, weight = groups[1:], weight-1
	}
	for len(groups) > 0 && groups[len(groups)-1] == 0 {
		groups = groups[:len(groups)-1]
	}
	if len(groups) == 0 {
		weight = 0
	}
	v := binary.BigEndian.AppendUint16(nil, uint16(len(groups)))
	v = binary.BigEndian.AppendUint16(v, uint16(int16(weight)))
	v = binary.BigEndian.AppendUint16(v, sign)
	v = binary.BigEndian.AppendUint16(v, uint16(scale))
	for _, g := range groups {
		v = binary.BigEndian.AppendUint16(v, g)
	}
	return v
}

func TestNumeric(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for _, c := range []struct {
		text             string
		precision, scale int32
		want             string // unscaled; "" where it does not fit
	}{
		{"0", 9, 2, "0"},
		{"0.00", 38, 10, "0"},
		{"1", 9, 2, "100"},
		{"-12.5", 9, 2, "-1250"},
		{"0.0001", 9, 4, "1"},
		{"0.0001", 9, 3, ""},
		{"0.05", 9, 1, ""},
		{"12345678.90", 10, 2, "1234567890"},
		{"12345678.90", 9, 2, ""},
		{"10000000000000000000000", 38, 10, "100000000000000000000000000000000"},
		{nines, 38, 0, nines},
		{"-" + nines, 38, 0, "-" + nines},
		{nines[:1] + "." + nines[1:], 38, 37, nines},
		{nines[:36] + "." + nines[36:], 38, 2, nines},
		{nines[:36] + "." + nines[36:], 38, 3, ""},
		{nines + "9", 38, 0, ""},
		{strings.Repeat("9", 200), 38, 0, ""},
	} {
		n, err := parseNumeric(encode(c.text))
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		if got := n.String(); got != c.text {
			t.Errorf("%s is written as %s", c.text, got)
		}
		x, ok := n.unscaled(c.precision, c.scale)
		if got := x.BigInt().String(); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s as numeric(%d,%d) is %s (%v), want %q", c.text, c.precision, c.scale, got, ok, c.want)
		}
	}
}

// TestNumericRandom writes random decimals as the server does and reads them.
func TestNumericRandom(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		var digits strings.Builder
		for range 1 + r.IntN(38) {
			digits.WriteByte(byte('0' + r.IntN(10)*r.IntN(2)))
		}
		unscaled, _ := new(big.Int).SetString(digits.String(), 10)
		if r.IntN(2) == 0 {
			unscaled.Neg(unscaled)
		}
		scale := int32(r.IntN(39))
		text := decimal128.FromBigInt(unscaled).ToString(scale)
		n, err := parseNumeric(encode(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got, ok := n.unscaled(38, scale); !ok || got.BigInt().Cmp(unscaled) != 0 {
			t.Fatalf("%s with scale %d is %s (%v), want %s", text, scale, got.BigInt(), ok, unscaled)
		}
	}
}

func TestNumericType(t *testing.T) {
	modifier := func(precision, scale int32) int32 { return precision<<16 | scale&0x7ff + 4 }
	for _, c := range []struct {
		modifier         int32
		precision, scale int32 // 0: not read
		name             string
	}{
		{modifier(12, 2), 12, 2, ""},
		{modifier(38, 38), 38, 38, ""},
		{modifier(3, -2), 5, 0, ""},
		{modifier(2, 4), 4, 4, ""},
		{modifier(39, 0), 0, 0, "numeric(39,0), of more than 38 digits"},
		{modifier(30, -10), 0, 0, "numeric(30,-10), of more than 38 digits"},
		{-1, 0, 0, "numeric without a precision (cast it to numeric(p,s) in a view)"},
	} {
		got := numericType(c.modifier)
		if got.precision != c.precision || got.scale != c.scale || got.name != c.name {
			t.Errorf("modifier %d is numeric(%d,%d) %q, want numeric(%d,%d) %q", c.modifier, got.precision, got.scale, got.name, c.precision, c.scale, c.name)
		}
	}
}

// FuzzDecode reads arbitrary bytes as values of every type: none may panic.
func FuzzDecode(f *testing.F) {
	f.Add(encode("-12345.678"))
	f.Add(binary.BigEndian.AppendUint32(make([]byte, 16), 4))
	f.Fuzz(func(t *testing.T, v []byte) {
		for k := kindBoolean; k <= kindInstant; k++ {
			for _, isList := range []bool{false, true} {
				c := scalar(k, 10<<16|2+4)
				if c.isList = isList; c.kind == kindAnyNumeric && isList {
					continue
				}
				col := newColumn(memoryOf(t), &c, new(int64))
				_ = col.value(v) // an error is as good
				col.take().Release()
				col.release()
			}
		}
	})
}
