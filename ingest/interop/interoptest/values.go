package interoptest

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// tableColumn is a column of a table, with a way to its values.
type tableColumn struct {
	name  string
	typ   arrow.DataType
	value func(v values) any
}

var (
	text    = arrow.BinaryTypes.String
	whole   = arrow.PrimitiveTypes.Int64
	float   = arrow.PrimitiveTypes.Float64
	boolean = arrow.FixedWidthTypes.Boolean
	date    = arrow.FixedWidthTypes.Date32
	instant = arrow.FixedWidthTypes.Timestamp_us
	money   = &arrow.Decimal128Type{Precision: 10, Scale: 2}
	wide    = &arrow.Decimal128Type{Precision: 30, Scale: 4}
	gram    = &arrow.Decimal128Type{Precision: 9, Scale: 3}
	vast    = &arrow.Decimal128Type{Precision: 25, Scale: 0}
)

// traitColumns is every type of attribute: of few values, which are stored as a
// dictionary, and of many, which are not.
var traitColumns = []tableColumn{
	{"few_text", text, func(v values) any { return v.maybe(strings.Repeat(pick(v, "gold ", "Ω", ""), 14)) }},
	{"few_int", whole, func(v values) any { return v.maybe(pick(v, int64(math.MinInt64), -1, 0, math.MaxInt64)) }},
	{"few_float", float, func(v values) any { return v.maybe(pick(v, 0, math.Copysign(0, -1), math.Inf(1), 0.1)) }},
	{"few_money", money, func(v values) any { return v.maybe(decimal(pick(v, "-9999999999", "0", "1999"))) }},
	{"few_wide", wide, func(v values) any {
		return v.maybe(decimal(pick(v, strings.Repeat("9", 30), "-1", "18446744073709551616")))
	}},
	{"few_date", date, func(v values) any { return v.maybe(pick(v, int64(-1), 0, 19_000)) }},
	{"few_instant", instant, func(v values) any { return v.maybe(pick(v, int64(-1), 1_700_000_000_000_000, 9_000_000_000_000_000)) }},
	{"many_text", text, func(v values) any { return v.maybe(v.text()) }},
	{"many_int", whole, func(v values) any { return v.maybe(int64(v.Uint64())) }},
	{"many_float", float, func(v values) any { return v.maybe(v.NormFloat64()) }},
	{"many_money", money, func(v values) any { return v.maybe(decimal(fmt.Sprint(v.Int64N(2e10) - 1e10))) }},
	{"many_wide", wide, func(v values) any { return v.maybe(v.wide()) }},
	{"many_date", date, func(v values) any { return v.maybe(v.Int64N(40_000) - 10_000) }},
	{"many_instant", instant, func(v values) any { return v.maybe(v.Int64N(2_000_000_000_000_000)) }},
	{"flag", boolean, func(v values) any { return v.maybe(v.IntN(2) == 0) }},
	{"nothing", text, func(values) any { return nil }},
	{"texts", arrow.ListOf(text), func(v values) any { return v.list(func() any { return v.text() }) }},
	{"ints", arrow.ListOf(whole), func(v values) any { return v.list(func() any { return v.Int64N(9) }) }},
	{"floats", arrow.ListOf(float), func(v values) any { return v.list(func() any { return v.Float64() }) }},
	{"grams", arrow.ListOf(gram), func(v values) any { return v.list(func() any { return decimal(fmt.Sprint(v.IntN(1e9))) }) }},
	{"vasts", arrow.ListOf(vast), func(v values) any { return v.list(func() any { return decimal("1234567890123456789012345") }) }},
}

