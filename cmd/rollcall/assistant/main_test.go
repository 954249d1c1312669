package assistant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

// childVariable makes the test binary a server over stdio of the snapshot that it names.
const childVariable = "ROLLCALL_TEST_MCP_SNAPSHOT"

func TestMain(m *testing.M) {
	if snap := os.Getenv(childVariable); snap != "" {
		os.Exit(serveChild(snap))
	}
	os.Exit(fixture.Main(m, cdnowData))
}

// serveChild is the process that TestStdioOfAChild talks to.
func serveChild(snap string) int {
	backend := assistant.NewSnapshotBackend(assistant.SnapshotOptions{Open: opener(snap, "")})
	server := assistant.NewServer(backend, assistant.Options{Language: language})
	if err := assistant.ServeStdio(context.Background(), server, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

const (
	gold     = "loyalty_tier = 'Gold' and purchase in last 30 days"
	parent   = "CDNOW customers"
	language = "A rule selects customers by what they are and what they did.\n"
)

// demoTime is the day after the last of CDNOW's purchases.
var demoTime = time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)

// object is an object of JSON.
type object = map[string]any

// opener opens a snapshot with the segments of a folder, if that is not empty.
func opener(snap, segments string) func() (*ask.Snapshot, error) {
	return func() (*ask.Snapshot, error) {
		if segments == "" {
			return ask.OpenSnapshot(snap, 0, nil)
		}
		library, err := rule.LoadLibrary(os.DirFS(segments))
		if err != nil {
			return nil, err
		}
		return ask.OpenSnapshot(snap, 0, library)
	}
}

// snapshotBackend returns the backend of CDNOW's snapshot, with a folder of segments if that
// is not empty.
func snapshotBackend(t testing.TB, segments string) assistant.Backend {
	t.Helper()
	return assistant.NewSnapshotBackend(assistant.SnapshotOptions{
		Open: opener(cdnowData.Snapshot(t), segments), Segments: segments, Now: func() time.Time { return demoTime },
	})
}

// session is a client of a server.
type session struct {
	*mcp.ClientSession
	t testing.TB
}

// connect returns a client of a backend in this process.
func connect(t testing.TB, backend assistant.Backend, options assistant.Options) *session {
	t.Helper()
	ctx := context.Background()
	here, there := mcp.NewInMemoryTransports()
	served, err := assistant.NewServer(backend, options).Connect(ctx, there, nil)
	must(t, err)
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, here, nil)
	must(t, err)
	t.Cleanup(func() {
		// After a call was cancelled either end may find the pipe closed by the other.
		for _, err := range []error{client.Close(), served.Wait()} {
			if !errors.Is(err, io.ErrClosedPipe) {
				must(t, err)
			}
		}
	})
	return &session{client, t}
}

// result calls a tool.
func (s *session) result(tool string, arguments any) *mcp.CallToolResult {
	s.t.Helper()
	out, err := s.CallTool(context.Background(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
	must(s.t, err)
	return out
}

// call calls a tool that is to answer, and returns the object and the text.
func (s *session) call(tool string, arguments object) (object, string) {
	s.t.Helper()
	out := s.result(tool, arguments)
	if out.IsError {
		s.t.Fatalf("%s %v: %s", tool, arguments, textOf(out))
	}
	return objectOf(s.t, out), textOf(out)
}

// fails calls a tool that is to refuse, and returns the problem and the text.
func (s *session) fails(tool string, arguments any) (*service.Problem, string) {
	s.t.Helper()
	out := s.result(tool, arguments)
	if !out.IsError {
		s.t.Fatalf("%s %v: expected an error, got %s", tool, arguments, textOf(out))
	}
	var p service.Problem
	data, err := json.Marshal(out.StructuredContent)
	must(s.t, err)
	must(s.t, json.Unmarshal(data, &p))
	return &p, textOf(out)
}

// textOf returns the one text of an answer.
func textOf(out *mcp.CallToolResult) string {
	if len(out.Content) != 1 {
		return fmt.Sprintf("%d contents", len(out.Content))
	}
	text, ok := out.Content[0].(*mcp.TextContent)
	if !ok {
		return fmt.Sprintf("%T", out.Content[0])
	}
	return text.Text
}

// objectOf returns the object of an answer.
func objectOf(t testing.TB, out *mcp.CallToolResult) object {
	t.Helper()
	o, ok := out.StructuredContent.(map[string]any)
	if !ok {
		t.Fatalf("the structured content is %T", out.StructuredContent)
	}
	return o
}

// studio is a service over a new folder with CDNOW built; its clock stands still.
func studio(t testing.TB) (*service.Service, *access.Set) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	now := func() time.Time { return demoTime }
	reg, err := registry.Open(ctx, dir, registry.Options{})
	must(t, err)
	log, err := audit.Open(ctx, dir, audit.Options{})
	must(t, err)
	tokens, err := access.Open(filepath.Join(dir, "tokens.json"))
	must(t, err)
	s, err := service.New(service.Options{
		Dir: dir, Registry: reg, Audit: log, Tokens: tokens, FilesRoots: []string{filepath.Dir(cdnowData.Warehouse(t))}, Now: now,
	})
	must(t, err)
	must(t, s.Start(ctx))
	t.Cleanup(func() {
		must(t, s.Close(ctx))
		must(t, log.Close())
		must(t, reg.Close())
	})
	_, err = s.PutConnection(ctx, service.Local(), "shop", service.ConnectionRequest{Kind: "files", URI: cdnowData.Warehouse(t)})
	must(t, err)
	put, err := s.PutParent(ctx, service.Local(), parent, service.ParentRequest{Text: string(cdnow.ParentYAML())})
	must(t, err)
	job, err := s.WaitJob(ctx, put.Job.ID)
	must(t, err)
	if job.State != registry.Succeeded {
		t.Fatalf("the build is %s: %s", job.State, job.Error)
	}
	return s, tokens
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
