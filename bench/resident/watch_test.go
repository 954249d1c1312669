package resident

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
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

func TestWatchCountsChildren(t *testing.T) {
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
	if all := Descendants(os.Getpid()); !slices.Contains(all, child.Process.Pid) {
		t.Errorf("child %d is not among %v", child.Process.Pid, all)
	}
	// The child holds something, so that a watch of both sees more than one of this
	// process, whose own memory only grows meanwhile.
	alone := WatchProcess(os.Getpid()).Stop()
	if both := Watch(os.Getpid()).Stop(); both < alone+Anonymous(child.Process.Pid)/2 || Anonymous(child.Process.Pid) == 0 {
		t.Errorf("with the child %d bytes, without %d, the child %d", both, alone, Anonymous(child.Process.Pid))
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
