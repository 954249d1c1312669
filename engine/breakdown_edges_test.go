package engine

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// TestEdges asks for the edges of spans.
func TestEdges(t *testing.T) {
	whole := model.Type{Kind: model.Number, Repr: model.Int64}
	float := model.Type{Kind: model.Number, Repr: model.Float64}
	wide := model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 38, Scale: 2}
	huge, err := decimal128.FromString("999999999999999999999999999999999999.99", 38, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of          model.Type
		bins        int
		least, most any
		want        string
	}{
		{whole, 5, int64(0), int64(100), "[0 20 40 60 80 100]"},
		{whole, 5, int64(3), int64(101), "[0 50 100 150]"},
		{whole, 20, int64(1), int64(4), "[1 2 3 4]"},
		{whole, 20, int64(7), int64(7), "[7 8]"},
		{whole, 2, int64(-1), int64(1), "[-1 0 1]"},
		{whole, 2, int64(math.MinInt64), int64(math.MaxInt64), "[-9223372036854775808 0 9223372036854775807]"},
		{whole, 2, int64(math.MaxInt64), int64(math.MaxInt64), "[9223372036854775807 9223372036854775807]"},
		{float, 3, 0.1, 0.3, "[0.1 0.2 0.3]"},
		{float, 2, 0.3, 0.3, "[0.3 0.4]"},
		{float, 4, -math.MaxFloat64, math.MaxFloat64, "[-1.7976931348623157e+308 -1e+308 0 1e+308 1.7976931348623157e+308]"},
		{float, 10, 1.0, math.Nextafter(1, 2), "[1 1.0000000000000002]"},
		{float, 10, 0.0, math.SmallestNonzeroFloat64, "[0 5e-324]"},
		{wide, 2, huge.Negate(), huge, "[-1000000000000000000000000000000000000.00 0.00 1000000000000000000000000000000000000.00]"},
		{wide, 4, decimal128.FromI64(-1), decimal128.FromI64(150), "[-0.50 0.00 0.50 1.00 1.50]"},
	} {
		s := newSpanTally(nil)
		switch least := c.least.(type) {
		case int64:
			s.wholes.add(least, c.most.(int64))
		case float64:
			s.floats.add(least, c.most.(float64))
		case decimal128.Num:
			s.decimals.add(least, c.most.(decimal128.Num))
		}
		d := &divider{By: By{Bins: c.bins}, of: &model.Attribute{Type: c.of}}
		got, err := d.edgesOf(s, time.UTC)
		if err != nil || fmt.Sprint(got.values) != c.want || !got.closed {
			t.Errorf("%d bins from %v to %v: %v, %v, want %s", c.bins, c.least, c.most, got.values, err, c.want)
		}
	}
}

// TestUnitEdges asks for the units that hold times, across changes of the clock.
func TestUnitEdges(t *testing.T) {
	berlin, err := window.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) int64 {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at.Unix() / 86400
	}
	date, stamp := model.Type{Kind: model.Date}, model.Type{Kind: model.Timestamp}
	micros := func(s string) int64 {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at.UnixMicro()
	}
	for _, c := range []struct {
		of          model.Type
		every       window.Unit
		least, most int64
		want        string
	}{
		{date, window.Month, day("1997-01-15"), day("1997-03-01"), "[1997-01-01 1997-02-01 1997-03-01 1997-04-01]"},
		{date, window.Quarter, day("1997-02-28"), day("1997-06-30"), "[1997-01-01 1997-04-01 1997-07-01]"},
		{date, window.Week, day("2024-02-29"), day("2024-03-04"), "[2024-02-26 2024-03-04 2024-03-11]"},
		{date, window.Year, day("2024-02-29"), day("2024-02-29"), "[2024-01-01 2025-01-01]"},
		{stamp, window.Day, micros("2024-03-30T12:00:00Z"), micros("2024-03-31T21:59:59Z"),
			"[2024-03-29 23:00:00 +0000 UTC 2024-03-30 23:00:00 +0000 UTC 2024-03-31 22:00:00 +0000 UTC]"},
	} {
		d := &divider{By: By{Every: c.every}, of: &model.Attribute{Name: "seen", Type: c.of}}
		got, err := d.unitEdges(c.least, c.most, berlin)
		if err != nil || fmt.Sprint(got.values) != c.want || got.closed {
			t.Errorf("every %s from %d to %d: %v, %v, want %s", c.every, c.least, c.most, got, err, c.want)
		}
	}
	d := &divider{By: By{Every: window.Day}, of: &model.Attribute{Name: "seen", Type: date}}
	const want = `the attribute "seen" has values of members from 1990-01-01 to 1999-12-31: a bin for every day would be 3652 bins, expected at most 1000`
	if _, err := d.unitEdges(day("1990-01-01"), day("1999-12-31"), berlin); fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
	if got, err := d.unitEdges(math.MaxInt32, math.MaxInt32, berlin); err != nil || !got.closed || got.bins() != 1 {
		t.Errorf("the last day: %+v, %v", got, err)
	}
	d.of = &model.Attribute{Name: "seen", Type: stamp}
	if got, err := d.unitEdges(math.MaxInt64, math.MaxInt64, berlin); err != nil || !got.closed || got.bins() != 1 {
		t.Errorf("the last time: %+v, %v", got, err)
	}
}
