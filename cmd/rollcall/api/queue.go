package api

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Errors of a question that gets no place.
var (
	errQueueFull = errors.New("more questions wait than may")
	errQueueWait = errors.New("no place became free in time")
)

// queue gives places to questions: so many are worked on at a time, so many wait, and
// for so long. Without it a thousand clients would share the machine and all be slow.
type queue struct {
	places  chan struct{}
	waiting atomic.Int64
	longest int64
	wait    time.Duration
}

func newQueue(limits Limits) *queue {
	return &queue{places: make(chan struct{}, limits.Asks), longest: int64(limits.Queue), wait: limits.Wait}
}

// enter waits for a place. Without an error the caller has one until it calls leave.
func (q *queue) enter(ctx context.Context) error {
	select {
	case q.places <- struct{}{}:
		return nil
	default:
	}
	if q.waiting.Add(1) > q.longest {
		q.waiting.Add(-1)
		return errQueueFull
	}
	defer q.waiting.Add(-1)
	timer := time.NewTimer(q.wait)
	defer timer.Stop()
	select {
	case q.places <- struct{}{}:
		return nil
	case <-timer.C:
		return errQueueWait
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leave gives a place back.
func (q *queue) leave() { <-q.places }

// inFlight returns how many questions have a place.
func (q *queue) inFlight() int { return len(q.places) }
