package service

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

func TestMain(m *testing.M) { os.Exit(fixture.Main(m, cdnowData)) }

// demoTime is the day after the last of CDNOW's purchases.
var demoTime = time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)

// studio is a service over a new folder, with all that it stands on.
type studio struct {
	*Service
	t        testing.TB
	dir      string
	registry *registry.Registry
	log      *audit.Log
}

// newStudio opens a service over a new folder; it is closed with the test.
func newStudio(t testing.TB, change ...func(*Options)) *studio {
	t.Helper()
	return openStudio(t, t.TempDir(), change...)
}

func openStudio(t testing.TB, dir string, change ...func(*Options)) *studio {
	t.Helper()
	ctx := context.Background()
	clock := func() time.Time { return demoTime }
	reg, err := registry.Open(ctx, dir, registry.Options{})
	must(t, err)
	log, err := audit.Open(ctx, dir, audit.Options{})
	must(t, err)
	tokens, err := access.Open(filepath.Join(dir, "tokens.json"))
	must(t, err)
	options := Options{
		Dir: dir, Registry: reg, Audit: log, Tokens: tokens, FilesRoots: []string{filepath.Dir(cdnowData.Warehouse(t))}, Now: clock,
	}
	for _, f := range change {
		f(&options)
	}
	s, err := New(options)
	must(t, err)
	must(t, s.Start(ctx))
	t.Cleanup(func() {
		must(t, s.Close(ctx))
		must(t, log.Close())
		must(t, reg.Close())
	})
	return &studio{s, t, dir, reg, log}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The callers of tests.
var (
	admin    = Caller{Name: "ada", TokenID: "aaaaaaaa", Roles: access.Admin}
	members  = Caller{Name: "mia", TokenID: "bbbbbbbb", Roles: access.Members | access.Counts}
	counts   = Caller{Name: "cal", TokenID: "cccccccc", Roles: access.Counts}
	segments = Caller{Name: "sam", TokenID: "dddddddd", Roles: access.Segments | access.Counts}
	nobody   = Caller{Name: "nil", TokenID: "eeeeeeee"}
)

// connect registers the warehouse of CDNOW.
func (s *studio) connect() {
	s.t.Helper()
	_, err := s.PutConnection(context.Background(), admin, "shop", ConnectionRequest{Kind: "files", URI: cdnowData.Warehouse(s.t)})
	must(s.t, err)
}

// built puts CDNOW and waits for its build.
func (s *studio) built() {
	s.t.Helper()
	ctx := context.Background()
	s.connect()
	put, err := s.PutParent(ctx, admin, "CDNOW", ParentRequest{Text: string(cdnow.ParentYAML())})
	must(s.t, err)
	s.wait(put.Job.ID)
}

// wait waits for a job and returns it; one that did not succeed fails the test.
func (s *studio) wait(id uint64) registry.Job {
	s.t.Helper()
	job, err := s.jobs.Wait(context.Background(), id)
	must(s.t, err)
	if job.State != registry.Succeeded {
		s.t.Fatalf("job %d is %s: %s", id, job.State, job.Error)
	}
	return job
}

// toJSON returns what a value looks like in JSON.
func toJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func itoa(n int) string { return strconv.Itoa(n) }
