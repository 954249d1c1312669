package databricks

import (
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

// TestCloseEndsStreams closes a client from within the loop over a result, and while
// somebody waits for a statement: both end with an error, and nothing is left open.
func TestCloseEndsStreams(t *testing.T) {
	w := newWarehouse(t, dbtest.Options{})
	c := connect(t, w.config(t, "", w.patEnv()))
	var last error
	batches := 0
	for _, err := range c.query(t.Context(), "the table", "rows 500000 by 1000") {
		if last = err; err != nil {
			break
		}
		if batches++; batches == 1 {
			if err := c.close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !errors.Is(last, errClosed) {
		t.Errorf("a stream that was open when the client was closed ended after %d batches with %v, want %v", batches, last, errClosed)
	}
	w.nothingOpen(t)
	if _, err := pullAll(t.Context(), c, "rows 10"); !errors.Is(err, errClosed) {
		t.Errorf("a query of a closed client: %v, want %v", err, errClosed)
	}
	if _, err := c.exec(t.Context(), "the table", "write 1"); !errors.Is(err, errClosed) {
		t.Errorf("a statement of a closed client: %v, want %v", err, errClosed)
	}
}

// TestCloseEndsStatements closes a client while the warehouse works on its
// statements.
func TestCloseEndsStatements(t *testing.T) {
	w := newWarehouse(t, dbtest.Options{})
	c := connect(t, w.config(t, "", w.patEnv()))
	failed := make(chan error, 2)
	go func() {
		_, err := pullAll(t.Context(), c, "sleep 1m")
		failed <- err
	}()
	go func() {
		_, err := c.exec(t.Context(), "the table", "sleep 1m")
		failed <- err
	}()
	for open := 0; open < 2; _, open = w.Open() {
		if t.Context().Err() != nil {
			t.Fatal("the statements did not begin")
		}
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-failed; !errors.Is(err, errClosed) {
			t.Errorf("the statement ended with %v, want %v", err, errClosed)
		}
	}
}

// TestCloseEndsScans closes a source from within the loop over a table that is
// pulled in parts.
func TestCloseEndsScans(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	ref := model.TableRef{Schema: "shop", Table: "orders"}
	l.mount(t, map[model.TableRef]arrow.RecordBatch{ref: sourcetest.Table(sourcetest.Scalars(), 50_000)})
	s := l.open(t, "&parts=8&parallel=2")
	table := s.testTable(t, "shop.orders")
	var last error
	for _, err := range table.Scan(t.Context(), []string{"id", "n"}) {
		if last = err; err != nil {
			break
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if last == nil {
		t.Error("a scan of a source that was closed ended as if it were complete")
	}
	var incomplete *source.IncompleteError
	t.Logf("the scan ended with %v (incomplete: %v)", last, errors.As(last, &incomplete))
}
