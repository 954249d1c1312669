package ingest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
)

// quickFS is the machine's file system without syncs, which take most of a small
// build's time.
type quickFS struct{ store.FS }

func quick() store.FS { return quickFS{store.OS} }

func (quickFS) SyncDir(string) error { return nil }

func (q quickFS) Create(path string) (store.File, error) {
	f, err := q.FS.Create(path)
	if err != nil {
		return nil, err
	}
	return quickFile{f}, nil
}

type quickFile struct{ store.File }

func (quickFile) Sync() error { return nil }

// crashAll reports whether every case of the failure tests is to be tried, as
// make crash does, and not a sample of them.
func crashAll() bool { return os.Getenv("ROLLCALL_CRASH") == "all" }

// crashSeed returns the seed of a failure test: ROLLCALL_SEED, or one of the
// clock.
func crashSeed(t *testing.T) uint64 {
	t.Helper()
	seed := bitmaptest.Seed()
	t.Logf("ROLLCALL_SEED=%d", seed)
	return seed
}

// tally says how many of something a failure test tried. make crash adds them up.
func tally(t *testing.T, n int, what string) {
	t.Helper()
	t.Logf("tally: %d %s", n, what)
}

// sampled returns the numbers lo to hi-1 that are to be tried: all, or about n of
// them, the first and the last among them.
func sampled(r *rand.Rand, lo, hi, n int) []int {
	if crashAll() || hi-lo <= n {
		n = hi - lo
	}
	var picked []int
	for i := range n {
		from, to := lo+(hi-lo)*i/n, lo+(hi-lo)*(i+1)/n
		picked = append(picked, from+r.IntN(to-from))
	}
	if n > 0 {
		picked[0], picked[n-1] = lo, hi-1
	}
	return picked
}

// crashDir is where the snapshots of these tests are: the folders above it are
// made by the first build, too.
const crashDir = "data/of/snap"

// commit is one way to make a version, which is cut and made to fail.
type commit struct {
	name          string
	start         *storetest.MemFS // before it
	run           func(t *testing.T, fsys store.FS) error
	known         map[uint64]string                       // dumps of the versions before it and of the new one
	before, after uint64                                  // the current version; 0: none
	build         func(t *testing.T, fsys store.FS) error // the next one
	next          string                                  // its dump
}

// stages returns the commits that a snapshot goes through: it is built, refreshed
// in every way, compacted, refreshed, compacted with new rows for its customers.
func stages(t *testing.T, seed uint64) []commit {
	t.Helper()
	w := newWorld(rand.New(rand.NewPCG(seed, 0)), false, seed%2 == 0)
	for len(w.customers) < 40 {
		w.join()
	}
	s := &stager{disk: storetest.NewMemFS(), known: map[uint64]string{}}
	s.add(t, "first build", refreshWorld(w, 1))
	w.turn(true)
	s.add(t, "refresh", refreshWorld(w, 1))
	w.turn(false)
	s.add(t, "refresh of events", refreshWorld(w, 1))
	w.turn(false)
	s.add(t, "refresh of more events", refreshWorld(w, 1))
	s.add(t, "compact", compactWorld(false))
	w.turn(true)
	s.add(t, "refresh of what was compacted", refreshWorld(w, 1))
	s.add(t, "compact with new rows", compactWorld(true))

	w.turn(false)
	build, fresh := refreshWorld(w, 0), storetest.NewMemFS()
	if err := build(t, fresh); err != nil {
		t.Fatal(err)
	}
	for i := range s.commits {
		s.commits[i].build, s.commits[i].next = build, dump(t, fresh, crashDir, 0)
	}
	return s.commits
}

// refreshWorld returns a build of the world as it is now.
func refreshWorld(w *world, spillBytes int64) func(t *testing.T, fsys store.FS) error {
	p, src, now := w.parent(), w.source(), w.now
	return func(t *testing.T, fsys store.FS) error {
		t.Helper()
		_, err := Build(t.Context(), p, src, crashDir, &Options{AsOf: now, FS: fsys, spillBytes: spillBytes})
		return err
	}
}

