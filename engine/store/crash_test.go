package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
)

var seed = flag.Uint64("seed", 1, "of what is left after a crash")

// home is where the snapshots of these tests are, in a folder that does not
// exist yet.
const home = "data/snap"

// histories are versions made one after the other. The last one of each is made
// with something that goes wrong.
var histories = map[string][]content{
	"build":      {{rows: 5, parts: 1, keep: 2}},
	"keep two":   {{rows: 5, parts: 1, keep: 2}, {rows: 6, parts: 2, adopt: true, keep: 2}, {rows: 6, parts: 3, adopt: true, dead: map[uint32]bool{2: true}, keep: 2}},
	"purge":      {{rows: 5, parts: 1, keep: 3}, {rows: 5, parts: 2, adopt: true, keep: 3}, {rows: 4, parts: 1, keep: 1}},
	"keep fewer": {{rows: 5, parts: 1, keep: 4}, {rows: 5, parts: 1, adopt: true, keep: 4}, {rows: 5, parts: 2, adopt: true, keep: 4}, {rows: 5, parts: 3, adopt: true, keep: 2}},
}

// state says which versions a snapshot has and what each of them holds: "2 3".
// It fails the test where one of them is not whole.
func state(t *testing.T, fsys store.FS) string {
	t.Helper()
	versions, err := store.Versions(fsys, home)
	var none *store.NotSnapshotError
	if errors.As(err, &none) {
		return "none"
	}
	if err != nil {
		t.Fatalf("versions: %v", err)
	}
	texts := make([]string, len(versions))
	for i, v := range versions {
		texts[i] = fmt.Sprint(v)
		report, err := store.Verify(context.Background(), fsys, home, v, nil)
		if err != nil {
			t.Fatalf("version %d: %v", v, err)
		}
		for _, p := range report.Problems {
			t.Errorf("version %d: %v", v, p)
		}
	}
	return strings.Join(texts, " ")
}

// files lists what a snapshot's folder should hold: every file of every version.
func files(t *testing.T, fsys store.FS) []string {
	t.Helper()
	versions, err := store.Versions(fsys, home)
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]bool{"MANIFEST": true, "LOCK": true}
	for _, v := range versions {
		m, err := store.ReadManifest(fsys, home, v)
		if err != nil {
			t.Fatal(err)
		}
		wanted[fmt.Sprintf("%08d/MANIFEST", v)] = true
		for _, f := range m.Files {
			wanted[f.Path] = true
		}
	}
	var names []string
	for name := range wanted {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// found lists what it does hold.
func found(t *testing.T, fsys store.FS) []string {
	t.Helper()
	top, err := fsys.ReadDir(home)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range top {
		below, err := fsys.ReadDir(home + "/" + name)
		switch {
		case errors.Is(err, syscall.ENOTDIR):
			names = append(names, name)
		case err != nil:
			t.Fatal(err)
		case len(below) == 0:
			names = append(names, name+"/")
		}
		for _, file := range below {
			names = append(names, name+"/"+file)
		}
	}
	slices.Sort(names)
	return names
}

// checkTidy fails the test where the folder holds too much or too little.
func checkTidy(t *testing.T, fsys store.FS) {
	t.Helper()
	if got, want := found(t, fsys), files(t, fsys); !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

// lateOperation matches those that can fail after they took effect.
var lateOperation = regexp.MustCompile(`^(rename|remove|syncdir) `)

// eachOperation makes all versions of a history but the last, and then the last
// with such a fault at one of its operations, at each in turn.
func eachOperation(t *testing.T, history []content, fault storetest.Fault, check func(disk *storetest.MemFS, before, after, hit string, err error)) {
	t.Helper()
	start := storetest.NewMemFS()
	for _, c := range history[:len(history)-1] {
		if err := c.commit(start, home); err != nil {
			t.Fatal(err)
		}
		checkTidy(t, start)
	}
	last := history[len(history)-1]
	done := start.Clone()
	if err := last.commit(done, home); err != nil {
		t.Fatal(err)
	}
	checkTidy(t, done)
	before, after := state(t, start), state(t, done)
	for at := 1; ; at++ {
		disk := start.Clone()
		fault.At, fault.Err = at, syscall.EIO
		faults := storetest.NewFaultFS(disk, fault)
		err := last.commit(faults, home)
		if faults.Hit() == "" {
			t.Logf("%d operations", at-1)
			return
		}
		if fault.After && !lateOperation.MatchString(faults.Hit()) {
			continue // it did nothing, as without After
		}
		check(disk, before, after, fmt.Sprintf("operation %d, %s (seed %d)", at, faults.Hit(), *seed), err)
		if t.Failed() {
			t.Fatalf("at %s: %v", faults.Hit(), err)
		}
	}
}

// TestCrashAtEveryOperation ends the writer at each of its operations, with and
// without a loss of power: what is found is the versions before or those after,
// whole, and the next writer leaves no trace of it. What that commits is durable,
// folders that the one before made and did not sync included.
func TestCrashAtEveryOperation(t *testing.T) {
	for name, history := range histories {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(*seed, 0))
			eachOperation(t, history, storetest.Fault{Crash: true}, func(disk *storetest.MemFS, before, after, hit string, _ error) {
				left := []*storetest.MemFS{disk.CrashClone(nil), disk.CrashClone(rng), disk}
				for i, fsys := range left {
					got := state(t, fsys)
					if got != before && got != after {
						t.Errorf("%s, remains %d: versions %s, want %s or %s", hit, i, got, before, after)
					}
					next := history[len(history)-1]
					if err := next.commit(fsys, home); err != nil {
						t.Fatalf("%s, remains %d: the next commit: %v", hit, i, err)
					}
					state(t, fsys)
					checkTidy(t, fsys)
					if _, err := store.ReadManifest(fsys.CrashClone(nil), home, 0); err != nil {
						t.Errorf("%s, remains %d: after the next commit and a loss of power: %v", hit, i, err)
					}
				}
			})
		})
	}
}

