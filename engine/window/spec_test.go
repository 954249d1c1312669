package window

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSpecString(t *testing.T) {
	a, b := mustPoint(t, "2023-01-01"), mustPoint(t, "2023-12-31 12:30Z")
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{}, "ever"},
		{Spec{Form: InLast, N: 1, Unit: Day}, "in last 1 day"},
		{Spec{Form: InLast, N: 30, Unit: Day}, "in last 30 days"},
		{Spec{Form: InLastFull, N: 1, Unit: Week}, "in last 1 full week"},
		{Spec{Form: InLastFull, N: 2, Unit: Week}, "in last 2 full weeks"},
		{Spec{Form: InNext, N: 1, Unit: Second}, "in next 1 second"},
		{Spec{Form: InNextFull, N: 3, Unit: Quarter}, "in next 3 full quarters"},
		{Spec{Form: This, Unit: Month}, "this month"},
		{Spec{Form: Today}, "today"},
		{Spec{Form: Yesterday}, "yesterday"},
		{Spec{Form: For, N: 7, Unit: Day, M: 1, Unit2: Month}, "for 7 days from 1 month ago"},
		{Spec{Form: Between, From: a, To: b}, "between '2023-01-01' and '2023-12-31T12:30:00Z'"},
		{Spec{Form: Since, From: a}, "since '2023-01-01'"},
		{Spec{Form: After, From: a}, "after '2023-01-01'"},
		{Spec{Form: Before, From: a}, "before '2023-01-01'"},
		{Spec{Form: Ago, N: 1, M: 3, Unit: Month}, "1 to 3 months ago"},
		{Spec{Form: Ago, N: 0, M: 1, Unit: Hour}, "0 to 1 hour ago"},
		{Spec{Form: MoreThanAgo, N: 1, Unit: Year}, "more than 1 year ago"},
		{Spec{Form: MoreThanAgo, N: 2, Unit: Minute}, "more than 2 minutes ago"},
		{Spec{Form: 99}, "Form(99)"},
		{Spec{Form: This, Unit: 99}, "this Unit(99)"},
	} {
		if got := c.spec.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestValidateErrors(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Form: InLast, N: 0, Unit: Day}, `window "in last 0 days" counts 0 days: expected 1 to 3652425`},
		{Spec{Form: InLastFull, N: -1, Unit: Week}, `window "in last -1 full weeks" counts -1 weeks: expected 1 to 521775`},
		{Spec{Form: InNext, N: 10_001, Unit: Year}, `window "in next 10001 years" counts 10001 years: expected 1 to 10000`},
		{Spec{Form: InNextFull, N: math.MaxInt64, Unit: Month}, `window "in next 9223372036854775807 full months" counts 9223372036854775807 months: expected 1 to 120000`},
		{Spec{Form: MoreThanAgo, N: 40_001, Unit: Quarter}, `window "more than 40001 quarters ago" counts 40001 quarters: expected 1 to 40000`},
		{Spec{Form: For, N: 0, Unit: Day, M: 1, Unit2: Month}, `window "for 0 days from 1 month ago" counts 0 days: expected 1 to 3652425`},
		{Spec{Form: For, N: 1, Unit: Day, M: 0, Unit2: Month}, `window "for 1 day from 0 months ago" counts 0 months: expected 1 to 120000`},
		{Spec{Form: For, N: 1, Unit: Day, M: 1}, `window "for 1 day from 1 Unit(0) ago" has an unknown unit: expected second to year`},
		{Spec{Form: Ago, N: -1, M: 3, Unit: Day}, `window "-1 to 3 days ago" counts -1 days: expected 0 to 3652425`},
		{Spec{Form: Ago, N: 0, M: 0, Unit: Day}, `window "0 to 0 days ago" counts 0 days: expected 1 to 3652425`},
		{Spec{Form: Ago, N: 3, M: 3, Unit: Day}, `window "3 to 3 days ago" goes from 3 to 3: expected the smaller count first`},
		{Spec{Form: Ago, N: 3, M: 1, Unit: Day}, `window "3 to 1 day ago" goes from 3 to 1: expected the smaller count first`},
		{Spec{Form: InLast, N: 1}, `window "in last 1 Unit(0)" has an unknown unit: expected second to year`},
		{Spec{Form: This, Unit: Year + 1}, `window "this Unit(9)" has an unknown unit: expected second to year`},
		{Spec{Form: Since}, `window "since ''" lacks a time`},
		{Spec{Form: Between, From: mustPoint(t, "2023-01-01")}, `window "between '2023-01-01' and ''" lacks a time`},
		{Spec{Form: 99}, "window form 99 is unknown: expected 0 to 14"},
	} {
		err := c.spec.Validate()
		if err == nil {
			t.Errorf("%s is valid, want %q", c.spec, c.want)
		} else if err.Error() != c.want {
			t.Errorf("got  %s\nwant %s", err, c.want)
		}
	}
}

func TestEmpty(t *testing.T) {
	between := func(from, to string) Spec {
		return Spec{Form: Between, From: mustPoint(t, from), To: mustPoint(t, to)}
	}
	for _, c := range []struct {
		spec Spec
		want bool
	}{
		{between("2023-01-02", "2023-01-01"), true},
		{between("2023-01-01", "2023-01-01"), false},
		{between("2023-01-01T12:00", "2023-01-01"), false},
		{between("2023-01-01T12:00", "2023-01-01T12:00"), false},
		{between("2023-01-01T12:00:00.000001", "2023-01-01T12:00"), true},
		{between("2023-01-01T12:00+09:00", "2023-01-01T04:00Z"), false},
		{between("2023-01-01T14:00+09:00", "2023-01-01T04:00Z"), true},
		{Spec{Form: Ever}, false},
		{Spec{Form: Today}, false},
	} {
		if got := c.spec.Empty(mustLoad(t, "Asia/Tokyo")); got != c.want {
			t.Errorf("%s: empty is %v, want %v", c.spec, got, c.want)
		}
		if err := c.spec.Validate(); err != nil {
			t.Errorf("%s: %v", c.spec, err)
		}
	}
	if skipped := between("2011-12-30", "2011-12-30"); !skipped.Empty(mustLoad(t, "Pacific/Apia")) {
		t.Error("the day that Samoa skipped is not empty")
	}
}

func TestUnits(t *testing.T) {
	want := []string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"}
	if diff := cmp.Diff(want, UnitNames()); diff != "" {
		t.Errorf("unit names (-want +got):\n%s", diff)
	}
	UnitNames()[0] = "overwritten"
	for i, name := range want {
		unit := Second + Unit(i)
		if unit.String() != name {
			t.Errorf("unit %d is %q, want %q", unit, unit, name)
		}
		for _, word := range []string{name, name + "s"} {
			if got, ok := ParseUnit(word); got != unit || !ok {
				t.Errorf("%q is unit %v, %v", word, got, ok)
			}
		}
	}
	if got, ok := ParseUnit("wEEkS"); got != Week || !ok {
		t.Errorf("wEEkS is unit %v, %v", got, ok)
	}
	for _, word := range []string{"", "s", "dayss", "days ", "fortnight", "wee\u212a", "\u017fecond"} {
		if got, ok := ParseUnit(word); ok {
			t.Errorf("%q is unit %v, want none", word, got)
		}
	}
}
