package oracle

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// literals returns a source of literals that values of a type are compared with:
// mostly one of the given values or a neighbour of it.
func (m *ruleMaker) literals(typ model.Type, values []any) func() string {
	values = elements(values)
	value := func() any {
		if len(values) == 0 {
			return nil
		}
		return pickOf(m.random, values)
	}
	switch typ.Kind {
	case model.Boolean:
		return func() string { return m.pick("true", "false") }
	case model.String:
		return func() string { return quote(m.neighbour(value())) }
	case model.Date, model.Timestamp:
		return func() string { return m.timeLiteral(value()) }
	}
	return func() string {
		n := exact(value())
		if n == nil {
			n = new(big.Rat).SetInt64(m.between(-3, 20))
		}
		return m.numbers(n)()
	}
}

// elements returns the values that are not NULL, those of lists one by one.
func elements(values []any) []any {
	var list []any
	for _, v := range values {
		switch v := v.(type) {
		case nil:
		case []any:
			list = append(list, elements(v)...)
		default:
			list = append(list, v)
		}
	}
	return list
}

// numbers returns a source of literals at and around a number.
func (m *ruleMaker) numbers(n *big.Rat) func() string {
	return func() string {
		switch m.IntN(16) {
		case 0:
			return m.pick("0", "-0.00", "0.1", "9223372036854775808", "-9223372036854775809", "9007199254740993",
				"99999999999999999999999999999999999999999999.5", "007.50")
		case 1, 2:
			return plainText(new(big.Rat).Add(n, big.NewRat(m.between(-1, 1), 1)))
		case 3:
			return plainText(new(big.Rat).Add(n, big.NewRat(1, pickOf(m.random, []int64{2, 10, 64, 1000, 1_000_000_000_000}))))
		}
		return plainText(n)
	}
}

// maxPlacesTried is more digits after the point than a multiple of 1/64 or a
// decimal has.
const maxPlacesTried = 44

// plainText writes a number in digits: exactly where so many do, else cut to six
// after the point.
func plainText(n *big.Rat) string {
	for places := range maxPlacesTried {
		text := n.FloatString(places)
		if back, ok := new(big.Rat).SetString(text); ok && back.Cmp(n) == 0 {
			return text
		}
	}
	return n.FloatString(6)
}

// neighbour returns a string or one much like it.
func (m *ruleMaker) neighbour(v any) string {
	s, ok := v.(string)
	if !ok {
		return m.word()
	}
	switch m.IntN(12) {
	case 0:
		return s + " "
	case 1:
		return strings.ToUpper(s)
	case 2:
		return m.piece([]any{s})
	case 3:
		return s + m.word()
	case 4:
		return ""
	}
	return s
}

// piece returns a part of one of the strings.
func (m *ruleMaker) piece(values []any) string {
	values = elements(values)
	if len(values) == 0 || m.chance(12) {
		return m.pick("", "%", "_", "a", "Gold", "\\")
	}
	runes := []rune(pickOf(m.random, values).(string))
	lo := m.IntN(len(runes) + 1)
	hi := lo + m.IntN(min(3, len(runes)-lo)+1)
	return string(runes[lo:hi])
}

// pattern returns a regular expression of the portable subset.
func (m *ruleMaker) pattern(values []any) string {
	atom := func() string {
		switch m.IntN(8) {
		case 0:
			return m.pick("[a-z]", "[0-9]", "[A-Za-z_]", "[^a-c]", "[xyz-]", "[😀-🙏]", `\d`)
		case 1:
			return "(" + m.quoted(values) + "|" + m.quoted(values) + ")"
		case 2:
			return "(" + m.quoted(values) + ")" + m.repeat()
		case 3:
			return "[a-z0-9]" + m.repeat()
		}
		return m.quoted(values)
	}
	text := atom()
	for range m.IntN(3) {
		text += atom()
	}
	if m.chance(5) {
		text += "|" + atom()
	}
	return m.pick("", "", "^", `\A`) + text + m.pick("", "", "$", `\z`)
}

// quoted returns a part of one of the strings as a regular expression.
func (m *ruleMaker) quoted(values []any) string { return regexp.QuoteMeta(m.piece(values)) }

func (m *ruleMaker) repeat() string {
	return m.pick("*", "+", "?", fmt.Sprintf("{%d,%d}", m.IntN(3), 2+m.IntN(3)), "{2}", "{1,}")
}

// timeLiteral returns a time at or around a date or timestamp.
func (m *ruleMaker) timeLiteral(v any) string {
	if v == nil {
		return m.timeText(m.near(m.asOf, m.loc), m.loc)
	}
	if day, ok := v.(Day); ok && m.chance(2) {
		return quote(day.String())
	}
	at := instantOf(v, m.loc)
	if m.chance(3) {
		at = window.DayStart(window.DayOf(at, m.loc)+int32(m.between(-1, 1)), m.loc)
	}
	return m.timeText(m.near(at, m.loc), m.loc)
}
