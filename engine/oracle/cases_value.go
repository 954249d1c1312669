package oracle

import (
	"fmt"
	"math"
	"strings"
)

// anyTime is the as_of of cases in which it does not matter.
const anyTime = "2023-05-10T12:00:00Z"

// nullCases are about NULL under every kind of test.
func nullCases() []*Case {
	t := newTable("UTC", keys("gold silver null empty")).
		attribute("tier", textType, "Gold", "Silver", nil, "").
		attribute("visits", wholeType, 1, 5, nil, 0).
		attribute("opt", flagType, true, false, nil, true)
	return casesOf("NULL", t, anyTime, nil, []expectation{
		{`tier = 'Gold'`, keys("gold")},
		{`tier != 'Gold'`, keys("silver null empty")},
		{`not (tier = 'Gold')`, keys("silver null empty")},
		{`not (tier != 'Gold')`, keys("gold")},
		{`tier in ('Gold', 'Silver')`, keys("gold silver")},
		{`tier not in ('Gold', 'Silver')`, keys("null empty")},
		{`tier is null`, keys("null")},
		{`tier is not null`, keys("gold silver empty")},
		{`tier = ''`, keys("empty")},
		{`tier < 'H'`, keys("gold empty")},
		{`not (tier < 'H')`, keys("silver null")},
		{`tier >= ''`, keys("gold silver empty")},
		{`tier between 'A' and 'H'`, keys("gold")},
		{`tier not between 'A' and 'H'`, keys("silver null empty")},
		{`tier contains 'o'`, keys("gold")},
		{`tier not contains 'o'`, keys("silver null empty")},
		{`tier contains ''`, keys("gold silver empty")},
		{`tier not starts with ('G', 'S')`, keys("null empty")},
		{`tier not ends with 'd'`, keys("silver null empty")},
		{`tier matches 'l'`, keys("gold silver")},
		{`tier not matches 'l'`, keys("null empty")},
		{`visits != 1`, keys("silver null empty")},
		{`not (visits > 1)`, keys("gold null empty")},
		{`visits between 1 and 5`, keys("gold silver")},
		{`visits between 5 and 1`, keys("")},
		{`visits not between 5 and 1`, keys("gold silver null empty")},
		{`visits >= 1 and not (visits > 1)`, keys("gold")},
		{`opt`, keys("gold empty")},
		{`opt = false`, keys("silver")},
		{`not opt`, keys("silver null")},
		{`opt != true`, keys("silver null")},
		{`opt in (true, false)`, keys("gold silver empty")},
		{`opt is null`, keys("null")},
		{`tier = 'Gold' or visits >= 1 or opt`, keys("gold silver empty")},
		{`opt or tier is null`, keys("gold null empty")},
		{`opt and tier = '' or visits = 5`, keys("silver empty")},
	})
}

// numberCases are about whole numbers and decimals at the ends of their ranges,
// and a list of 10,000 values.
func numberCases() []*Case {
	whole := newTable("UTC", []any{int64(1 << 53), int64(1<<53 + 1), int64(1<<53 + 2), int64(-1)}).
		attribute("visits", wholeType, int64(1<<53+1), int64(1<<53), nil, int64(math.MinInt64)).
		attribute("top", wholeType, int64(math.MaxInt64), 0, -1, nil)
	const a, b, c, d = int64(1 << 53), int64(1<<53 + 1), int64(1<<53 + 2), int64(-1)
	cases := casesOf("2^53 + 1", whole, anyTime, nil, []expectation{
		{`visits = 9007199254740993`, []any{a}},
		{`visits = 9007199254740992`, []any{b}},
		{`visits > 9007199254740992`, []any{a}},
		{`visits >= 9007199254740992.5`, []any{a}},
		{`visits < 9007199254740992.5`, []any{b, d}},
		{`visits = 9007199254740992.5`, []any{}},
		{`visits != 9007199254740992.5`, []any{a, b, c, d}},
		{`visits < 9223372036854775808`, []any{a, b, d}},
		{`visits > -9223372036854775809`, []any{a, b, d}},
		{`visits = -9223372036854775808`, []any{d}},
		{`visits <= -9223372036854775808.5`, []any{}},
		{`top >= 9223372036854775807`, []any{a}},
		{`top > 9223372036854775807`, []any{}},
		{`top < 0.5`, []any{b, c}},
		{`top < -0.5`, []any{c}},
		{`top in (9223372036854775807, 9223372036854775808, -1.0)`, []any{a, c}},
	})
	nines := strings.Repeat("9", 38)
	huge := newTable("UTC", keys("nines less minus null")).
		attribute("big", hugeType, nines, nines[:37]+"8", "-"+nines, nil).
		attribute("price", moneyType, "0.10", "0.11", "0.30", nil)
	cases = append(cases, casesOf("decimals", huge, anyTime, nil, []expectation{
		{`big = ` + nines, keys("nines")},
		{`big < ` + nines, keys("less minus")},
		{`big <= ` + nines + `.5`, keys("nines less minus")},
		{`big > 1` + nines, keys("")},
		{`big < 1` + nines, keys("nines less minus")},
		{`big < -` + nines, keys("")},
		{`big >= -` + nines, keys("nines less minus")},
		{`price = 0.1`, keys("nines")},
		{`price = 0.10000`, keys("nines")},
		{`price > 0.1`, keys("less minus")},
		{`price = 0.105`, keys("")},
		{`price != 0.105`, keys("nines less minus null")},
		{`price > 0.105`, keys("less minus")},
		{`price between 0.105 and 0.295`, keys("less")},
		{`price in (0.1, 0.3)`, keys("nines minus")},
		{`price < 99999999.999`, keys("nines less minus")},
		{`price < 100000000`, keys("nines less minus")},
		{`price > -100000000.01`, keys("nines less minus")},
	})...)
	return append(cases, longListCases()...)
}

