package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// What the local warehouse lets in. No output of a test may hold a secret.
const (
	testToken  = "dapi-cli-0123456789"
	testClient = "cli-client"
	testSecret = "cli-secret-0123456789"
)

// localWarehouse is a warehouse in this process, which speaks the protocol of
// Databricks.
type localWarehouse struct {
	engine *warehouse.Warehouse
	server *dbtest.Server
	web    *httptest.Server
	uri    string

	mu     sync.Mutex
	proofs map[string]int      // calls by the kind of proof of who asks
	before func(method string) // is called before each call is carried out; may be nil
}

// newLocalWarehouse serves the tables of a folder; volumes is the folder that stands
// for /Volumes.
func newLocalWarehouse(ctx context.Context, folder, volumes string) (*localWarehouse, error) {
	engine, err := warehouse.Open(&warehouse.Options{Volumes: volumes, Threads: 1})
	if err != nil {
		return nil, err
	}
	if err := engine.Mount(ctx, warehouse.DefaultCatalog, folder); err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	l := &localWarehouse{engine: engine, proofs: map[string]int{}}
	l.server = dbtest.New(dbtest.Options{
		Engine: engine, Tokens: []string{testToken}, Clients: map[string]string{testClient: testSecret}, CloudFetch: true, Observe: l.note,
	})
	l.web = httptest.NewServer(l.server)
	l.uri = fmt.Sprintf("databricks://%s%s?catalog=%s&insecure-http=true",
		strings.TrimPrefix(l.web.URL, "http://"), dbtest.Path, warehouse.DefaultCatalog)
	return l, nil
}

// note counts a call by how the client proved who it is.
func (l *localWarehouse) note(call dbtest.Call) {
	l.mu.Lock()
	l.proofs[call.Credential]++
	before := l.before
	l.mu.Unlock()
	if before != nil {
		before(call.Method)
	}
}

