package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/window"
)

// By is what an audience is divided by: the values of an attribute, or the bins of a
// histogram of them. Of a list these are its elements.
type By struct {
	Attribute string
	// Bins is how many bins of equal width numbers come into at most, from 2 to MaxBins:
	// the bounds are round, so there may be fewer. 0: there is a portion for each value.
	Bins int
	// Every is a unit of the calendar, a day or longer, for each of which dates and
	// timestamps get a bin, in the parent segment's time zone. 0: as Bins has it.
	Every window.Unit
}

// Limits of breakdowns.
const (
	MaxBins       = 1000 // bins of a histogram
	MaxBreakdowns = 32   // attributes of one question
	leastBins     = 2    // numbers on both sides of 0 cannot share one with round bounds
)

// Breakdown divides an audience by an attribute.
type Breakdown struct {
	Answer              // of the rule
	Attribute string    // as the schema spells it
	Values    []Portion // the most members first, of equal numbers the least value; none of a histogram
	Null      Portion   // those who have no value; its Value is nil
	// Rest is the values that the limit left out, together: how many there are, and
	// whose. Its Value is nil. Of a list a customer counts once for each element.
	Rest     Portion
	Distinct int // values that members have, NULL not among them; 0 of a histogram

	// OfElements says that the attribute is a list and Values are of its elements: the
	// customers who have the element. They add up to more than the audience where
	// customers have several. A NULL in a list is no element.
	OfElements bool
	// Empty is those whose list has no element. Its Value is nil.
	Empty Portion

	// Bins is the histogram that was asked for, in ascending order and without gaps, from the
	// least to the greatest value of members; none where no member has a finite one.
	Bins     []Bin
	Below    Portion // of a histogram of floats, those who have -Infinity
	Above    Portion // those who have +Infinity
	IsBinned bool    // a histogram was asked for
}

// Portion is the customers who have a value.
type Portion struct {
	Value     any    // as Row.Values has values
	Count     uint64 // members of the audience who have it
	Customers uint64 // customers who have it, members or not
}

// Bin is the customers whose value lies in a range: at or above From and below To, or,
// where Closed, not above To. Its Value is nil. From and To are as Row.Values has
// values; they are exactly what values were compared with.
type Bin struct {
	From, To any
	Closed   bool // the last bin of numbers, and one that would end beyond what the type holds
	Portion
}

// Share returns the share of the audience that a portion is, from 0 to 1; 0 of an
// audience of nobody.
func (b *Breakdown) Share(p Portion) float64 { return share(p.Count, b.Count) }

// Lift returns how much more frequent a portion is in the audience than among all
// customers: 1 where it is as frequent. It is 0 of an audience of nobody.
func (b *Breakdown) Lift(p Portion) float64 {
	if p.Customers == 0 {
		return 0
	}
	return b.Share(p) / share(p.Customers, b.Customers)
}

func share(n, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// BreakdownError says what is wrong with a By.
type BreakdownError struct{ msg string }

// Error says what was found and what was expected.
func (e *BreakdownError) Error() string { return e.msg }

func breakdownErrorf(format string, args ...any) error {
	return &BreakdownError{fmt.Sprintf(format, args...)}
}

// Breakdown counts the members of the audience by their value of an attribute, and
// all customers beside them; of a list by its elements. It gives the limit most
// frequent values, all of them where limit is 0 or less. The error is a *ColumnError
// for a name that is no attribute. Memory grows with the distinct values that are not
// in a value index, for each core.
func (q *Query) Breakdown(ctx context.Context, attribute string, limit int) (*Breakdown, error) {
	all, err := q.Breakdowns(ctx, limit, By{Attribute: attribute})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// liveOf sets w to the customers of a block who are there.
func (v *version) liveOf(block int, w *bitmap.Words) error {
	live, err := v.snapshot.Live()
	switch {
	case err != nil:
		return err
	case live == nil:
		w.Fill(v.snapshot.BlockRows(block))
	default:
		live.CopyTo(w, uint16(block))
	}
	return nil
}

// compareValues orders two values of one attribute that are neither NULL nor lists.
func compareValues(x, y any) int {
	switch x := x.(type) {
	case string:
		return strings.Compare(x, y.(string))
	case int64:
		return cmp.Compare(x, y.(int64))
	case float64:
		return cmp.Compare(x, y.(float64))
	case column.Decimal:
		return x.Unscaled.Cmp(y.(column.Decimal).Unscaled)
	case column.Day:
		return cmp.Compare(x, y.(column.Day))
	case time.Time:
		return x.Compare(y.(time.Time))
	case bool:
		if x == y.(bool) {
			return 0
		} else if x {
			return 1
		}
		return -1
	}
	return 0
}
