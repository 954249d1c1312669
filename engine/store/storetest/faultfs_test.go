package storetest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/store"
)

// everyKind has each kind of operation. Of mapping and unlocking, the second
// half of each is not counted; reading at is to open, to read and to close.
const everyKind = "mkdir d; lock d/l; create d/f; write d/f abcd; sync d/f; close d/f; rename d/f d/g; syncdir d; ls d; cat d/g; " +
	"map d/g; readat d/g; remove d/g; unlock d/l; removeall d"

// hits are the operations of everyKind.
var hits = []string{
	"mkdir d", "lock l", "create f", "write f", "sync f", "close f", "rename g", "syncdir d", "readdir d", "read g",
	"map g", "open g", "read at g", "close g", "remove g", "removeall d",
}

func TestFaultless(t *testing.T) {
	mem := NewMemFS()
	f := NewFaultFS(mem, Fault{})
	if err := newScript(f, "").run(everyKind); err != nil {
		t.Fatal(err)
	}
	if f.Operations() != len(hits) || f.Hit() != "" || mem.String() != "" {
		t.Errorf("%d operations, hit %q, left %q; want %d, none, none", f.Operations(), f.Hit(), mem, len(hits))
	}
}

// TestFaultAtEveryOperation fails each operation once. The one that fails did
// nothing, but for the half of a write; those after it work.
func TestFaultAtEveryOperation(t *testing.T) {
	var got []string
	for at := 1; ; at++ {
		mem := NewMemFS()
		f := NewFaultFS(mem, Fault{At: at, Err: syscall.ENOSPC})
		s := newScript(f, "")
		err := s.run(everyKind)
		if f.Hit() == "" {
			break
		}
		got = append(got, f.Hit())
		var path *fs.PathError
		if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &path) || f.Operations() < at {
			t.Errorf("%s: %v after %d operations, want a path, %v and at least %d", f.Hit(), err, f.Operations(), syscall.ENOSPC, at)
		}
		if got := listing(t, mem); got != left[at-1] {
			t.Errorf("%s failed and left %q, want %q", f.Hit(), got, left[at-1])
		}
		if _, err := f.ReadDir("."); err != nil {
			t.Errorf("%s: the operation after it: %v", f.Hit(), err)
		}
	}
	if diff := cmp.Diff(hits, got); diff != "" {
		t.Errorf("operations hit (-want +got):\n%s", diff)
	}
}

// left is what everyKind leaves where the operation of the same position in hits
// fails, and it stops there.
var left = slices.Concat(
	[]string{"", "d/", "d/ d/l", `d/ d/f="ab" d/l`}, // mkdir, lock, create, write
	slices.Repeat([]string{`d/ d/f="abcd" d/l`}, 3), // sync, close, rename
	slices.Repeat([]string{`d/ d/g="abcd" d/l`}, 8), // what comes before remove, and that
	[]string{"d/ d/l"},
)

// TestFaultAfterEffect fails each operation once, and those that can have taken
// effect by then have. The others did nothing, as ever.
func TestFaultAfterEffect(t *testing.T) {
	after := map[string]string{
		"rename g":  `d/ d/g="abcd" d/l`,
		"syncdir d": `d/ d/g="abcd" d/l`,
		"remove g":  "d/ d/l",
	}
	for i, hit := range hits {
		mem := NewMemFS()
		f := NewFaultFS(mem, Fault{At: i + 1, Err: syscall.EIO, After: true})
		if err := newScript(f, "").run(everyKind); !errors.Is(err, syscall.EIO) || f.Hit() != hit {
			t.Errorf("%s: %v at %s, want %v", hit, err, f.Hit(), syscall.EIO)
		}
		want, ok := after[hit]
		if !ok {
			want = left[i]
		}
		if got := listing(t, mem); got != want {
			t.Errorf("%s failed and left %q, want %q", hit, got, want)
		}
	}
}

