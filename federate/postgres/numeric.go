package postgres

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Signs of a numeric.
const (
	signPositive = 0x0000
	signNegative = 0x4000
	signNaN      = 0xc000
	signPlusInf  = 0xd000
	signMinusInf = 0xf000
)

// groupDigits is how many decimal digits a digit of numeric, in base 10,000, has.
const (
	groupDigits = 4
	groupBase   = 10_000
)

var (
	errNotFinite = errors.New("an infinite numeric cannot be read")
	errWide      = errors.New("a numeric does not fit its type")
)

// numeric is a value as it is sent.
type numeric struct {
	groups []byte // digits in base 10,000, two bytes each
	weight int    // of the first group, in groups left of the point, less 1
	sign   uint16
	scale  int // digits after the point that the value shows
}

// parseNumeric reads a value as numeric_send in PostgreSQL's source writes it.
func parseNumeric(v []byte) (numeric, error) {
	const head = 8
	if len(v) < head || len(v) != head+2*int(binary.BigEndian.Uint16(v)) {
		return numeric{}, fmt.Errorf("%w: a numeric of %d bytes", errBadLength, len(v))
	}
	return numeric{
		groups: v[head:], weight: int(int16(binary.BigEndian.Uint16(v[2:]))),
		sign: binary.BigEndian.Uint16(v[4:]), scale: int(binary.BigEndian.Uint16(v[6:])),
	}, nil
}

// powers of ten that one group can be multiplied with or divided by.
var powers = [...]uint64{1, 10, 100, 1000, groupBase}

// unscaled returns the value times 10^scale; ok is false where that is no whole
// number of at most precision digits, or the value is not finite.
func (n *numeric) unscaled(precision, scale int32) (x decimal128.Num, ok bool) {
	if n.sign != signPositive && n.sign != signNegative {
		return x, false
	}
	var hi, lo uint64
	// exponent is how many digits a group stands left of the last one that is kept.
	exponent := groupDigits*n.weight + int(scale)
	for i := 0; i < len(n.groups); i += 2 {
		group, shift := uint64(binary.BigEndian.Uint16(n.groups[i:])), uint64(groupBase)
		if exponent < 0 { // some of its digits, or all, are beyond the scale
			beyond := powers[min(-exponent, groupDigits)]
			if group%beyond != 0 {
				return x, false
			}
			group, shift = group/beyond, powers[max(groupDigits+exponent, 0)]
		}
		if hi, lo, ok = shifted(hi, lo, shift, group); !ok {
			return x, false
		}
		exponent -= groupDigits
	}
	for left := exponent + groupDigits; left > 0 && hi|lo != 0; left -= groupDigits {
		if hi, lo, ok = shifted(hi, lo, powers[min(left, groupDigits)], 0); !ok {
			return x, false
		}
	}
	x = decimal128.New(int64(hi), lo)
	if !x.FitsInPrecision(precision) {
		return x, false
	}
	if n.sign == signNegative {
		x = x.Negate()
	}
	return x, true
}

// shifted returns a number of 128 bits times factor, plus more; ok is false where it
// does not fit 127 bits.
func shifted(hi, lo, factor, more uint64) (uint64, uint64, bool) {
	over, top := bits.Mul64(hi, factor)
	carry, low := bits.Mul64(lo, factor)
	low, c := bits.Add64(low, more, 0)
	top, c = bits.Add64(top, carry, c)
	return top, low, over == 0 && c == 0 && top>>63 == 0
}

// String writes the value as PostgreSQL does.
func (n *numeric) String() string {
	switch n.sign {
	case signNaN:
		return "NaN"
	case signPlusInf:
		return "Infinity"
	case signMinusInf:
		return "-Infinity"
	}
	var b strings.Builder
	if n.sign == signNegative {
		b.WriteByte('-')
	}
	if n.weight < 0 {
		b.WriteByte('0')
	}
	for i := range n.weight + 1 {
		if i == 0 {
			b.WriteString(strconv.Itoa(int(n.group(0))))
		} else {
			fmt.Fprintf(&b, "%04d", n.group(i))
		}
	}
	if n.scale > 0 {
		var fraction strings.Builder
		for i := n.weight + 1; fraction.Len() < n.scale; i++ {
			fmt.Fprintf(&fraction, "%04d", n.group(i))
		}
		b.WriteByte('.')
		b.WriteString(fraction.String()[:n.scale])
	}
	return b.String()
}

