package databricks

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// failure is why an attempt failed, and what that means for the next.
type failure struct {
	err     error         // of this package
	again   bool          // another attempt does no harm, and may succeed
	atOnce  bool          // without a wait
	asked   bool          // the server asked for it
	wait    time.Duration // that it asked for
	refused bool          // the server did not accept the login
	unsure  bool          // what was asked for may have been carried out
}

// repeat makes attempts until one succeeds, ctx ends, or there is no use in
// another. Where the server asks for patience, time is the only bound; else it is the
// number of attempts as well.
func (t *transport) repeat(ctx context.Context, attempt func() *failure) error {
	started, pause := time.Now(), t.limits.retryMin
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		f := attempt()
		switch {
		case f == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case f.asked && f.wait > t.limits.retryAfter:
			return tooLong(f.err, f.wait, t.limits.retryAfter)
		case !f.again:
			return f.err
		case f.atOnce:
			continue
		case !f.asked && n >= t.limits.attempts:
			return f.err
		}
		wait := max(f.wait, pause/2+rand.N(pause/2+1))
		pause = min(2*pause, t.limits.retryMax)
		if time.Since(started)+wait > t.limits.retryTotal {
			return f.err
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// tooLong is the error of a server that asks for more patience than there is.
func tooLong(err error, wait, limit time.Duration) error {
	var h *HTTPError
	if !errors.As(err, &h) {
		return err
	}
	refused := *h
	refused.Wait, refused.limit = wait, limit
	return &refused
}

// sleep waits, unless ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// errStalled ends requests of whose answer nothing comes any more.
var errStalled = errors.New("no answer came in time")

// broken is the failure of a request without an answer, or with half of one.
func (t *transport) broken(ctx context.Context, call string, err error, again bool) *failure {
	if cause := context.Cause(ctx); cause != nil {
		if !errors.Is(cause, errStalled) {
			return &failure{err: cause}
		}
		err = cause
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return &failure{err: &AnswerError{Call: call, Reason: t.redact.Text(untrusted.Error()), final: true}}
	}
	return &failure{err: &AnswerError{Call: call, Reason: t.redact.Text(err.Error())}, again: again}
}

// refusal is the failure of a request whose answer is no success. It tells why in
// the server's words. A workspace that is busy, or a warehouse that starts, says when
// to come again, and has not carried out anything; but what answers may be a proxy that
// has passed the request on and got no answer, and says the same.
func (t *transport) refusal(resp *http.Response, call string, resend bool) *failure {
	refused := &HTTPError{Call: call, Status: resp.StatusCode, Reason: cut(t.redact.Text(reason(resp, call)))}
	f := &failure{err: refused}
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.refused = true
	case isBusy(status):
		f.wait, f.asked = retryAfter(resp.Header.Get("Retry-After"))
		f.again, f.unsure = resend, true
	case status == http.StatusRequestTimeout || status >= http.StatusInternalServerError:
		f.again, f.unsure = resend && status != http.StatusNotImplemented, true
	}
	return f
}

// isBusy reports whether a status is that of a server which has no time now.
func isBusy(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// retryAfter reads what a server asks for: a number of seconds. A date, which the
// standard has as well, is not sent by anybody here.
func retryAfter(text string) (time.Duration, bool) {
	seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || seconds < 0 {
		return 0, false
	}
	const most = int64(1 << 32) // seconds, so that the product is a duration
	return time.Duration(min(seconds, most)) * time.Second, true
}

// reason finds a server's words for a refusal.
func reason(resp *http.Response, call string) string {
	for _, name := range []string{"X-Databricks-Reason-Phrase", "X-Thriftserver-Error-Message"} {
		if text := resp.Header.Get(name); text != "" {
			return text
		}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusalBytes))
	if err != nil || call == callFile { // storage answers pages of XML
		return ""
	}
	if call == callLogin {
		return oauthReason(body)
	}
	var answer struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &answer) == nil {
		return answer.Message
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		return string(body)
	}
	return ""
}

// traceSent tells whether a request got so far that it may have been carried out.
func traceSent(ctx context.Context) (context.Context, func() bool) {
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	return httptrace.WithClientTrace(ctx, trace), sent.Load
}

// watchdog ends a request when it lasts too long without a sign of life.
type watchdog struct {
	timer  *time.Timer
	limit  time.Duration
	cancel context.CancelCauseFunc
}

// watch returns a context that ends with errStalled when limit has passed. stop
// must be called.
func watch(ctx context.Context, limit time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &watchdog{
		timer: time.AfterFunc(limit, func() { cancel(errStalled) }),
		limit: limit, cancel: cancel,
	}
}

// patience begins a new limit.
func (w *watchdog) patience(limit time.Duration) {
	w.limit = limit
	w.alive()
}

// alive begins the limit anew.
func (w *watchdog) alive() { w.timer.Reset(w.limit) }

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// watched is a body of which each piece is a sign of life.
type watched struct {
	io.Reader
	watchdog *watchdog
}

// Read reads a piece.
func (w *watched) Read(p []byte) (int, error) {
	w.watchdog.alive()
	return w.Reader.Read(p)
}
