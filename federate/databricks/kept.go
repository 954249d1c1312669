package databricks

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxKept is how many sessions are kept for small statements. Where more of these run
// side by side, others are opened and closed.
const maxKept = 2

// kept is the sessions of a client that wait for their next small statement. Only one
// whose last statement ended well is among them: each statement has a guard of its
// own, but what an earlier one left undone must not get in its way.
type kept struct {
	life time.Duration // that a session waits; a warehouse does not stop while it has one

	mu      sync.Mutex
	idle    []*waiting
	over    bool           // none is kept any more
	closing sync.WaitGroup // sessions that have waited for too long; grows while over is false
}

// waiting is a session that waits, and what ends that.
type waiting struct {
	*session
	timer *time.Timer
}

// take returns a session that waits, nil where there is none.
func (k *kept) take() *session {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := len(k.idle) - 1
	if last < 0 {
		return nil
	}
	w := k.idle[last]
	k.idle = k.idle[:last]
	w.timer.Stop()
	return w.session
}

// put keeps a session for a while, or closes it where there are enough.
func (k *kept) put(s *session) {
	k.mu.Lock()
	keep := !k.over && len(k.idle) < maxKept
	if keep {
		w := &waiting{session: s}
		w.timer = time.AfterFunc(k.life, func() { k.expire(w) })
		k.idle = append(k.idle, w)
	}
	k.mu.Unlock()
	if !keep {
		s.close()
	}
}

// expire closes a session, if it still waits.
func (k *kept) expire(w *waiting) {
	k.mu.Lock()
	i := slices.Index(k.idle, w)
	if i < 0 {
		k.mu.Unlock()
		return
	}
	k.idle = slices.Delete(k.idle, i, i+1)
	k.closing.Add(1)
	k.mu.Unlock()
	defer k.closing.Done()
	w.close()
}

// close closes the sessions that wait, and has others closed when they are put. All of
// them are closed when it returns.
func (k *kept) close() {
	k.mu.Lock()
	idle := k.idle
	k.idle, k.over = nil, true
	k.mu.Unlock()
	for _, w := range idle {
		w.timer.Stop()
		k.closing.Go(w.close)
	}
	k.closing.Wait()
}

// relay passes the requests of a session on to the guard of the statement that it
// runs, and after that to the same.
type relay struct{ guard atomic.Pointer[guard] }

// RoundTrip carries out a request.
func (r *relay) RoundTrip(req *http.Request) (*http.Response, error) {
	return r.guard.Load().RoundTrip(req)
}

// isDropped reports whether a warehouse does not know a session any more. It may say so
// in an answer of HTTP, which is final but for a session that was kept: that one may
// have waited for too long.
func isDropped(err error) bool {
	var h *HTTPError
	return errors.As(err, &h) && strings.Contains(h.Reason, "Invalid SessionHandle")
}
