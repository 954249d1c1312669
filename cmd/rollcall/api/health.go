package api

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// readyTimeout is how long it may take to find out whether the server is ready.
const readyTimeout = 2 * time.Second

// serveHealth says that the process answers, and nothing more.
func (h *Handler) serveHealth(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "ok\n")
}

// serveReady says whether questions can be answered: the registry is open, its parent
// segments can be read, and the server does not shut down. It names nothing.
func (h *Handler) serveReady(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		plain(w, http.StatusServiceUnavailable, "shutting down\n")
		return
	}
	if !h.isReady(r.Context()) {
		plain(w, http.StatusServiceUnavailable, "not ready\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}

// readiness is what was found when it was last looked whether the server is ready. It is
// asked for without a token: however often, the service is asked once in a readyEvery.
type readiness struct {
	sync.Mutex
	looked time.Time
	ready  bool
}

const readyEvery = time.Second

func (h *Handler) isReady(ctx context.Context) bool {
	h.ready.Lock()
	defer h.ready.Unlock()
	if now := h.now(); now.Sub(h.ready.looked) >= readyEvery {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		_, err := h.service.Parents(ctx, service.Local(), service.Listing{})
		if err != nil {
			h.fault(ctx, err)
		}
		h.ready.looked, h.ready.ready = now, err == nil
	}
	return h.ready.ready
}

// serveDocument serves the OpenAPI document.
func (h *Handler) serveDocument(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(h.document) // a client that is gone needs none
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // a client that is gone needs no answer
}
