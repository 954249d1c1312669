package cdnow

import (
	"fmt"
	"iter"
	"time"
)

// maxCents is the largest value of a decimal(10,2), in cents. A customer whose
// purchases add up to more is an error.
const maxCents = 9_999_999_999

// Tiers of the loyalty programme: the cents from which a customer has one.
const (
	goldFromCents   = 500_00
	silverFromCents = 200_00
	bronzeFromCents = 50_00
)

// customer sums up all purchases of one customer.
type customer struct {
	id            string
	first, last   time.Time // midnight UTC
	orders        int64
	lifetimeCents int64
}

// cohort is the month of the first purchase, as 1997-01.
func (c customer) cohort() string { return c.first.Format("2006-01") }

// tier is the loyalty tier, empty for a customer without one.
func (c customer) tier() string {
	switch {
	case c.lifetimeCents >= goldFromCents:
		return "Gold"
	case c.lifetimeCents >= silverFromCents:
		return "Silver"
	case c.lifetimeCents >= bronzeFromCents:
		return "Bronze"
	default:
		return ""
	}
}

// add counts one more purchase of the customer. Purchases come by date.
func (c *customer) add(p Purchase) error {
	if c.orders == 0 {
		c.id, c.first = p.CustomerID, p.Date
	}
	c.last = p.Date
	c.orders++
	c.lifetimeCents += p.Cents
	if c.lifetimeCents > maxCents {
		return fmt.Errorf("customer %q: purchases add up to %d cents, expected at most %d", c.id, c.lifetimeCents, maxCents)
	}
	return nil
}

// customers sums purchases up, customer by customer. The lines of one customer
// stand together, which the parser has checked.
func customers(purchases iter.Seq2[Purchase, error]) iter.Seq2[customer, error] {
	return func(yield func(customer, error) bool) {
		var c customer
		for p, err := range purchases {
			if err != nil {
				yield(customer{}, err)
				return
			}
			if c.orders > 0 && c.id != p.CustomerID {
				if !yield(c, nil) {
					return
				}
				c = customer{}
			}
			if err := c.add(p); err != nil {
				yield(customer{}, err)
				return
			}
		}
		if c.orders > 0 {
			yield(c, nil)
		}
	}
}
