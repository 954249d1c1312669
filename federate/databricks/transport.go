package databricks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// Names of calls that are no methods of Thrift, in errors.
const (
	callFile   = "file of the result"
	callLogin  = "login"
	callResult = "result"
)

// thriftContent is the type of the content of the warehouse's protocol.
const thriftContent = "application/x-thrift"

// noFlags is what a workspace without flags for drivers answers: no flag, and so
// no telemetry.
const noFlags = `{"flags": []}`

// transport carries the driver's requests to one warehouse, and those of a login.
// It proves who asks, tries again what may be tried again, and ends what stalls.
// It is safe for concurrent use.
type transport struct {
	base      http.RoundTripper
	origin    string // of the workspace, with its port
	path      string // of the warehouse
	telemetry bool   // the driver's own requests about itself are carried out
	prover    prover
	redact    *Redactor
	limits    limits
}

// newTransport returns the transport to the warehouse that c names.
func newTransport(c *Config, redact *Redactor) (*transport, error) {
	base, err := newBase(c)
	if err != nil {
		return nil, err
	}
	path, _, _ := strings.Cut(c.HTTPPath, "?")
	t := &transport{base: base, origin: c.origin(), path: path, telemetry: c.Telemetry, redact: redact, limits: c.limits}
	if t.limits == (limits{}) {
		t.limits = defaultLimits
	}
	for _, s := range []secret{c.login.token, c.login.clientID, c.login.clientSecret} {
		redact.Add(s.reveal())
	}
	if c.login.token.known() {
		t.prover = personal{c.login.token}
	} else {
		t.prover = newPrincipal(c, redact, t.postLogin)
	}
	return t, nil
}

// close closes connections that nobody uses.
func (t *transport) close() {
	if base, ok := t.base.(*http.Transport); ok {
		base.CloseIdleConnections()
	}
}

// RoundTrip sends a request. Telemetry, which has no switch in a connector, it
// answers itself unless it is asked for. Errors are of this package or of a
// context, so that the driver, which tries nothing again after an error, passes
// them on; an answer is always a success, but for what is neither of the
// warehouse's protocol nor a file of a result.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	about := req.URL.Path == "/telemetry-ext" || strings.HasPrefix(req.URL.Path, "/api/2.0/connector-service/")
	switch {
	case about && !t.telemetry:
		return answered(req, []byte(noFlags)), nil
	case req.Header.Get("Content-Type") == thriftContent:
		call, err := readRequest(req)
		if err != nil {
			return nil, err
		}
		body, _, err := t.carry(call)
		if err != nil {
			return nil, err
		}
		return answered(req, body), nil
	case req.Method == http.MethodGet && !about:
		return t.file(req)
	}
	return t.other(req, about)
}

// answered is a success without a look at the network; the request's body is
// closed, as a round trip must.
func answered(req *http.Request, body []byte) *http.Response {
	if req.Body != nil {
		_ = req.Body.Close() // there is nothing more to know
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: &answer{body}, ContentLength: int64(len(body)), Request: req,
	}
}

// answer is the body of an answer that was read as a whole. It lets go of its bytes
// as soon as they are read, because the driver keeps it until its next call.
type answer struct{ rest []byte }

// Read gives the next bytes.
func (a *answer) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, a.rest)
	if a.rest = a.rest[n:]; len(a.rest) == 0 {
		a.rest = nil
	}
	return n, nil
}

// Close lets go of the rest.
func (a *answer) Close() error {
	a.rest = nil
	return nil
}

// other sends what the driver sends beside the warehouse's protocol: files on
// their way to a volume, and telemetry where it is asked for, which bears the
// login. Such a request ends with its call.
func (t *transport) other(req *http.Request, login bool) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	stop := context.AfterFunc(callOf(req.Context()), cancel)
	done := func() { stop(); cancel() }
	out := req.Clone(ctx)
	if login && originOf(req.URL) == t.origin {
		text, err := t.prover.bearer(ctx)
		if err != nil {
			done()
			return nil, err
		}
		out.Header.Set("Authorization", "Bearer "+text)
	}
	resp, err := t.base.RoundTrip(out)
	if err != nil {
		done()
		return nil, err
	}
	resp.Body = &closing{resp.Body, done}
	return resp, nil
}

