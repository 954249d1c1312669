package difftest

import (
	"bufio"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// rawCustomer is what the raw text says of a customer.
type rawCustomer struct {
	cents     int64 // of all purchases
	lastDay   string
	june1998  int // purchases in June 1998
	by29June  int // of them, those up to 29 June
	purchases int
}

// readRaw sums the published text up by customer: splitting lines, and nothing
// else. Days are strings, YYYYMMDD, which sort as dates do.
func readRaw(t *testing.T) map[string]*rawCustomer {
	t.Helper()
	text, err := cdnow.Raw()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(text)
	lines.Scan() // the header
	customers := map[string]*rawCustomer{}
	for lines.Scan() {
		f := strings.Fields(lines.Text()) // customer, day, number of CDs, dollars
		if len(f) != 4 {
			t.Fatalf("line %q: %d fields, want 4", lines.Text(), len(f))
		}
		cents, err := strconv.ParseInt(strings.Replace(f[3], ".", "", 1), 10, 64)
		if err != nil {
			t.Fatalf("line %q: %v", lines.Text(), err)
		}
		c := customers[f[0]]
		if c == nil {
			c = &rawCustomer{}
			customers[f[0]] = c
		}
		c.purchases++
		c.cents += cents
		c.lastDay = max(c.lastDay, f[1])
		if strings.HasPrefix(f[1], "199806") {
			c.june1998++
			if f[1] <= "19980629" {
				c.by29June++
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if err := text.Close(); err != nil {
		t.Fatal(err)
	}
	return customers
}

// TestRawText compares the rules that everybody tries first with the raw text.
func TestRawText(t *testing.T) {
	db, raw := openCDNOW(t, cdnowData), readRaw(t)
	check := func(rule, asOf string, count int, selects func(*rawCustomer) bool) {
		t.Helper()
		at, err := time.Parse(time.RFC3339, asOf)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, key := range slices.Sorted(maps.Keys(raw)) {
			if selects(raw[key]) {
				want = append(want, key)
			}
		}
		got := audience(t, db, rule, at)
		if !slices.Equal(got, want) {
			t.Errorf("rule %s at %s: %d customers, the raw text has %d\nonly rollcall %s\nonly the text  %s",
				rule, asOf, len(got), len(want), someOf(minus(got, want)), someOf(minus(want, got)))
		}
		if len(want) != count {
			t.Errorf("rule %s at %s: the raw text has %d customers, want %d", rule, asOf, len(want), count)
		}
	}
	check(`lifetime_value > 1000`, "1998-07-01T00:00:00Z", 200, func(c *rawCustomer) bool { return c.cents > 1000_00 })
	check(`loyalty_tier = 'Gold'`, "1998-07-01T00:00:00Z", 734, func(c *rawCustomer) bool { return c.cents >= 500_00 })
	check(`purchase in last 30 days`, "1998-07-01T00:00:00Z", 1506, func(c *rawCustomer) bool { return c.june1998 > 0 })
	check(`purchase count > 3 this month`, "1998-06-30T00:00:00Z", 33, func(c *rawCustomer) bool { return c.by29June > 3 })
	check(`purchase count > 3 this month`, "1998-06-30T23:59:59Z", 35, func(c *rawCustomer) bool { return c.june1998 > 3 })
	check(`purchase count >= 20`, "1998-07-01T00:00:00Z", 237, func(c *rawCustomer) bool { return c.purchases >= 20 })
	check(`not (purchase in last 90 days)`, "1998-07-01T00:00:00Z", 20_269, func(c *rawCustomer) bool { return c.lastDay < "19980402" })
}

func TestSets(t *testing.T) {
	a, b := []string{"1", "3", "5"}, []string{"3", "4"}
	check := func(got []string, want string) {
		t.Helper()
		if fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	check(minus(a, b), "[1 5]")
	check(minus(b, a), "[4]")
	check(minus(nil, a), "[]")
	check(minus(a, nil), "[1 3 5]")
	check(intersection(a, b), "[3]")
	check(union(a, b), "[1 3 4 5]")
	check(union(nil, b), "[3 4]")
}
