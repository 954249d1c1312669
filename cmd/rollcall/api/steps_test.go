package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// TestPanic has a handler panic, before and within its answer.
func TestPanic(t *testing.T) {
	value := error(nil)
	s := newStudio(t, func(o *Options) {
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/late" {
				_, _ = io.WriteString(w, "half")
				_ = http.NewResponseController(w).Flush()
			}
			panic(value)
		})
	})
	value = fmt.Errorf("customer 00048 is Gold")
	answer, err := s.server.Client().Get(s.server.URL + "/")
	must(t, err)
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	must(t, answer.Body.Close())
	id := answer.Header.Get("X-Request-Id")
	want := `{"status":500,"title":"Internal Server Error","code":"INTERNAL","request_id":"` + id + `"}` + "\n"
	if answer.StatusCode != http.StatusInternalServerError || string(body) != want {
		t.Errorf("%s: %s, want %s", answer.Status, body, want)
	}
	logged := s.logged.String()
	if !strings.Contains(logged, id) || !strings.Contains(logged, "*fmt.fmtError") && !strings.Contains(logged, "*errors.errorString") && !strings.Contains(logged, "*fmt.wrapError") {
		t.Errorf("logged is %s", logged)
	}
	if strings.Contains(logged, "00048") {
		t.Errorf("the log has what the panic says: %s", logged)
	}
	if answer, err := s.server.Client().Get(s.server.URL + "/late"); err == nil {
		if _, err = io.ReadAll(answer.Body); err == nil {
			t.Error("half an answer looks like a whole one")
		}
		must(t, answer.Body.Close())
	}
}

// TestFaultText looks at what is logged of errors: what the system says, and of others no
// more than their types.
func TestFaultText(t *testing.T) {
	file := fmt.Errorf("reading 00048: %w", &fs.PathError{Op: "read", Path: "studio.db", Err: syscall.EIO})
	for want, err := range map[string]error{
		"*fmt.wrapError of *fs.PathError of syscall.Errno: read studio.db: input/output error": file,
		"*errors.errorString": errors.New("customer 00048"),
		"*fmt.wrapError of syscall.Errno: no space left on device": fmt.Errorf("of 00048: %w", syscall.ENOSPC),
	} {
		if got := faultText(err); got != want {
			t.Errorf("faultText is %q, want %q", got, want)
		}
	}
}

// TestLogHasNoData asks with values, keys, names and tokens, and looks for them in the log.
func TestLogHasNoData(t *testing.T) {
	s := newStudio(t, unhurried)
	s.built()
	token := s.token("mia", access.Admin)
	c := s.client(token)
	c.send(http.MethodPost, "/parents/CDNOW/profile", service.ProfileRequest{Key: "00048"}).is(http.StatusOK)
	c.send(http.MethodPost, "/parents/CDNOW/count", service.CountRequest{Ask: service.Ask{Rule: "loyalty_tier = 'Gold'"}}).is(http.StatusOK)
	c.send(http.MethodGet, "/parents/CDNOW/values?field=loyalty_tier&search=Plat", nil).is(http.StatusOK)
	c.send(http.MethodGet, "/parents/Secret%20Name/values?field=loyalty_tier", nil).is(http.StatusNotFound)
	s.client("rc_wrongtoken").send(http.MethodGet, "/parents", nil).is(http.StatusUnauthorized)
	logged := s.logged.String()
	for _, secret := range []string{"00048", "Gold", "Plat", "Secret", "loyalty_tier", "wrongtoken", token, "127.0.0.1"} {
		if strings.Contains(logged, secret) {
			t.Errorf("the log has %q", secret)
		}
	}
	for _, want := range []string{`"route":"POST /api/v1/parents/{name}/profile"`, `"status":200`, `"caller":"` + s.tokens.List()[0].ID + `"`, `"duration":`, `"request_id":"`} {
		if !strings.Contains(logged, want) {
			t.Errorf("the log has no %s: %s", want, logged)
		}
	}
}

