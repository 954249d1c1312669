package postgres

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// cutter passes connections on to a server, and cuts each after some of the bytes
// that the server sends.
type cutter struct {
	net.Listener
	after   atomic.Int64  // bytes; negative: never
	stalled chan struct{} // where not nil, a connection is not cut: nothing comes any more, and this is told
}

// newCutter listens in front of the server of a URI, and returns the URI of itself.
func newCutter(t *testing.T, uri string) (*cutter, string) {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: listener}
	c.after.Store(-1)
	server := u.Host
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go c.pass(client, server)
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	u.Host = listener.Addr().String()
	return c, u.String()
}

func (c *cutter) pass(client net.Conn, address string) {
	defer client.Close() //nolint:errcheck // cut or not
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close() //nolint:errcheck // cut or not
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	if n := c.after.Load(); n >= 0 {
		if _, err := io.CopyN(client, server, n); err == nil && c.stalled != nil {
			c.stalled <- struct{}{}
			_, _ = io.Copy(io.Discard, server)
		}
		return
	}
	_, _ = io.Copy(client, server)
}

// TestCutConnections cuts every connection of a scan after a random number of
// bytes: the scan has all rows or an error, and never fewer rows without one.
func TestCutConnections(t *testing.T) {
	const attempts, most = 50, 3_000_000 // bytes: of the whole table and a little more
	db := newDatabase(t)
	db.fill(t)
	proxy, uri := newCutter(t, db.uri)
	s, err := Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // never fails
	s.minRange = 64
	orders := s.table(t, "orders")
	if _, err := orders.count(t.Context()); err != nil {
		t.Fatal(err)
	}
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	whole, cut := 0, 0
	for range attempts {
		s.mu.Lock()
		idle := s.idle
		s.idle = nil
		s.mu.Unlock()
		for _, conn := range idle { // only new ones are cut
			_ = conn.Close(context.Background())
		}
		proxy.after.Store(r.Int64N(most))
		rows, total, err := sum(orders.Scan(t.Context(), []string{"id", "t"}))
		var incomplete *source.IncompleteError
		switch {
		case err == nil && rows == manyRows && total == manyRows*(manyRows+1)/2:
			whole++
		case errors.As(err, &incomplete) && incomplete.Expected == manyRows:
			cut++
		default:
			t.Fatalf("cut after %d bytes: %d rows with the sum %d, error %v", proxy.after.Load(), rows, total, err)
		}
	}
	if t.Logf("%d scans were cut, %d were whole", cut, whole); cut == 0 {
		t.Error("no scan was cut")
	}
}

// TestStalledConnection cancels a scan whose server has fallen silent.
func TestStalledConnection(t *testing.T) {
	db := newDatabase(t)
	db.fill(t)
	proxy, uri := newCutter(t, db.uri)
	s, err := Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // never fails
	orders := s.table(t, "orders")
	proxy.stalled = make(chan struct{}, 10)
	proxy.after.Store(1_000_000)
	for _, conn := range s.idle { // only new ones stall
		_ = conn.Close(t.Context())
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := textsOrError(orders.Scan(ctx, []string{"id", "t"}))
		ended <- err
	}()
	<-proxy.stalled
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the scan ended with %v, want context.Canceled", err)
	}
}
