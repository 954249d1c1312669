package oracle

// midnightCases have events exactly at a local midnight and exactly at as_of,
// which is noon in Tokyo.
func midnightCases() []*Case {
	t := newTable("Asia/Tokyo", keys("before midnight justbefore asof later tomorrow undated none")).behavior("purchase").
		event("before", "2023-05-09T14:59:59.999999Z").
		event("midnight", "2023-05-09T15:00:00Z").
		event("justbefore", "2023-05-10T02:59:59.999999Z").
		event("asof", "2023-05-10T03:00:00Z").
		event("later", "2023-05-10T03:00:00.000001Z").
		event("tomorrow", "2023-05-10T15:00:00Z").
		event("undated", "").
		attribute("name", textType, "b", "m", "j", "a", "l", "t", "u", "n")
	return casesOf("midnight and as_of", t, "2023-05-10T12:00:00+09:00", nil, []expectation{
		{`purchase today`, keys("midnight justbefore")},
		{`purchase yesterday`, keys("before")},
		{`purchase this day`, keys("midnight justbefore")},
		{`purchase this hour`, keys("")},
		{`purchase in last 12 hours`, keys("midnight justbefore")},
		{`purchase in last 1 day`, keys("before midnight justbefore")},
		{`purchase in last 1 full day`, keys("before")},
		{`purchase in last 12 full hours`, keys("midnight justbefore")},
		{`purchase in last 1 full second`, keys("justbefore")},
		{`purchase`, keys("before midnight justbefore undated")},
		{`purchase ever`, keys("before midnight justbefore undated")},
		{`purchase in next 1 day`, keys("asof later tomorrow")},
		{`purchase in next 12 hours`, keys("asof later")},
		{`purchase in next 1 full day`, keys("tomorrow")},
		{`purchase since '2023-05-10'`, keys("midnight justbefore")},
		{`purchase since '2023-05-10' count = 0`, keys("before asof later tomorrow undated none")},
		{`purchase between '2023-05-10' and '2023-05-11'`, keys("midnight justbefore")},
		{`purchase before '2023-05-10'`, keys("before")},
		{`purchase before '2030-01-01'`, keys("before midnight justbefore")},
		{`purchase after '2023-05-09'`, keys("midnight justbefore")},
		{`purchase after '2023-05-09 23:59:59.999999'`, keys("midnight justbefore")},
		{`purchase after '2023-05-10 00:00'`, keys("justbefore")},
		{`purchase between '2023-05-10 00:00' and '2023-05-10 00:00'`, keys("midnight")},
		{`purchase between '2023-05-10 00:00' and '2023-05-10 11:59:59.999999'`, keys("midnight justbefore")},
		{`purchase between '2023-05-10 00:00' and '2023-05-10 12:00'`, keys("midnight justbefore")},
		{`purchase between '2023-05-11' and '2023-05-10'`, keys("")},
		{`purchase 0 to 12 hours ago`, keys("midnight justbefore")},
		{`purchase 12 to 13 hours ago`, keys("before")},
		{`purchase more than 12 hours ago`, keys("before")},
		{`purchase for 1 day from 1 day ago`, keys("before")},
		{`purchase for 2 days from 1 day ago`, keys("before midnight justbefore")},
		{`purchase for 12 hours from 12 hours ago`, keys("before")},
		{`purchase count = 0`, keys("asof later tomorrow none")},
		{`not purchase`, keys("asof later tomorrow none")},
		{`not purchase in next 1 day`, keys("before midnight justbefore undated none")},
		{`purchase count distinct days = 1`, keys("before midnight justbefore")},
		{`purchase count distinct days = 0`, keys("asof later tomorrow undated none")},
		{`purchase where (happened_at is null)`, keys("undated")},
		{`purchase where (happened_at is not null)`, keys("before midnight justbefore")},
		{`purchase where (not happened_at < '2023-05-10')`, keys("midnight justbefore undated")},
		{`purchase where (happened_at = '2023-05-10')`, keys("midnight justbefore")},
		{`purchase where (happened_at = '2023-05-10') in next 1 day`, keys("asof later")},
		{`purchase where (happened_at today)`, keys("midnight justbefore")},
		{`purchase where (happened_at is null) in last 1 day`, keys("")},
		{`purchase max(happened_at) >= '2023-05-10'`, keys("midnight justbefore")},
		{`purchase max(happened_at) >= '2023-05-10' in next 1 day`, keys("asof later tomorrow")},
		{`purchase count distinct happened_at = 0`, keys("asof later tomorrow undated none")},
		{`first purchase in next 7 days`, keys("asof later tomorrow")},
		{`last purchase ever`, keys("before midnight justbefore")},
	})
}

