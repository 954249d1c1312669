package storetest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/store"
)

// mustRun runs a script on a new file system.
func mustRun(t *testing.T, ops string) (*MemFS, *script) {
	t.Helper()
	m := NewMemFS()
	s := newScript(m, "")
	if err := s.run(ops); err != nil {
		t.Fatal(err)
	}
	return m, s
}

// listing renders all files with their bytes, in one line.
func listing(t *testing.T, m *MemFS) string {
	t.Helper()
	lines := strings.Split(m.String(), "\n")
	for i, line := range lines {
		name, _, isFile := strings.Cut(line, " ")
		if !isFile {
			continue
		}
		data, err := m.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = strings.TrimSuffix(fmt.Sprintf("%s=%q", name, data), `=""`)
	}
	return strings.Join(lines, " ")
}

// TestDurable says of each operation what a program sees and what is left at the
// worst.
func TestDurable(t *testing.T) {
	for _, c := range []struct{ name, ops, now, worst string }{
		{"nothing", "syncdir .", "", ""},
		{"a file without sync", "create f; write f ab", `f="ab"`, ""},
		{"its bytes, not its name", "create f; write f ab; sync f; close f", `f="ab"`, ""},
		{"its name, not its bytes", "create f; write f ab; close f; syncdir .", `f="ab"`, "f"},
		{"both", "create f; write f ab; sync f; syncdir .", `f="ab"`, `f="ab"`},
		{"both, the name first", "create f; syncdir .; write f ab; sync f", `f="ab"`, `f="ab"`},
		{"some of its bytes", "create f; write f ab; sync f; write f cd; syncdir .", `f="abcd"`, `f="ab"`},
		{"close syncs nothing", "create f; syncdir .; write f ab; close f", `f="ab"`, "f"},
		{"another folder's sync", "mkdir d; syncdir .; create f; create d/f; syncdir d", "d/ d/f f", "d/ d/f"},
		{"a folder", "mkdir d", "d/", ""},
		{"a folder after sync of itself", "mkdir d; syncdir d", "d/", ""},
		{"a folder after sync of its parent", "mkdir d; syncdir .", "d/", "d/"},
		{"folders below", "mkdir d/e/g; syncdir .; syncdir d/e", "d/ d/e/ d/e/g/", "d/"},
		{"a file in a folder that is lost", "mkdir d; create d/f; write d/f ab; sync d/f; syncdir d", `d/ d/f="ab"`, ""},
		{"rename", "create f; syncdir .; rename f g", "g", "f"},
		{"rename after sync", "create f; syncdir .; rename f g; syncdir .", "g", "g"},
		{"rename of a file whose name was not synced", "create f; rename f g; syncdir .", "g", "g"},
		{
			"rename over another", "create f; write f old; sync f; create g; write g new; sync g; syncdir .; rename g f",
			`f="new"`, `f="old" g="new"`,
		},
		{"rename does not sync bytes", "create f; write f ab; rename f g; syncdir .", `g="ab"`, "g"},
		{"rename to itself", "create f; syncdir .; rename f f", "f", "f"},
		{"to another folder", "mkdir d; create f; syncdir .; rename f d/f", "d/ d/f", "d/ f"},
		{"to another folder, synced there", "mkdir d; create f; syncdir .; rename f d/f; syncdir d", "d/ d/f", "d/ d/f f"},
		{"to another folder, synced here", "mkdir d; create f; syncdir .; rename f d/f; syncdir .", "d/ d/f", "d/"},
		{"remove", "create f; syncdir .; remove f", "", "f"},
		{"remove after sync", "create f; syncdir .; remove f; syncdir .", "", ""},
		{"remove and make anew", "create f; write f ab; sync f; syncdir .; remove f; create f", "f", `f="ab"`},
		{"remove with all", "mkdir d; create d/f; syncdir .; syncdir d; removeall d", "", "d/ d/f"},
		{"remove with all after sync", "mkdir d; create d/f; syncdir .; syncdir d; removeall d; syncdir .", "", ""},
		{"a lock's file", "lock l", "l", ""},
		{"a lock's file after sync", "lock l; syncdir .; unlock l", "l", "l"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := mustRun(t, c.ops)
			if got := listing(t, m); got != c.now {
				t.Errorf("there is %q, want %q", got, c.now)
			}
			crashed := m.CrashClone(nil)
			if got := listing(t, crashed); got != c.worst {
				t.Errorf("after a crash there is %q, want %q", got, c.worst)
			}
			if got := listing(t, crashed.CrashClone(nil)); got != c.worst {
				t.Errorf("after a second crash there is %q, want %q", got, c.worst)
			}
			clone := m.Clone()
			if got := listing(t, clone.CrashClone(nil)); got != c.now {
				t.Errorf("after a crash of the copy there is %q, want %q", got, c.now)
			}
		})
	}
}