// TestSyncDirAfterEffect fails a sync that has made names durable.
func TestSyncDirAfterEffect(t *testing.T) {
	for after, want := range map[bool]string{false: "d/", true: `d/ d/f="ab"`} {
		mem := NewMemFS()
		if err := newScript(mem, "").run("mkdir d; syncdir .; create d/f; write d/f ab; sync d/f"); err != nil {
			t.Fatal(err)
		}
		f := NewFaultFS(mem, Fault{At: 1, Err: syscall.EIO, After: after})
		if err := f.SyncDir("d"); !errors.Is(err, syscall.EIO) {
			t.Errorf("after its effect %t: %v, want %v", after, err, syscall.EIO)
		}
		if got := listing(t, mem.CrashClone(nil)); got != want {
			t.Errorf("after its effect %t: a loss of power leaves %q, want %q", after, got, want)
		}
	}
}

// TestCrashAtEveryOperation ends the process at each operation: nothing after it
// reaches the file system, and nobody holds its lock.
func TestCrashAtEveryOperation(t *testing.T) {
	for i, hit := range hits {
		mem := NewMemFS()
		f := NewFaultFS(mem, Fault{At: i + 1, Err: syscall.EIO, Crash: true})
		s := newScript(f, "")
		if err := s.run(everyKind); !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: %v, want %v", hit, err, syscall.EIO)
		}
		for op := range strings.SplitSeq(everyKind, "; ") {
			checkGone(t, s, hit, op)
		}
		if got := listing(t, mem); got != left[i] || f.Hit() != hit {
			t.Errorf("%s: the process is gone and left %q, want %q; hit %q", hit, got, left[i], f.Hit())
		}
		if err := newScript(mem, "").run("mkdir d; lock d/l"); err != nil {
			t.Errorf("%s: the lock of the process that is gone: %v", hit, err)
		}
	}
}

// checkGone tries an operation after a crash. What was never opened or locked
// cannot be used.
func checkGone(t *testing.T, s *script, hit, op string) {
	t.Helper()
	words := strings.Fields(op)
	want := ErrCrashed
	switch file, lock := s.files[words[1]], s.locks[words[1]]; words[0] {
	case "write", "sync", "close":
		if file == nil {
			return
		}
	case "unlock":
		if lock == nil {
			return
		}
		want = nil
	}
	if _, err := s.do(words); !errors.Is(err, want) || errors.Is(err, syscall.EIO) {
		t.Errorf("%s: %s afterwards: %v, want %v", hit, op, err, want)
	}
}

// TestFaultFSPassesErrors wants the errors of the file system below, and nothing
// beside them.
func TestFaultFSPassesErrors(t *testing.T) {
	mem := NewMemFS()
	held, err := mem.Lock("l")
	if err != nil {
		t.Fatal(err)
	}
	f := NewFaultFS(mem, Fault{})
	if file, err := f.Create("d/f"); file != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Create: %v, %v", file, err)
	}
	if file, err := f.Open("f"); file != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open: %v, %v", file, err)
	}
	if m, err := f.Map("f"); m != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Map: %v, %v", m, err)
	}
	var locked *store.LockedError
	if lock, err := f.Lock("l"); lock != nil || !errors.As(err, &locked) {
		t.Errorf("Lock: %v, %v", lock, err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFaultFSConcurrent counts what many goroutines do, of which one is hit.
func TestFaultFSConcurrent(t *testing.T) {
	f := NewFaultFS(NewMemFS(), Fault{At: 30, Err: io.ErrUnexpectedEOF, Crash: true})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for k := range 10 {
				if lock, err := f.Lock(fmt.Sprint(i, k)); err == nil {
					_ = lock.Close() // MemFS has no error for it
				}
			}
		})
	}
	all.Wait()
	if f.Operations() != 80 || !strings.HasPrefix(f.Hit(), "lock ") {
		t.Errorf("%d operations, hit %q; want 80, and a lock", f.Operations(), f.Hit())
	}
}
