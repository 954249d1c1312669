package databricks

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

const (
	countText = "SELECT count(*) FROM (SELECT customer_id FROM customers) AS audience"
	keysText  = "SELECT customer_id FROM (SELECT customer_id FROM customers) AS audience ORDER BY customer_id"
)

var question = &suite.Query{ID: "Q0", SQL: map[suite.Dialect]string{suite.Databricks: "SELECT customer_id FROM customers"}}

// prepareFake returns a prepared query of a fake warehouse with tables.
func prepareFake(t *testing.T) (*warehouse, *Engine, contender.Prepared) {
	t.Helper()
	d := writeData(t, testData(workload.Shape{}))
	w := newWarehouse(d)
	e := mustStart(t, w, d)
	p, err := e.Prepare(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	return w, e, p
}

func column64(values ...driver.Value) result {
	r := result{columns: []string{"customer_id"}}
	for _, v := range values {
		r.rows = append(r.rows, []driver.Value{v})
	}
	return r
}

func TestPrepareUnsupported(t *testing.T) {
	w, e, _ := prepareFake(t)
	defer mustClose(t, w, e)
	_, err := e.Prepare(t.Context(), &suite.Query{ID: "Q9", SQL: map[suite.Dialect]string{suite.DuckDB: "SELECT 1"}})
	if !errors.Is(err, contender.ErrUnsupported) || !strings.Contains(err.Error(), "Q9") {
		t.Errorf("the error is %v, want ErrUnsupported that names Q9", err)
	}
}

func TestCount(t *testing.T) {
	w, e, p := prepareFake(t)
	defer mustClose(t, w, e)
	w.answers = func(text string) (result, bool) { return one(int64(7)), text == countText }
	n, took, err := p.Count(t.Context())
	if n != 7 || took <= 0 || err != nil {
		t.Errorf("Count is %d, %v, %v, want 7", n, took, err)
	}
	w.answers = func(string) (result, bool) { return result{err: errors.New("no such table, " + testToken)}, true }
	if _, _, err = p.Count(t.Context()); err == nil || err.Error() != "databricks: query Q0: counting: no such table, [redacted]" {
		t.Errorf("the error is %v", err)
	}
	w.answers = func(string) (result, bool) { return column64(nil), true }
	if n, _, err = p.Count(t.Context()); err == nil {
		t.Errorf("Count of NULL is %d", n)
	}
	w.answers = nil
}

// A panic of the driver is an error, and does not stop the engine.
func TestCountPanics(t *testing.T) {
	w, e, p := prepareFake(t)
	w.answers = func(string) (result, bool) { return result{wait: func() error { panic("no metadata") }}, true }
	if _, _, err := p.Count(t.Context()); err == nil || !strings.Contains(err.Error(), "panicked: no metadata") {
		t.Errorf("the error after a panic is %v", err)
	}
	w.answers = func(text string) (result, bool) { return one(int64(7)), text == countText }
	if n, _, err := p.Count(t.Context()); n != 7 || err != nil {
		t.Errorf("Count after a panic is %d, %v, want 7", n, err)
	}
	w.answers = nil
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestKeys(t *testing.T) {
	w, e, p := prepareFake(t)
	defer mustClose(t, w, e)
	lost := errors.New("connection lost")
	for _, test := range []struct {
		name          string
		before, after int64
		keys          result
		want          string // of the error; "": the keys are 1, 2 and 9
	}{
		{"complete", 3, 3, column64(int64(1), int64(2), int64(9)), ""},
		{"cut short", 3, 3, column64(int64(1), int64(2)), "2 keys received, 3 expected"},
		{"nothing arrives", 3, 3, column64(), "0 keys received, 3 expected"},
		{"padded", 3, 3, column64(int64(1), int64(2), int64(9), int64(1)), "4 keys received, 3 expected"},
		{"a key twice", 3, 3, column64(int64(1), int64(2), int64(2)), "key 2 comes after key 2"},
		{"out of order", 3, 3, column64(int64(1), int64(9), int64(2)), "key 2 comes after key 9"},
		{"NULL", 3, 3, column64(int64(1), nil, int64(2)), "after 1 keys of 3"},
		{"more meanwhile", 3, 4, column64(int64(1), int64(2), int64(9)), "3 customers before, 4 after"},
		{"fewer meanwhile", 3, 2, column64(int64(1), int64(2)), "3 customers before, 2 after"},
		{"fails on its way", 3, 3, result{columns: []string{"k"}, rows: column64(int64(1)).rows, end: lost}, "after 1 keys of 3: connection lost"},
	} {
		asked := 0
		w.answers = func(text string) (result, bool) {
			if text == keysText {
				return test.keys, true
			}
			if asked++; text == countText && asked == 1 {
				return one(test.before), true
			}
			return one(test.after), text == countText
		}
		keys, err := p.Keys(t.Context())
		switch {
		case test.want == "":
			if err != nil || !slices.Equal(keys, []int64{1, 2, 9}) {
				t.Errorf("%s: Keys is %v, %v", test.name, keys, err)
			}
		case err == nil || !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: the error is %v, want one that tells %q", test.name, err, test.want)
		}
	}
	w.answers = nil
}

// The driver takes no notice of a context that ends: whoever asked is answered all
// the same, and the session is closed once the driver is back.
func TestCancel(t *testing.T) {
	for _, ask := range []struct {
		name string
		do   func(context.Context, contender.Prepared) error
	}{
		{"Count", func(ctx context.Context, p contender.Prepared) error { _, _, err := p.Count(ctx); return err }},
		{"Keys", func(ctx context.Context, p contender.Prepared) error { _, err := p.Keys(ctx); return err }},
	} {
		w, e, p := prepareFake(t)
		ctx, cancel := context.WithCancel(t.Context())
		blocked := make(chan struct{})
		w.answers = func(string) (result, bool) {
			return result{wait: func() error {
				cancel()
				<-blocked // until the answer to whoever asked has been seen
				return errors.New("too late")
			}}, true
		}
		if err := ask.do(ctx, p); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the error is %v, want context.Canceled", ask.name, err)
		}
		w.mu.Lock()
		open := w.sessions
		w.answers = nil
		w.mu.Unlock()
		close(blocked)
		e.sessions.running.Wait()
		w.mu.Lock()
		if w.sessions != open-1 {
			t.Errorf("%s: %d sessions are open after the call, %d while it was blocked: the cut one must close", ask.name, w.sessions, open)
		}
		w.mu.Unlock()
		if err := ask.do(ctx, p); !errors.Is(err, context.Canceled) {
			t.Errorf("%s after the end: the error is %v, want context.Canceled", ask.name, err)
		}
		mustClose(t, w, e)
	}
}
