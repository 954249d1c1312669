package databricks

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// asked reads the rows of a small statement.
func (c *client) asked(ctx context.Context, statement string) (int64, error) {
	rows := int64(0)
	for batch, err := range c.ask(ctx, "the table", statement) {
		if err != nil {
			return rows, err
		}
		rows += batch.NumRows()
	}
	return rows, nil
}

// opening returns a warehouse that counts the sessions that were opened.
func opening(t *testing.T, o dbtest.Options) (*testWarehouse, *atomic.Int64) {
	t.Helper()
	var opened atomic.Int64
	o.Observe = func(call dbtest.Call) {
		if call.Method == "OpenSession" {
			opened.Add(1)
		}
	}
	return newWarehouse(t, o), &opened
}

// Small statements share a session, until the client is closed.
func TestSessionIsKept(t *testing.T) {
	for _, server := range []dbtest.Options{{}, {CloudFetch: true}, {PageBytes: 10_000}} {
		w, opened := opening(t, server)
		c := connect(t, w.config(t, "", w.patEnv()))
		for range 3 {
			if rows, err := c.asked(t.Context(), "rows 3000"); err != nil || rows != 3000 {
				t.Fatalf("%d rows and error %v, want 3000", rows, err)
			}
		}
		if _, err := pullAll(t.Context(), c, "rows 10"); err != nil {
			t.Fatal(err)
		}
		if sessions, operations := w.Open(); opened.Load() != 2 || sessions != 1 || operations != 0 {
			t.Errorf("%d sessions were opened, %d are open with %d operations, want 2 and the one that is kept", opened.Load(), sessions, operations)
		}
		if err := c.close(); err != nil {
			t.Fatal(err)
		}
		if sessions, _ := w.Open(); sessions != 0 {
			t.Errorf("%d sessions are open after the client was closed", sessions)
		}
	}
}

// Opening tables takes one session, however many there are.
func TestTablesShareASession(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	for i := range 4 {
		l.shop(t, fmt.Sprintf("t%d", i), 10)
	}
	var opened atomic.Int64
	l.opened = func() { opened.Add(1) }
	s := l.open(t, "")
	for i := range 4 {
		s.testTable(t, fmt.Sprintf("shop.t%d", i))
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d sessions were opened for 4 tables, want 1", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if sessions, operations := l.Open(); sessions+operations != 0 {
		t.Errorf("%d sessions and %d operations are open after Close", sessions, operations)
	}
}

// A session that was kept and that the warehouse has dropped meanwhile is replaced,
// however the warehouse says so.
func TestKeptSessionIsDropped(t *testing.T) {
	for _, status := range []int{0, 404} {
		w, opened := opening(t, dbtest.Options{})
		c := connect(t, w.config(t, "", w.patEnv()))
		for range 2 {
			if rows, err := c.asked(t.Context(), "rows 10"); err != nil || rows != 10 {
				t.Fatalf("status %d: %d rows and error %v, want 10", status, rows, err)
			}
			w.Inject(dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.SessionClosed, Status: status})
		}
		if n := opened.Load(); n != 2 || w.Injected()[string(dbtest.SessionClosed)] != 1 {
			t.Errorf("status %d: %d sessions were opened, injected %v, want 2", status, n, w.Injected())
		}
		w.Clear()
		// A fresh session that is not known at once is an error, and no reason to go on.
		w.Inject(dbtest.Fault{Method: "ExecuteStatement", Kind: dbtest.SessionClosed, Status: 404, Times: -1})
		if _, err := c.asked(t.Context(), "rows 10"); err == nil {
			t.Error("there is no error where no session is ever known")
		}
	}
}

