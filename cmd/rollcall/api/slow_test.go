package api

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// impatient gives headers and bodies a moment.
func impatient(o *Options) {
	o.Limits.Header, o.Limits.Body, o.Limits.Idle = 50*time.Millisecond, 50*time.Millisecond, 50*time.Millisecond
}

// dial opens a connection on which a test waits for a minute at most.
func (s *studio) dial() net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.server.Listener.Addr().String())
	must(s.t, err)
	must(s.t, conn.SetDeadline(time.Now().Add(time.Minute)))
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestSlowHeader sends a header that does not end.
func TestSlowHeader(t *testing.T) {
	s := newStudio(t, impatient)
	for _, start := range []string{"", "GET", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n"} {
		conn := s.dial()
		_, err := io.WriteString(conn, start)
		must(t, err)
		got, err := io.ReadAll(conn)
		if netError := net.Error(nil); errors.As(err, &netError) && netError.Timeout() {
			t.Errorf("after %q the connection stays open", start)
		}
		if bytes.Contains(got, []byte("200 OK")) {
			t.Errorf("after %q: %q", start, got)
		}
	}
}

// TestSlowBody sends a body that does not end, to an operation that reads it, to one that
// refuses the caller before, and to one that has none.
func TestSlowBody(t *testing.T) {
	s := newStudio(t, impatient)
	for _, of := range []struct {
		token, request string
		want           int
	}{
		{"", "POST /api/v1/parents/CDNOW/count", http.StatusRequestTimeout},
		{"", "PUT /api/v1/parents/CDNOW", http.StatusRequestTimeout},
		{"rc_wrong", "POST /api/v1/parents/CDNOW/count", http.StatusUnauthorized},
		{"", "GET /api/v1/session", http.StatusOK},
		{"", "POST /nothing", http.StatusNotFound},
	} {
		for _, size := range []string{"Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"} {
			conn := s.dial()
			head := of.request + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + size
			if of.token != "" {
				head += "Authorization: Bearer " + of.token + "\r\n"
			}
			body := `{"rule":"`
			if strings.Contains(size, "chunked") {
				body = "9\r\n" + body
			}
			_, err := io.WriteString(conn, head+"\r\n"+body)
			must(t, err)
			status, answer := readRaw(t, conn)
			if status != of.want {
				t.Errorf("%s %s answers %d, want %d: %.300s", of.request, size, status, of.want, answer)
			}
			if _, err := io.ReadAll(conn); errors.Is(err, errTimeout(err)) {
				t.Errorf("%s: the connection stays open", of.request)
			}
		}
	}
}

// errTimeout returns err where it is a timeout of the test's own, else another error.
func errTimeout(err error) error {
	var netError net.Error
	if errors.As(err, &netError) && netError.Timeout() {
		return err
	}
	return errors.New("no timeout")
}

// TestSlowReader takes nothing of a long answer: the handler does not wait for ever.
func TestSlowReader(t *testing.T) {
	written := make(chan error, 1)
	s := newStudio(t, func(o *Options) {
		o.Limits.Write = 50 * time.Millisecond
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			piece := make([]byte, 1<<20)
			for {
				if _, err := w.Write(piece); err != nil {
					written <- err
					return
				}
			}
		})
	})
	conn := s.dial()
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	must(t, err)
	if err := <-written; !errors.Is(err, errTimeout(err)) {
		t.Errorf("the answer ends with %v", err)
	}
}

// TestLongAnswer has a question take longer than a body may: the time for a body ends
// with the body.
func TestLongAnswer(t *testing.T) {
	ended := make(chan struct{})
	s := newStudio(t, impatient, func(o *Options) {
		o.Limits.Write = 50 * time.Millisecond
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-r.Context().Done():
			case <-time.After(200 * time.Millisecond):
				close(ended)
			}
			_, _ = io.WriteString(w, "late")
		})
	})
	answer, err := s.server.Client().Post(s.server.URL+"/", jsonType, strings.NewReader("{}"))
	must(t, err)
	got, err := io.ReadAll(answer.Body)
	must(t, err)
	must(t, answer.Body.Close())
	select {
	case <-ended:
	default:
		t.Error("the request was given up")
	}
	if string(got) != "late" {
		t.Errorf("the answer is %q", got)
	}
}

// TestLarge sends more than may be sent.
func TestLarge(t *testing.T) {
	s := newStudio(t, func(o *Options) { o.Limits.BodyBytes, o.Limits.ConfigurationBytes = 1<<10, 4<<10 })
	large := []byte(`{"rule":"` + strings.Repeat("x", 1<<10) + `"}`)
	s.client("").send(http.MethodPost, "/parents/CDNOW/count", large).fails(http.StatusRequestEntityTooLarge, codeTooLarge)
	s.client("").with("Content-Type", "text/plain").send(http.MethodPut, "/parents/CDNOW", string(large)).is(http.StatusUnprocessableEntity)
	s.client("").with("Content-Type", "text/plain").send(http.MethodPut, "/parents/CDNOW", strings.Repeat("x", 5<<10)).
		fails(http.StatusRequestEntityTooLarge, codeTooLarge)
	status, _ := s.raw("POST /api/v1/parents/CDNOW/count HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n" + string(large) + strings.Repeat("x", 1<<10))
	if status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body that is said to be large answers %d", status)
	}
	status, _ = s.raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Large: " + strings.Repeat("x", 2*MaxHeaderBytes) + "\r\n\r\n")
	if status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a large header answers %d", status)
	}
	deep := strings.Repeat("[", 500) + strings.Repeat("]", 500)
	s.client("").send(http.MethodPost, "/parents/CDNOW/count", []byte(`{"segment":`+deep[:800]+`}`)).is(http.StatusBadRequest)
}
