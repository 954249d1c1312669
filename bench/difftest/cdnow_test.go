package difftest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
)

// TestCDNOW compares every case of testdata/cdnow with DuckDB.
func TestCDNOW(t *testing.T) {
	db, judge := openCDNOW(t, cdnowData), newSQLJudge(t, cdnowData)
	forEachCase(t, "testdata/cdnow", func(t *testing.T, c ruleCase) string {
		ours := compare(t, db, judge, c)
		return fmt.Sprintf("%d customers\n%s", len(ours), moves(t, judge, c))
	})
}

// TestEarlierCDNOW compares every case again, over the same data with its times a
// microsecond before midnight. Over midnights nobody could tell a window that
// starts a microsecond too early, or ends too early, from one that is right.
func TestEarlierCDNOW(t *testing.T) {
	db, judge := openCDNOW(t, earlierCDNOW), newSQLJudge(t, earlierCDNOW)
	var s sharpness
	forEachCase(t, "testdata/cdnow", func(t *testing.T, c ruleCase) string {
		compare(t, db, judge, c)
		s.add(c, moves(t, judge, c))
		return c.want // of the data as it is
	})
	s.check(t)
}

// compare returns the customers of a case. It fails the test unless engine and
// judge select the same.
func compare(t *testing.T, db *engine.DB, judge *sqlJudge, c ruleCase) []string {
	t.Helper()
	q, err := db.Query(c.rule)
	if err != nil {
		t.Fatalf("%s: %v", c.pos, err)
	}
	q = q.At(c.asOf)
	ours := audienceOf(t, q)
	theirs, err := judge.customers(t.Context(), c.sql)
	if err != nil {
		t.Fatalf("%s: %v", c.pos, err)
	}
	if !slices.Equal(ours, theirs) {
		t.Fatalf("%s\nrule %s\nas_of %s, windows%s\n%s\nrollcall selects %d customers, DuckDB %d\nonly rollcall %s\nonly DuckDB   %s",
			c.pos, c.rule, c.asOf, windowsOf(t.Context(), q), c.sql, len(ours), len(theirs),
			someOf(minus(ours, theirs)), someOf(minus(theirs, ours)))
	}
	return ours
}

// moves moves every bound in the SQL of a case by a microsecond, up and down. It
// returns a line for every move after which the judge selects other customers
// than before, and so others than the engine, which agreed with it.
func moves(t *testing.T, judge *sqlJudge, c ruleCase) string {
	t.Helper()
	var lines strings.Builder
	for _, b := range boundsOf(t, c.sql) {
		for _, micros := range []int64{-1, +1} {
			lost, gained, err := judge.difference(t.Context(), c.sql, b.moved(c.sql, micros))
			if err != nil {
				t.Fatalf("%s: %v", c.pos, err)
			}
			if lost+gained > 0 {
				fmt.Fprintln(&lines, move{bound: b, micros: micros, lost: lost, gained: gained})
			}
		}
	}
	return lines.String()
}
