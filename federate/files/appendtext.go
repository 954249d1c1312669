package files

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// textAppender returns the function that reads text as values of b's type and
// appends them. Text that does not fit the type is an error: the first pass
// found that all did.
func textAppender(b array.Builder) func(string) error {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		return func(s string) error {
			if s != "true" && s != "false" {
				return changed(s, "a boolean")
			}
			b.Append(s == "true")
			return nil
		}
	case *array.Int64Builder:
		return func(s string) error {
			v, err := strconv.ParseInt(s, 10, 64)
			if err != nil || !isNumber(s) {
				return changed(s, "a whole number")
			}
			b.Append(v)
			return nil
		}
	case *array.Float64Builder:
		return func(s string) error {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || !isNumber(s) {
				return changed(s, "a number")
			}
			b.Append(v)
			return nil
		}
	case *array.Decimal128Builder:
		return decimalAppender(b)
	case *array.Date32Builder:
		return func(s string) error {
			t, ok := parseTime(s)
			if !ok || !t.dateOnly {
				return changed(s, "a date")
			}
			b.Append(arrow.Date32(t.seconds / 86_400))
			return nil
		}
	case *array.TimestampBuilder:
		return timestampAppender(b)
	}
	text := b.(*array.StringBuilder)
	return func(s string) error { text.Append(s); return nil }
}

func changed(s, was string) error {
	return fmt.Errorf("%.40q is not %s like the others were at first; did the file change?", s, was)
}

func decimalAppender(b *array.Decimal128Builder) func(string) error {
	t := b.Type().(*arrow.Decimal128Type)
	return func(s string) error {
		v, ok := parseDecimal(s, int(t.Precision), int(t.Scale))
		if !ok {
			return changed(s, fmt.Sprintf("a decimal(%d,%d)", t.Precision, t.Scale))
		}
		b.Append(v)
		return nil
	}
}

// parseDecimal reads a number without an exponent as an unscaled integer. It
// fails where the number has more digits than precision or scale allow.
func parseDecimal(s string, precision, scale int) (decimal128.Num, bool) {
	if !isNumber(s) || strings.ContainsAny(s, "eE") {
		return decimal128.Num{}, false
	}
	positive, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(positive, ".")
	if len(fraction) > scale || whole != "0" && len(whole) > precision-scale {
		return decimal128.Num{}, false
	}
	ten := decimal128.FromU64(10)
	var n decimal128.Num
	for i := range len(whole) {
		n = n.Mul(ten).Add(decimal128.FromU64(uint64(whole[i] - '0')))
	}
	for i := range scale {
		n = n.Mul(ten)
		if i < len(fraction) {
			n = n.Add(decimal128.FromU64(uint64(fraction[i] - '0')))
		}
	}
	if negative {
		n = n.Negate()
	}
	return n, true
}

func timestampAppender(b *array.TimestampBuilder) func(string) error {
	nanos := b.Type().(*arrow.TimestampType).Unit == arrow.Nanosecond
	return func(s string) error {
		t, ok := parseTime(s)
		switch {
		case !ok, !nanos && t.digits > 6, nanos && !t.fitsNanos():
			return changed(s, "a date and time")
		case nanos:
			b.Append(arrow.Timestamp(t.seconds*1_000_000_000 + t.nanos))
		default:
			b.Append(arrow.Timestamp(t.seconds*1_000_000 + t.nanos/1_000))
		}
		return nil
	}
}
