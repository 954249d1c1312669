package ingest

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
)

// patience is how long a small snapshot may take to answer everything. Beyond it
// something goes round in circles.
const patience = 20 * time.Second

// maxForgedRows is the most rows that a forged manifest may claim: every question
// goes through all of their blocks, which is work, and no fault.
const maxForgedRows = 1 << 20

// forge replaces a file of a disk.
func forge(t testing.TB, disk *storetest.MemFS, name string, data []byte) {
	t.Helper()
	name = path.Join(crashDir, name)
	if err := disk.Remove(name); err != nil {
		t.Fatal(err)
	}
	f, err := disk.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// forgeManifest replaces the manifest of the current version, 2, by the JSON in
// body, whose checksum is right.
func forgeManifest(t testing.TB, disk *storetest.MemFS, body []byte) {
	t.Helper()
	body = append(bytes.TrimRight(body, "\n"), '\n')
	data := fmt.Appendf(body, "%016x\n", xxhash.Sum64(body))
	forge(t, disk, "MANIFEST", data)
	forge(t, disk, "00000002/MANIFEST", data)
}

// fuzzed returns a disk with a stall, and the manifest of its current version.
func fuzzed(t testing.TB) (*storetest.MemFS, *store.Manifest) {
	t.Helper()
	disk := storetest.NewMemFS()
	buildStall(t, disk, crashDir)
	m, err := store.ReadManifest(disk, crashDir, 0)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(m.Files, func(x, y store.FileInfo) int { return strings.Compare(x.Name, y.Name) })
	return disk, m
}

// manifestJSON returns the JSON of a manifest.
func manifestJSON(t testing.TB, m *store.Manifest) []byte {
	t.Helper()
	body, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// FuzzOpenFile puts arbitrary bytes in the place of a file, with checksums that
// are right: whatever they say, opening the snapshot, asking it, verifying it and
// refreshing it end in an answer or in an error.
func FuzzOpenFile(f *testing.F) {
	base, m := fuzzed(f)
	for i, info := range m.Files {
		data, err := base.ReadFile(path.Join(crashDir, info.Path))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), data)
	}
	f.Fuzz(func(t *testing.T, file uint8, data []byte) {
		useForged(t, forgeFile(t, base, m, int(file)%len(m.Files), data))
	})
}

// forgeFile returns a copy of a disk where a file of the manifest holds data, and
// the manifest says so.
func forgeFile(t testing.TB, base *storetest.MemFS, m *store.Manifest, file int, data []byte) *storetest.MemFS {
	t.Helper()
	forged := *m
	forged.Files = slices.Clone(m.Files)
	info := &forged.Files[file]
	info.Size, info.Sums = int64(len(data)), ""
	for piece := range slices.Chunk(data, store.SectionBytes) {
		info.Sums += fmt.Sprintf("%016x", xxhash.Sum64(piece))
	}
	disk := base.Clone()
	forge(t, disk, info.Path, data)
	forgeManifest(t, disk, manifestJSON(t, &forged))
	return disk
}

// TestCrashOfForgedBytes changes a few bytes of a file at random, with checksums
// that are right, as a fuzzer would that knows where numbers are.
func TestCrashOfForgedBytes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(crashSeed(t), 0))
	base, m := fuzzed(t)
	n, losses := 50, 0
	if crashAll() {
		n = 5000
	}
	for range n {
		file := r.IntN(len(m.Files))
		data, err := base.ReadFile(path.Join(crashDir, m.Files[file].Path))
		if err != nil {
			t.Fatal(err)
		}
		off := r.IntN(len(data))
		data = forgeBytes(r, data, off)
		ok := t.Run(fmt.Sprintf("%s at %d", m.Files[file].Name, off), func(t *testing.T) {
			useForged(t, forgeFile(t, base, m, file, data))
			if t.Failed() {
				t.Logf("the file holds %#x", data)
			}
		})
		if !ok {
			losses++
		}
	}
	tally(t, n, "files forged")
	tally(t, losses, "losses")
}

// forgeBytes changes some of the bytes of a file from a position on.
func forgeBytes(r *rand.Rand, data []byte, off int) []byte {
	numbers := []uint64{0, 1, 2, 3, 7, 8, 64, 255, 1 << 15, 1<<16 - 1, 1 << 16, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1}
	number := binary.LittleEndian.AppendUint64(nil, numbers[r.IntN(len(numbers))])
	switch r.IntN(6) {
	case 0:
		data[off] ^= byte(1 + r.IntN(255))
	case 1:
		data[off] += byte(1 - 2*r.IntN(2))
	case 2:
		copy(data[off/4*4:], number[:4])
	case 3:
		copy(data[off/8*8:], number)
	case 4:
		return slices.Delete(data, off/8*8, min(off/8*8+8, len(data)))
	case 5:
		return slices.Insert(data, off/8*8, number...)
	}
	return data
}

