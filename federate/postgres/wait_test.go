package postgres

import (
	"fmt"
	"testing"

	"github.com/rollcall-db/rollcall/federate/source"
)

// TestReplaceInUse replaces a table within a loop that reads it: that ends with an
// error that says who does, and leaves it as it was.
func TestReplaceInUse(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "CREATE TABLE "+quotedReplaced+" (a int)", "INSERT INTO "+quotedReplaced+" VALUES (7)")
	s := db.open(t, "options=-c%20lock_timeout%3D60ms")
	r := &source.Replacement{Target: replaced, Query: "SELECT 1 AS a", Rows: 1}
	for _, err := range s.Query(t.Context(), "SELECT a FROM "+quotedReplaced) {
		if err != nil {
			t.Fatal(err)
		}
		pid := db.text(t, "SELECT pid::text FROM pg_locks WHERE relation = '"+`public."it''s ""gold"'::regclass`)
		want := fmt.Sprintf(`it was in use by the server's processes %s ("rollcall") for longer than 60ms, and is unchanged: ERROR: canceling statement due to lock timeout (SQLSTATE 55P03)`, pid)
		if err := s.Replace(t.Context(), r); err == nil || err.Error() != want {
			t.Errorf("in the loop: %v, want %s", err, want)
		}
	}
	if got := db.all(t); got != "(7)" {
		t.Errorf("the error left %s", got)
	}
	if err := s.Replace(t.Context(), r); err != nil || db.all(t) != "(1)" {
		t.Errorf("after the loop: %v", err)
	}
}

// TestBoundWaits keeps a bound that was set for the session and is shorter.
func TestBoundWaits(t *testing.T) {
	db := newDatabase(t)
	for options, want := range map[string]string{
		"": "10s", "options=-c%20lock_timeout%3D0": "10s", "options=-c%20lock_timeout%3D1min": "10s", "options=-c%20lock_timeout%3D2s": "2s",
	} {
		s := db.open(t, options)
		session, err := s.begin(t.Context(), writing)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := session.boundWaits(t.Context()); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", options, got, err, want)
		}
		session.end(t.Context())
	}
}
