package dbtest

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// refused carries out faults that keep a call from being carried out, and tells
// whether there was one.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, h hit) bool {
	switch {
	case h.is(HTTPStatus):
		status := h.status()
		wants := h.RetryAfter > 0 || status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
		if wants && h.RetryAfter >= 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(h.RetryAfter/time.Second)))
		}
		w.Header().Set(reasonHeader, h.message("Injected: "+http.StatusText(status)))
		w.WriteHeader(status)
	case h.is(Cut):
		cut()
	case h.is(Stall):
		s.stall(r)
	default:
		return false
	}
	return true
}

// Headers in which a warehouse says what is wrong with a call.
const (
	reasonHeader = "X-Databricks-Reason-Phrase"
	thriftHeader = "X-Thriftserver-Error-Message"
)

// cut ends the connection of the call. It does not return; net/http knows the
// panic, which goes no further.
func cut() { panic(http.ErrAbortHandler) }

// stall waits until the client goes away or the server is closed, and cuts the
// connection.
func (s *Server) stall(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	cut()
}

// errPartly ends the writing of an answer that is to stop in its middle.
var errPartly = errors.New("the answer stops here")

// firstPart passes on a number of bytes and fails then.
type firstPart struct {
	w    io.Writer
	left int
}

func (p *firstPart) Write(b []byte) (int, error) {
	part := b[:min(len(b), p.left)]
	n, err := p.w.Write(part)
	p.left -= n
	if err == nil && len(part) < len(b) {
		err = errPartly
	}
	return n, err
}

// send writes an answer of a known size, or as much of it as the fault lets
// through. That the client went away meanwhile is no concern of the server.
func (s *Server) send(w http.ResponseWriter, r *http.Request, h hit, size int, body io.WriterTo) {
	if h.is(CutAnswer) {
		cut()
	}
	w.Header().Set("Content-Length", strconv.Itoa(size))
	half := func() {
		_, _ = body.WriteTo(&firstPart{w: w, left: size / 2})
		_ = http.NewResponseController(w).Flush()
	}
	switch {
	case h.is(CutBody):
		half()
		cut()
	case h.is(StallBody):
		half()
		s.stall(r)
	default:
		_, _ = body.WriteTo(w)
	}
}
