package databricks

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// requestLimit bounds a request that belongs to no call any more: the end of a
// statement or of a session. What belongs to a call lasts as long as the call.
const requestLimit = 30 * time.Second

// callKey finds the context of a call among the values of a context.
type callKey struct{}

// withCall marks ctx as the context of a call. The driver detaches most of its
// requests from the context that they were caused by, but keeps its values: the
// transport finds the call there, and ends its requests with it.
func withCall(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, ctx)
}

// callOf returns the context of the call that ctx belongs to; nil: it is over, or
// there never was one.
func callOf(ctx context.Context) context.Context {
	call, _ := ctx.Value(callKey{}).(context.Context)
	return call
}

// during returns ctx with the end of its call, or with a limit where it belongs to
// none. cancel must be called.
func during(ctx context.Context) (context.Context, context.CancelFunc) {
	call := callOf(ctx)
	if call == nil {
		return context.WithTimeout(ctx, requestLimit)
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(call, cancel)
	return ctx, func() { stop(); cancel() }
}

// noFlags is what a workspace without flags for drivers answers: no flag, and so
// no telemetry.
const noFlags = `{"flags": []}`

// transport carries the driver's requests. It is safe for concurrent use.
type transport struct {
	base   http.RoundTripper
	origin string // of the workspace, with its port
}

// RoundTrip sends a request. Some it answers itself: telemetry, which has no other
// switch in a connector; what would carry the login to another server, where a
// redirect leads; and what was detached from a call that is over, with a status that
// the driver does not try again, as it would an error.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	switch p := req.URL.Path; {
	case p == "/telemetry-ext" || strings.HasPrefix(p, "/api/2.0/connector-service/"):
		resp := answer(req, http.StatusOK, "200 OK") // the driver prints a line for any other
		resp.Body = io.NopCloser(strings.NewReader(noFlags))
		return resp, nil
	case req.Header.Get("Authorization") != "" && originOf(req.URL) != t.origin:
		return answer(req, http.StatusMisdirectedRequest, "the login is not for this server"), nil
	}
	ctx, cancel := during(req.Context())
	resp, err := t.base.RoundTrip(req.WithContext(ctx))
	if call := callOf(req.Context()); call != nil && call.Err() != nil {
		if resp != nil {
			_ = resp.Body.Close() // nobody reads it
		}
		cancel()
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		return answer(req, 499, "the call is over"), nil
	}
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, cancel: cancel}
	return resp, nil
}

// answer is an answer to a request that was not sent.
func answer(req *http.Request, code int, reason string) *http.Response {
	if req.Body != nil {
		_ = req.Body.Close() // as a round trip must
	}
	return &http.Response{
		Status: reason, StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"X-Databricks-Reason-Phrase": {reason}}, Body: http.NoBody, Request: req,
	}
}

// originOf is the scheme, host and port of an address.
func originOf(u *url.URL) string {
	host := u.Host
	if u.Port() == "" {
		host += map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	}
	return u.Scheme + "://" + host
}

// body ends its request's context when it is closed.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
