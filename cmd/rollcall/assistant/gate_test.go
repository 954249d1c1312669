package assistant

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestGate asserts that a call waits for its turn, but not for ever.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := make(gate, 1)
		leave, err := g.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = g.enter(t.Context())
		if p := problemOf(err); p.Status != 503 || p.Code != "BUSY" || p.Hint != "ask again in a few seconds" || time.Since(start) != maxForPlace {
			t.Errorf("after %v: %+v", time.Since(start), p)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.enter(gone); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		time.AfterFunc(time.Second, leave)
		if _, err := g.enter(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