// TestRate has a caller send more than it may; another goes on.
func TestRate(t *testing.T) {
	s := newStudio(t, func(o *Options) { o.Limits.Rate, o.Limits.Burst = 0.5, 2 })
	ada, mia := s.client(s.token("ada", access.Admin)), s.client(s.token("mia", access.Admin))
	ada.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	ada.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	got := ada.send(http.MethodGet, "/parents", nil)
	got.fails(http.StatusTooManyRequests, codeRate)
	if got.header.Get("Retry-After") != "2" {
		t.Errorf("to be tried again after %s s, want 2", got.header.Get("Retry-After"))
	}
	mia.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	s.clock.move(2 * time.Second)
	ada.send(http.MethodGet, "/parents", nil).is(http.StatusOK)
}

// TestLimitersAreBounded counts more callers than are remembered.
func TestLimitersAreBounded(t *testing.T) {
	l := newLimiters(1, 1, func() time.Time { return demoTime })
	if _, ok := l.take("busy"); !ok {
		t.Fatal("the first of a caller is refused")
	}
	for i := range 3 * maxCallers {
		l.take(strconv.Itoa(i))
		if _, ok := l.take("busy"); ok {
			t.Fatal("who comes all the time was forgotten")
		}
	}
	if n := len(l.young) + len(l.old); n > maxCallers {
		t.Errorf("%d callers are remembered", n)
	}
}

// TestQueue fills the places, and those that wait for one.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(Limits{Asks: 1, Queue: 1, Wait: time.Second})
		ctx := context.Background()
		must(t, q.enter(ctx))
		waits := make(chan error)
		go func() { waits <- q.enter(ctx) }()
		synctest.Wait()
		if err := q.enter(ctx); !errors.Is(err, errQueueFull) {
			t.Errorf("a third is told %v", err)
		}
		if err := <-waits; !errors.Is(err, errQueueWait) {
			t.Errorf("the second is told %v", err)
		}
		gone, cancel := context.WithCancel(ctx)
		go func() { waits <- q.enter(gone) }()
		synctest.Wait()
		cancel()
		if err := <-waits; !errors.Is(err, context.Canceled) {
			t.Errorf("who is gone is told %v", err)
		}
		go func() { waits <- q.enter(ctx) }()
		synctest.Wait()
		q.leave()
		must(t, <-waits)
		if q.inFlight() != 1 || q.waiting.Load() != 0 {
			t.Errorf("%d have a place, %d wait", q.inFlight(), q.waiting.Load())
		}
	})
}

// TestBusy asks while every place is taken.
func TestBusy(t *testing.T) {
	s := newStudio(t, func(o *Options) { o.Limits.Asks, o.Limits.Queue, o.Limits.Wait = 1, 1, time.Millisecond })
	must(t, s.queue.enter(t.Context()))
	got := s.client("").send(http.MethodPost, "/parents/CDNOW/count", exampleCount())
	p := got.fails(http.StatusServiceUnavailable, codeBusy)
	if got.header.Get("Retry-After") != "1" || p.Detail != "the server works on as many questions as it can: no place became free in time" {
		t.Errorf("it is answered %q, to be tried again after %q s", p.Detail, got.header.Get("Retry-After"))
	}
	s.client("").send(http.MethodGet, "/parents", nil).is(http.StatusOK)
	s.queue.leave()
	s.client("").send(http.MethodPost, "/parents/CDNOW/count", exampleCount()).is(http.StatusNotFound)
	if s.queue.inFlight() != 0 {
		t.Error("a place is lost")
	}
}

// TestSlowClientsHoldNoPlaces has more clients than there are places send bodies that do not
// end: another is answered.
func TestSlowClientsHoldNoPlaces(t *testing.T) {
	s := newStudio(t, func(o *Options) { o.Limits.Asks, o.Limits.Queue, o.Limits.Wait = 1, 1, time.Minute })
	for range 3 {
		conn := s.dial()
		_, err := io.WriteString(conn, "POST /api/v1/parents/CDNOW/count HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n")
		must(t, err)
		// That the body is asked for says that the server has come to read it.
		line := make([]byte, len("HTTP/1.1 100 Continue"))
		_, err = io.ReadFull(conn, line)
		must(t, err)
		if string(line) != "HTTP/1.1 100 Continue" {
			t.Fatalf("the server says %q", line)
		}
	}
	s.client("").send(http.MethodPost, "/parents/CDNOW/count", exampleCount()).fails(http.StatusNotFound, codeNotFound)
}

