package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
)

// cut runs a commit on a copy of its disk, with a fault at one operation. hit
// names the operation, "" where there are not so many.
func (c *commit) cut(t *testing.T, fault storetest.Fault) (disk *storetest.MemFS, hit string, err error) {
	t.Helper()
	disk = c.start.Clone()
	faults := storetest.NewFaultFS(disk, fault)
	err = c.run(t, faults)
	return disk, faults.Hit(), err
}

// operations returns how many operations a commit is.
func (c *commit) operations(t *testing.T) int {
	t.Helper()
	counter := storetest.NewFaultFS(c.start.Clone(), storetest.Fault{})
	if err := c.run(t, counter); err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	return counter.Operations()
}

// TestCrashAtEveryOperation ends a commit at each of its operations, by the end of
// the process or by a loss of power: what is found afterwards is the old version
// or the new one, whole; the versions before it are there; and the next build
// clears up, even where the first attempt at it ends so, too.
func TestCrashAtEveryOperation(t *testing.T) {
	t.Parallel()
	seed := crashSeed(t)
	cuts, disks, losses := 0, 0, 0
	for n, c := range stages(t, seed) {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		total := c.operations(t)
		if total < 100 {
			t.Errorf("%s: only %d operations: it does not go through the file system given", c.name, total)
		}
		for _, at := range sampled(r, 1, total+2, 4) { // one after the last: nothing fails
			fault := storetest.Fault{At: at, Err: syscall.EIO, Crash: true}
			disk, hit, err := c.cut(t, fault)
			cuts++
			if at > total && err != nil {
				t.Fatal(err)
			}
			for _, s := range survivors(r, disk) {
				disks++
				ok := t.Run(fmt.Sprintf("%s/%03d %s/%s", c.name, at, hit, s.name), func(t *testing.T) {
					c.checkCrashed(t, s.disk, err == nil)
					c.checkNext(t, s.disk, 1+r.IntN(total))
				})
				if !ok {
					losses++
				}
			}
		}
	}
	tally(t, cuts, "cuts tried")
	tally(t, disks, "disks found after them")
	tally(t, losses, "losses")
}

// survivor is what may be on a disk after a crash.
type survivor struct {
	name string
	disk *storetest.MemFS
}

// survivors returns what may be on a disk after a crash. The last one is the disk
// itself: the process ended, the machine did not, and nothing more is synced than
// was. Where not all cases are tried, one of them is.
func survivors(r *rand.Rand, disk *storetest.MemFS) []survivor {
	found := []survivor{{"what was synced", disk.CrashClone(nil)}}
	for i := range 2 {
		found = append(found, survivor{fmt.Sprintf("some of it, %d", i), disk.CrashClone(rand.New(rand.NewPCG(r.Uint64(), r.Uint64())))})
	}
	found = append(found, survivor{"all of it", disk})
	if crashAll() {
		return found
	}
	one := r.IntN(len(found))
	return found[one : one+1]
}

// checkCrashed checks what a crash left: whole versions, and the new one if the
// commit said so.
func (c *commit) checkCrashed(t *testing.T, disk *storetest.MemFS, committed bool) {
	t.Helper()
	versions := versionsIn(t, disk, crashDir)
	current := uint64(0)
	if len(versions) > 0 {
		current = versions[len(versions)-1]
	}
	switch {
	case committed && current != c.after:
		t.Fatalf("the commit went through, but version %d is found, expected %d", current, c.after)
	case current != c.before && current != c.after:
		t.Fatalf("version %d is found, expected %d or %d", current, c.before, c.after)
	}
	if current == c.before {
		if want := versionsIn(t, c.start, crashDir); !slices.Equal(versions, want) {
			t.Errorf("versions %d are found, expected those of before, %d", versions, want)
		}
	}
	for _, v := range versions {
		if got := dump(t, disk, crashDir, v); got != c.known[v] {
			t.Errorf("version %d is not what it was:\n%s\nexpected\n%s", v, got, c.known[v])
		}
	}
	checkSound(t, disk, crashDir)
}

