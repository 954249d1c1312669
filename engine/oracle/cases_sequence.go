package oracle

import (
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// sequenceCases are about what follows what: ties, bounds, what is missing, and
// events that are not seen.
func sequenceCases() []*Case {
	cases := followCases()
	cases = append(cases, absentCases()...)
	cases = append(cases, sequenceFilterCases()...)
	cases = append(cases, longSequenceCases()...)
	return append(cases, elapsedCases()...)
}

// longSequenceCases have as many steps as there may be, an hour apart.
func longSequenceCases() []*Case {
	t := newTable("UTC", keys("whole short gap")).attribute("n", wholeType, 1, 2, 3).behavior("buy")
	start := time.Date(2023, 5, 1, 0, 0, 0, 0, time.UTC)
	for i := range rule.MaxSteps {
		at := start.Add(time.Duration(i) * time.Hour)
		t.event("whole", at.Format(time.RFC3339))
		if i > 0 {
			t.event("short", at.Format(time.RFC3339))
		}
		if i >= rule.MaxSteps/2 {
			at = at.Add(time.Second)
		}
		t.event("gap", at.Format(time.RFC3339))
	}
	hourly := func(n int, unit string) string { return "buy" + strings.Repeat(" then buy within "+unit, n-1) }
	return casesOf("many steps", t, anyTime, nil, []expectation{
		{hourly(rule.MaxSteps, "1 hour"), keys("whole")},
		{hourly(rule.MaxSteps, "3601 seconds"), keys("whole gap")},
		{hourly(rule.MaxSteps-1, "1 hour"), keys("whole short")},
		{hourly(rule.MaxSteps-1, "1 hour") + " then not buy", keys("whole short")},
		{hourly(rule.MaxSteps-1, "1 hour") + " then not buy within 1 hour", keys("whole short")},
		{hourly(rule.MaxSteps/2, "1 hour"), keys("whole short gap")},
	})
}

// followCases have two steps. as_of is noon of 10 May.
func followCases() []*Case {
	const at10, at11 = "2023-05-01T10:00:00Z", "2023-05-01T11:00:00Z"
	t := newTable("UTC", keys("order reverse tie edge past again undatedview undatedbuy asof later none")).
		attribute("n", wholeType, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).
		behavior("view").
		event("order", at10).event("reverse", at11).event("tie", at10).event("edge", at10).event("past", at10).
		event("again", "2023-05-01T10:30:00Z").event("again", "2023-05-01T08:00:00Z").
		event("undatedview", "").event("undatedbuy", at10).event("asof", at10).event("later", at10).
		behavior("buy").
		event("order", at11).event("reverse", at10).event("tie", at10).
		event("edge", "2023-05-01T12:00:00Z").event("past", "2023-05-01T12:00:00.000001Z").event("again", at11).
		event("undatedview", at11).event("undatedbuy", "").
		event("asof", "2023-05-10T12:00:00Z").event("later", "2023-05-10T12:00:00.000001Z")
	return casesOf("sequences", t, "2023-05-10T12:00:00Z", nil, []expectation{
		{`view then buy`, keys("order edge past again")},
		{`buy then view`, keys("reverse")},
		{`view ever then buy ever`, keys("order edge past again")},
		{`view then buy within 2 hours`, keys("order edge again")},
		{`view then buy within 60 minutes`, keys("order again")},
		{`view then buy within 59 minutes`, keys("again")},
		{`view then buy within 10000 days`, keys("order edge past again")},
		{`not (view then buy)`, keys("reverse tie undatedview undatedbuy asof later none")},
		{`not buy then view`, keys("order tie edge past again undatedview undatedbuy asof later none")},
		{`view then not buy`, keys("reverse tie undatedbuy asof later")},
		{`view then not buy within 2 hours`, keys("reverse tie past again undatedbuy asof later")},
		{`view then not buy within 30 minutes`, keys("order reverse tie edge past again undatedbuy asof later")},
		{`view then buy in next 1 day`, keys("asof later")},
		{`view then buy in next 1 day within 9 days`, keys("")},
		{`view then buy in next 1 day within 218 hours`, keys("asof")},
		{`view then not buy in next 1 day`, keys("order reverse tie edge past again undatedbuy")},
		{`view in next 1 day then buy in next 1 day`, keys("")},
		{`view then view`, keys("again")},
		{`view then view then view`, keys("")},
		{`view then view within 150 minutes`, keys("again")},
		{`view then view within 149 minutes`, keys("")},
		{`view then not view`, keys("order reverse tie edge past again undatedbuy asof later")},
		{`view then not view then buy`, keys("order edge past again")},
		{`view in last 30 days then buy between '2023-05-01' and '2023-05-01'`, keys("order edge past again")},
		{`view then buy since '2023-05-01 11:30'`, keys("edge past")},
		{`view before '2023-05-01 09:00' then buy`, keys("again")},
		{`view before '2023-05-01 09:00' then buy within 2 hours`, keys("")},
		{`view then not buy since '2023-05-01 11:30'`, keys("order reverse tie again undatedbuy asof later")},
		{`view then buy or buy then view and n > 1`, keys("order reverse edge past again")},
	})
}

// absentCases have events that must be missing: between two, at the end, several.
// The times are hours of one day.
func absentCases() []*Case {
	at := func(hour string) string { return "2023-05-01T0" + hour + ":00:00Z" }
	t := newTable("UTC", keys("plain nocart twice same cartend late double")).
		attribute("n", wholeType, 1, 2, 3, 4, 5, 6, 7).
		behavior("view").
		event("plain", at("1")).event("nocart", at("1")).event("twice", at("3")).event("twice", at("1")).
		event("same", at("1")).event("cartend", at("1")).event("late", at("1")).event("double", at("1")).
		behavior("cart").
		event("plain", at("2")).event("twice", at("2")).event("same", at("1")).event("cartend", at("3")).
		event("late", at("5")).event("double", at("2")).event("double", at("2")).
		behavior("buy").
		event("plain", at("3")).event("nocart", at("3")).event("twice", at("4")).event("same", at("3")).
		event("cartend", at("3")).event("late", at("6")).event("late", at("2")).event("double", at("2"))
	return casesOf("missing events", t, anyTime, nil, []expectation{
		{`view then cart then buy`, keys("plain twice late")},
		{`view then not cart then buy`, keys("nocart twice same cartend late double")},
		{`view then not cart within 60 minutes then buy`, keys("nocart twice same cartend late double")},
		{`view then not cart within 59 minutes then buy`, keys("plain nocart twice same cartend late double")},
		{`view then not cart then buy within 1 hour`, keys("twice late double")},
		{`view then cart then not buy`, keys("cartend double")},
		{`view then cart then not buy within 1 hour`, keys("twice cartend double")},
		{`view then cart then not buy within 3599 seconds`, keys("plain twice cartend late double")},
		{`view then not cart then not buy`, keys("")},
		{`cart then not view then not buy`, keys("cartend double")},
		{`view then not cart then not view then buy`, keys("nocart twice same cartend late double")},
		{`view then not cart within 1 hour then not view within 1 week then buy within 3 hours`, keys("nocart twice same cartend late double")},
		{`buy then buy`, keys("late")},
		{`buy then cart then buy`, keys("late")},
		{`buy then not cart then buy`, keys("")},
		{`cart then cart`, keys("")},
		{`view then buy then buy`, keys("late")},
		{`view then not buy then cart then not view`, keys("plain cartend double")},
		{`view then not buy within 1 hour then cart then not view within 1 hour then buy`, keys("plain")},
	})
}

// sequenceFilterCases have filters, NULL in them, and steps of one behavior.
func sequenceFilterCases() []*Case {
	t := newTable("UTC", keys("nulls five both")).
		attribute("n", wholeType, 1, 2, 3).
		behavior("buy", fieldOf("amount", moneyType)).
		event("nulls", "2023-05-01T01:00:00Z", nil).event("nulls", "2023-05-01T02:00:00Z", "5.00").
		event("five", "2023-05-01T01:00:00Z", "5.00").
		event("both", "2023-05-01T02:00:00Z", "7.00").event("both", "2023-05-01T01:00:00Z", "5.00")
	return casesOf("filters of sequences", t, anyTime, nil, []expectation{
		{`buy where (amount = 5) then buy`, keys("both")},
		{`buy then buy where (amount = 5)`, keys("nulls")},
		{`buy where (amount != 5) then buy`, keys("nulls")},
		{`buy where (amount is null) then not buy where (amount = 7)`, keys("nulls")},
		{`buy where (amount is null) then not buy where (amount = 5)`, keys("")},
		{`buy where (amount > 0) then not buy where (amount > 0)`, keys("nulls five both")},
		{`buy where amount = 5 then not buy where amount > 0 within 1 hour`, keys("nulls five")},
		{`buy where (amount = 5) then buy where (amount = 5)`, keys("")},
		{`buy where (happened_at in last 30 days and amount = 5) then buy`, keys("both")},
		{`buy where (happened_at >= '2023-05-01 02:00') then not buy`, keys("nulls both")},
		{`buy where (not amount = 5 or amount > 5) then buy where (amount between 5 and 5) within 1 hour`, keys("nulls")},
	})
}

// elapsedCases count elapsed time over changes of the local clock, and over the
// epoch.
func elapsedCases() []*Case {
	t := newTable("America/Los_Angeles", keys("spring full past fall epoch")).
		attribute("n", wholeType, 1, 2, 3, 4, 5).
		behavior("view").
		event("spring", "2023-03-12T09:30:00Z").event("full", "2023-03-12T09:30:00Z").event("past", "2023-03-12T09:30:00Z").
		event("fall", "2023-11-04T19:00:00Z").event("epoch", "1969-12-31T23:59:59.999999Z").
		behavior("buy").
		event("spring", "2023-03-13T08:30:00Z").event("full", "2023-03-13T09:30:00Z").event("past", "2023-03-13T09:30:00.000001Z").
		event("fall", "2023-11-05T20:00:00Z").event("epoch", "1970-01-01T00:00:00Z")
	return casesOf("elapsed time", t, "2023-12-01T00:00:00Z", nil, []expectation{
		{`view then buy within 1 day`, keys("spring full epoch")},
		{`view then buy within 24 hours`, keys("spring full epoch")},
		{`view then buy within 23 hours`, keys("spring epoch")},
		{`view then not buy within 1 day`, keys("past fall")},
		{`view then buy within 25 hours`, keys("spring full past fall epoch")},
		{`view then buy within 1 second`, keys("epoch")},
		{`view then buy within 1 week`, keys("spring full past fall epoch")},
	})
}
