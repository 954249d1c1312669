package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// startFake starts a fake worker, which is closed when the test ends.
func startFake(t *testing.T, mode string, bound time.Duration) *worker {
	t.Helper()
	w, err := tryFake(t.Context(), t, mode, bound)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}

// tryFake starts a fake worker.
func tryFake(ctx context.Context, t *testing.T, mode string, bound time.Duration) (*worker, error) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), fakeWorkerVariable+"="+mode)
	return startWorker(ctx, cmd, bound)
}

// check runs a statement and compares its result.
func check(t *testing.T, w *worker, sql, want string) {
	t.Helper()
	data, took, err := w.run(t.Context(), sql, "TabSeparatedRaw")
	if err != nil {
		t.Errorf("run(%q): %v", sql, err)
		return
	}
	if string(data) != want || took <= 0 {
		t.Errorf("run(%q) is %q after %v, want %q after more than nothing", sql, data, took, want)
	}
}

// checkFails runs a statement and compares a part of its error.
func checkFails(t *testing.T, w *worker, sql, want string) {
	t.Helper()
	data, _, err := w.run(t.Context(), sql, "TabSeparatedRaw")
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("run(%q) is %q, %v; want an error with %q", sql, data, err, want)
	}
}

func TestRun(t *testing.T) {
	w := startFake(t, "serves", closeBound)
	check(t, w, "echo 42", "42")
	check(t, w, "echo two\nlines and {\"id\": 1}\n", "two\nlines and {\"id\": 1}\n")
	checkFails(t, w, "error Code: 62. Syntax error", "Code: 62. Syntax error")
	check(t, w, "echo ", "")
	_, took, err := w.run(t.Context(), "echo x", "TabSeparatedRaw")
	if want := 5 * time.Microsecond; err != nil || took != want {
		t.Errorf("the fifth statement took %v, %v; want the %v that the worker tells", took, err, want)
	}
}

func TestRunConcurrently(t *testing.T) {
	w := startFake(t, "serves", closeBound)
	var clients sync.WaitGroup
	for c := range 16 {
		clients.Go(func() {
			for i := range 50 {
				text := fmt.Sprintf("client %d, statement %d", c, i)
				check(t, w, "echo "+text, text)
			}
		})
	}
	clients.Wait()
}

// hold runs a statement that does not end by itself, and returns once it runs.
// Its error comes on the channel.
func hold(ctx context.Context, t *testing.T, w *worker) <-chan error {
	t.Helper()
	result := make(chan error, 1)
	go func() {
		_, _, err := w.run(ctx, "hold", "Null")
		result <- err
	}()
	if _, _, err := w.run(t.Context(), "held", "Null"); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestCancel(t *testing.T) {
	w := startFake(t, "serves", closeBound)
	ctx, cancel := context.WithCancel(t.Context())
	result := hold(ctx, t, w)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("the error of a cancelled statement is %v, want context.Canceled", err)
	}
	check(t, w, "cancelled", "1")
	// The stale answer has arrived before this one, and is nobody's.
	check(t, w, "echo fresh", "fresh")
	if len(w.pending) != 0 {
		t.Errorf("%d statements are waited for after all have ended", len(w.pending))
	}
	if _, _, err := w.run(ctx, "echo late", "Null"); !errors.Is(err, context.Canceled) {
		t.Errorf("a statement in a context that has ended: %v, want context.Canceled", err)
	}
}

func TestWorkerDies(t *testing.T) {
	tests := []struct {
		sql  string // what ends it
		want string // a part of the error
	}{
		{"die", "exit status 5: out of memory"},
		{"noise", `the worker says "Warning: something\n", not an answer`},
		{"huge", "the worker announces 8589934593 bytes"},
		{"negative", "the worker announces -1 bytes"},
		{"cut", "a result of 100 bytes: unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.sql, func(t *testing.T) {
			w := startFake(t, "serves", closeBound)
			pending := hold(t.Context(), t, w)
			checkFails(t, w, test.sql, test.want)
			if err := <-pending; err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error of a pending statement is %v, want %q", err, test.want)
			}
			checkFails(t, w, "echo later", test.want)
			w.close()
		})
	}
}

func TestWorkerIsKilled(t *testing.T) {
	w := startFake(t, "serves", closeBound)
	pending := hold(t.Context(), t, w)
	w.kill()
	const want = "the worker has ended: signal: killed"
	if err := <-pending; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error of a pending statement is %v, want %q", err, want)
	}
	checkFails(t, w, "echo later", want)
}

func TestClose(t *testing.T) {
	w := startFake(t, "serves", closeBound)
	pending := hold(t.Context(), t, w)
	w.close()
	if err := <-pending; err == nil {
		t.Error("a statement that was pending when its worker was closed has no error")
	}
	if _, _, err := w.run(t.Context(), "echo later", "Null"); err == nil {
		t.Error("a statement of a closed worker has no error")
	}
	if state := w.cmd.ProcessState; state == nil || !state.Success() {
		t.Errorf("the worker's end is %v, want one by itself", state)
	}
	w.close()
}

func TestCloseOfDeafWorker(t *testing.T) {
	w := startFake(t, "deaf", time.Millisecond)
	w.close()
	if state := w.cmd.ProcessState; state == nil || state.Success() {
		t.Errorf("the end of a worker that does not end by itself is %v, want one by force", state)
	}
}

func TestStartFails(t *testing.T) {
	tests := []struct{ mode, want string }{
		{"fails", "exit status 3: no module named chdb"},
		{"prints", `the worker says "Hello from a library\n", not an answer`},
	}
	for _, test := range tests {
		if _, err := tryFake(t.Context(), t, test.mode, closeBound); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("starting a worker that %s: %v, want %q", test.mode, err, test.want)
		}
	}
	if _, err := startWorker(t.Context(), exec.Command("no-such-program"), closeBound); err == nil {
		t.Error("starting a program that is not there succeeds")
	}
}

func TestStartIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var starting sync.WaitGroup
	starting.Go(func() {
		if _, err := tryFake(ctx, t, "silent", closeBound); !errors.Is(err, context.Canceled) {
			t.Errorf("starting a silent worker until the context ends: %v, want context.Canceled", err)
		}
	})
	cancel()
	starting.Wait()
}
