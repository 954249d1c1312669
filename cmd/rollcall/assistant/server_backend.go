package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Limits of a server that is asked.
const (
	maxServed   = 16 << 20         // bytes of an answer
	maxWait     = 90 * time.Second // for an answer
	maxShaking  = 10 * time.Second // for a connection
	maxHeldOpen = 90 * time.Second // of a connection that is not used
)

// RemoteError is an error that a server has answered.
type RemoteError struct{ Problem service.Problem }

// Error is what the server says.
func (e *RemoteError) Error() string {
	return fmt.Sprintf("the server answers %d: %s", e.Problem.Status, orElse(e.Problem.Detail, e.Problem.Title))
}

// ServerURLError is an address that no server may be asked at.
type ServerURLError struct {
	URL     string // without user and password
	Problem string // what was found, and what was expected
}

// Error names the address.
func (e *ServerURLError) Error() string {
	return fmt.Sprintf("the server's URL %q %s", e.URL, e.Problem)
}

// serverBackend asks a server over HTTP.
type serverBackend struct {
	base   string // with the prefix of the API
	token  string
	client *http.Client
}

// NewServerBackend returns a backend that asks the API of a server, with a token if that is
// not empty: its roles decide what is allowed. It is a [Saver], and has [Sources]. http://
// is for this machine alone. The token goes to that address and nowhere else: a redirect is
// an error. What is wrong with the address is a [*ServerURLError]; nothing is asked yet.
func NewServerBackend(address, token string) (Backend, error) {
	dial := (&net.Dialer{Timeout: maxShaking}).DialContext
	return newServerBackend(address, token, &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dial, TLSHandshakeTimeout: maxShaking, ForceAttemptHTTP2: true,
		IdleConnTimeout: maxHeldOpen, MaxIdleConnsPerHost: 4,
	})
}

func newServerBackend(address, token string, transport http.RoundTripper) (Backend, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &ServerURLError{"", "cannot be read, expected https://HOST[:PORT]"} // the text may hold a password
	}
	wrong := func(problem string) (Backend, error) { return nil, &ServerURLError{u.Redacted(), problem} }
	switch {
	case u.User != nil:
		return wrong("holds a user: give a token")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return wrong("is not as expected, https://HOST[:PORT]")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return wrong("is not encrypted and not of this machine, expected https://")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("the token has a character that no token has") // it is not shown
	}
	return &serverBackend{
		base: strings.TrimSuffix(u.Scheme+"://"+u.Host+u.EscapedPath(), "/") + "/api/v1", token: token,
		client: &http.Client{Transport: transport, Timeout: maxWait, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// isLoopback reports whether a host is this machine by its name.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// request is a request to a server.
type request struct {
	method string
	path   []string // parts, as they are
	query  url.Values
	header http.Header
	body   any // nil: none
}

// fetch asks a server, and reads the answer.
func fetch[T any](ctx context.Context, b *serverBackend, in request) (*T, error) {
	out := new(T)
	if err := b.send(ctx, &in, out); err != nil {
		return nil, err
	}
	return out, nil
}

// send asks the server and reads its answer into out.
func (b *serverBackend) send(ctx context.Context, in *request, out any) (err error) {
	r, err := b.newRequest(ctx, in)
	if err != nil {
		return err
	}
	response, err := b.client.Do(r)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxServed+1))
	switch {
	case err != nil:
		return unreachable(ctx, err)
	case len(data) > maxServed:
		return &RemoteError{service.Problem{Status: http.StatusBadGateway, Code: "TOO_LARGE", Detail: fmt.Sprintf("the server's answer is larger than %d MiB: ask for less", maxServed>>20)}}
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return &RemoteError{service.Problem{
			Status: http.StatusBadGateway, Code: "REDIRECTED", Detail: "the server sends elsewhere, where the token does not go: give the URL of the server itself",
		}}
	case response.StatusCode >= 400:
		return refused(response, data)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // numbers stay exact
	if err := d.Decode(out); err != nil {
		return &RemoteError{service.Problem{Status: http.StatusBadGateway, Code: "NOT_ROLLCALL", Detail: "what answers at the server's URL is no rollcall server, or of another version"}}
	}
	return nil
}

func (b *serverBackend) newRequest(ctx context.Context, in *request) (*http.Request, error) {
	target := b.base
	for _, part := range in.path {
		target += "/" + url.PathEscape(part)
	}
	if len(in.query) > 0 {
		target += "?" + in.query.Encode()
	}
	var body io.Reader
	if in.body != nil {
		data, err := encoded(in.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, in.method, target, body)
	if err != nil {
		return nil, err
	}
	for name, values := range in.header {
		r.Header[name] = values
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "rollcall-mcp")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	return r, nil
}

// unreachable returns the error for a server that did not answer.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &RemoteError{service.Problem{Status: http.StatusBadGateway, Code: "UNREACHABLE", Detail: "the server cannot be reached: " + causeOf(err)}}
}

// causeOf returns what is wrong with a connection, without the URL that was asked: values
// that were looked for are in it.
func causeOf(err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	return err.Error()
}

// refused returns the error that a server has answered.
func refused(response *http.Response, data []byte) error {
	e := &RemoteError{}
	if json.Unmarshal(data, &e.Problem) != nil || e.Problem.Code == "" {
		e.Problem = service.Problem{Code: "HTTP_" + strconv.Itoa(response.StatusCode), Title: http.StatusText(response.StatusCode)}
	}
	e.Problem.Status = response.StatusCode
	if retry := response.Header.Get("Retry-After"); retry != "" && e.Problem.Hint == "" {
		e.Problem.Hint = "ask again in " + retry + " s"
	}
	if e.Problem.Status == http.StatusUnauthorized && e.Problem.Hint == "" {
		e.Problem.Hint = "the server needs a token that it knows, in ROLLCALL_TOKEN"
	}
	return e
}