// actColumns is every type of field, and whole numbers for every encoding.
var actColumns = []tableColumn{
	{"clock", whole, func(values) any { return nil }}, // the event's time in seconds: Delta
	{"seven", whole, func(values) any { return int64(7) }},
	{"stepped", whole, func(v values) any { return v.maybe(v.Int64N(50)*100 + 3) }},
	{"far", whole, func(v values) any { return pick(v, int64(math.MinInt64), math.MaxInt64, -5, 1<<40+123) }},
	{"any", whole, func(v values) any { return int64(v.Uint64()) }},
	{"bits60", whole, func(v values) any { return v.maybe(v.Int64N(1 << 60)) }},
	{"page", text, func(v values) any { return v.maybe(pick(v, "/", "/cart", "/käse", "")) }},
	{"remark", text, func(v values) any { return v.maybe(v.text()) }},
	{"never", text, func(values) any { return nil }},
	{"price", money, func(v values) any { return v.maybe(decimal(fmt.Sprint(v.IntN(9999) - 100))) }},
	{"debt", wide, func(v values) any { return v.maybe(v.wide()) }},
	{"share", float, func(v values) any {
		return v.maybe(pick(v, v.Float64(), math.Copysign(0, -1), math.Inf(-1), math.SmallestNonzeroFloat64))
	}},
	{"paid", boolean, func(v values) any { return v.maybe(v.IntN(2) == 0) }},
	{"due", date, func(v values) any { return v.maybe(v.Int64N(400) - 200) }},
	{"seen", instant, func(v values) any { return v.maybe(v.Int64N(1_000_000) - 500_000) }},
	{"tags", arrow.ListOf(text), func(v values) any { return v.list(func() any { return v.text() }) }},
	{"sizes", arrow.ListOf(whole), func(v values) any { return v.list(func() any { return v.Int64N(9) }) }},
	{"weights", arrow.ListOf(float), func(v values) any { return v.list(func() any { return v.Float64() }) }},
	{"grams", arrow.ListOf(gram), func(v values) any { return v.list(func() any { return decimal(fmt.Sprint(v.IntN(1e9))) }) }},
	{"vasts", arrow.ListOf(vast), func(v values) any { return v.list(func() any { return v.vast() }) }},
}

// fieldsOf returns the columns of a table: some fixed ones, then others.
func fieldsOf(columns []tableColumn, fixed ...arrow.Field) []arrow.Field {
	for _, c := range columns {
		fixed = append(fixed, arrow.Field{Name: c.name, Type: c.typ})
	}
	return fixed
}

// values is where values come from.
type values struct{ *rand.Rand }

// row returns a value of every column.
func (v values) row(columns []tableColumn) []any {
	row := make([]any, len(columns))
	for i, c := range columns {
		row[i] = c.value(v)
	}
	return row
}

// maybe returns the value, or NULL.
func (v values) maybe(value any) any {
	if v.IntN(8) == 0 {
		return nil
	}
	return value
}

func pick[T any](v values, from ...T) T { return from[v.IntN(len(from))] }

// text returns one of many texts, one of them longer than a zone map holds.
func (v values) text() any {
	if v.IntN(50) == 0 {
		return strings.Repeat("𝄢", 20)
	}
	return fmt.Sprintf("%s %d", pick(v, "ä", "b", "€uro", "𝄞"), v.IntN(1_000_000))
}

// list returns a list of some values; it may be NULL or empty, and so may they.
func (v values) list(value func() any) any {
	list := []any{}
	for range v.IntN(4) {
		list = append(list, v.maybe(value()))
	}
	return v.maybe(list)
}

// wide returns a decimal that needs more than 64 bits.
func (v values) wide() any {
	x := new(big.Int).Mul(big.NewInt(v.Int64N(2e18)-1e18), big.NewInt(1_000_003))
	return decimal128.FromBigInt(x)
}

// vast returns a whole number that needs more than 64 bits, as a decimal.
func (v values) vast() any {
	return decimal128.FromBigInt(new(big.Int).Mul(big.NewInt(v.Int64N(1e18)), big.NewInt(1_000_000)))
}

// decimal returns the decimal of the given digits.
func decimal(digits string) any {
	x, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		panic("not a number: " + digits)
	}
	return decimal128.FromBigInt(x)
}
