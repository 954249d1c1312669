package assistant_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
)

func ExampleNewServer() {
	backend := assistant.NewSnapshotBackend(assistant.SnapshotOptions{
		Open: func() (*ask.Snapshot, error) { return ask.OpenSnapshot("customers.rc", 0, nil) },
	})
	server := assistant.NewServer(backend, assistant.Options{Version: "1.0"})
	ctx := context.Background()
	here, there := mcp.NewInMemoryTransports() // ServeStdio and Handler are for other processes
	if _, err := server.Connect(ctx, there, nil); err != nil {
		fmt.Println(err)
		return
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "example", Version: "1.0"}, nil).Connect(ctx, here, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := client.CallTool(ctx, &mcp.CallToolParams{Name: "count", Arguments: map[string]any{"rul": "loyalty_tier = 'Gold'"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := out.Content[0].(*mcp.TextContent)
	fmt.Println(text.Text)
	fmt.Println(client.Close())
	// Output:
	// INVALID_ARGUMENT: "rul": there is no such argument, expected parent, rule, as_of; did you mean "rule"?
	// <nil>
}

func ExampleNewServerBackend() {
	_, err := assistant.NewServerBackend("http://studio.example.com", os.Getenv("ROLLCALL_TOKEN"))
	fmt.Println(err)
	// Output: the server's URL "http://studio.example.com" is not encrypted and not of this machine, expected https://
}

func ExampleServeStdio() {
	backend := assistant.NewSnapshotBackend(assistant.SnapshotOptions{
		Open: func() (*ask.Snapshot, error) { return ask.OpenSnapshot(filepath.Join("data", "customers.rc"), 0, nil) },
	})
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(assistant.ServeStdio(context.Background(), assistant.NewServer(backend, assistant.Options{}), nothing, os.Stdout))
	// Output: <nil>
}

func ExampleHandler() {
	handler := assistant.Handler(func(context.Context) (assistant.Backend, assistant.Options) {
		return nil, assistant.Options{} // nobody is known here: a server looks into the context who asks
	})
	question := httptest.NewRequest("POST", "/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	question.Header.Set("Content-Type", "application/json")
	question.Header.Set("Accept", "application/json, text/event-stream")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, question)
	fmt.Println(answer.Code)
	// Output: 400
}
