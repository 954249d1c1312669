package assistant_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
)

// pipedIn is what a script might pipe in.
const pipedIn = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"count","arguments":{"rule":"loyalty_tier = 'Gold' and purchase in last 30 days"}}}
`

// TestStdioPiped pipes questions in, and hears all answers, and nothing but these.
func TestStdioPiped(t *testing.T) {
	var out bytes.Buffer
	must(t, assistant.ServeStdio(context.Background(), assistant.NewServer(snapshotBackend(t, ""), assistant.Options{}), strings.NewReader(pipedIn), &out))
	var ids []any
	for line := range strings.Lines(out.String()) {
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		ids = append(ids, o["id"])
	}
	if len(ids) != 2 || ids[0] != 1.0 || ids[1] != 2.0 || !strings.Contains(out.String(), `"count":315,`) {
		t.Error(out.String())
	}
}

// TestStdioEnds ends with its context, and says what was wrong with what came in.
func TestStdioEnds(t *testing.T) {
	server := assistant.NewServer(snapshotBackend(t, ""), assistant.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	in, writer := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- assistant.ServeStdio(ctx, server, in, io.Discard) }()
	_, err := writer.Write([]byte(pipedIn))
	must(t, err)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := assistant.ServeStdio(context.Background(), server, strings.NewReader("garbage\n"), io.Discard); err == nil {
		t.Error("garbage is no error")
	}
	must(t, assistant.ServeStdio(context.Background(), server, strings.NewReader(""), io.Discard))
}
