package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"runtime"
	"runtime/debug"
	"syscall"
)

// panicked answers a request whose handler has panicked, and logs where. Of the value no
// more than its type is logged, unless the runtime made it: it may hold anything.
func (h *Handler) panicked(out *answer, r *http.Request, value any) {
	if value == http.ErrAbortHandler { //nolint:errorlint // a value of panic, not an error that was returned
		panic(value) // whoever has ended the connection wants it ended
	}
	h.log.ErrorContext(r.Context(), "a handler has panicked", "request_id", RequestID(r.Context()),
		"route", routeLabel(exchangeOf(r.Context()).route), "panic", panicText(value), "stack", string(debug.Stack()))
	if out.status != 0 {
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
	newProblem(http.StatusInternalServerError, codeInternal, "", "").write(out, r)
}

// panicText returns what may be logged of the value of a panic.
func panicText(value any) string {
	if err, ok := value.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", value)
}

// fault logs an error that is the server's own: its types, and what the system has said.
// The text of others may quote data.
func (h *Handler) fault(ctx context.Context, err error) {
	h.log.ErrorContext(ctx, "a request has failed", "request_id", RequestID(ctx),
		"route", routeLabel(exchangeOf(ctx).route), "error", faultText(err))
}

// faultText returns what may be logged of an error.
func faultText(err error) string {
	var file *fs.PathError
	var number syscall.Errno
	switch {
	case errors.As(err, &file):
		return fmt.Sprintf("%s: %s", typesOf(err), file)
	case errors.As(err, &number):
		return fmt.Sprintf("%s: %s", typesOf(err), number)
	}
	return typesOf(err)
}

// typesOf returns the types of an error and of those that it wraps, outermost first.
func typesOf(err error) string {
	text := fmt.Sprintf("%T", err)
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		text += fmt.Sprintf(" of %T", inner)
	}
	return text
}
