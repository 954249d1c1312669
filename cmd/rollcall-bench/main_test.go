package main

import (
	"os/signal"
	"syscall"
	"testing"
)

// TestSignals sends this process the signals that end a run, among them that of a
// terminal that is closed.
func TestSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if s == syscall.SIGHUP && signal.Ignored(s) {
			continue // by nohup(1), which is to stay so
		}
		ctx, stop := untilSignal(t.Context())
		if err := syscall.Kill(syscall.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		<-ctx.Done() // the test ends by its time limit, or by the signal, where that is not caught
		stop()
	}
}
