package oracle

import (
	"math"
	"math/big"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// column returns a source of values of a type, some of them NULL. The values of
// one column are few and skewed, or many. Those to be summed stay so small that
// no sum overflows, unless that is asked for.
func (m *tableMaker) column(typ model.Type, summed bool) func() any {
	next := m.values(typ, summed)
	if m.chance(2) {
		pool := make([]any, 1+m.IntN(8))
		for i := range pool {
			pool[i] = next()
		}
		next = func() any {
			skewed := m.Float64() * m.Float64()
			return pool[int(skewed*float64(len(pool)))]
		}
	}
	nulls := m.share()
	return func() any {
		if m.Float64() < nulls {
			return nil
		}
		return next()
	}
}

// values returns a source of values of a type, NULL elements of lists among
// them.
func (m *tableMaker) values(typ model.Type, summed bool) func() any {
	digits := int(typ.Precision)
	if summed && !m.options.HugeDecimals {
		digits = min(digits, 34)
	}
	switch typ.Kind {
	case model.String:
		return func() any { return m.text() }
	case model.Boolean:
		return func() any { return m.chance(2) }
	case model.Date:
		return func() any { return Day(window.DayOf(m.instant(m.base, m.loc), m.loc)) }
	case model.Timestamp:
		return func() any { return m.instant(m.base, m.loc) }
	case model.StringArray, model.NumberArray:
		return m.lists(m.values(typ.Elem(), summed))
	}
	switch typ.Repr {
	case model.Float64:
		return func() any { return m.float() }
	case model.Decimal:
		return func() any { return Decimal{Unscaled: m.unscaled(digits), Scale: int(typ.Scale)} }
	}
	return func() any { return m.whole() }
}

// lists returns a source of lists, in which elements are often there twice.
func (m *tableMaker) lists(next func() any) func() any {
	pool := make([]any, 1+m.IntN(6))
	for i := range pool {
		pool[i] = next()
	}
	nulls := pickOf(m.random, []int{0, 0, 3, 10})
	return func() any {
		list := make([]any, m.IntN(5))
		for i := range list {
			list[i] = pickOf(m.random, pool)
			if nulls > 0 && m.chance(nulls) {
				list[i] = nil
			}
		}
		return list
	}
}

var oddTexts = []string{
	"", " ", "Gold", "gold", "Gold ", " Gold", "GOLD", "Silver", "US", "us", "007", "7", "7.0", "1500", "it's", `"quoted"`,
	"100%", "a%b", "a_b", "ab", "axb", `back\slash`, `\`, `\\n`, "😀", "wave 👋🏽", "é", "e\u0301", "naïve", "straße", "İstanbul",
	"line\nbreak", "tab\t", "cr\r", "null", "NULL", "true", "--", "/*", "$1", "?", ":x", "{x}", "[a-z]", "2023-01-31", "\u00a0",
	"\uffff", "\U0010ffff", "zz",
}

func (m *tableMaker) text() string {
	switch m.IntN(4) {
	case 0:
		if m.options.NUL && m.chance(3) {
			return m.pick("\x00", "a\x00", "a\x00b", "Gold\x00")
		}
		return m.pick(oddTexts...)
	case 1:
		return m.pick("Gold", "Silver", "Bronze", "US", "CA", "JP", "golf", "tennis", "ski")
	}
	return m.word()
}

// word returns a few letters and digits.
func (r random) word() string {
	letters := make([]byte, 1+r.IntN(6))
	for i := range letters {
		letters[i] = "aabcdexyzABC0129-_"[r.IntN(18)]
	}
	return string(letters)
}

func (m *tableMaker) whole() int64 {
	switch m.IntN(12) {
	case 0:
		return pickOf(m.random, []int64{
			math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, 1<<53 + 1, 1 << 53, -(1<<53 + 1), 1 << 31, -1 << 31, 1<<31 - 1,
		})
	case 1:
		return int64(m.Uint64())
	case 2, 3, 4:
		return m.between(-1000, 1000)
	}
	return m.between(-3, 20)
}

// float returns multiples of 1/64, small enough that every engine adds them
// without rounding.
func (m *tableMaker) float() float64 {
	switch m.IntN(16) {
	case 0:
		return math.Copysign(0, -1)
	case 1:
		return 0
	case 2:
		return float64(m.between(-1<<40, 1<<40)) / 64
	case 3:
		if m.options.Infinities {
			return math.Inf(1 - 2*m.IntN(2))
		}
	}
	return float64(m.between(-200, 2000)) / 64
}

// unscaled returns a whole number of at most so many digits.
func (m *tableMaker) unscaled(digits int) *big.Int {
	limit := new(big.Int).Sub(powerOf10(digits), big.NewInt(1))
	n := big.NewInt(m.between(-300, 3000))
	switch m.IntN(10) {
	case 0:
		n.Set(limit)
	case 1:
		n.Neg(limit)
	case 2, 3:
		n.SetUint64(m.Uint64())
		n.Mul(n, new(big.Int).SetUint64(m.Uint64()))
		n.Sub(n, new(big.Int).SetUint64(m.Uint64()))
	case 4:
		n.SetInt64(100 * m.between(-9, 30))
	}
	return n.Rem(n, new(big.Int).Add(limit, big.NewInt(1)))
}
