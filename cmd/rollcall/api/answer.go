package api

import (
	"io"
	"net/http"
	"time"
)

// answer is the writer of a response. It knows what was written, and gives the client a
// limited time to take each piece: one that reads nothing does not hold a goroutine and
// a file for ever.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
	status  int // 0: nothing was written
	bytes   int64
}

func newAnswer(w http.ResponseWriter, limit time.Duration) *answer {
	return &answer{ResponseWriter: w, control: http.NewResponseController(w), limit: limit}
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader sends the header, of which the first final one counts.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
	a.arm()
	a.ResponseWriter.WriteHeader(status)
}

// Write sends a piece of the body.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.arm()
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// Flush sends what was written so far. Until the next piece there may be any time: a
// stream of events is quiet where nothing happens.
func (a *answer) Flush() {
	a.arm()
	if a.control.Flush() == nil {
		_ = a.control.SetWriteDeadline(time.Time{})
	}
}

// arm starts the time for the client to take what comes now. A connection that has no
// deadlines, as in tests, has none.
func (a *answer) arm() { _ = a.control.SetWriteDeadline(time.Now().Add(a.limit)) }

// timedBody is the body of a request that must have come by a deadline. It is set again
// before the first piece is read, since huma takes away what was set before. The server
// itself forgets it where the body ends: how long the answer takes is another matter.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
	limit   time.Duration
	started bool
}

func (b *timedBody) Read(p []byte) (int, error) {
	if !b.started {
		b.started = true
		_ = b.control.SetReadDeadline(time.Now().Add(b.limit))
	}
	return b.ReadCloser.Read(p)
}

// bodies limits the time in which a body comes. The deadline stands from the start, so
// that it holds as well where the server reads on to reuse the connection of a request
// that was refused.
func (h *Handler) bodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			control := http.NewResponseController(w)
			_ = control.SetReadDeadline(time.Now().Add(h.limits.Body))
			r.Body = &timedBody{ReadCloser: r.Body, control: control, limit: h.limits.Body}
		}
		next.ServeHTTP(w, r)
	})
}
