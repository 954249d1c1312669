package api

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// exchange is what is known of a request while it is answered. Only the goroutine that
// answers it uses it, but for what says else.
type exchange struct {
	id      string // of the request, for the client and the log
	started time.Time
	route   string // pattern, as in "GET /api/v1/parents/{name}"; empty: no route has it
	caller  service.Caller
	known   bool        // the caller is: by a token, a session, or as the local one
	session sessionHash // of the session that the caller came with; zero: none
	address string      // where it comes from, for counting
	accept  string      // content type that was agreed on
	members []string    // names that the body of the request may have

	handler *Handler     // that answers it; nil outside a request
	asked   atomic.Int64 // questions that came with it through Asking; any goroutine counts them
}

type exchangeKey struct{}

// exchangeOf returns what is known of the request of a context. Outside a request it
// is an empty one.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// CallerOf returns who sends the request of a context, for handlers that are given to
// [New], and whether that is known.
func CallerOf(ctx context.Context) (service.Caller, bool) {
	x := exchangeOf(ctx)
	return x.caller, x.known
}

// RequestID returns the id of the request of a context, empty outside a request.
func RequestID(ctx context.Context) string { return exchangeOf(ctx).id }

// maxRequestID is the length of the longest id that a client may give its request.
const maxRequestID = 64

// requestID returns the id that a client has given a request, if it is one that logs and
// headers can take, else a random one.
func requestID(given string) string {
	if given == "" || len(given) > maxRequestID {
		return rand.Text()
	}
	for _, c := range []byte(given) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return rand.Text()
		}
	}
	return given
}

// exchanges is the outermost step: it gives the request an id, the answer its headers,
// answers where a handler panics, and logs and counts what was answered.
func (h *Handler) exchanges(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{id: requestID(r.Header.Get("X-Request-Id")), started: time.Now(), handler: h}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		out := newAnswer(w, h.limits.Write)
		setHeaders(out.Header(), x.id)
		finished := false
		defer func() {
			if !finished {
				h.panicked(out, r, recover())
			}
			h.done(r, x, out)
		}()
		next.ServeHTTP(out, r)
		finished = true
	})
}

// done logs and counts a request that was answered.
func (h *Handler) done(r *http.Request, x *exchange, out *answer) {
	took := time.Since(x.started)
	status := out.status
	if status == 0 {
		status = http.StatusOK // what net/http sends where nothing was written
	}
	h.metrics.observe(x.route, status, took)
	h.log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request_id", x.id), slog.String("route", routeLabel(x.route)), slog.Int("status", status),
		slog.Duration("duration", took), slog.Int64("bytes", out.bytes), slog.String("caller", callerID(x)))
}

// callerID returns what the log calls a caller: the id of a token.
func callerID(x *exchange) string {
	switch {
	case x.caller.TokenID != "":
		return x.caller.TokenID
	case x.known && x.caller.Local:
		return "local"
	}
	return ""
}

// otherRoute is the route of requests that no route has: as many as there may be, they
// are one.
const otherRoute = "other"

func routeLabel(route string) string {
	if route == "" {
		return otherRoute
	}
	return route
}