// losAngelesCases are about the day of 23 hours and the day of 25 hours.
func losAngelesCases() []*Case {
	spring := newTable("America/Los_Angeles", keys("earlier before first gap half evening")).behavior("purchase").
		event("earlier", "2023-03-12T07:00:00Z").
		event("before", "2023-03-12T07:59:59.999999Z").
		event("first", "2023-03-12T08:00:00Z").
		event("gap", "2023-03-12T10:00:00Z").
		event("half", "2023-03-12T10:30:00Z").
		event("evening", "2023-03-13T06:29:00Z").
		attribute("n", wholeType, 1, 2, 3, 4, 5, 6)
	autumn := newTable("America/Los_Angeles", keys("before start hour again evening")).behavior("purchase").
		event("before", "2023-11-05T06:59:59.999999Z").
		event("start", "2023-11-05T07:00:00Z").
		event("hour", "2023-11-05T08:30:00Z").
		event("again", "2023-11-05T09:30:00Z").
		event("evening", "2023-11-06T07:29:59Z").
		attribute("n", wholeType, 1, 2, 3, 4, 5)
	return append(
		casesOf("23 hours", spring, "2023-03-12T23:30:00-07:00", nil, []expectation{
			{`purchase today`, keys("first gap half evening")},
			{`purchase yesterday`, keys("earlier before")},
			{`purchase in last 1 day`, keys("before first gap half evening")},
			{`purchase in last 24 hours`, keys("earlier before first gap half evening")},
			{`purchase between '2023-03-12 02:30' and '2023-03-12 03:30'`, keys("half")},
			{`purchase where (happened_at >= '2023-03-12 02:30')`, keys("half evening")},
			{`purchase where (happened_at = '2023-03-12')`, keys("first gap half evening")},
		}),
		casesOf("25 hours", autumn, "2023-11-05T23:30:00-08:00", nil, []expectation{
			{`purchase today`, keys("start hour again evening")},
			{`purchase yesterday`, keys("before")},
			{`purchase in last 1 day`, keys("before start hour again evening")},
			{`purchase in last 24 hours`, keys("hour again evening")},
			{`purchase between '2023-11-05 01:30' and '2023-11-05 01:30'`, keys("hour")},
			{`purchase since '2023-11-05 01:30'`, keys("hour again evening")},
			{`purchase since '2023-11-05T01:30:00-08:00'`, keys("again evening")},
			{`purchase count distinct days = 1 today`, keys("start hour again evening")},
		})...)
}