// TestCommitIsDurable loses power right after a commit.
func TestCommitIsDurable(t *testing.T) {
	for name, history := range histories {
		t.Run(name, func(t *testing.T) {
			disk := storetest.NewMemFS()
			for i, c := range history {
				if err := c.commit(disk, home); err != nil {
					t.Fatal(err)
				}
				if want, got := state(t, disk), state(t, disk.CrashClone(nil)); got != want {
					t.Errorf("after commit %d: versions %s, want %s", i+1, got, want)
				}
			}
		})
	}
}

// TestFaultAtEveryOperation fails each operation once: the error says so, and the
// versions before stand, unless the new one already does. So it is where the
// operation took effect by then.
func TestFaultAtEveryOperation(t *testing.T) {
	for name, history := range histories {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/after its effect %t", name, late), func(t *testing.T) {
				eachOperation(t, history, storetest.Fault{After: late}, func(disk *storetest.MemFS, before, after, hit string, err error) {
					checkFault(t, disk, before, after, hit, err)
					if err := history[len(history)-1].commit(disk, home); err != nil {
						t.Fatalf("%s: the next commit: %v", hit, err)
					}
					state(t, disk)
					checkTidy(t, disk)
				})
			})
		}
	}
}

// checkFault checks the error of a commit, one operation of which failed, and
// what it left, also for a loss of power.
func checkFault(t *testing.T, disk *storetest.MemFS, before, after, hit string, err error) {
	t.Helper()
	var undurable *store.NotDurableError
	var left *store.NotRemovedError
	committed := errors.As(err, &undurable) || errors.As(err, &left) || err == nil
	switch got := state(t, disk); {
	case committed && got != after:
		t.Errorf("%s: after %v the versions are %s, want %s", hit, err, got, after)
	case !committed && got != before:
		t.Errorf("%s: after %v the versions are %s, want %s", hit, err, got, before)
	}
	switch got := state(t, disk.CrashClone(nil)); {
	case undurable == nil && committed && got != after, !committed && got != before, got != before && got != after:
		t.Errorf("%s: after %v and a loss of power the versions are %s, of %s and %s", hit, err, got, before, after)
	}
	if err != nil && !errors.Is(err, syscall.EIO) {
		t.Errorf("%s: error %v does not tell of the fault", hit, err)
	}
}

// topFS cannot sync the folders that hold nothing of ours.
type topFS struct {
	store.FS
	err error
}

func (f topFS) SyncDir(path string) error {
	if path == "." {
		return &fs.PathError{Op: "sync", Path: path, Err: f.err}
	}
	return f.FS.SyncDir(path)
}