// closing calls a function when it is closed.
type closing struct {
	io.ReadCloser
	done func()
}

func (c *closing) Close() error {
	defer c.done()
	return c.ReadCloser.Close()
}

// originOf is the scheme, host and port of an address.
func originOf(u *url.URL) string {
	host := u.Host
	if u.Port() == "" {
		host += map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	}
	return u.Scheme + "://" + host
}

// request is a call of the warehouse's protocol.
type request struct {
	*http.Request
	method string // of the protocol
	body   []byte
	twice  bool // being carried out twice, it does no more than once
}

// readRequest reads a call of the warehouse's protocol, and closes its body.
func readRequest(req *http.Request) (*request, error) {
	body, err := io.ReadAll(req.Body)
	_ = req.Body.Close() // it was only read
	if err != nil {
		return nil, fmt.Errorf("reading a request: %w", err)
	}
	message, err := thrift.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("reading a request: %w", err)
	}
	return &request{Request: req, method: message.Name, body: body}, nil
}

// carry carries out a call of the warehouse's protocol and returns its answer. That
// is read as a whole, so that an end of the connection in its middle is an error
// here, and can be tried again where that does no harm. unheard says that the call may
// have been carried out without that an answer to it was heard: the answer may be one
// to the second time, and after an error it is not known whether there was a first.
func (t *transport) carry(req *request) (body []byte, unheard bool, err error) {
	if originOf(req.URL) != t.origin || req.URL.Path != t.path {
		return nil, false, &AnswerError{Call: req.method, Reason: "it is not sent to " + originOf(req.URL) + req.URL.Path, final: true}
	}
	sp := t.span(req.Context(), req.method)
	defer sp.cancel()
	renewed := false
	resend := resend{always: resendable(req.method), busy: resendable(req.method) || req.twice}
	err = t.repeat(sp.waiting, func() *failure {
		token, err := t.prover.bearer(sp.ctx)
		if err != nil {
			return &failure{err: err}
		}
		out := req.Clone(sp.ctx)
		out.Header.Set("Authorization", "Bearer "+token)
		out.Header.Set("User-Agent", t.userAgent(out.Header.Get("User-Agent")))
		out.Body, out.ContentLength, out.GetBody = io.NopCloser(bytes.NewReader(req.body)), int64(len(req.body)), nil
		var failed *failure
		body, failed = t.exchange(out, req.method, resend, maxAnswerBytes, t.limits.until(req.method))
		if failed != nil && failed.refused && !renewed && t.prover.refused(token) {
			renewed = true
			failed.again, failed.atOnce = true, true
		}
		unheard = unheard || failed != nil && failed.unsure
		return failed
	})
	return body, unheard, err
}

// userAgent leaves out of the driver's name what it found out about the program
// around it, unless telemetry was asked for.
func (t *transport) userAgent(text string) string {
	if at := strings.Index(text, " agent/"); at >= 0 && !t.telemetry {
		return text[:at]
	}
	return text
}

// postLogin sends a request of a login and returns the body of its answer.
func (t *transport) postLogin(ctx context.Context, req *http.Request) ([]byte, error) {
	var body []byte
	err := t.repeat(ctx, func() *failure {
		out := req.Clone(ctx)
		form, err := req.GetBody()
		if err != nil {
			return &failure{err: fmt.Errorf("%s: %w", callLogin, err)}
		}
		out.Body = form
		var failed *failure
		body, failed = t.exchange(out, callLogin, resend{always: true, busy: true}, maxTokenBytes, t.limits.token)
		return failed
	})
	return body, err
}
