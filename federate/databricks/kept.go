package databricks

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// maxKept is how many sessions are kept for small statements. Where more of these run
// side by side, others are opened and closed.
const maxKept = 2

// kept is the sessions of a client that wait for their next small statement. Only one
// whose last statement ended well is among them: each statement has a guard of its
// own, but what an earlier one left undone must not get in its way.
type kept struct {
	mu   sync.Mutex
	idle []*session
	over bool // none is kept any more
}

// take returns a session that waits, nil where there is none.
func (k *kept) take() *session {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := len(k.idle) - 1
	if last < 0 {
		return nil
	}
	s := k.idle[last]
	k.idle = k.idle[:last]
	return s
}

// put keeps a session, or closes it where there are enough.
func (k *kept) put(s *session) {
	k.mu.Lock()
	keep := !k.over && len(k.idle) < maxKept
	if keep {
		k.idle = append(k.idle, s)
	}
	k.mu.Unlock()
	if !keep {
		s.close()
	}
}

// close closes the sessions that wait, and has others closed when they are put.
func (k *kept) close() {
	k.mu.Lock()
	idle := k.idle
	k.idle, k.over = nil, true
	k.mu.Unlock()
	var closing sync.WaitGroup
	for _, s := range idle {
		closing.Go(s.close)
	}
	closing.Wait()
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