// TestCrashOutcomes wants a crash to leave each of the states that it may leave,
// and no other.
func TestCrashOutcomes(t *testing.T) {
	for _, c := range []struct {
		name, ops string
		want      []string // sorted
	}{
		{"names are lost from the last one on", "create a; create b; create c", []string{"", "a", "a b", "a b c"}},
		{"rename is one change", "create f; syncdir .; rename f g", []string{"f", "g"}},
		{"to another folder it is two", "mkdir d; create f; syncdir .; rename f d/g", []string{"d/", "d/ d/g", "d/ d/g f", "d/ f"}},
		{"folders do not wait for each other", "mkdir d; mkdir e; syncdir .; create d/f; create e/f", []string{
			"d/ d/f e/", "d/ d/f e/ e/f", "d/ e/", "d/ e/ e/f",
		}},
		{
			"bytes are lost, or zeros", "create f; syncdir .; write f ab; sync f; write f cd",
			[]string{`f="ab"`, `f="ab\x00"`, `f="ab\x00\x00"`, `f="abc"`, `f="abc\x00"`, `f="abcd"`},
		},
		{"removal of a folder, name by name", "mkdir d; create d/a; create d/b; syncdir .; syncdir d; removeall d", []string{
			"", "d/", "d/ d/a d/b", "d/ d/b",
		}},
		{"a manifest that is replaced in the right order", "create m; write m old; sync m; syncdir .; " +
			"create n; write n new; sync n; syncdir .; rename n m", []string{`m="new"`, `m="old" n="new"`}},
		{"and in the wrong one", "create m; write m x; sync m; syncdir .; create n; write n y; rename n m", []string{
			"m", `m="\x00"`, `m="x"`, `m="x" n`, `m="x" n="\x00"`, `m="x" n="y"`, `m="y"`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _ := mustRun(t, c.ops)
			found := map[string]bool{}
			for seed := range uint64(2000) {
				crashed := m.CrashClone(rand.New(rand.NewPCG(seed, 0)))
				found[listing(t, crashed)] = true
				if again := m.CrashClone(rand.New(rand.NewPCG(seed, 0))); listing(t, again) != listing(t, crashed) {
					t.Fatalf("seed %d gives %q and then %q", seed, listing(t, crashed), listing(t, again))
				}
			}
			if diff := cmp.Diff(c.want, slices.Sorted(maps.Keys(found))); diff != "" {
				t.Errorf("states after a crash (-want +got):\n%s", diff)
			}
		})
	}
}

// TestClonesAreIndependent goes on with a file system and its clones.
func TestClonesAreIndependent(t *testing.T) {
	m, s := mustRun(t, "mkdir d; create d/f; write d/f ab; sync d/f; syncdir .; syncdir d; lock l")
	clones := []*MemFS{m.Clone(), m.CrashClone(nil), m.CrashClone(rand.New(rand.NewPCG(1, 1)))}
	if err := s.run("write d/f cd; create d/g; rename d/g h; remove d/f"); err != nil {
		t.Fatal(err)
	}
	for i, clone := range clones {
		if got := listing(t, clone); !strings.HasPrefix(got, `d/ d/f="ab"`) {
			t.Errorf("clone %d holds %q after changes of the original", i, got)
		}
		if err := newScript(clone, "").run("lock l; rename d/f f; create d/f; write d/f xy"); err != nil {
			t.Errorf("clone %d: %v", i, err) // the lock did not survive
		}
		if got := listing(t, clone); !strings.HasPrefix(got, `d/ d/f="xy" f="ab"`) {
			t.Errorf("clone %d holds %q", i, got)
		}
	}
	if got, want := listing(t, m), "d/ h l"; got != want {
		t.Errorf("the original holds %q, want %q", got, want)
	}
}

