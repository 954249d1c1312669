package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestSignals ends verifications by signals while they build: each leaves nothing
// behind and says that it was interrupted.
func TestSignals(t *testing.T) {
	w, parent := exampleWarehouse(t)
	folder := filepath.Join(t.TempDir(), "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	local := serveWarehouse(t, folder)
	logIn(t, "token")
	// What is ignored here a child would ignore, too, as under nohup.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	defer signal.Stop(caught)
	for _, sent := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sent.String(), func(t *testing.T) {
			temp := t.TempDir()
			var errs strings.Builder
			cmd := exec.CommandContext(t.Context(), "rollcall", "count", "-c", parent, "-s", local.uri, "loyalty_tier = 'Gold'", "--verify")
			cmd.Env, cmd.Stderr = append(os.Environ(), "TMPDIR="+temp), &errs
			started, ended := make(chan struct{}), make(chan struct{})
			isBuilding := sync.OnceFunc(func() {
				if err := cmd.Process.Signal(sent); err != nil {
					t.Error(err)
				}
			})
			local.holding(func(method string) {
				<-started
				if method == "ExecuteStatement" && len(homesIn(t, temp)) > 0 {
					isBuilding()
					<-ended // the warehouse says no more
				}
			})
			defer local.holding(nil)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			close(started)
			err := cmd.Wait()
			close(ended)
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted || !strings.HasPrefix(errs.String(), "interrupted: ") {
				t.Errorf("%v: %s; want the exit code %d", err, errs.String(), exitInterrupted)
			}
			if left := homesIn(t, temp); len(left) > 0 {
				t.Errorf("%q are left behind", left)
			}
		})
	}
}

// homesIn returns the folders of verifications in a folder of temporary files.
func homesIn(t *testing.T, temp string) []string {
	t.Helper()
	homes, err := filepath.Glob(filepath.Join(temp, homePrefix+"*"))
	if err != nil {
		t.Error(err)
	}
	return homes
}