// A session is not kept after a statement that did not end well.
func TestSessionIsNotKept(t *testing.T) {
	w := newWarehouse(t, dbtest.Options{PageBytes: 10_000})
	c := connect(t, w.config(t, "", w.patEnv()))
	if _, err := c.asked(t.Context(), "wrong"); err == nil {
		t.Error("a wrong statement is no error")
	}
	w.nothingOpen(t)
	for range c.ask(t.Context(), "the table", "rows 20000") {
		break
	}
	w.nothingOpen(t)
	w.Inject(dbtest.Fault{Method: "FetchResults", Kind: dbtest.LostEnd, Times: -1})
	if _, err := c.asked(t.Context(), "rows 20000"); err == nil {
		t.Error("a result without its end is no error")
	}
	w.nothingOpen(t)
}

// Statements that are cancelled do others no harm, and leave nothing.
func TestSmallStatementsSideBySide(t *testing.T) {
	w := newWarehouse(t, dbtest.Options{})
	c := connect(t, w.config(t, "", w.patEnv()))
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			if i%3 > 0 {
				if rows, err := c.asked(t.Context(), "rows 100"); err != nil || rows != 100 {
					t.Errorf("%d rows and error %v, want 100", rows, err)
				}
				return
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Millisecond)
			defer cancel()
			if _, err := c.asked(ctx, "sleep 1h"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want that of the deadline", err)
			}
		})
	}
	all.Wait()
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if sessions, operations := w.Open(); sessions+operations != 0 {
		t.Errorf("%d sessions and %d operations are open after the client was closed", sessions, operations)
	}
}

// A session is not kept where something may have stayed open in it.
func TestSessionWithLeftoversIsNotKept(t *testing.T) {
	w := newWarehouse(t, dbtest.Options{PageBytes: 10_000})
	c := connect(t, w.config(t, "", w.patEnv()))
	for _, fault := range []dbtest.Fault{
		{Kind: dbtest.ThriftError}, {Kind: dbtest.ThriftException}, {Kind: dbtest.HTTPStatus, Status: 400}, {Kind: dbtest.Cut, Times: 10},
	} {
		fault.Method = "CloseOperation"
		w.Inject(fault)
		if rows, err := c.asked(t.Context(), "rows 3000"); err != nil || rows != 3000 || len(w.Injected()) == 0 {
			t.Fatalf("%s: %d rows and error %v, injected %v", fault.Kind, rows, err, w.Injected())
		}
		w.Clear()
		w.nothingOpen(t)
	}
	behind(c, "ExecuteStatement", 1)
	if rows, err := c.asked(t.Context(), "rows 3000"); err != nil || rows != 3000 {
		t.Fatalf("%d rows and error %v", rows, err)
	}
	w.nothingOpen(t)
}

// A session that waits for too long is closed, and the next statement has another.
func TestKeptSessionExpires(t *testing.T) {
	w, opened := opening(t, dbtest.Options{})
	config := w.config(t, "", w.patEnv())
	config.limits.kept = time.Millisecond
	c := connect(t, config)
	for range 3 {
		if rows, err := c.asked(t.Context(), "rows 10"); err != nil || rows != 10 {
			t.Fatalf("%d rows and error %v, want 10", rows, err)
		}
		w.nothingOpen(t)
	}
	if n := opened.Load(); n != 3 {
		t.Errorf("%d sessions were opened, want 3", n)
	}
	noneLeft(t)
}

// Sessions that expire while others are taken and the client is closed are closed once,
// and do no harm to statements.
func TestKeptSessionsExpireSideBySide(t *testing.T) {
	w := newWarehouse(t, dbtest.Options{})
	config := w.config(t, "", w.patEnv())
	config.limits.kept = time.Microsecond
	c := connect(t, config)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				if rows, err := c.asked(t.Context(), "rows 10"); err != nil || rows != 10 {
					t.Errorf("%d rows and error %v, want 10", rows, err)
				}
			}
		})
	}
	all.Wait()
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if sessions, operations := w.Open(); sessions+operations != 0 {
		t.Errorf("%d sessions and %d operations are open after the client was closed", sessions, operations)
	}
}
