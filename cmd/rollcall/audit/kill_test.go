package audit

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// killedDir is the variable by which TestMain is told to write to a log until it
// is killed.
const killedDir = "ROLLCALL_AUDIT_KILLED_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedDir); dir != "" {
		fmt.Println("error", writeUntilKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeUntilKilled appends from several goroutines and prints, after each Append
// that has returned, the number and the object.
func writeUntilKilled(dir string) error {
	l, err := Open(context.Background(), dir, Options{})
	if err != nil {
		return err
	}
	l.max = 4000
	fmt.Println("open", l.Head().Seq)
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for n := 0; ; n++ {
				e := event(n)
				e.Object = fmt.Sprintf("%d/%d/%d", os.Getpid(), w, n)
				seq, err := l.Append(context.Background(), e)
				if err != nil {
					fmt.Println("error", err)
					return
				}
				fmt.Println("ack", seq, e.Object)
			}
		})
	}
	group.Wait()
	return nil
}

// TestKill kills a process that appends, again and again: every entry that was
// acknowledged is there, and the log opens.
func TestKill(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	dir := t.TempDir()
	acknowledged := map[uint64]string{}
	for range 8 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), killedDir+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		left := 1 + random.IntN(150)
		lines := bufio.NewScanner(out)
		for lines.Scan() { // to the end: what was acknowledged before it died counts
			words := strings.Fields(lines.Text())
			if len(words) != 3 || words[0] != "ack" {
				if len(words) > 0 && words[0] == "error" {
					t.Error(lines.Text())
				}
				continue
			}
			seq, err := strconv.ParseUint(words[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			acknowledged[seq] = words[2]
			if left--; left == 0 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil || left > 0 {
			t.Fatalf("the child was to be killed, and ended with %v", err)
		}
		l := openLog(t, dir, nil)
		there := map[uint64]string{}
		for _, e := range readAll(t, l, Filter{}) {
			there[e.Seq] = e.Object
		}
		for seq, object := range acknowledged {
			if there[seq] != object {
				t.Fatalf("entry %d is of %q, acknowledged for %q", seq, there[seq], object)
			}
		}
		if _, err := l.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("tally: %d entries of killed logs were acknowledged, none is lost", len(acknowledged))
}
