package api

import (
	"context"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Asking returns what takes a place for a question that comes with a request to a handler
// given to [New], such as that of assistants: the places are those of the operations, so
// that who uses both doors gets no more than who uses one. A request may hold many questions;
// each beyond the first counts against its caller's rate, as a request does. Without an error
// the caller has a place until it calls leave. Where there is none, or the caller asks more
// often than it may, the error is a *[service.RefusedError]. Any number of goroutines may use
// it, while the request lasts. Of a context of no request it is nil.
func Asking(request context.Context) func(ctx context.Context) (leave func(), err error) {
	x := exchangeOf(request)
	h := x.handler
	if h == nil {
		return nil
	}
	return func(ctx context.Context) (leave func(), err error) {
		if x.asked.Add(1) > 1 {
			if wait, ok := h.rates.take(rateKey(x)); !ok {
				return nil, &service.RefusedError{Problem: tooMany(wait).Problem}
			}
		}
		if err := h.queue.enter(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			return nil, &service.RefusedError{Problem: busy(err).Problem}
		}
		return h.queue.leave, nil
	}
}
