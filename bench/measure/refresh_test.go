package measure

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

var oneDay = &workload.Dataset{Tables: []workload.Table{{Name: "customers", Rows: 3}, {Schema: "events", Name: "purchases", Rows: 4}}}

// sharing reports the engine called b-cache as showing another's data.
func sharing(e contender.Engine) bool { return e.Name() == "b-cache" }

func TestRefresh(t *testing.T) {
	a, b, cache, fixed := newFake("a", 1), newFake("b", 1), newFake("b-cache", 1), newFake("fixed", 9, 10)
	fixed.days = -1
	timings, c, err := Refresh(t.Context(), oneDay, list(a, b, cache, fixed), sharing, "s", ask1, quiet)
	if err != nil {
		t.Fatal(err)
	}
	want := []Timing{
		{What: "append a day", Engine: "a", MedianUS: 7e6, P95US: 7e6, Runs: 1, Note: "7 rows"},
		{What: "append a day", Engine: "b", MedianUS: 7e6, P95US: 7e6, Runs: 1, Note: "7 rows"},
		{What: "append a day", Engine: "fixed", Note: "the engine cannot do that: fixed cannot grow"},
	}
	if diff := cmp.Diff(want, timings); diff != "" {
		t.Errorf("timings (-want +got):\n%s", diff)
	}
	if c.Compared != 1 || c.Err() != nil {
		t.Errorf("comparison %+v, want 1 compared and no difference: fixed has old data", c)
	}
	if a.days != 1 || b.days != 1 || cache.days != 1 {
		t.Errorf("days appended: %d, %d, %d; want one each", a.days, b.days, cache.days)
	}
}

func TestRefreshFindsALostDay(t *testing.T) {
	_, c, err := Refresh(t.Context(), oneDay, list(newFake("a", 1), newFake("b", 1, 2)), sharing, "s", ask1, quiet)
	if err != nil || !errors.Is(c.Err(), ErrDiffer) {
		t.Errorf("comparison %+v, error %v; want a difference", c, err)
	}
}