func longListCases() []*Case {
	t := newTable("UTC", keys("one two last over null")).
		attribute("visits", wholeType, 1, 2, 19998, 20000, nil).
		attribute("code", textType, "v1", "v2", "v19998", "v20000", nil)
	numbers, texts := make([]string, 10_000), make([]string, 10_000)
	for i := range numbers {
		numbers[i] = fmt.Sprint(2 * i)
		texts[i] = quote(fmt.Sprint("v", 2*i))
	}
	return casesOf("10,000 values", t, anyTime, nil, []expectation{
		{`visits in (` + strings.Join(numbers, ", ") + `)`, keys("two last")},
		{`visits not in (` + strings.Join(numbers, ", ") + `)`, keys("one over null")},
		{`code in (` + strings.Join(texts, ", ") + `)`, keys("two last")},
	})
}

// floatCases are about 0.1, zeros of both signs and infinities.
func floatCases() []*Case {
	t := newTable("UTC", keys("tenth more third minuszero zero null")).
		attribute("share", ratioType, 0.1, 0.10000000000000002, 0.30000000000000004, math.Copysign(0, -1), 0.0, nil)
	cases := casesOf("floats", t, anyTime, nil, []expectation{
		{`share = 0.1`, keys("tenth")},
		{`share = 0.1000000000000000055511151231257827`, keys("tenth")},
		{`share > 0.1`, keys("more third")},
		{`share <= 0.1`, keys("tenth minuszero zero")},
		{`share = 0.3`, keys("")},
		{`share > 0.3`, keys("third")},
		{`share = 0.30000000000000004`, keys("third")},
		{`share = 0`, keys("minuszero zero")},
		{`share = -0.0`, keys("minuszero zero")},
		{`share < 0`, keys("")},
		{`share >= -0.00`, keys("tenth more third minuszero zero")},
		{`share != 0`, keys("tenth more third null")},
		{`share in (0, 0.1)`, keys("tenth minuszero zero")},
		{`share between -1 and 0`, keys("minuszero zero")},
		{`share < 1` + strings.Repeat("0", 400), keys("tenth more third minuszero zero")},
		{`share > 1` + strings.Repeat("0", 400), keys("")},
	})
	infinite := newTable("UTC", keys("up down both finite")).
		attribute("share", ratioType, math.Inf(1), math.Inf(-1), nil, 1.5).
		behavior("purchase", fieldOf("ratio", ratioType)).
		event("up", "2023-05-01T00:00:00Z", math.Inf(1)).event("up", "2023-05-02T00:00:00Z", 1).
		event("down", "2023-05-01T00:00:00Z", math.Inf(-1)).
		event("both", "2023-05-01T00:00:00Z", math.Inf(-1)).event("both", "2023-05-01T00:00:00Z", math.Inf(1)).
		event("finite", "2023-05-01T00:00:00Z", 1.5)
	beyond := "1" + strings.Repeat("0", 78)
	return append(cases, casesOf("infinity", infinite, anyTime, nil, []expectation{
		{`share > ` + beyond, keys("up")},
		{`share < -` + beyond, keys("down")},
		{`share != 1.5`, keys("up down both")},
		{`share < 1` + strings.Repeat("0", 400), keys("up down finite")},
		{`purchase sum(ratio) > ` + beyond, keys("up")},
		{`purchase sum(ratio) < 0`, keys("down")},
		{`purchase sum(ratio) != 0`, keys("up down both finite")},
		{`not (purchase sum(ratio) < 0 or purchase sum(ratio) >= 0)`, keys("both")},
		{`purchase avg(ratio) > 1`, keys("up finite")},
		{`purchase avg(ratio) <= ` + beyond, keys("down finite")},
		{`purchase min(ratio) < 0`, keys("down both")},
		{`purchase max(ratio) > ` + beyond, keys("up both")},
		{`purchase count distinct ratio = 2`, keys("up both")},
	})...)
}