// saoPauloCases are about midnights that did not happen, or were put off.
func saoPauloCases() []*Case {
	gap := newTable("America/Sao_Paulo", keys("last first noon")).behavior("purchase").
		event("last", "2018-11-04T02:59:59.999999Z").
		event("first", "2018-11-04T03:00:00Z").
		event("noon", "2018-11-04T14:00:00Z").
		attribute("signup", dateType, "2018-11-03", "2018-11-04", "2018-11-05")
	overlap := newTable("America/Sao_Paulo", keys("once twice next")).behavior("purchase").
		event("once", "2018-02-18T01:30:00Z").
		event("twice", "2018-02-18T02:30:00Z").
		event("next", "2018-02-18T03:00:00Z").
		attribute("n", wholeType, 1, 2, 3)
	return append(
		casesOf("midnight in a gap", gap, "2018-11-04T15:00:00Z", nil, []expectation{
			{`purchase today`, keys("first noon")},
			{`purchase yesterday`, keys("last")},
			{`purchase since '2018-11-04'`, keys("first noon")},
			{`purchase since '2018-11-04 00:30'`, keys("noon")},
			{`purchase before '2018-11-04'`, keys("last")},
			{`purchase in last 13 hours`, keys("last first noon")},
			{`purchase for 12 hours from 1 day ago`, keys("")},
			{`purchase for 24 hours from 1 day ago`, keys("last")},
			{`signup today`, keys("first")},
			{`signup in last 1 day`, keys("first")},
			{`signup this month`, keys("last first noon")},
			{`signup in next 1 day`, keys("noon")},
			{`signup = '2018-11-04'`, keys("first")},
			{`signup = '2018-11-04 00:00'`, keys("first")},
			{`signup = '2018-11-04 01:00'`, keys("first")},
			{`signup >= '2018-11-04 00:30'`, keys("noon")},
			{`signup != '2018-11-04 00:30'`, keys("last first noon")},
		}),
		casesOf("midnight after an overlap", overlap, "2018-02-18T12:00:00Z", nil, []expectation{
			{`purchase today`, keys("next")},
			{`purchase yesterday`, keys("once twice")},
			{`purchase between '2018-02-17 23:30' and '2018-02-17 23:30'`, keys("once")},
			{`purchase since '2018-02-17 23:30'`, keys("once twice next")},
		})...)
}

// oddDayCases are about a clock put back over midnight, a day that a zone left
// out, and hours that do not start at whole hours of the local clock.
func oddDayCases() []*Case {
	back := newTable("America/St_Johns", keys("same across")).behavior("purchase").
		event("same", "1990-10-28T02:30:30Z").event("same", "1990-10-28T03:00:00Z").
		event("across", "1990-10-28T02:29:59Z").event("across", "1990-10-28T03:00:00Z").
		attribute("n", wholeType, 1, 2)
	skipped := newTable("Pacific/Apia", keys("before after")).behavior("purchase").
		event("before", "2011-12-30T09:59:59.999999Z").
		event("after", "2011-12-30T10:00:00Z").
		attribute("day", dateType, "2011-12-30", "2011-12-31")
	quarter := newTable("Asia/Kathmandu", keys("out in half")).behavior("purchase").
		event("out", "2023-05-10T05:59:59.999999Z").
		event("in", "2023-05-10T06:00:00Z").
		event("half", "2023-05-10T06:15:00Z").
		attribute("n", wholeType, 1, 2, 3)
	cases := casesOf("clock put back over midnight", back, "1990-11-01T00:00:00Z", nil, []expectation{
		{`purchase count distinct days = 1`, keys("same")},
		{`purchase count distinct days = 2`, keys("across")},
		{`purchase count = 2 between '1990-10-28' and '1990-10-28'`, keys("same")},
	})
	cases = append(cases, casesOf("day left out", skipped, "2011-12-30T22:00:00Z", nil, []expectation{
		{`purchase today`, keys("after")},
		{`purchase yesterday`, keys("")},
		{`purchase in last 2 full days`, keys("before")},
		{`purchase between '2011-12-30' and '2011-12-30'`, keys("")},
		{`purchase since '2011-12-30'`, keys("after")},
		{`day = '2011-12-30'`, keys("before")},
		{`day = '2011-12-31 00:00'`, keys("before after")},
		{`day today`, keys("before after")},
		{`day yesterday`, keys("")},
	})...)
	return append(cases, casesOf("zone of 45 minutes", quarter, "2023-05-10T06:30:00Z", nil, []expectation{
		{`purchase this hour`, keys("in half")},
		{`purchase in last 1 full hour`, keys("out")},
	})...)
}

