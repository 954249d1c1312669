package databricks

import (
	"context"
	"sync"
	"sync/atomic"
)

// remembered is a value that is asked for once; an error is not remembered. It is
// safe for concurrent use.
type remembered[T any] struct {
	turn  chan struct{} // holds a token; who has it may ask
	value atomic.Pointer[T]
}

func newRemembered[T any]() *remembered[T] {
	r := &remembered[T]{turn: make(chan struct{}, 1)}
	r.turn <- struct{}{}
	return r
}

// get returns the value, asking for it where it is not known. Who comes while
// another asks waits, until ctx ends.
func (r *remembered[T]) get(ctx context.Context, ask func() (T, error)) (T, error) {
	if known := r.value.Load(); known != nil {
		return *known, nil
	}
	var none T
	select {
	case <-r.turn:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	defer func() { r.turn <- struct{}{} }()
	if known := r.value.Load(); known != nil {
		return *known, nil
	}
	value, err := ask()
	if err != nil {
		return none, err
	}
	r.value.Store(&value)
	return value, nil
}

// peek returns the value where it is known.
func (r *remembered[T]) peek() (value T, ok bool) {
	if known := r.value.Load(); known != nil {
		return *known, true
	}
	return value, false
}

// recall returns what is remembered under a key, making room for it where there is
// none.
func recall[K comparable, T any](mu *sync.Mutex, all map[K]*remembered[T], key K) *remembered[T] {
	mu.Lock()
	defer mu.Unlock()
	r, ok := all[key]
	if !ok {
		r = newRemembered[T]()
		all[key] = r
	}
	return r
}
