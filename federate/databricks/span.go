package databricks

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// callKey finds the context of a call among the values of a context.
type callKey struct{}

// WithCall marks ctx as the context of a call. The driver detaches most of its
// requests from the context that they were caused by, but keeps its values: the
// transport finds the call there, and ends its requests with it.
func WithCall(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, ctx)
}

// callOf returns the context of the call that ctx belongs to, which is ctx itself
// where nobody said so.
func callOf(ctx context.Context) context.Context {
	if call, ok := ctx.Value(callKey{}).(context.Context); ok {
		return call
	}
	return ctx
}

// resendable reports whether a call may be sent again where nobody knows whether
// it was carried out. Of FetchResults that is so since the offset of a page is
// checked. An OpenSession that was carried out unheard leaves a session, which the
// warehouse ends after a while.
func resendable(method string) bool { return method != thrift.MethodExecute }

// ending reports whether a call ends something, which it must be able to do after
// the end of what it belongs to.
func ending(method string) bool {
	return method == thrift.MethodCancel || method == thrift.MethodCloseOperation || method == thrift.MethodCloseSession
}

// span is for how long a call is sent, and sent again.
type span struct {
	ctx     context.Context // of attempts
	waiting context.Context // of waits between them
	cancel  func()
}

// span returns how long a call of the given method may last. It ends with what it
// belongs to; with two exceptions. What ends something has its own time. And a
// session that is being opened is opened to its end, since nobody else knows its
// name to close it.
func (t *transport) span(ctx context.Context, method string) span {
	call := callOf(ctx)
	detached := context.WithoutCancel(ctx)
	if ending(method) {
		ctx, cancel := context.WithTimeoutCause(detached, t.limits.cleanup, errStalled)
		return span{ctx, ctx, cancel}
	}
	ctx, cancel := context.WithCancelCause(detached)
	end := func() { cancel(context.Cause(call)) }
	if method == thrift.MethodOpenSession {
		late := end
		end = func() { time.AfterFunc(t.limits.cleanup, late) }
	}
	stop := context.AfterFunc(call, end)
	return span{ctx, call, func() { stop(); cancel(nil) }}
}
