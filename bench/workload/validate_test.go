package workload

import (
	"math"
	"testing"
)

func TestValidate(t *testing.T) {
	const prefix = "shape of the workload: "
	with := func(change func(*Shape)) Shape {
		s := Default(1000)
		change(&s)
		return s
	}
	for _, c := range []struct {
		shape Shape
		want  string
	}{
		{Default(1), ""},
		{Default(1_000_000_000), ""},
		{with(func(s *Shape) { s.Cardinality = 1000 }), ""},
		{with(func(s *Shape) { s.StringAttributes = 0 }), ""},
		{with(func(s *Shape) { s.Customers, s.Cardinality = 0, 1 }), prefix + "customers is 0; it must be from 1 to 1000000000"},
		{with(func(s *Shape) { s.Customers = 1_000_000_001 }), prefix + "customers is 1000000001; it must be from 1 to 1000000000"},
		{with(func(s *Shape) { s.Days = 0 }), prefix + "days is 0; it must be from 1 to 7300"},
		{with(func(s *Shape) { s.Days = 7301 }), prefix + "days is 7301; it must be from 1 to 7300"},
		{with(func(s *Shape) { s.EventsPerCustomer = 0 }), prefix + "events per customer is 0; it must be above 0 and at most 2000"},
		{with(func(s *Shape) { s.EventsPerCustomer = 2000.1 }), prefix + "events per customer is 2000.1; it must be above 0 and at most 2000"},
		{with(func(s *Shape) { s.EventsPerCustomer = math.NaN() }), prefix + "events per customer is NaN; it must be above 0 and at most 2000"},
		{with(func(s *Shape) { s.Skew = 1 }), prefix + "skew is 1; it must be from 1.05 to 100"},
		{with(func(s *Shape) { s.Skew = math.Inf(1) }), prefix + "skew is +Inf; it must be from 1.05 to 100"},
		{with(func(s *Shape) { s.StringAttributes = 65 }), prefix + "string attributes is 65; it must be from 0 to 64"},
		{with(func(s *Shape) { s.Cardinality = 0 }), prefix + "cardinality is 0; it must be from 1 to the number of customers"},
		{with(func(s *Shape) { s.Cardinality = 1001 }), prefix + "cardinality is 1001; it must be from 1 to 1000, the number of customers"},
		{with(func(s *Shape) { s.Days, s.Skew = -1, 0 }), prefix + "days is -1; it must be from 1 to 7300\nskew is 0; it must be from 1.05 to 100"},
	} {
		got := ""
		if err := c.shape.Validate(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v:\n\t%s\nwant\n\t%s", c.shape, got, c.want)
		}
	}
}
