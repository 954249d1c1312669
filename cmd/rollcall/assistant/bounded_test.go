package assistant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// slow is a backend whose count ends with the call.
type slow struct {
	assistant.Backend
	began chan struct{}
	ended chan error
}

func (b *slow) Count(ctx context.Context, _ string, _ service.CountRequest) (*service.CountJSON, error) {
	close(b.began)
	<-ctx.Done()
	b.ended <- ctx.Err()
	return nil, ctx.Err()
}

// TestCancel cancels a call: the question ends.
func TestCancel(t *testing.T) {
	backend := &slow{snapshotBackend(t, ""), make(chan struct{}), make(chan error, 1)}
	s := connect(t, backend, assistant.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-backend.began
		cancel()
	}()
	if _, err := s.CallTool(ctx, &mcp.CallToolParams{Name: "count", Arguments: object{"rule": gold, "parent": parent}}); !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	if err := <-backend.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the question ended with %v", err)
	}
}

// wide is a backend with more than an assistant can read.
type wide struct{ assistant.Backend }

func (b wide) Values(context.Context, string, service.ValuesRequest) (*service.ValuesJSON, error) {
	out := &service.ValuesJSON{Field: "f", Of: "customers"}
	for i := range 100 {
		text, err := json.Marshal(strings.Repeat("é", 5000) + fmt.Sprint(i))
		if err != nil {
			return nil, err
		}
		out.Values = append(out.Values, service.ValueJSON{Value: text, Count: 70})
	}
	return out, nil
}

func (b wide) Count(context.Context, string, service.CountRequest) (*service.CountJSON, error) {
	return &service.CountJSON{CountJSON: ask.CountJSON{AnswerJSON: ask.AnswerJSON{Rule: strings.Repeat("x", 100_000)}}}, nil
}

func (b wide) Check(context.Context, string, service.CheckRequest) (*service.CheckJSON, error) {
	p := service.Problem{Status: 422, Code: "SYNTAX", Detail: strings.Repeat("é", 100_000)}
	return nil, &assistant.RemoteError{Problem: p}
}

// TestBounded asserts that answers are cut, and say so.
func TestBounded(t *testing.T) {
	s := connect(t, wide{snapshotBackend(t, "")}, assistant.Options{})
	out, text := s.call("list_values", object{"parent": parent, "field": "f"})
	data, err := json.Marshal(out)
	must(t, err)
	if len(data) > assistant.MaxAnswerBytes || len(text) > assistant.MaxAnswerBytes || !strings.HasSuffix(text, "\nCut: values: the first 6 of 100 are shown") {
		t.Errorf("%d bytes, and %d of text that ends with %q", len(data), len(text), text[len(text)-60:])
	}
	if diff := cmp.Diff([]any{"values: the first 6 of 100 are shown"}, out["cut"]); diff != "" {
		t.Error(diff)
	}
	p, text := s.fails("count", object{"parent": parent, "rule": gold})
	if p.Code != "INVALID_ARGUMENT" || text != "INVALID_ARGUMENT: the answer is too large for an assistant: ask for less" {
		t.Errorf("%.200s", text)
	}
	failed := s.result("check_rule", object{"parent": parent, "rule": gold})
	if text := textOf(failed); !failed.IsError || len(text) > assistant.MaxAnswerBytes || !strings.HasSuffix(text, "\n… (cut)") {
		t.Errorf("%d bytes of an error", len(textOf(failed)))
	}
}
