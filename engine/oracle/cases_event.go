package oracle

import (
	"math"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// fieldOf returns the schema of a field.
func fieldOf(name string, typ model.Type) model.Field { return model.Field{Name: name, Type: typ} }

// filterCases are about conditions on events: NULL fields under a negation, and
// that all conditions of one where hold for one event.
func filterCases() []*Case {
	t := newTable("UTC", keys("store mixed unknown never apart same")).
		attribute("n", wholeType, 1, 2, 3, 4, 5, 6).
		behavior("purchase", fieldOf("channel", textType), fieldOf("amount", moneyType), fieldOf("gift", flagType), fieldOf("due", dateType)).
		event("store", "2023-05-01T00:00:00Z", "Store", "10.00", true, "2023-05-09").
		event("store", "2023-01-01T00:00:00Z", "Store", nil, nil, nil).
		event("mixed", "2023-05-01T00:00:00Z", "Store", "20.00", false, "2023-05-10").
		event("mixed", "2023-05-01T00:00:00Z", "Web", "20.00", false, "2023-05-10").
		event("unknown", "2023-05-01T00:00:00Z", "Store", "30.00", nil, nil).
		event("unknown", "2023-05-01T00:00:00Z", nil, "30.00", nil, nil).
		event("apart", "2023-05-01T00:00:00Z", "Web", "5.00", true, "2024-01-01").
		event("apart", "2023-05-02T00:00:00Z", "Store", "100.00", false, "2023-05-10").
		event("same", "", "Web", "100.00", true, nil)
	return casesOf("where", t, anyTime, nil, []expectation{
		{`purchase and not purchase where (channel != 'Store')`, keys("store")},
		{`purchase and not purchase where (not (channel = 'Store'))`, keys("store")},
		{`purchase and not purchase where (channel = 'Web')`, keys("store unknown")},
		{`purchase where (channel is null)`, keys("unknown")},
		{`purchase where (channel not in ('Store', 'Web'))`, keys("unknown")},
		{`purchase where (channel is not null) count = 2`, keys("store mixed apart")},
		{`not purchase where (channel = 'Store')`, keys("never same")},
		{`purchase where (channel = 'Web' and amount > 50)`, keys("same")},
		{`purchase where (channel = 'Web') and purchase where (amount > 50)`, keys("apart same")},
		{`purchase where channel = 'Web' and amount > 50 count >= 1`, keys("same")},
		{`purchase where (channel = 'Web' and amount > 50) in last 1 year`, keys("")},
		{`purchase where (channel = 'Web' or amount = 10)`, keys("store mixed apart same")},
		{`purchase where (not (channel = 'Web' or amount > 20))`, keys("store mixed")},
		{`purchase where (gift)`, keys("store apart same")},
		{`purchase where (not gift)`, keys("store mixed unknown apart")},
		{`purchase where (gift = false)`, keys("mixed apart")},
		{`purchase where (due = '2023-05-10')`, keys("mixed apart")},
		{`purchase where (due > '2023-05-10')`, keys("apart")},
		{`purchase where (due in next 1 year)`, keys("apart")},
		{`purchase where (due in last 2 days)`, keys("store mixed apart")},
		{`purchase where (happened_at < '2023-05-01')`, keys("store")},
		{`purchase where (happened_at >= '2023-05-02' and channel = 'Store')`, keys("apart")},
		{`purchase where (amount is null)`, keys("store")},
		{`purchase where (amount != 20)`, keys("store unknown apart same")},
		{`purchase where (amount between 5 and 10)`, keys("store apart")},
		{`purchase count < 3`, keys("store mixed unknown never apart same")},
		{`purchase count < 2`, keys("never same")},
		{`purchase count < 3 in last 30 days`, keys("store mixed unknown never apart same")},
		{`purchase where (channel = 'Store') count < 1`, keys("never same")},
		{`purchase where (channel = 'Store') count between 1 and 2`, keys("store mixed unknown apart")},
		{`purchase where (channel = 'Store') count not between 1 and 1`, keys("store never same")},
		{`purchase where (channel = 'Store') count != 1`, keys("store never same")},
		{`purchase count > 1.5`, keys("store mixed unknown apart")},
		{`purchase count > -1`, keys("store mixed unknown never apart same")},
		{`purchase count between 2 and 1`, keys("")},
	})
}

// aggregateTable has customers with two events, with an event of NULLs, without
// events, with the same event twice, and with an undated event.
func aggregateTable() *Table {
	const day = "2023-05-01T10:00:00Z"
	return newTable("UTC", keys("two nulls none dup undated")).
		attribute("n", wholeType, 1, 2, 3, 4, 5).
		behavior("purchase", fieldOf("qty", wholeType), fieldOf("amount", moneyType), fieldOf("ratio", ratioType),
			fieldOf("due", dateType), fieldOf("code", textType), fieldOf("gift", flagType)).
		event("two", "2023-05-02T10:00:00Z", 3, "20.00", 0.25, "2023-06-01", "a", true).
		event("two", day, 1, "10.00", 0.5, "1969-12-31", "A", false).
		event("nulls", day, nil, nil, nil, nil, nil, nil).
		event("dup", day, 2, "0.10", negativeZero, "2023-06-01", "a", true).
		event("dup", day, 2, "0.10", 0.0, "2023-06-01", "a ", true).
		event("undated", "", 5, "5.00", 5, "2023-01-01", "", false)
}

// negativeZero is -0.0, which Go has no literal of.
var negativeZero = math.Copysign(0, -1)

// aggregateCases are about every aggregate, of no events, of NULLs, of equal and
// of undated events.
func aggregateCases() []*Case {
	return casesOf("aggregates", aggregateTable(), anyTime, nil, []expectation{
		{`purchase count = 0`, keys("none")},
		{`purchase count = 1`, keys("nulls undated")},
		{`purchase count = 2`, keys("two dup")},
		{`purchase count = 0 in last 30 days`, keys("none undated")},
		{`purchase sum(qty) = 0`, keys("nulls none")},
		{`purchase sum(qty) = 4`, keys("two dup")},
		{`purchase sum(qty) >= 5`, keys("undated")},
		{`purchase sum(qty) >= 5 in last 30 days`, keys("")},
		{`purchase sum(qty) < 1 in last 30 days`, keys("nulls none undated")},
		{`purchase sum(qty) != 4`, keys("nulls none undated")},
		{`purchase sum(qty) > 3.5`, keys("two dup undated")},
		{`purchase sum(qty) < 99999999999999999999999999999999999999999`, keys("two nulls none dup undated")},
		{`purchase sum(amount) > 29.995`, keys("two")},
		{`purchase sum(amount) = 0.2`, keys("dup")},
		{`purchase sum(amount) between 0 and 0.2`, keys("nulls none dup")},
		{`purchase sum(ratio) = 0.75`, keys("two")},
		{`purchase sum(ratio) = 0`, keys("nulls none dup")},
		{`purchase min(qty) <= 1`, keys("two")},
		{`purchase min(qty) != 1`, keys("nulls none dup undated")},
		{`purchase max(qty) = 3`, keys("two")},
		{`purchase max(qty) = 3 before '2023-05-02'`, keys("")},
		{`purchase max(qty) >= 0`, keys("two dup undated")},
		{`not (purchase max(qty) >= 0)`, keys("nulls none")},
		{`purchase min(amount) < 0.105`, keys("dup")},
		{`purchase max(ratio) = 0`, keys("dup")},
		{`purchase min(ratio) between 0.25 and 5`, keys("two undated")},
		{`purchase min(due) < '1970-01-01'`, keys("two")},
		{`purchase max(due) = '2023-06-01'`, keys("two dup")},
		{`purchase max(due) >= '2023-01-01 00:00:00.000001'`, keys("two dup")},
		{`purchase min(happened_at) = '2023-05-01'`, keys("two nulls dup")},
		{`purchase max(happened_at) > '2023-05-01'`, keys("two")},
		{`purchase max(happened_at) != '2023-05-02'`, keys("nulls none dup undated")},
		{`purchase count distinct qty = 0`, keys("nulls none")},
		{`purchase count distinct qty = 1`, keys("dup undated")},
		{`purchase count distinct qty >= 2`, keys("two")},
		{`purchase count distinct ratio = 1`, keys("dup undated")},
		{`purchase count distinct amount = 1`, keys("dup undated")},
		{`purchase count distinct due = 2`, keys("two")},
		{`purchase count distinct code = 2`, keys("two dup")},
		{`purchase count distinct code < 1`, keys("nulls none")},
		{`purchase count distinct gift = 2`, keys("two")},
		{`purchase count distinct happened_at = 1`, keys("nulls dup")},
		{`purchase count distinct days = 0`, keys("none undated")},
		{`purchase count distinct days = 1`, keys("nulls dup")},
		{`purchase count distinct days = 2`, keys("two")},
		{`purchase where (qty > 1) sum(qty) = 3`, keys("two")},
		{`purchase where (qty > 100) sum(qty) = 0`, keys("two nulls none dup undated")},
		{`purchase where (qty > 100) max(qty) != 7`, keys("two nulls none dup undated")},
	})
}

// averageCases are about averages that a division would round.
func averageCases() []*Case {
	const day = "2023-05-01T10:00:00Z"
	thirds := newTable("UTC", keys("thirds tenths big none")).
		attribute("n", wholeType, 1, 2, 3, 4).
		behavior("purchase", fieldOf("qty", wholeType), fieldOf("amount", moneyType), fieldOf("ratio", ratioType)).
		event("thirds", day, 1, "0.01", 0.25).event("thirds", day, 1, "0.01", 0.25).event("thirds", day, 2, "0.02", 0.5).
		event("tenths", day, 1, "0.10", 1).event("tenths", "", nil, nil, nil).
		event("big", day, int64(1<<53), "99999999.99", 1<<40).event("big", day, int64(1<<53+1), "99999999.98", 1<<40)
	return append(
		casesOf("averages", aggregateTable(), anyTime, nil, []expectation{
			{`purchase avg(qty) = 2`, keys("two dup")},
			{`purchase avg(qty) < 2`, keys("")},
			{`purchase avg(qty) > 2`, keys("undated")},
			{`purchase avg(amount) < 0.1`, keys("")},
			{`purchase avg(amount) <= 0.1`, keys("dup")},
			{`purchase avg(ratio) < 0.375`, keys("dup")},
			{`purchase avg(ratio) > 0.375`, keys("undated")},
			{`purchase avg(qty) != 80`, keys("two nulls none dup undated")},
			{`purchase avg(qty) < 100`, keys("two dup undated")},
			{`not (purchase avg(qty) < 100)`, keys("nulls none")},
			{`purchase avg(qty) between 2 and 5`, keys("two dup undated")},
			{`purchase avg(qty) not between 2 and 3`, keys("nulls none undated")},
			{`purchase avg(amount) = 15`, keys("two")},
			{`purchase avg(amount) = 0.1`, keys("dup")},
			{`purchase avg(amount) < 0.105`, keys("dup")},
			{`purchase avg(ratio) = 0.375`, keys("two")},
			{`purchase avg(ratio) = 0`, keys("dup")},
			{`purchase avg(qty) <= 5 in last 30 days`, keys("two dup")},
		}),
		casesOf("exact averages", thirds, anyTime, nil, []expectation{
			{`purchase avg(qty) = 1.3333333333`, keys("")},
			{`purchase avg(qty) > 1.33333333333333333333`, keys("thirds big")},
			{`purchase avg(qty) < 1.33333333333333333334`, keys("thirds tenths")},
			{`purchase avg(qty) = 1`, keys("tenths")},
			{`purchase avg(qty) = 9007199254740992.5`, keys("big")},
			{`purchase avg(qty) > 9007199254740992.4999`, keys("big")},
			{`purchase avg(qty) > 9007199254740992.5`, keys("")},
			{`purchase avg(amount) > 0.013333333333333333`, keys("thirds tenths big")},
			{`purchase avg(amount) < 0.013333333333333334`, keys("thirds")},
			{`purchase avg(amount) = 99999999.985`, keys("big")},
			{`purchase avg(ratio) = 1099511627776`, keys("big")},
			{`purchase avg(ratio) > 0.3333`, keys("thirds tenths big")},
			{`purchase avg(qty) < 1` + strings.Repeat("0", 60), keys("thirds tenths big")},
			{`purchase avg(qty) > 1` + strings.Repeat("0", 60), keys("")},
		})...)
}

// edgeCases are about the first and the last event.
func edgeCases() []*Case {
	t := newTable("UTC", keys("old new future both undated none")).
		attribute("n", wholeType, 1, 2, 3, 4, 5, 6).
		behavior("purchase", fieldOf("qty", wholeType)).
		event("old", "2022-01-01T00:00:00Z", 1).event("old", "2023-05-01T00:00:00Z", 2).
		event("new", "2023-05-01T00:00:00Z", 2).event("new", "2023-05-01T00:00:00Z", 2).event("new", "", 9).
		event("future", "2023-05-11T00:00:00Z", 1).
		event("both", "2023-05-01T00:00:00Z", 1).event("both", "2023-05-11T00:00:00Z", 2).
		event("undated", "", 2)
	return casesOf("first and last", t, anyTime, nil, []expectation{
		{`first purchase in last 30 days`, keys("new both")},
		{`last purchase in last 30 days`, keys("old new both")},
		{`not first purchase in last 30 days`, keys("old future undated none")},
		{`first purchase before '2023-01-01'`, keys("old")},
		{`last purchase before '2023-01-01'`, keys("")},
		{`first purchase ever`, keys("old new both")},
		{`first purchase in next 2 days`, keys("future")},
		{`last purchase in next 2 days`, keys("future both")},
		{`first purchase where (qty = 2) in last 30 days`, keys("old new")},
		{`last purchase where (qty = 1) in last 30 days`, keys("both")},
		{`first purchase where (qty = 2) in next 2 days`, keys("both")},
		{`last purchase since '2023-05-02'`, keys("")},
		{`first purchase more than 1 year ago`, keys("old")},
	})
}

// segmentCases are about segments in segments, by path and by bare name.
func segmentCases() []*Case {
	t := newTable("UTC", keys("vip buyer both neither")).
		attribute("tier", textType, "Gold", "Silver", "Gold", nil).
		behavior("purchase").
		event("buyer", "2023-05-01T00:00:00Z").event("both", "2023-05-01T00:00:00Z").
		event("vip", "2023-05-10T12:00:00Z")
	segments := []Segment{
		{Path: "Loyalty/VIP", Rule: `tier = 'Gold'`},
		{Path: "Buyers", Rule: `purchase in last 30 days`},
		{Path: "Deep/er/Best", Rule: `segment 'VIP' and segment 'Buyers'`},
		{Path: "it's", Rule: `not segment 'Best'`},
	}
	return casesOf("segments", t, anyTime, segments, []expectation{
		{`segment 'Loyalty/VIP'`, keys("vip both")},
		{`segment 'VIP'`, keys("vip both")},
		{`not segment 'VIP'`, keys("buyer neither")},
		{`segment 'Buyers'`, keys("buyer both")},
		{`segment 'Deep/er/Best'`, keys("both")},
		{`segment 'it''s'`, keys("vip buyer neither")},
		{`segment 'VIP' and segment 'it''s' or segment 'VIP' and segment 'Buyers'`, keys("vip both")},
		{`segment 'Buyers' and tier is not null and not segment 'Best'`, keys("buyer")},
	})
}

// overflowCases are rules that no execution may answer.
func overflowCases() []*Case {
	const day = "2023-05-01T10:00:00Z"
	most := "9" + strings.Repeat("0", 37)
	t := newTable("UTC", keys("over fits")).
		attribute("n", wholeType, 1, 2).
		behavior("purchase", fieldOf("big", hugeType)).
		event("over", day, most).event("over", day, most).event("fits", day, most)
	cases := casesOf("overflow", t, anyTime, nil, []expectation{
		{`purchase sum(big) > 0`, nil},
		{`not (purchase sum(big) < 0)`, nil},
		{`purchase avg(big) > 0`, nil},
	})
	for _, c := range cases {
		c.Overflow = true
	}
	return append(cases, casesOf("38 digits", t, anyTime, nil, []expectation{
		{`purchase max(big) = ` + most, keys("over fits")},
		{`purchase sum(big) = 0 in last 1 day`, keys("over fits")},
		{`purchase where (big < 0) sum(big) = 0`, keys("over fits")},
	})...)
}
