package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
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

// eachOperation makes all versions of a history but the last, and then the last
// with a fault at one of its operations, at each in turn.
func eachOperation(t *testing.T, history []content, crash bool, check func(disk *storetest.MemFS, before, after, hit string, err error)) {
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
		faults := storetest.NewFaultFS(disk, storetest.Fault{At: at, Err: syscall.EIO, Crash: crash})
		err := last.commit(faults, home)
		if faults.Hit() == "" {
			t.Logf("%d operations", at-1)
			return
		}
		check(disk, before, after, fmt.Sprintf("operation %d, %s (seed %d)", at, faults.Hit(), *seed), err)
		if t.Failed() {
			t.Fatalf("at %s: %v", faults.Hit(), err)
		}
	}
}

// TestCrashAtEveryOperation ends the writer at each of its operations, with and
// without a loss of power: what is found is the versions before or those after,
// whole, and the next writer leaves no trace of it.
func TestCrashAtEveryOperation(t *testing.T) {
	for name, history := range histories {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(*seed, 0))
			eachOperation(t, history, true, func(disk *storetest.MemFS, before, after, hit string, _ error) {
				left := []*storetest.MemFS{disk.Clone(), disk.CrashClone(nil), disk.CrashClone(rng)}
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
// versions before stand, unless the new one already does.
func TestFaultAtEveryOperation(t *testing.T) {
	for name, history := range histories {
		t.Run(name, func(t *testing.T) {
			eachOperation(t, history, false, func(disk *storetest.MemFS, before, after, hit string, err error) {
				var undurable *store.NotDurableError
				var left *store.NotRemovedError
				committed := errors.As(err, &undurable) || errors.As(err, &left) || err == nil
				switch got := state(t, disk); {
				case committed && got != after:
					t.Errorf("%s: after %v the versions are %s, want %s", hit, err, got, after)
				case !committed && got != before:
					t.Errorf("%s: after %v the versions are %s, want %s", hit, err, got, before)
				}
				if err != nil && !errors.Is(err, syscall.EIO) {
					t.Errorf("%s: error %v does not tell of the fault", hit, err)
				}
				if err := history[len(history)-1].commit(disk, home); err != nil {
					t.Fatalf("%s: the next commit: %v", hit, err)
				}
				state(t, disk)
				checkTidy(t, disk)
			})
		})
	}
}