// FuzzOpenManifest puts arbitrary bytes in the place of the manifest, with a
// checksum that is right.
func FuzzOpenManifest(f *testing.F) {
	base, m := fuzzed(f)
	f.Add(manifestJSON(f, m))
	for _, change := range []func(m *store.Manifest){
		func(m *store.Manifest) { m.Rows = maxForgedRows },
		func(m *store.Manifest) { m.Customers, m.Rows = 0, 0 },
		func(m *store.Manifest) { m.Rows++ },
		func(m *store.Manifest) { m.Customers-- },
		func(m *store.Manifest) { m.Files = m.Files[1:] },
		func(m *store.Manifest) { m.Files[0].Path, m.Files[1].Path = m.Files[1].Path, m.Files[0].Path },
		func(m *store.Manifest) { m.Behaviors[0].Parts = nil },
		func(m *store.Manifest) { m.Layout = nil },
		func(m *store.Manifest) { m.Layout.Attributes = m.Layout.Attributes[:1] },
		func(m *store.Manifest) { m.Layout.Behaviors = m.Layout.Behaviors[:1] },
		func(m *store.Manifest) { m.Layout.Behaviors[1].Fields = nil },
		func(m *store.Manifest) { m.Schema.Behaviors[0].Name = m.Schema.Behaviors[1].Name },
		func(m *store.Manifest) { m.Schema.Attributes[0].Name = m.Schema.Attributes[1].Name },
		func(m *store.Manifest) { m.Schema.Attributes[1].Type = m.Schema.Attributes[0].Type },
		func(m *store.Manifest) { m.Schema.Timezone = "Nowhere" },
		func(m *store.Manifest) { m.Tables = nil },
		func(m *store.Manifest) { m.Tables[0].Parts = nil },
		func(m *store.Manifest) { m.Tables[1].Rows = -1 },
		func(m *store.Manifest) { m.Attributes[0].Distinct = -1 },
		func(m *store.Manifest) { m.Version = 1 },
		func(m *store.Manifest) { m.Version, m.Oldest = 1<<63, 1<<62 },
		func(m *store.Manifest) { m.Behaviors[0].Parts[0].Events = 1 << 63 },
		func(m *store.Manifest) { m.Behaviors[0].Events = 1 << 63 },
		func(m *store.Manifest) { m.Behaviors[0].KeptFrom = new(int64) },
		func(m *store.Manifest) { m.Schema.Attributes = m.Schema.Attributes[:1] },
	} {
		var changed store.Manifest
		if err := json.Unmarshal(manifestJSON(f, m), &changed); err != nil {
			f.Fatal(err)
		}
		change(&changed)
		f.Add(manifestJSON(f, &changed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		disk := base.Clone()
		forgeManifest(t, disk, body)
		if forged, err := store.ReadManifest(disk, crashDir, 0); err == nil && forged.Rows > maxForgedRows {
			return
		}
		useForged(t, disk)
	})
}

// useForged opens a snapshot that somebody has forged, and does all that can be
// done with it.
func useForged(t *testing.T, disk *storetest.MemFS) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	problems, err := verifyForged(ctx, disk)
	checkForged(t, "verify", err)
	for _, p := range problems {
		checkForged(t, "verify", p)
	}
	sound := err == nil && len(problems) == 0
	for _, a := range answers(ctx, disk, crashDir, 0) {
		checkForged(t, "asking", a.err)
		if sound && errors.Is(a.err, engine.ErrCorrupt) {
			t.Errorf("asking: %v, where verify has found nothing", a.err)
		}
	}
	p, src := stall(true)
	_, err = Build(ctx, p, src, crashDir, &Options{AsOf: asOf, FS: disk.Clone()})
	checkForged(t, "refresh", err)
	_, err = Compact(ctx, crashDir, &CompactOptions{Renumber: true, FS: disk.Clone()})
	checkForged(t, "compact", err)
}

func verifyForged(ctx context.Context, disk *storetest.MemFS) ([]error, error) {
	report, err := store.Verify(ctx, disk, crashDir, 0, nil)
	if err != nil {
		return nil, err
	}
	return report.Problems, nil
}

// checkForged refuses errors that were panics or faults, and those of something
// that takes too long.
func checkForged(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, sign := range []string{
		"internal error",      // of the engine, of a build
		"reading it failed",   // of verify: a panic
		"shorter than it was", // of the engine: a fault
		"was cut short while", // of a build: a fault
		context.DeadlineExceeded.Error(),
	} {
		if strings.Contains(err.Error(), sign) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
