package api

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

func TestMain(m *testing.M) { os.Exit(fixture.Main(m, cdnowData)) }

// studio is a handler over a service over a new folder.
type studio struct {
	*Handler
	t        testing.TB
	service  *service.Service
	tokens   *access.Set
	log      *audit.Log
	registry *registry.Registry
	server   *httptest.Server
	clock    *clock
	logged   *lines
}

// clock is one that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// demoTime is the day after the last of CDNOW's purchases.
var demoTime = time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)

// lines is what was logged.
type lines struct {
	mu   sync.Mutex
	text []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// newStudio serves a new folder over HTTP until the test ends. No token is made: everybody
// is local.
func newStudio(t testing.TB, change ...func(*Options)) *studio {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	s := &studio{t: t, clock: &clock{at: demoTime}, logged: &lines{}}
	var err error
	s.registry, err = registry.Open(ctx, dir, registry.Options{Now: s.clock.now})
	must(t, err)
	s.log, err = audit.Open(ctx, dir, audit.Options{Now: s.clock.now})
	must(t, err)
	s.tokens, err = access.Open(filepath.Join(dir, "tokens.json"))
	must(t, err)
	s.service, err = service.New(service.Options{
		Dir: dir, Registry: s.registry, Audit: s.log, Tokens: s.tokens, FilesRoots: []string{filepath.Dir(cdnowData.Warehouse(t))}, Now: s.clock.now,
	})
	must(t, err)
	must(t, s.service.Start(ctx))
	options := Options{Version: "test", Tokens: s.tokens, Now: s.clock.now, Log: slog.New(slog.NewJSONHandler(s.logged, nil))}
	for _, f := range change {
		f(&options)
	}
	s.Handler, err = New(s.service, options)
	must(t, err)
	s.server = httptest.NewUnstartedServer(s.Handler)
	s.server.Config = s.Handler.server()
	s.server.Start()
	t.Cleanup(func() {
		s.server.Close()
		must(t, s.service.Close(ctx))
		must(t, s.log.Close())
		must(t, s.registry.Close())
	})
	return s
}

// connect registers the warehouse of CDNOW.
func (s *studio) connect() {
	s.t.Helper()
	_, err := s.service.PutConnection(context.Background(), service.Local(), "shop", service.ConnectionRequest{Kind: "files", URI: cdnowData.Warehouse(s.t)})
	must(s.t, err)
}

// built puts CDNOW and waits for its build.
func (s *studio) built() {
	s.t.Helper()
	s.connect()
	put, err := s.service.PutParent(context.Background(), service.Local(), "CDNOW", service.ParentRequest{Text: string(cdnow.ParentYAML())})
	must(s.t, err)
	s.wait(put.Job.ID)
}

// wait waits for a job that is to succeed.
func (s *studio) wait(id uint64) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		job, err := s.registry.Job(ctx, id)
		must(s.t, err)
		if job.State == registry.Succeeded {
			return
		}
		if job.State.Finished() {
			s.t.Fatalf("job %d is %s: %s", id, job.State, job.Error)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("job %d is %s after a minute", id, job.State)
		}
	}
}

// token makes a token with roles and returns its text.
func (s *studio) token(name string, roles access.Roles) string {
	s.t.Helper()
	_, secret, err := s.tokens.Add(name, roles, time.Time{}, s.clock.now())
	must(s.t, err)
	return secret.Reveal()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
