package postgres

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
)

// endless never ends and sends nothing. Its session says when it is carried out.
const endless = "SELECT count(*) FROM (SELECT set_config('application_name', 'rollcall endless', true)) AS s, generate_series(1, 1000000000000) AS endless"

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
		db.waitEndless(t)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a cancelled call gave %v, want context.Canceled", name, err)
		}
		db.waitIdle(t)
	}
	s.checkSum(t, "orders")
}

// TestLostCancel cancels a statement that sends nothing where the request to cancel it
// does not reach the server, as one that comes too soon does not reach the statement:
// the server ends it all the same, since nobody is there to hear of it.
func TestLostCancel(t *testing.T) {
	db := newDatabase(t)
	s := db.open(t)
	dial, isCut := s.place.config.DialFunc, &atomic.Bool{}
	s.place.config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if isCut.Load() {
			return nil, errors.New("cut")
		}
		return dial(ctx, network, address)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := textsOrError(s.Query(ctx, endless))
		ended <- err
	}()
	db.waitEndless(t)
	isCut.Store(true)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call gave %v, want context.Canceled", err)
	}
	db.waitIdle(t)
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
	db.waitBlocked(t)
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
