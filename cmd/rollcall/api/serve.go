package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// Serve listens and answers until ctx ends, and then lets the requests that run end, for
// Limits.Grace at most. It returns nil after that, and an error where it could not listen.
// An address that other machines reach without a certificate and a valid token is an
// *[ExposedError].
func Serve(ctx context.Context, h *Handler, l Listening) error {
	address, err := l.resolve()
	if err != nil {
		return err
	}
	if err := l.check(address, h.tokens.anyValid()); err != nil {
		return err
	}
	if !address.IP.IsLoopback() {
		h.tokens.required.Store(true)
	}
	server := h.server()
	if l.secure() {
		h.secure.Store(true)
		server.TLSConfig, err = l.tlsConfig(func(err error) { h.log.Error("the certificate stays as it was", "error", err) })
		if err != nil {
			return err
		}
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	return h.run(ctx, server, limitConnections(listener, h.limits.Connections), l)
}

// maxStreams is how many requests of a connection may run at a time, over HTTP/2.
const maxStreams = 100

// server returns a server with the limits of a handler. There is no limit for a whole
// request or answer: package api sets those of a body and of each piece of an answer, so
// that long questions and long files can be.
func (h *Handler) server() *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: h.limits.Header,
		IdleTimeout:       h.limits.Idle,
		MaxHeaderBytes:    MaxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, SendPingTimeout: h.limits.Idle, PingTimeout: h.limits.Header, WriteByteTimeout: h.limits.Write},
		// The library logs addresses of who sends nonsense; they are for debugging.
		ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
}

// run serves until ctx ends.
func (h *Handler) run(ctx context.Context, server *http.Server, listener net.Listener, l Listening) error {
	// Requests outlive ctx: they end by themselves, or when the grace is over.
	requests, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	server.BaseContext = func(net.Listener) context.Context { return requests }
	served := make(chan error, 1)
	go func() {
		if l.secure() {
			served <- server.ServeTLS(listener, "", "")
		} else {
			served <- server.Serve(listener)
		}
	}()
	if l.Ready != nil {
		l.Ready(listener.Addr())
	}
	select {
	case err := <-served:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	h.draining.Store(true)
	grace, done := context.WithTimeout(requests, h.limits.Grace)
	defer done()
	err := server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		h.log.Warn("requests were cut off at shutdown", "grace", h.limits.Grace)
		abort()
		err = server.Close()
	}
	<-served
	return err
}
