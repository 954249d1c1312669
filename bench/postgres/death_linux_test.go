package postgres

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
)

// doomedVariable makes TestDoomed open an engine with its files in the folder that
// the variable names.
const doomedVariable = "ROLLCALL_DOOMED_POSTGRES"

// TestDoomed is the process that TestDeathEndsServer kills.
func TestDoomed(t *testing.T) {
	scratch := os.Getenv(doomedVariable)
	if scratch == "" {
		t.Skip("it is run by TestDeathEndsServer")
	}
	opened, err := Open(t.Context(), contendertest.Write(t).Base, quiet(scratch))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("server %d\n", opened.(*Engine).server.process.Pid)
	<-t.Context().Done() // the process is killed before
}

// TestDeathEndsServer kills a process with an engine, which cannot close it.
func TestDeathEndsServer(t *testing.T) {
	needServer(t)
	scratch := openFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestDoomed$", "-test.v")
	cmd.Env = append(os.Environ(), doomedVariable+"="+scratch, "TMPDIR="+scratch)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	server := 0
	for lines := bufio.NewScanner(out); server == 0 && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "server ") {
			if _, err := fmt.Sscanf(lines.Text(), "server %d", &server); err != nil {
				t.Error(err)
			}
		} else {
			t.Log(lines.Text())
		}
	}
	if server == 0 {
		cancel()
		t.Fatalf("the process opened no engine: %v", cmd.Wait())
	}
	handle, err := unix.PidfdOpen(server, 0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_ = cmd.Wait() // was killed
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(handle), Events: unix.POLLIN}}, -1) // when the process ends
		if err == nil {
			break
		}
		if err != unix.EINTR {
			t.Fatal(err)
		}
	}
	if err := unix.Close(handle); err != nil {
		t.Error(err)
	}
}