// checkNext checks that the next build goes through, leaves nothing behind and
// survives a loss of power, also where another attempt at it ended at an operation.
func (c *commit) checkNext(t *testing.T, disk *storetest.MemFS, at int) {
	t.Helper()
	attempt := disk.Clone()
	faults := storetest.NewFaultFS(attempt, storetest.Fault{At: at, Err: syscall.EIO, Crash: true})
	_ = c.build(t, faults) // it may have fewer operations
	attempt = attempt.CrashClone(rand.New(rand.NewPCG(uint64(at), 0)))
	for _, v := range versionsIn(t, attempt, crashDir) {
		if got := dump(t, attempt, crashDir, v); got != c.known[v] && got != c.next {
			t.Errorf("after a crash of the next build at %q, version %d is neither what it was nor the next:\n%s", faults.Hit(), v, got)
		}
	}
	c.checkNextBuild(t, attempt)
	c.checkNextBuild(t, disk)
}

// checkNextBuild checks that the next build goes through, leaves nothing behind
// and survives a loss of power.
func (c *commit) checkNextBuild(t *testing.T, disk *storetest.MemFS) {
	t.Helper()
	if err := c.build(t, disk); err != nil {
		t.Fatalf("the next build fails: %v", err)
	}
	checkNothingLeft(t, disk, crashDir)
	checkSound(t, disk, crashDir)
	for _, d := range []*storetest.MemFS{disk, disk.CrashClone(nil)} {
		if got := dump(t, d, crashDir, 0); got != c.next {
			t.Errorf("the next build gives\n%s\nexpected\n%s", got, c.next)
		}
	}
}

// TestCrashThenBuildThenCrash ends the first build when it has made the folders
// above the snapshot's. The next build finds them there; what it commits survives
// a loss of power all the same.
func TestCrashThenBuildThenCrash(t *testing.T) {
	first := stages(t, crashSeed(t))[0]
	disk, hit, err := first.cut(t, storetest.Fault{At: 20, Err: syscall.EIO, Crash: true})
	if names, _ := disk.ReadDir(crashDir); err == nil || len(names) == 0 {
		t.Fatalf("cut at %q, the folder holds %q, and the error is %v", hit, names, err)
	}
	first.checkNextBuild(t, disk)
}

// TestFaultAtEveryOperation fails each operation once, as on a disk that is full
// or broken: the error says so, the old version stands, unless the new one already
// did, and nothing is left behind.
func TestFaultAtEveryOperation(t *testing.T) {
	t.Parallel()
	seed := crashSeed(t)
	faults, losses := 0, 0
	for n, c := range stages(t, seed) {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		for _, at := range sampled(r, 1, c.operations(t)+1, 8) {
			cause := []error{syscall.ENOSPC, syscall.EIO}[at%2]
			disk, hit, err := c.cut(t, storetest.Fault{At: at, Err: cause})
			faults++
			ok := t.Run(fmt.Sprintf("%s/%03d %s", c.name, at, hit), func(t *testing.T) {
				c.checkFailed(t, disk, cause, err)
				c.checkNextBuild(t, disk)
			})
			if !ok {
				losses++
			}
		}
	}
	tally(t, faults, "faults injected")
	tally(t, losses, "losses")
}

// checkFailed checks the error of a commit, one operation of which failed, and
// what it left.
func (c *commit) checkFailed(t *testing.T, disk *storetest.MemFS, cause, err error) {
	t.Helper()
	var undurable *store.NotDurableError
	var unremoved *store.NotRemovedError
	want := c.before
	if err == nil || errors.As(err, &undurable) || errors.As(err, &unremoved) {
		want = c.after
	}
	if err != nil && (!errors.Is(err, cause) || strings.Contains(err.Error(), "internal error")) {
		t.Errorf("error %v, expected one of %v", err, cause)
	}
	versions := versionsIn(t, disk, crashDir)
	for _, v := range versions {
		if got := dump(t, disk, crashDir, v); got != c.known[v] {
			t.Errorf("version %d is not what it was:\n%s\nexpected\n%s", v, got, c.known[v])
		}
	}
	checkSound(t, disk, crashDir)
	switch {
	case want == c.before:
		if got, old := disk.String(), c.start.String(); got != old {
			t.Errorf("after %v the disk holds\n%s\nexpected what was there before:\n%s", err, got, old)
		}
	case len(versions) == 0 || versions[len(versions)-1] != want:
		t.Errorf("after %v there are versions %d, expected %d", err, versions, want)
	case undurable == nil && unremoved == nil:
		checkNothingLeft(t, disk, crashDir)
	}
}