// textCases are about strings that quoting, patterns and normalisation change.
func textCases() []*Case {
	t := newTable("UTC", keys("quote percent under plain emoji one two back space")).
		attribute("s", textType, `it's "q"`, "100%", "a_b", "axb", "👋🏽 hi", "é", "e\u0301", `a\b`, "axb ")
	cases := casesOf("odd strings", t, anyTime, nil, []expectation{
		{`s = 'it''s "q"'`, keys("quote")},
		{`s contains '%'`, keys("percent")},
		{`s contains '_'`, keys("under")},
		{`s contains '''s "'`, keys("quote")},
		{`s starts with 'a_'`, keys("under")},
		{`s ends with 'b'`, keys("under plain back")},
		{`s contains '\'`, keys("back")},
		{`s in ('a\b', 'a\\b')`, keys("back")},
		{`s contains '👋'`, keys("emoji")},
		{`s = 'é'`, keys("one")},
		{`s contains 'e'`, keys("two")},
		{`s in ('A_B', 'AXB', '100%')`, keys("percent")},
		{`s = 'axb'`, keys("plain")},
		{`s = 'axb '`, keys("space")},
		{`s matches '^a[_x]b$'`, keys("under plain")},
		{`s matches '\\'`, keys("back")},
		{`s matches '%|_'`, keys("percent under")},
		{`s matches '[👀-👏]'`, keys("emoji")},
		{`s matches '(a|1)(x|0){1,2}'`, keys("percent plain space")},
		{`s > 'z'`, keys("emoji one")},
		{`s < 'a'`, keys("percent")},
		{`s between 'a' and 'axb'`, keys("under plain back")},
		{`s contains ('zz', ' ')`, keys("quote emoji space")},
		{`s not contains ('a', 'e')`, keys("quote percent emoji one")},
	})
	nul := newTable("UTC", keys("a aNUL ab aNULb")).attribute("s", textType, "a", "a\x00", "ab", "a\x00b")
	return append(cases, casesOf("NUL in strings", nul, anyTime, nil, []expectation{
		{`s = 'a'`, keys("a")},
		{`s > 'a'`, keys("aNUL ab aNULb")},
		{`s <= 'a'`, keys("a")},
		{"s contains '\x00'", keys("aNUL aNULb")},
		{"s = 'a\x00'", keys("aNUL")},
		{`s ends with 'b'`, keys("ab aNULb")},
	})...)
}

// keyCases have keys that many engines take for one.
func keyCases() []*Case {
	customers := []any{"1", "01", "001", "1 ", " 1", "", "a", "A", "1.0"}
	t := newTable("UTC", customers).attribute("n", wholeType, 1, 2, 3, 4, 5, 6, 7, 8, 9).
		behavior("purchase", fieldOf("qty", wholeType)).
		event("01", "2023-05-01T00:00:00Z", 1).event("1 ", "2023-05-01T00:00:00Z", 2).event("A", "2023-05-01T00:00:00Z", 3)
	return casesOf("keys", t, anyTime, nil, []expectation{
		{`n >= 1`, customers},
		{`n in (2, 4, 6, 8)`, []any{"01", "1 ", "", "A"}},
		{`purchase`, []any{"01", "1 ", "A"}},
		{`purchase count = 0 and n < 4`, []any{"1", "001"}},
		{`purchase sum(qty) >= 2`, []any{"1 ", "A"}},
	})
}