// TestSyncOfFoldersAbove makes a first version below folders that cannot be synced:
// that is no matter where they are those of others.
func TestSyncOfFoldersAbove(t *testing.T) {
	for _, c := range []struct {
		there string // before
		err   error
		want  string
	}{
		{"data", syscall.EACCES, ""},
		{"data", syscall.EINVAL, ""},
		{"data", syscall.EIO, "sync .: input/output error"},
		{".", syscall.EACCES, "sync .: permission denied"}, // it got "data" just now
	} {
		disk := storetest.NewMemFS()
		if err := disk.MkdirAll(c.there); err != nil {
			t.Fatal(err)
		}
		err := content{rows: 1, keep: 1}.commit(topFS{disk, c.err}, home)
		if got := fmt.Sprint(err); err != nil && got != c.want || err == nil && c.want != "" {
			t.Errorf("%v below %s: %v, want %s", c.err, c.there, err, c.want)
		}
	}
}

// renameFS fails renames: after their effect, and with what is done to the
// manifest then.
type renameFS struct {
	store.FS
	then func() error
}

func (r *renameFS) Rename(from, to string) error {
	err := r.FS.Rename(from, to)
	if r.then != nil {
		err = errors.Join(err, r.then())
	}
	return errors.Join(syscall.EIO, err)
}

// TestRenameFailsAfterEffect commits with renames that say that they failed.
func TestRenameFailsAfterEffect(t *testing.T) {
	const manifest = home + "/MANIFEST"
	for name, c := range map[string]struct {
		then func(disk *storetest.MemFS) error
		want string
		left string // of versions
	}{
		"it took effect": {
			nil, "data/snap has its new version, which a loss of power may undo: input/output error", "1 2",
		},
		"what is there cannot be read": {
			func(disk *storetest.MemFS) error { return errors.Join(disk.Remove(manifest), disk.MkdirAll(manifest)) },
			"data/snap has its new version or the one before it, and which of them cannot be read: input/output error\nread data/snap/MANIFEST: is a directory", "",
		},
		"nothing is there": {
			func(disk *storetest.MemFS) error { return disk.Remove(manifest) },
			"data/snap has its new version or the one before it, and which of them cannot be read: input/output error\ndata/snap is not a rollcall snapshot: it has no MANIFEST", "none",
		},
	} {
		t.Run(name, func(t *testing.T) {
			disk := storetest.NewMemFS()
			next := content{rows: 4, parts: 1, adopt: true, keep: 3}
			if err := next.commit(disk, home); err != nil {
				t.Fatal(err)
			}
			failing := &renameFS{FS: disk}
			if c.then != nil {
				failing.then = func() error { return c.then(disk) }
			}
			err := next.commit(failing, home)
			var undurable *store.NotDurableError
			if !errors.As(err, &undurable) || undurable.Unsure != (c.then != nil) || err.Error() != c.want {
				t.Errorf("%v, want a *NotDurableError: %s", err, c.want)
			}
			for _, path := range []string{"00000001/MANIFEST", "00000001/keys.arrow", "00000002/MANIFEST", "00000002/keys.arrow"} {
				if _, err := disk.ReadFile(home + "/" + path); err != nil {
					t.Errorf("it is gone: %v", err)
				}
			}
			if c.left != "" {
				if got := state(t, disk); got != c.left {
					t.Errorf("versions %s, want %s", got, c.left)
				}
			}
			if lock, err := disk.Lock(home + "/LOCK"); err != nil {
				t.Errorf("the lock is held: %v", err)
			} else if err := lock.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// stuckFS cannot remove the files of version 1.
type stuckFS struct{ store.FS }

func (s stuckFS) Remove(path string) error {
	if strings.Contains(path, "/00000001/") {
		return &fs.PathError{Op: "remove", Path: path, Err: syscall.EACCES}
	}
	return s.FS.Remove(path)
}

// TestOldFileThatStays builds although files of an older version cannot be
// removed: every commit stands and tells of them, until they can be.
func TestOldFileThatStays(t *testing.T) {
	disk := storetest.NewMemFS()
	next := content{rows: 2, parts: 1, keep: 1}
	if err := next.commit(disk, home); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2", "3"} {
		err := next.commit(stuckFS{disk}, home)
		var left *store.NotRemovedError
		if !errors.As(err, &left) || !errors.Is(err, syscall.EACCES) {
			t.Errorf("%v, want a *NotRemovedError", err)
		}
		if got := state(t, disk); got != want {
			t.Errorf("versions %s, want %s", got, want)
		}
		if got := leftoversOf(t, disk); !slices.Equal(got, []string{"00000001/"}) {
			t.Errorf("left is %q, want version 1", got)
		}
	}
	if err := next.commit(disk, home); err != nil {
		t.Fatal(err)
	}
	checkTidy(t, disk)
}