func TestLock(t *testing.T) {
	m, s := mustRun(t, "mkdir d; lock d/l")
	var held *store.LockedError
	if _, err := m.Lock("/d/../d/l"); !errors.As(err, &held) || held.Path != "/d/../d/l" {
		t.Errorf("a second lock: %v, want a *store.LockedError of the path", err)
	}
	// The lock is the file's: one that is removed no longer hinders anybody.
	if err := s.run("remove d/l"); err != nil {
		t.Fatal(err)
	}
	second, err := m.Lock("d/l")
	if err != nil {
		t.Fatalf("a lock on another file at the path: %v", err)
	}
	if err := s.run("unlock d/l"); err != nil { // that of the first file
		t.Fatal(err)
	}
	if _, err := m.Lock("d/l"); !errors.As(err, &held) {
		t.Errorf("the end of the first lock ended the second: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("closed again: %v, want %v", err, fs.ErrClosed)
	}
	third, err := m.Lock("d/l")
	if err != nil {
		t.Fatalf("after the lock's end: %v", err)
	}
	if err := third.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestMap(t *testing.T) {
	m, s := mustRun(t, "create f; write f abc; create e")
	mapping, err := m.Map("f")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.run("write f def; remove f"); err != nil {
		t.Fatal(err)
	}
	if got := string(mapping.Bytes()); got != "abc" {
		t.Errorf("mapped %q, want the bytes that there were", got)
	}
	if at := uintptr(unsafe.Pointer(&mapping.Bytes()[0])); at%8 != 0 {
		t.Errorf("mapped at %#x, which is no multiple of 8", at)
	}
	empty, err := m.Map("e")
	if err != nil || len(empty.Bytes()) != 0 {
		t.Fatalf("an empty file: %v, %v", empty, err)
	}
	for _, c := range []io.Closer{mapping, mapping, empty} {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestErrors wants the errors of a machine, with the path in them.
func TestErrors(t *testing.T) {
	_, s := mustRun(t, "mkdir d/e; create f; create g; close g")
	for op, want := range map[string]string{
		"mkdir f/x":     "mkdir f/x: not a directory",
		"create f":      "create f: file exists",
		"create d":      "create d: file exists",
		"create x/f":    "create x/f: no such file or directory",
		"create f/x":    "create f/x: not a directory",
		"create .":      "create .: device or resource busy",
		"write g x":     "write g: file already closed",
		"sync g":        "sync g: file already closed",
		"close g":       "close g: file already closed",
		"syncdir x":     "syncdir x: no such file or directory",
		"syncdir f":     "syncdir f: not a directory",
		"rename x y":    "rename x y: no such file or directory",
		"rename f x/f":  "rename f x/f: no such file or directory",
		"rename f d":    "rename f d: file exists",
		"rename d x":    "rename d x: operation not supported",
		"remove x":      "remove x: no such file or directory",
		"remove d":      "remove d: directory not empty",
		"remove f/x":    "remove f/x: not a directory",
		"removeall f/x": "removeall f/x: not a directory",
		"removeall x/y": "<nil>",
		"lock d":        "lock d: is a directory",
		"lock x/l":      "lock x/l: no such file or directory",
		"ls f":          "readdir f: not a directory",
		"ls x":          "readdir x: no such file or directory",
		"cat d":         "read d: is a directory",
		"map d":         "map d: is a directory",
		"map x":         "map x: no such file or directory",
		"readat x":      "open x: no such file or directory",
		"readat d":      "read d: is a directory",
	} {
		if _, err := s.do(strings.Fields(op)); fmt.Sprint(err) != want {
			t.Errorf("%s: error %v, want %s", op, err, want)
		}
	}
}

// TestLikeMachine runs random operations on a MemFS and on the machine's file
// system, and wants the same answers.
func TestLikeMachine(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	mem, machine := newScript(NewMemFS(), ""), newScript(store.OS, t.TempDir())
	paths := []string{"a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "a/x"}
	for i := range 3000 {
		op := randomOp(rng, paths, mem)
		got, gotErr := mem.do(op)
		want, wantErr := machine.do(op)
		if got != want || errorKind(gotErr) != errorKind(wantErr) {
			t.Fatalf("seed %d, operation %d, %s: %q, %v; the machine has %q, %v", seed, i, op, got, gotErr, want, wantErr)
		}
	}
	for _, s := range []*script{mem, machine} {
		for _, f := range s.files {
			_ = f.Close() // most of them are closed
		}
	}
}

// randomOp makes an operation that is defined alike for both: only files that
// were opened are written to, and no folder is renamed or synced as a file.
func randomOp(rng *rand.Rand, paths []string, s *script) []string {
	pick := func() string { return paths[rng.IntN(len(paths))] }
	ops := []string{
		"mkdir", "create", "create", "rename", "remove", "removeall", "ls", "cat", "map", "readat", "lock", "unlock",
		"write", "write", "sync", "close", "syncdir",
	}
	for {
		op, path := ops[rng.IntN(len(ops))], pick()
		n, err := s.fs.(*MemFS).find(path)
		isFolder := err == nil && n.folder != nil
		_, open := s.files[path]
		_, locked := s.locks[path]
		switch op {
		case "rename":
			if isFolder {
				continue
			}
			return []string{op, path, pick()}
		case "write", "sync", "close":
			if !open {
				continue
			}
		case "unlock":
			if !locked {
				continue
			}
		case "syncdir":
			if err == nil && !isFolder {
				continue
			}
		}
		return []string{op, path, "xyz"}
	}
}

// errorKind says what callers tell apart of an error.
func errorKind(err error) string {
	var held *store.LockedError
	for _, kind := range []error{
		fs.ErrNotExist, syscall.ENOTEMPTY, fs.ErrExist, fs.ErrClosed, syscall.ENOTDIR, syscall.EISDIR,
	} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	if errors.As(err, &held) {
		return "locked"
	}
	return fmt.Sprint(err)
}

// TestSyncedWhole syncs everything that random operations left behind: a crash
// loses nothing of it.
func TestSyncedWhole(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	m := NewMemFS()
	s := newScript(m, "")
	for range 500 {
		_, _ = s.do(randomOp(rng, []string{"a", "b", "d", "d/a", "d/b", "d/e", "d/e/a"}, s)) // errors are as good
	}
	syncBelow(m.root)
	if got, want := listing(t, m.CrashClone(rng)), listing(t, m); got != want {
		t.Errorf("seed %d: after a crash\n%s\nwant\n%s", seed, got, want)
	}
}

// syncBelow syncs a folder and all that is in it.
func syncBelow(n *node) {
	n.synced = len(n.data)
	if n.folder == nil {
		return
	}
	n.folder.sync()
	for _, child := range n.folder.names {
		syncBelow(child)
	}
}

// TestConcurrent uses one file system from many goroutines, for the race
// detector.
func TestConcurrent(t *testing.T) {
	m := NewMemFS()
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			s := newScript(m, fmt.Sprint("dir", i))
			if err := s.run("mkdir d; create d/f; write d/f ab; sync d/f; syncdir d; rename d/f g; ls .; cat g; map g; readat g"); err != nil {
				t.Error(err)
			}
			if err := newScript(m.CrashClone(rand.New(rand.NewPCG(uint64(i), 0))), filepath.Join("new", fmt.Sprint(i))).run("mkdir d; create d/f"); err != nil {
				t.Error(err)
			}
			_ = m.String()
		})
	}
	all.Wait()
	if got := strings.Count(m.String(), "/g 2"); got != 4 {
		t.Errorf("%d files are left, want 4:\n%s", got, m)
	}
}
