package difftest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// timeLayout writes times as the SQL does.
const timeLayout = "2006-01-02 15:04:05.999999"

// timeLiteral finds the time literals of a query.
var timeLiteral = regexp.MustCompile(`TIMESTAMP '([^']*)'`)

// bound is a time literal in a query.
type bound struct {
	lo, hi int // where the text between the quotes is
	time   time.Time
}

// boundsOf returns the time literals of a query, in the order of their places.
func boundsOf(t *testing.T, query string) []bound {
	t.Helper()
	var all []bound
	for _, at := range timeLiteral.FindAllStringSubmatchIndex(query, -1) {
		b := bound{lo: at[2], hi: at[3]}
		layout, text := timeLayout, query[b.lo:b.hi]
		if !strings.Contains(text, " ") {
			layout = time.DateOnly
		}
		var err error
		if b.time, err = time.Parse(layout, text); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		all = append(all, b)
	}
	return all
}

// moved returns the query with the bound so many microseconds later.
func (b bound) moved(query string, micros int64) string {
	later := b.time.Add(time.Duration(micros) * time.Microsecond)
	return query[:b.lo] + later.Format(timeLayout) + query[b.hi:]
}

// move is a bound that has been moved, with the numbers of customers that the
// query selects no more and selects in addition.
type move struct {
	bound
	micros       int64
	lost, gained int
}

// String returns the line of a case file.
func (m move) String() string {
	return fmt.Sprintf("%s %+dus:%s%s", m.time.Format(timeLayout), m.micros, number(m.lost, "lost"), number(m.gained, "gained"))
}

func number(n int, word string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %d %s", n, word)
}

func TestBounds(t *testing.T) {
	const query = `SELECT customer_id FROM purchases WHERE purchased_at >= TIMESTAMP '1998-03-01' AND purchased_at < TIMESTAMP '1998-03-15 00:00:00.000001'`
	bounds := boundsOf(t, query)
	if len(bounds) != 2 {
		t.Fatalf("%d bounds, want 2", len(bounds))
	}
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	check(bounds[0].moved(query, -1), strings.Replace(query, "1998-03-01", "1998-02-28 23:59:59.999999", 1))
	check(bounds[1].moved(query, -1), strings.Replace(query, "00:00:00.000001", "00:00:00", 1))
	check(bounds[1].moved(query, +1), strings.Replace(query, ".000001", ".000002", 1))
	check(move{bound: bounds[1], micros: -1, lost: 3}.String(), "1998-03-15 00:00:00.000001 -1us: 3 lost")
	check(move{bound: bounds[0], micros: 1, lost: 3, gained: 4}.String(), "1998-03-01 00:00:00 +1us: 3 lost 4 gained")
}