// calendarCases are about months of different lengths, leap days and weeks.
func calendarCases() []*Case {
	month := newTable("UTC", keys("february out in march")).behavior("purchase").
		event("february", "2023-02-10T00:00:00Z").
		event("out", "2023-02-28T11:59:59.999999Z").
		event("in", "2023-02-28T12:00:00Z").
		event("march", "2023-03-01T00:00:00Z").
		attribute("n", wholeType, 1, 2, 3, 4)
	leap := newTable("UTC", keys("year before leap earlier")).behavior("purchase").
		event("year", "2023-02-28T12:00:00Z").
		event("before", "2023-02-28T11:59:59Z").
		event("leap", "2020-02-29T12:00:00Z").
		event("earlier", "2020-02-29T11:59:59Z").
		attribute("born", dateType, "2000-02-29", "2000-03-01", "1900-02-28", nil)
	week := newTable("UTC", keys("sunday monday")).behavior("purchase").
		event("sunday", "2023-05-07T23:59:59.999999Z").
		event("monday", "2023-05-08T00:00:00Z").
		attribute("n", wholeType, 1, 2)
	cases := casesOf("31 March", month, "2023-03-31T12:00:00Z", nil, []expectation{
		{`purchase in last 1 month`, keys("in march")},
		{`purchase 1 to 2 months ago`, keys("february out")},
		{`purchase in last 1 full month`, keys("february out in")},
		{`purchase this month`, keys("march")},
		{`purchase this quarter`, keys("february out in march")},
		{`purchase in last 1 full quarter`, keys("")},
		{`purchase for 1 month from 2 months ago`, keys("february")},
	})
	cases = append(cases, casesOf("29 February", leap, "2024-02-29T12:00:00Z", nil, []expectation{
		{`purchase in last 1 year`, keys("year")},
		{`purchase in last 4 years`, keys("year before leap")},
		{`purchase more than 4 years ago`, keys("earlier")},
		{`purchase between '2020-02-29' and '2020-02-29'`, keys("leap earlier")},
		{`born = '2000-02-29'`, keys("year")},
		{`born > '2000-02-28'`, keys("year before")},
		{`born <= '1900-02-28'`, keys("leap")},
		{`born != '2000-02-29'`, keys("before leap earlier")},
	})...)
	return append(cases, casesOf("week on a Sunday", week, "2023-05-14T23:00:00Z", nil, []expectation{
		{`purchase this week`, keys("monday")},
		{`purchase in last 1 full week`, keys("sunday")},
	})...)
}

// epochCases have times before 1970.
func epochCases() []*Case {
	t := newTable("UTC", keys("old eve last epoch")).behavior("purchase").
		event("old", "1901-01-01T00:00:00Z").
		event("eve", "1969-12-31T00:00:00Z").
		event("last", "1969-12-31T23:59:59.999999Z").
		event("epoch", "1970-01-01T00:00:00Z").
		attribute("seen", momentType, "1901-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z").
		attribute("born", dateType, "1901-01-01", "1969-12-30", "1969-12-31", "1970-01-01")
	cases := casesOf("before 1970", t, "1970-01-02T00:00:00Z", nil, []expectation{
		{`purchase before '1970-01-01'`, keys("old eve last")},
		{`purchase between '1969-12-31' and '1969-12-31'`, keys("eve last")},
		{`purchase in last 1 full day`, keys("epoch")},
		{`purchase for 1 day from 2 days ago`, keys("eve last")},
		{`purchase min(happened_at) < '1970-01-01'`, keys("old eve last")},
		{`seen < '1970-01-01'`, keys("old eve last")},
		{`seen = '1969-12-31'`, keys("eve last")},
		{`seen = '1969-12-31 23:59:59.999999'`, keys("last")},
		{`born < '1969-12-31'`, keys("old eve")},
		{`born >= '1969-12-31'`, keys("last epoch")},
		{`born = '1901-01-01'`, keys("old")},
	})
	return append(cases, casesOf("the last second before 1970", t, "1969-12-31T23:59:59.5Z", nil, []expectation{
		{`seen this second`, keys("last")},
		{`seen this minute`, keys("last")},
		{`seen today`, keys("eve last")},
		{`purchase today`, keys("eve")},
		{`purchase in last 1 full hour`, keys("")},
	})...)
}
