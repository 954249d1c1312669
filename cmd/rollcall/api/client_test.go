package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// client sends requests to a studio and checks every answer, and every request that was
// taken, against the document that the studio serves.
type client struct {
	*studio
	token  string
	header http.Header
}

func (s *studio) client(token string) *client {
	return &client{studio: s, token: token, header: http.Header{}}
}

// with returns a client that sends a header, too.
func (c *client) with(name, value string) *client {
	out := &client{studio: c.studio, token: c.token, header: c.header.Clone()}
	out.header.Set(name, value)
	return out
}

// reply is an answer that was read.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

// send sends a request to a path below the prefix. The body is a text, or what JSON is
// made of.
func (c *client) send(method, path string, body any) *reply {
	c.t.Helper()
	return c.exchange(c.request(method, c.server.URL+prefix+path, body))
}

func (c *client) request(method, url string, body any) *http.Request {
	c.t.Helper()
	var data []byte
	kind := jsonType
	switch body := body.(type) {
	case nil:
		kind = ""
	case string:
		data, kind = []byte(body), ""
	case []byte:
		data = body
	default:
		var err error
		data, err = json.Marshal(body)
		must(c.t, err)
	}
	r, err := http.NewRequest(method, url, bytes.NewReader(data))
	must(c.t, err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	return r
}

// exchange sends a request and checks what comes.
func (c *client) exchange(r *http.Request) *reply {
	c.t.Helper()
	sent, err := io.ReadAll(r.Body)
	must(c.t, err)
	r.Body = io.NopCloser(bytes.NewReader(sent))
	r.ContentLength = int64(len(sent))
	response, err := c.server.Client().Do(r)
	must(c.t, err)
	defer func() { must(c.t, response.Body.Close()) }()
	got, err := io.ReadAll(response.Body)
	must(c.t, err)
	out := &reply{c.t, r.Method + " " + r.URL.EscapedPath(), response.StatusCode, response.Header, got}
	c.contract(r, sent, response, got)
	return out
}

// contract checks an exchange against the document.
func (c *client) contract(r *http.Request, sent []byte, response *http.Response, got []byte) {
	c.t.Helper()
	if !strings.HasPrefix(r.URL.Path, prefix+"/") || !isDescribed(response, got) {
		return
	}
	v := validatorOf(c.t, c.document)
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(sent))
	if response.StatusCode < http.StatusBadRequest {
		again.Body = io.NopCloser(bytes.NewReader(withoutNulls(sent)))
		if ok, wrong := v.ValidateHttpRequestSync(again); !ok {
			for _, e := range wrong {
				c.t.Errorf("%s %s was taken, and is not as the document says: %s: %s\n%.400s", r.Method, r.URL.EscapedPath(), e.Message, e.Reason, sent)
			}
		}
		again.Body = io.NopCloser(bytes.NewReader(sent))
	}
	copied := *response
	copied.Body = io.NopCloser(bytes.NewReader(got))
	if ok, wrong := v.ValidateHttpResponse(again, &copied); !ok {
		for _, e := range wrong {
			c.t.Errorf("%s %s answers %d, and not as the document says: %s: %s", r.Method, r.URL.EscapedPath(), response.StatusCode, e.Message, e.Reason)
			for _, s := range e.SchemaValidationErrors {
				c.t.Errorf("    %s: %s", s.FieldPath, s.Reason)
			}
		}
		c.t.Errorf("    %.600s", got)
	}
}

// withoutNulls returns a body without the members of objects that are null: those are as
// absent, which the document says in words.
func withoutNulls(body []byte) []byte {
	var v any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return body
	}
	dropNulls(v)
	out, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return out
}

func dropNulls(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if member == nil {
				delete(v, name)
			}
			dropNulls(member)
		}
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	}
}

// isDescribed reports whether an answer is one of an operation: the document has no word on
// paths and methods that there are not.
func isDescribed(response *http.Response, got []byte) bool {
	if response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusMethodNotAllowed {
		return true
	}
	var p Problem
	return json.Unmarshal(got, &p) != nil || p.Code != codeMethod && p.Detail != unknownDetail
}

var validators sync.Map // by document

// validatorOf returns the validator of a document, made once.
func validatorOf(t testing.TB, document []byte) validator.Validator {
	t.Helper()
	if v, ok := validators.Load(string(document)); ok {
		return v.(validator.Validator)
	}
	parsed, err := libopenapi.NewDocument(document)
	must(t, err)
	v, errs := validator.NewValidator(parsed, config.WithoutSecurityValidation())
	for _, err := range errs {
		t.Fatal(err)
	}
	validators.Store(string(document), v)
	return v
}

// is fails the test where the status is another one.
func (r *reply) is(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s answers %d, want %d: %.1000s", r.what, r.status, status, r.body)
	}
	return r
}

// fails fails the test where the answer is no problem with this status and code.
func (r *reply) fails(status int, code string) *service.Problem {
	r.t.Helper()
	r.is(status)
	var p Problem
	if err := json.Unmarshal(r.body, &p); err != nil {
		r.t.Fatalf("%s answers no problem: %v: %.400s", r.what, err, r.body)
	}
	switch {
	case r.header.Get("Content-Type") != problemType:
		r.t.Errorf("%s answers %d as %s", r.what, r.status, r.header.Get("Content-Type"))
	case p.Status != status, p.Title != http.StatusText(status), p.Code != code:
		r.t.Errorf("%s answers %d %q %s, want %d %q %s", r.what, p.Status, p.Title, p.Code, status, http.StatusText(status), code)
	case p.RequestID == "" || p.RequestID != r.header.Get("X-Request-Id"):
		r.t.Errorf("%s answers the request id %q in the body and %q in the header", r.what, p.RequestID, r.header.Get("X-Request-Id"))
	}
	return &p.Problem
}

// as reads the answer.
func (r *reply) as(v any) *reply {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("%s: %v: %.400s", r.what, err, r.body)
	}
	return r
}

// readCloser returns a body.
func readCloser(data []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(data)) }