// group returns a group by its place from the first one; those that are not sent
// are 0.
func (n *numeric) group(i int) uint16 {
	if i < 0 || 2*i >= len(n.groups) {
		return 0
	}
	return binary.BigEndian.Uint16(n.groups[2*i:])
}

// decimalAdder appends values of a numeric with a precision; NaN becomes NULL.
func decimalAdder(b *array.Decimal128Builder, c *columnType, nans *int64) func(v []byte) error {
	return func(v []byte) error {
		n, err := parseNumeric(v)
		if err != nil {
			return err
		}
		x, ok := n.unscaled(c.precision, c.scale)
		switch {
		case ok:
			b.Append(x)
		case n.sign == signNaN:
			*nans++
			b.AppendNull()
		case n.sign == signPlusInf || n.sign == signMinusInf:
			return errNotFinite
		default:
			return fmt.Errorf("%w: %s as numeric(%d,%d)", errWide, n.String(), c.precision, c.scale)
		}
		return nil
	}
}

// anyNumeric is a column of numeric without a precision, of a result. What was
// collected first decides the type: decimals of 38 digits where it fits them, else text.
type anyNumeric struct {
	mem    memory.Allocator
	values [][]byte // until the type is known; nil for NULL
	typed  *built   // from then on
}

func (a *anyNumeric) null() {
	if a.typed != nil {
		a.typed.null()
		return
	}
	a.values = append(a.values, nil)
}

func (a *anyNumeric) value(v []byte) error {
	if a.typed != nil {
		return a.typed.value(v)
	}
	if _, err := parseNumeric(v); err != nil {
		return err
	}
	a.values = append(a.values, append(make([]byte, 0, len(v)), v...))
	return nil
}

func (a *anyNumeric) take() arrow.Array {
	if a.typed == nil {
		a.decide()
	}
	return a.typed.take()
}

func (a *anyNumeric) release() {
	if a.typed != nil {
		a.typed.release()
	}
}

// decide makes a builder of the type that holds all values, and appends them.
func (a *anyNumeric) decide() {
	scale, fits := 0, true
	for _, v := range a.values {
		if n, err := parseNumeric(v); v != nil && err == nil {
			scale = max(scale, n.scale)
		}
	}
	for _, v := range a.values {
		if n, err := parseNumeric(v); v != nil && err == nil && n.sign != signNaN && fits {
			_, fits = n.unscaled(maxDigits, int32(scale))
		}
	}
	a.typed = newAnyNumeric(a.mem, scale, fits && scale <= maxDigits)
	for _, v := range a.values {
		if v == nil || a.typed.value(v) != nil { // the type was made for the value
			a.typed.null()
		}
	}
	a.values = nil
}

// newAnyNumeric returns a column of decimals with scale digits after the point, or
// of text.
func newAnyNumeric(mem memory.Allocator, scale int, isDecimal bool) *built {
	if !isDecimal {
		b := array.NewStringBuilder(mem)
		return &built{b, func(v []byte) error {
			n, err := parseNumeric(v)
			b.Append(n.String())
			return err
		}}
	}
	c := &columnType{precision: maxDigits, scale: int32(scale)}
	b := array.NewDecimal128Builder(mem, &arrow.Decimal128Type{Precision: c.precision, Scale: c.scale})
	add := decimalAdder(b, c, new(int64))
	return &built{b, func(v []byte) error {
		if err := add(v); err != nil {
			return fmt.Errorf("%w, the type that the first rows have: cast the column in the statement", err)
		}
		return nil
	}}
}
