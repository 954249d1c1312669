package assistant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/api"
	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// held is a backend whose first count waits until it is let go.
type held struct {
	assistant.Backend
	others     *atomic.Bool // what comes now is not the first
	began, let chan struct{}
}

func (b *held) Count(ctx context.Context, parent string, in service.CountRequest) (*service.CountJSON, error) {
	if b.others.Swap(true) {
		return b.Backend.Count(ctx, parent, in)
	}
	close(b.began)
	<-b.let
	return b.Backend.Count(ctx, parent, in)
}

// bothDoors serves a studio with its API and its door for assistants.
func bothDoors(t *testing.T, limits api.Limits, wrap func(assistant.Backend) assistant.Backend) string {
	t.Helper()
	s, tokens := studio(t)
	handler, err := api.New(s, api.Options{Tokens: tokens, Limits: limits, Assistants: assistant.Handler(func(ctx context.Context) (assistant.Backend, assistant.Options) {
		who, _ := api.CallerOf(ctx)
		return wrap(assistant.NewServiceBackend(s, who)), assistant.Options{Enter: api.Asking(ctx)}
	})})
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// callOf is a call of count as a message with a number.
func callOf(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"count","arguments":{"rule":%q}}}`, id, gold)
}

// post sends a body and returns status and answer.
func post(url, body string) (status int, answer string, err error) {
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), errors.Join(err, response.Body.Close())
}

// TestOneGate has a call of an assistant take the only place: a question to the API finds
// none, nor does another call, until it is given back.
func TestOneGate(t *testing.T) {
	others, began, let := &atomic.Bool{}, make(chan struct{}), make(chan struct{})
	url := bothDoors(t, api.Limits{Asks: 1, Queue: 1, Wait: time.Millisecond}, func(b assistant.Backend) assistant.Backend {
		return &held{b, others, began, let}
	})
	answered := make(chan string, 1)
	go func() {
		_, answer, err := post(url+"/mcp", callOf(1))
		answered <- fmt.Sprint(answer, err)
	}()
	<-began
	count := func() (int, string) {
		t.Helper()
		status, answer, err := post(url+"/api/v1/parents/CDNOW%20customers/count", `{"rule":"`+gold+`"}`)
		must(t, err)
		return status, answer
	}
	if status, answer := count(); status != http.StatusServiceUnavailable || !strings.Contains(answer, `"BUSY"`) {
		t.Errorf("the API answers %d: %s", status, answer)
	}
	if _, answer, err := post(url+"/mcp", callOf(2)); err != nil || !strings.Contains(answer, `"isError":true`) || !strings.Contains(answer, "BUSY: the server works on as many questions as it can") {
		t.Errorf("another call is answered %s, %v", answer, err)
	}
	close(let)
	if answer := <-answered; !strings.Contains(answer, `"count":315`) {
		t.Errorf("the call is answered %s", answer)
	}
	if status, answer := count(); status != http.StatusOK || !strings.Contains(answer, `"count":315`) {
		t.Errorf("the API answers %d: %s", status, answer)
	}
}

// TestManyCallsInOneRequest sends a request that holds many calls: each beyond the first
// counts as a request does.
func TestManyCallsInOneRequest(t *testing.T) {
	const burst, calls = 6, 40
	url := bothDoors(t, api.Limits{Rate: 1e-6, Burst: burst}, func(b assistant.Backend) assistant.Backend { return b })
	batch := make([]string, calls)
	for i := range batch {
		batch[i] = callOf(i + 1)
	}
	status, answer, err := post(url+"/mcp", "["+strings.Join(batch, ",")+"]")
	must(t, err)
	var results []struct {
		Result struct {
			IsError bool                  `json:"isError"`
			Object  struct{ Code string } `json:"structuredContent"`
		}
	}
	if err := json.Unmarshal([]byte(answer), &results); err != nil || status != http.StatusOK || len(results) != calls {
		t.Fatalf("%d, %v: %.300s", status, err, answer)
	}
	counted := 0
	for _, r := range results {
		if !r.Result.IsError {
			counted++
		} else if r.Result.Object.Code != "RATE" {
			t.Errorf("a call is refused as %q", r.Result.Object.Code)
		}
	}
	if counted != burst {
		t.Errorf("%d of %d calls were answered, want %d", counted, calls, burst)
	}
	if status, _, err := post(url+"/mcp", callOf(1)); err != nil || status != http.StatusTooManyRequests {
		t.Errorf("the next request is answered %d, %v", status, err)
	}
}
