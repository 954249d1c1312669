package workload

import (
	"errors"
	"fmt"
	"time"
)

// The bounds of a shape. Beyond them generating would be pointless or numbers
// would not fit.
const (
	maxCustomers        = 1_000_000_000
	maxDays             = 7300 // twenty years; campaigns are counted from the year 2000
	maxEvents           = 2000 // per customer
	minSkew             = 1.05 // at 1 the mean of the distribution is infinite
	maxSkew             = 100  // all but even
	maxStringAttributes = 64
)

// Default returns the shape that documents and targets speak of, for a number of
// customers: a year of 5 purchases, 12 page views and 3.02 e-mail opens per
// customer, an eighth of whom have no event. From fewer than 2,000 customers, each
// has a trait_1 of its own.
func Default(customers int) Shape {
	return Shape{
		Customers:         customers,
		Seed:              1,
		Days:              365,
		EventsPerCustomer: defaultEvents,
		Skew:              1.5,
		StringAttributes:  1,
		Cardinality:       max(1, min(2000, customers)),
	}
}

// Validate returns an error that names every value of s that is out of its bounds,
// or nil.
func (s Shape) Validate() error {
	var errs []error
	whole := func(name string, value, lo, hi int) {
		if value < lo || value > hi {
			errs = append(errs, fmt.Errorf("%s is %d; it must be from %d to %d", name, value, lo, hi))
		}
	}
	whole("customers", s.Customers, 1, maxCustomers)
	whole("days", s.Days, 1, maxDays)
	if !(s.EventsPerCustomer > 0 && s.EventsPerCustomer <= maxEvents) {
		errs = append(errs, fmt.Errorf("events per customer is %v; it must be above 0 and at most %d", s.EventsPerCustomer, maxEvents))
	}
	if !(s.Skew >= minSkew && s.Skew <= maxSkew) {
		errs = append(errs, fmt.Errorf("skew is %v; it must be from %v to %v", s.Skew, minSkew, maxSkew))
	}
	whole("string attributes", s.StringAttributes, 0, maxStringAttributes)
	switch {
	case s.Cardinality < 1:
		errs = append(errs, fmt.Errorf("cardinality is %d; it must be from 1 to the number of customers", s.Cardinality))
	case s.Customers >= 1 && s.Cardinality > s.Customers:
		errs = append(errs, fmt.Errorf("cardinality is %d; it must be from 1 to %d, the number of customers", s.Cardinality, s.Customers))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("shape of the workload: %w", err)
	}
	return nil
}

// startOf returns the instant from which on a workload has events.
func startOf(s Shape) time.Time { return End.AddDate(0, 0, -s.Days) }