// arrayCases are about quantifiers, empty lists, NULL lists and NULL elements.
func arrayCases() []*Case {
	t := newTable("UTC", keys("golf both dup hole nulls empty null")).
		attribute("tags", tagsType, list("golf"), list("golf", "ski"), list("golf", "golf"), list("golf", nil), list(nil), list(), nil).
		attribute("ratings", wholesType, list(1, 5), list(2), list(2, 3, nil), list(0, 2, 2), list(nil, nil), list(), nil)
	return casesOf("lists", t, anyTime, nil, []expectation{
		{`tags = 'golf'`, keys("golf both dup hole")},
		{`tags any = 'golf'`, keys("golf both dup hole")},
		{`tags != 'golf'`, keys("both")},
		{`tags not in ('golf')`, keys("both")},
		{`not (tags = 'golf')`, keys("nulls empty null")},
		{`tags all = 'golf'`, keys("golf dup empty")},
		{`tags all != 'golf'`, keys("empty")},
		{`not (tags all = 'golf')`, keys("both hole nulls null")},
		{`tags at least 2 = 'golf'`, keys("dup")},
		{`tags at least 0 = 'golf'`, keys("golf both dup hole nulls empty")},
		{`tags at most 0 = 'golf'`, keys("nulls empty")},
		{`tags at most 1 = 'golf'`, keys("golf both hole nulls empty")},
		{`tags exactly 1 != 'golf'`, keys("both")},
		{`tags exactly 0 in ('golf', 'ski')`, keys("nulls empty")},
		{`tags exactly 2 in ('golf', 'ski')`, keys("both dup")},
		{`tags is null`, keys("null")},
		{`tags is not null`, keys("golf both dup hole nulls empty")},
		{`tags all contains 'o'`, keys("golf dup empty")},
		{`tags not contains 'o'`, keys("both")},
		{`tags starts with ('s', 'x')`, keys("both")},
		{`tags all matches '^[a-z]+$'`, keys("golf both dup empty")},
		{`tags < 'h'`, keys("golf both dup hole")},
		{`ratings = 2`, keys("both dup hole")},
		{`ratings between 2 and 3`, keys("both dup hole")},
		{`ratings not between 2 and 3`, keys("golf hole")},
		{`ratings all between 2 and 3`, keys("both empty")},
		{`ratings at least 2 between 2 and 3`, keys("dup hole")},
		{`ratings all >= 0`, keys("golf both hole empty")},
		{`ratings > 2.5`, keys("golf dup")},
		{`ratings all != 2.5`, keys("golf both hole empty")},
		{`ratings exactly 1 > 2`, keys("golf dup")},
	})
}

func list(elements ...any) []any { return elements }

// timeCases compare timestamps with dates in Tokyo. Attributes are seen in the
// future, too.
func timeCases() []*Case {
	t := newTable("Asia/Tokyo", keys("before first last next null")).
		attribute("seen", momentType,
			"2023-05-09T14:59:59.999999Z", "2023-05-09T15:00:00Z", "2023-05-10T14:59:59.999999Z", "2023-05-10T15:00:00Z", nil).
		attribute("due", dateType, "2023-05-09", "2023-05-10", "2023-05-10", "2023-05-11", nil)
	return casesOf("dates and timestamps", t, "2023-05-10T00:00:00Z", nil, []expectation{
		{`seen = '2023-05-10'`, keys("first last")},
		{`seen != '2023-05-10'`, keys("before next null")},
		{`seen < '2023-05-10'`, keys("before")},
		{`seen <= '2023-05-10'`, keys("before first last")},
		{`seen > '2023-05-10'`, keys("next")},
		{`seen >= '2023-05-10'`, keys("first last next")},
		{`seen in ('2023-05-09', '2023-05-11')`, keys("before next")},
		{`seen between '2023-05-10' and '2023-05-10'`, keys("first last")},
		{`seen not between '2023-05-10' and '2023-05-10'`, keys("before next null")},
		{`seen = '2023-05-10 00:00'`, keys("first")},
		{`seen = '2023-05-09T15:00:00Z'`, keys("first")},
		{`seen = '2023-05-09T17:00:00+02:00'`, keys("first")},
		{`seen <= '2023-05-10 00:00'`, keys("before first")},
		{`seen after '2023-05-10'`, keys("next")},
		{`seen in next 1 day`, keys("last next")},
		{`seen today`, keys("first last")},
		{`seen ever`, keys("before first last next")},
		{`not seen ever`, keys("null")},
		{`seen is null`, keys("null")},
		{`due = '2023-05-10'`, keys("first last")},
		{`due > '2023-05-10'`, keys("next")},
		{`due today`, keys("first last")},
		{`due in next 1 full day`, keys("next")},
		{`due in last 1 day`, keys("first last")},
		{`due >= '2023-05-10 00:00'`, keys("first last next")},
		{`due >= '2023-05-10 00:00:00.000001'`, keys("next")},
		{`due = '2023-05-09T15:00:00Z'`, keys("first last")},
		{`due between '2023-05-10' and '2023-05-10'`, keys("first last")},
		{`due between '2023-05-11' and '2023-05-10'`, keys("")},
		{`due != '2023-05-10 01:00'`, keys("before first last next null")},
	})
}
