package ingest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("ROLLCALL_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("ROLLCALL_SEED: %v", err)
		}
	}
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
	known         map[uint64]string // dumps of the versions before it and of the new one
	before, after uint64            // the current version; 0: none
	world         *world            // as it will be at the next build
	next          string            // dump of that build
}

// stage makes the commits that a snapshot goes through: it is built, refreshed
// twice, compacted, refreshed, compacted with new rows for its customers.
func stages(t *testing.T, seed uint64) []commit {
	t.Helper()
	w := newWorld(rand.New(rand.NewPCG(seed, 0)))
	disk := storetest.NewMemFS()
	var all []commit
	version, known := uint64(0), map[uint64]string{}
	add := func(name string, run func(t *testing.T, fsys store.FS) error) {
		t.Helper()
		c := commit{name: name, start: disk.Clone(), run: run, known: map[uint64]string{}, before: version, after: version + 1}
		if err := run(t, disk); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		version++
		known[version] = dump(t, disk, crashDir, 0)
		for v, text := range known {
			c.known[v] = text
		}
		all = append(all, c)
	}
	refresh := func(name string) {
		t.Helper()
		p, src, now := worldParent(), w.source(), w.now
		add(name, func(t *testing.T, fsys store.FS) error {
			_, err := Build(t.Context(), p, src, crashDir, &Options{AsOf: now, FS: fsys, spillBytes: 1})
			return err
		})
	}
	compact := func(name string, renumber bool) {
		t.Helper()
		add(name, func(t *testing.T, fsys store.FS) error {
			_, err := Compact(t.Context(), crashDir, &CompactOptions{Renumber: renumber, FS: fsys, spillBytes: 1})
			return err
		})
	}
	refresh("first build")
	w.turn()
	refresh("refresh")
	w.turn()
	refresh("second refresh")
	w.turn()
	compact("compact", false)
	refresh("refresh of what was compacted")
	w.turn()
	compact("compact with new rows", true)

	next := dumpOfNext(t, w)
	for i := range all {
		all[i].world, all[i].next = w, next
	}
	return all
}

// turn changes something of every kind: customers who go, come and change, events
// in new parts.
func (w *world) turn() {
	w.now = w.now.Add(36 * time.Hour)
	w.leave()
	w.leave()
	w.join()
	w.join()
	w.customers[w.next-1]["tier"] = "New"
	w.traits[w.next-1] = map[string]any{"id": w.next - 1, "score": 0.75}
	w.visits = append(w.visits, w.events(8, 24*time.Hour), w.events(30, 200*24*time.Hour))
	w.clicks = append(w.clicks, w.events(5, 24*time.Hour))
}

// dumpOfNext returns what a full build of a world gives.
func dumpOfNext(t *testing.T, w *world) string {
	t.Helper()
	disk := storetest.NewMemFS()
	if err := buildWorld(t, w, disk); err != nil {
		t.Fatal(err)
	}
	return dump(t, disk, crashDir, 0)
}

// buildWorld builds a snapshot of a world, or refreshes one.
func buildWorld(t *testing.T, w *world, fsys store.FS) error {
	t.Helper()
	_, err := Build(t.Context(), worldParent(), w.source(), crashDir, &Options{AsOf: w.now, FS: fsys})
	return err
}

// versionsIn returns the versions in a snapshot, ascending, none where there is no
// snapshot.
func versionsIn(t *testing.T, fsys store.FS, dir string) []uint64 {
	t.Helper()
	versions, err := store.Versions(fsys, dir)
	if _, ok := err.(*store.NotSnapshotError); ok {
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
