package resident

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// touched keeps what a test allocates alive.
var touched []byte

func TestWatchSeesAllocation(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells anonymous memory")
	}
	const size = 64 << 20
	before := Anonymous(os.Getpid())
	w := Watch(os.Getpid())
	touched = make([]byte, size)
	for i := 0; i < size; i += 4096 {
		touched[i] = 1
	}
	if peak := w.Stop(); peak < before+size/2 {
		t.Errorf("peak %d after allocating %d on top of %d", peak, size, before)
	}
	touched = nil
}

func TestAnonymousCountsChildren(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells anonymous memory")
	}
	child := exec.Command("cat")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, pid := range children(os.Getpid()) {
		found = found || pid == child.Process.Pid
	}
	if !found {
		t.Errorf("child %d is not among %v", child.Process.Pid, children(os.Getpid()))
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestNoSuchProcess(t *testing.T) {
	if got := Anonymous(-1); got != 0 {
		t.Errorf("anonymous memory of no process: got %d, want 0", got)
	}
}