// compactWorld returns a compaction.
func compactWorld(renumber bool) func(t *testing.T, fsys store.FS) error {
	return func(t *testing.T, fsys store.FS) error {
		t.Helper()
		_, err := Compact(t.Context(), crashDir, &CompactOptions{Renumber: renumber, FS: fsys, spillBytes: 1})
		return err
	}
}

// stager makes one commit after the other.
type stager struct {
	disk    *storetest.MemFS
	version uint64            // the current one
	known   map[uint64]string // dumps of all versions so far
	commits []commit
}

// add makes a commit, and notes what was there before it and after it.
func (s *stager) add(t *testing.T, name string, run func(t *testing.T, fsys store.FS) error) {
	t.Helper()
	c := commit{name: name, start: s.disk.Clone(), run: run, before: s.version, after: s.version + 1}
	if err := run(t, s.disk); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	s.version++
	s.known[s.version] = dump(t, s.disk, crashDir, 0)
	c.known = maps.Clone(s.known)
	s.commits = append(s.commits, c)
}

// turn changes something of every kind: customers who go and change, events in new
// parts; and customers who come, unless events are to be added to those that are
// there.
func (w *world) turn(join bool) {
	w.now = w.now.Add(36 * time.Hour)
	w.leave()
	w.leave()
	if join {
		w.join()
		w.join()
	}
	last := slices.Max(slices.Collect(maps.Keys(w.customers)))
	w.customers[last]["tier"] = fmt.Sprintf("new at %d", w.now.Day())
	w.trait(last)
	w.visits = append(w.visits, w.events(8, 24*time.Hour), w.events(30, 200*24*time.Hour))
	w.clicks = append(w.clicks, w.events(5, 24*time.Hour))
}

// versionsIn returns the versions in a snapshot, ascending, none where there is no
// snapshot.
func versionsIn(t *testing.T, fsys store.FS, dir string) []uint64 {
	t.Helper()
	versions, err := store.Versions(fsys, dir)
	var other *store.NotSnapshotError
	if errors.As(err, &other) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return versions
}

// checkSound verifies every version of a snapshot.
func checkSound(t *testing.T, fsys store.FS, dir string) {
	t.Helper()
	for _, v := range versionsIn(t, fsys, dir) {
		report, err := store.Verify(t.Context(), fsys, dir, v, nil)
		if err != nil {
			t.Fatalf("verifying version %d: %v", v, err)
		}
		for _, p := range report.Problems {
			t.Errorf("verifying version %d: %v", v, p)
		}
	}
}

// checkNothingLeft finds files that no version names.
func checkNothingLeft(t *testing.T, fsys store.FS, dir string) {
	t.Helper()
	want := []string{"LOCK", "MANIFEST"}
	for _, v := range versionsIn(t, fsys, dir) {
		m, err := store.ReadManifest(fsys, dir, v)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("%08d/MANIFEST", v))
		for _, f := range m.Files {
			want = append(want, f.Path)
		}
	}
	slices.Sort(want)
	if got := filesIn(t, fsys, dir); !slices.Equal(got, slices.Compact(want)) {
		t.Errorf("the folder holds\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(slices.Compact(want), "\n"))
	}
}

// filesIn lists the files in the folder of a snapshot, sorted, and the folders
// that are empty, with a slash.
func filesIn(t *testing.T, fsys store.FS, dir string) []string {
	t.Helper()
	names, err := fsys.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range names {
		if name[0] != '0' {
			found = append(found, name)
			continue
		}
		files, err := fsys.ReadDir(path.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			found = append(found, name+"/")
		}
		for _, file := range files {
			found = append(found, name+"/"+file)
		}
	}
	slices.Sort(found)
	return found
}
