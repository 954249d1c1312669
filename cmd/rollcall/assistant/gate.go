package assistant

import (
	"context"
	"runtime"
	"time"
)

// maxForPlace is how long a call waits for its turn.
const maxForPlace = 10 * time.Second

// gate lets so many calls work at a time, since each may keep a processor busy: one request
// over HTTP may hold many.
type gate chan struct{}

// newGate returns a gate with four places for each processor, as many as the HTTP API has.
func newGate() gate { return make(gate, 4*runtime.GOMAXPROCS(0)) }

// enter waits for a place. Without an error the caller has one until it calls leave.
func (g gate) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { <-g }
	select {
	case g <- struct{}{}:
		return leave, nil
	default:
	}
	timer := time.NewTimer(maxForPlace)
	defer timer.Stop()
	select {
	case g <- struct{}{}:
		return leave, nil
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