// TestNegotiate agrees on content types.
func TestNegotiate(t *testing.T) {
	offers := []string{jsonType, svgType, pngType}
	for accept, want := range map[string]string{
		"":                          jsonType,
		"*/*":                       jsonType,
		"image/png":                 pngType,
		"IMAGE/PNG":                 pngType,
		"image/*":                   svgType,
		"image/*;q=0.5, image/png":  pngType,
		"application/json;q=0, */*": svgType,
		"text/html, */*;q=0.1":      jsonType,
		"text/html":                 "",
		"image/png;q=0":             "",
		"image/png;q=x":             "",
		"image/png;q=2":             "",
		"image/png ; q=0.4 , image/svg+xml;charset=utf-8;q=0.5": svgType,
		";;,,=": "",
	} {
		if got := negotiate(accept, offers); got != want {
			t.Errorf("negotiate(%q) is %q, want %q", accept, got, want)
		}
	}
}

// TestHealth asks whether the server is alive and ready, also while it shuts down.
func TestHealth(t *testing.T) {
	s := newStudio(t)
	s.token("ada", access.Admin)
	is := func(path string, status int, want string) {
		t.Helper()
		answer, err := s.server.Client().Get(s.server.URL + path)
		must(t, err)
		body, err := io.ReadAll(answer.Body)
		must(t, err)
		must(t, answer.Body.Close())
		if answer.StatusCode != status || string(body) != want {
			t.Errorf("%s answers %d %q, want %d %q", path, answer.StatusCode, body, status, want)
		}
	}
	is("/healthz", http.StatusOK, "ok\n")
	is("/readyz", http.StatusOK, "ready\n")
	s.draining.Store(true)
	is("/healthz", http.StatusOK, "ok\n")
	is("/readyz", http.StatusServiceUnavailable, "shutting down\n")
	s.client("").send(http.MethodGet, "/session", nil).fails(http.StatusServiceUnavailable, codeShutdown)
	s.draining.Store(false)
	must(t, s.registry.Close())
	is("/readyz", http.StatusOK, "ready\n") // it is looked once in a second
	s.clock.move(time.Second)
	is("/readyz", http.StatusServiceUnavailable, "not ready\n")
}

// TestMetrics reads what Prometheus reads.
func TestMetrics(t *testing.T) {
	s := newStudio(t)
	s.built()
	s.client("").send(http.MethodPost, "/parents/CDNOW/count", exampleCount()).is(http.StatusOK)
	s.client("").send(http.MethodGet, "/nothing/at/all", nil).is(http.StatusNotFound)
	get := func(token string) (int, string) {
		c := s.client(token)
		got := c.exchange(c.request(http.MethodGet, s.server.URL+"/metrics", nil))
		return got.status, string(got.body)
	}
	status, text := get("")
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, text)
	}
	for _, want := range []string{
		`rollcall_http_requests_total{route="POST /api/v1/parents/{name}/count",status="200"} 1`,
		`rollcall_http_requests_total{route="other",status="404"} 1`,
		`rollcall_http_request_duration_seconds_count{route="POST /api/v1/parents/{name}/count"} 1`,
		`rollcall_asks_in_flight 0`, `rollcall_asks_waiting 0`, `rollcall_jobs{state="succeeded"} 1`, `rollcall_jobs{state="running"} 0`,
		`rollcall_snapshot_version{parent="CDNOW"} 1`, `rollcall_snapshot_customers{parent="CDNOW"} 23570`,
		`rollcall_parent_up{mode="copied",parent="CDNOW"} 1`, `rollcall_parent_load_failing{parent="CDNOW"} 0`,
		`rollcall_build_info{go="go1.`, `go_goroutines `, `rollcall_snapshot_age_seconds{parent="CDNOW"} `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
	segments, counts := s.token("sam", access.Segments), s.token("cal", access.Counts)
	for token, want := range map[string]int{"": http.StatusUnauthorized, segments: http.StatusForbidden, counts: http.StatusOK} {
		if status, text := get(token); status != want {
			t.Errorf("metrics are answered %d, want %d: %.200s", status, want, text)
		}
	}
}
