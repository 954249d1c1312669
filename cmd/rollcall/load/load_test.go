package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// serving is the variable by which TestMain is told to be the process of a load.
const serving = "ROLLCALL_LOAD_SERVING"

// lockName is the file by which writers of a snapshot keep others out (docs/format.md).
const lockName = "LOCK"

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

func TestMain(m *testing.M) {
	switch os.Getenv(serving) {
	case "":
		os.Exit(fixture.Main(m, cdnowData))
	case "panic":
		panic("what was found")
	}
	if err := Serve(context.Background(), os.Stdin, os.Stdout, func() { os.Exit(130) }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// request asks for the CDNOW customers.
func request(t *testing.T) Request {
	t.Helper()
	return Request{
		Folder: filepath.Join(t.TempDir(), "cdnow.rollcall"), Config: string(cdnow.ParentYAML()),
		Sources: []Source{{"shop", registry.Files, cdnowData.Warehouse(t), map[string]registry.Secret{"unused": registry.NewSecret("s3cret")}}},
		AsOf:    time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC),
	}
}

func quiet(ingest.Progress) {}

// TestProcess builds and refreshes in a process what this one does.
func TestProcess(t *testing.T) {
	t.Setenv(serving, "yes")
	here, there := request(t), request(t)
	want, err := Here(t.Context(), here, quiet)
	if err != nil {
		t.Fatal(err)
	}
	load := Process(func(said string) { t.Errorf("it said %q", said) }, os.Args[0])
	for version := uint64(1); version <= 2; version++ {
		got, err := load(t.Context(), there, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if got.Version != version || got.Customers != want.Customers || got.Load.RefreshedFrom != version-1 {
			t.Errorf("version %d of %d customers, refreshed from %d, want version %d", got.Version, got.Customers, got.Load.RefreshedFrom, version)
		}
		there.Full = false
	}
}

// TestProcessFails has a process meet what cannot be built: the error is what it would be
// here, and has no secret.
func TestProcessFails(t *testing.T) {
	t.Setenv(serving, "yes")
	load := Process(func(said string) { t.Errorf("it said %q", said) }, os.Args[0])
	for name, spoil := range map[string]func(*Request){
		"configuration": func(in *Request) { in.Config = "name: x" },
		"folder":        func(in *Request) { in.Sources[0].URI = "/no/such/folder" },
		"table":         func(in *Request) { in.Config = strings.ReplaceAll(in.Config, "purchases", "purchase") },
		"URI": func(in *Request) {
			in.Sources[0].Kind, in.Sources[0].URI = registry.Postgres, "postgres://me@127.0.0.1:1/x"
		},
		"kind": func(in *Request) { in.Sources[0].Kind = "ftp" },
	} {
		in := request(t)
		spoil(&in)
		_, want := Here(t.Context(), in, quiet)
		_, err := load(t.Context(), in, quiet)
		failed := (*FailedError)(nil)
		if !errors.As(err, &failed) || want == nil || err.Error() != want.Error() || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

// TestProcessEnds has a process end without an answer.
func TestProcessEnds(t *testing.T) {
	t.Setenv(serving, "panic")
	said := ""
	_, err := Process(func(text string) { said = text }, os.Args[0])(t.Context(), request(t), quiet)
	if err == nil || !strings.HasPrefix(err.Error(), "the process that builds has ended without an answer: ") || strings.Contains(err.Error(), "what was found") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(said, "panic: what was found") {
		t.Errorf("it said %q", said)
	}
	if _, err := Process(nil, "/no/such/program")(t.Context(), request(t), quiet); err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("no program: %v", err)
	}
}

// TestCancel ends the context of a load that waits for the lock of its snapshot: the
// process has ended when it returns.
func TestCancel(t *testing.T) {
	t.Setenv(serving, "yes")
	in := request(t)
	if _, err := Here(t.Context(), in, quiet); err != nil {
		t.Fatal(err)
	}
	held, err := store.OS.Lock(filepath.Join(in.Folder, lockName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := held.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	if _, err := Process(nil, os.Args[0])(ctx, in, quiet); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestGone has whoever asked for a load be gone: the process ends by itself, whatever it
// waits for.
func TestGone(t *testing.T) {
	in := request(t)
	if _, err := Here(t.Context(), in, quiet); err != nil {
		t.Fatal(err)
	}
	held, err := store.OS.Lock(filepath.Join(in.Folder, lockName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := held.Close(); err != nil {
			t.Error(err)
		}
	}()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), serving+"=yes")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(stdin).Encode(toWire(in)); err != nil {
		t.Fatal(err)
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, bufio.NewReader(stdout)); err != nil {
		t.Error(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("the process ended with %v, want the exit code 130", err)
	}
}

// TestSecretsStayInside formats a request in every way that a log would.
func TestSecretsStayInside(t *testing.T) {
	in := request(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, in); strings.Contains(text, "s3cret") {
			t.Errorf("%s: %s", verb, text)
		}
	}
	text, err := json.Marshal(in)
	if err != nil || strings.Contains(string(text), "s3cret") {
		t.Errorf("%s, %v", text, err)
	}
}