// holding has before called in front of every further call.
func (l *localWarehouse) holding(before func(method string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.before = before
}

// proved returns how many calls proved who asks in one way.
func (l *localWarehouse) proved(credential string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proofs[credential]
}

// Close ends the warehouse. That something is still open there is an error.
func (l *localWarehouse) Close() error {
	var left error
	if sessions, operations := l.server.Open(); sessions+operations > 0 {
		left = fmt.Errorf("%d sessions and %d operations are left open in the warehouse", sessions, operations)
	}
	l.web.Close()
	return errors.Join(left, l.server.Close(), l.engine.Close())
}

// serveWarehouse serves the tables of a folder until the test ends.
func serveWarehouse(t testing.TB, folder string) *localWarehouse {
	t.Helper()
	l, err := newLocalWarehouse(t.Context(), folder, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// warehouseCommand is the script command
//
//	warehouse FOLDER [FILE]
//
// that serves the tables of a folder as a warehouse, after it has run the statements
// of a file, which end in ";" at the end of a line. DATABRICKS is its URI from then
// on, and VOLUMES the folder that stands for /Volumes. A token is in the environment.
func warehouseCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: warehouse FOLDER [FILE]")
	}
	volumes := ts.MkAbs("volumes")
	ts.Check(os.MkdirAll(volumes, 0o755))
	l, err := newLocalWarehouse(context.Background(), ts.MkAbs(args[0]), volumes)
	ts.Check(err)
	ts.Defer(func() { ts.Check(l.Close()) })
	if len(args) == 2 {
		for statement := range strings.SplitSeq(ts.ReadFile(args[1]), ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			_, err := l.engine.Exec(context.Background(), statement)
			ts.Check(err)
		}
	}
	ts.Setenv("DATABRICKS", l.uri)
	ts.Setenv("VOLUMES", volumes)
	ts.Setenv("DATABRICKS_TOKEN", testToken)
	ts.Setenv("DATABRICKS_CONFIG_FILE", ts.MkAbs("none.cfg"))
}

// logins are the ways to prove who asks, by the environment.
var logins = map[string]map[string]string{
	"token": {"DATABRICKS_TOKEN": testToken},
	"oauth": {"DATABRICKS_CLIENT_ID": testClient, "DATABRICKS_CLIENT_SECRET": testSecret},
}

// logIn sets the environment of a test to one login, and to no other.
func logIn(t testing.TB, name string) {
	t.Helper()
	for _, key := range []string{
		"DATABRICKS_HOST", "DATABRICKS_HTTP_PATH", "DATABRICKS_WAREHOUSE_ID", "DATABRICKS_TOKEN",
		"DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET", "DATABRICKS_CONFIG_PROFILE",
	} {
		t.Setenv(key, logins[name][key])
	}
	t.Setenv("DATABRICKS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
}

// TestDatabricksSnapshotIsThatOfFiles builds the real data out of files, and out of a
// warehouse with a token and with OAuth: the versions are the same, byte for byte.
func TestDatabricksSnapshotIsThatOfFiles(t *testing.T) {
	folder := cdnowData.Warehouse(t)
	local := serveWarehouse(t, folder)
	dir := t.TempDir()
	parent := filepath.Join(dir, "parent.yml")
	if err := os.WriteFile(parent, cdnow.ParentYAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	build := func(name, uri string) string {
		t.Helper()
		out := filepath.Join(dir, name+".rollcall")
		code, stdout, stderr := rollcall(t, "build", "-c", parent, "-s", uri, "-o", out, "--as-of", "1998-07-01")
		if code != exitDone {
			t.Fatalf("%s: exit code %d: %s%s", name, code, stdout, stderr)
		}
		checkNoSecret(t, stdout+stderr)
		return out
	}
	files := build("files", folder)
	for name := range logins {
		logIn(t, name)
		compareSnapshots(t, files, build(name, local.uri))
		if local.proved(name) == 0 {
			t.Errorf("no call was proved by %s", name)
		}
	}
}

// checkNoSecret looks for secrets in what a command has printed or written.
func checkNoSecret(t testing.TB, text string) {
	t.Helper()
	for _, secret := range []string{testToken, testSecret} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is printed: %s", text)
		}
	}
}

// compareSnapshots compares two snapshots of one version each, all bytes but those of
// the manifest, and of that what the data is.
func compareSnapshots(t *testing.T, want, got string) {
	t.Helper()
	wanted, err := store.ReadManifest(store.OS, want, 0)
	if err != nil {
		t.Fatal(err)
	}
	found, err := store.ReadManifest(store.OS, got, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkNoSecret(t, string(marshal(t, found)))
	if a, b := marshal(t, describing(wanted)), marshal(t, describing(found)); !bytes.Equal(a, b) {
		t.Errorf("the manifests differ:\n%s\n%s", a, b)
	}
	if len(wanted.Files) == 0 {
		t.Error("a snapshot without files")
	}
	for _, f := range wanted.Files {
		a, err := os.ReadFile(filepath.Join(want, filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(got, filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: %d and %d bytes, which differ", f.Path, len(a), len(b))
		}
	}
}

// describing returns a manifest without times and sources: what was read where and
// when.
func describing(m *store.Manifest) *store.Manifest {
	plain := *m
	plain.CreatedAt, plain.Tables, plain.Layout = time.Time{}, nil, nil
	plain.Load.Source, plain.Load.Seconds = "", 0
	plain.Load.Tables = append([]store.TableReport(nil), m.Load.Tables...)
	for i := range plain.Load.Tables {
		t := &plain.Load.Tables[i]
		t.Location, t.Version, t.Notes = "", "", nil
	}
	return &plain
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDatabricksExamples counts every example in a warehouse, whose data it does not
// leave, and in a snapshot of the same state.
func TestDatabricksExamples(t *testing.T) {
	w, parent := exampleWarehouse(t)
	folder := filepath.Join(t.TempDir(), "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	local := serveWarehouse(t, folder)
	logIn(t, "token")
	total := uint64(0)
	for _, n := range exampleNumbers {
		total += verified(t, parent, local.uri, n)
	}
	t.Logf("%d examples select %d customers in all, the same in both", len(exampleNumbers), total)
}
