package postgres

import (
	"context"
	"errors"
	"testing"
)

// endless never ends and sends nothing.
const endless = "SELECT count(*) FROM (SELECT generate_series(1, 1000000000000)) AS endless"

func TestCancel(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	db.run(t, "CREATE VIEW endless AS "+endless)
	s := db.open(t)
	for name, call := range map[string]func(ctx context.Context) error{
		"query": func(ctx context.Context) error { _, err := textsOrError(s.Query(ctx, endless)); return err },
		"exec": func(ctx context.Context) error {
			_, err := s.Exec(ctx, "CREATE TABLE made AS "+endless)
			return err
		},
		"count": func(ctx context.Context) error {
			_, err := textsOrError(s.table(t, "endless").Scan(ctx, nil))
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- call(ctx) }()
		db.waitFor(t, "endless")
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a cancelled call gave %v, want context.Canceled", name, err)
		}
		db.waitIdle(t)
	}
	s.checkSum(t, "orders")
}

// TestCancelWaiting cancels a scan that waits for a lock.
func TestCancelWaiting(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	s := db.open(t)
	orders := s.table(t, "orders")
	other := &database{connectTo(t, db.uri), db.uri}
	defer other.Close(t.Context()) //nolint:errcheck // the database goes, too
	other.run(t, "BEGIN", "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := textsOrError(orders.Scan(ctx, []string{"id"}))
		ended <- err
	}()
	db.waitFor(t, "orders")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("a scan that waits for a lock gave %v, want context.Canceled", err)
	}
	other.run(t, "ROLLBACK")
	db.waitIdle(t)
	s.checkSum(t, "orders")
}

// TestBreakOff leaves loops early, and at once: nothing may run on.
func TestBreakOff(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	s := db.open(t)
	s.minRange = 1
	for _, statement := range []string{
		"SELECT generate_series(1, 1000000000000)",
		"SELECT generate_series(1, 70000) UNION ALL " + endless,
	} {
		for _, err := range s.Query(t.Context(), statement) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		db.waitIdle(t)
	}
	for _, err := range s.table(t, "orders").Scan(t.Context(), []string{"t"}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	db.waitIdle(t)
	s.checkSum(t, "orders")
}
