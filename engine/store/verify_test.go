package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/store/storetest"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// verify returns what is wrong with the current version, a problem a line,
// without the folder's path.
func verify(t testing.TB, fsys store.FS, dir string) string {
	t.Helper()
	report, err := store.Verify(context.Background(), fsys, dir, 0, nil)
	if err != nil {
		return strings.ReplaceAll(err.Error(), dir+"/", "")
	}
	lines := make([]string, len(report.Problems))
	for i, p := range report.Problems {
		lines[i] = strings.ReplaceAll(p.Error(), dir+"/", "")
	}
	return strings.Join(lines, "\n")
}

// TestVerifySound finds nothing wrong with versions of all kinds, and reads all
// of them.
func TestVerifySound(t *testing.T) {
	for name, versions := range map[string][]content{
		"one row":    {{rows: 1, keep: 1}},
		"two blocks": {{rows: 70_000, parts: 2, keep: 1}},
		"dead rows":  {{rows: 70_000, parts: 1, dead: map[uint32]bool{0: true, 1: true, 69_999: true}, keep: 1}},
		"adopted":    {{rows: 900, parts: 1, keep: 2}, {rows: 900, parts: 2, adopt: true, dead: map[uint32]bool{13: true}, keep: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "snap")
			for _, c := range versions {
				c.mustCommit(t, dir)
			}
			var last store.VerifyProgress
			report, err := store.Verify(context.Background(), store.OS, dir, 0, func(p store.VerifyProgress) { last = p })
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Problems) > 0 {
				t.Errorf("problems: %v", report.Problems)
			}
			m, err := store.ReadManifest(store.OS, dir, 0)
			if err != nil {
				t.Fatal(err)
			}
			var size int64
			for _, f := range m.Files {
				size += f.Size
			}
			if report.Files != len(m.Files) || report.Bytes != size || last.Done != size || last.Total != size {
				t.Errorf("report %+v and progress %+v, want %d files of %d bytes", report, last, len(m.Files), size)
			}
		})
	}
}

// TestVerifyFindsEveryFlip flips a byte of every file of a version; of one of
// several sections, in the first and the last, too.
func TestVerifyFindsEveryFlip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	content{rows: 70_000, parts: 2, dead: map[uint32]bool{5: true}, keep: 1}.mustCommit(t, dir)
	m, err := store.ReadManifest(store.OS, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != 17 {
		t.Errorf("%d files, expected 17: 3 of keys, 4, 3 and 1 of attributes, 3 of each part", len(m.Files))
	}
	for _, f := range m.Files {
		path := filepath.Join(dir, f.Path)
		places := []int64{f.Size / 2}
		if f.Size > store.SectionBytes {
			places = append(places, 0, f.Size-1)
		}
		for _, at := range places {
			flip(t, path, at)
			want := fmt.Sprintf("%s is corrupt: section %d: checksum of bytes ", f.Path, at/store.SectionBytes)
			if got := verify(t, store.OS, dir); !strings.HasPrefix(got, want) || strings.Contains(got, "\n") {
				t.Errorf("byte %d of %s: %q, want %q...", at, f.Name, got, want)
			}
			flip(t, path, at)
		}
	}
	if got := verify(t, store.OS, dir); got != "" {
		t.Errorf("after flipping all bytes back: %s", got)
	}
}

// flip inverts a byte of a file.
func flip(t testing.TB, path string, at int64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 0xff
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyFiles spoils files whole.
func TestVerifyFiles(t *testing.T) {
	for _, c := range []struct {
		spoil func(dir string) error
		want  string
	}{
		{
			func(dir string) error { return os.Remove(dir + "/00000001/live.bitmap") },
			"00000001/live.bitmap is corrupt: it is missing",
		},
		{
			func(dir string) error { return os.Truncate(dir+"/00000001/attribute-0002.arrow", 100) },
			"00000001/attribute-0002.arrow is corrupt: 100 bytes, expected 12322",
		},
		{
			func(dir string) error { return os.Remove(dir + "/00000001/MANIFEST") },
			"00000001/MANIFEST is corrupt: it is missing",
		},
		{
			func(dir string) error { return os.Truncate(dir+"/00000001/MANIFEST", 10) },
			"00000001/MANIFEST is corrupt: it differs from MANIFEST of the folder above",
		},
		{
			func(dir string) error { return os.Remove(dir + "/MANIFEST") },
			" is not a rollcall snapshot: it has no MANIFEST",
		},
	} {
		dir := filepath.Join(t.TempDir(), "snap")
		content{rows: 900, parts: 1, dead: map[uint32]bool{5: true}, keep: 1}.mustCommit(t, dir)
		if err := c.spoil(dir); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimPrefix(verify(t, store.OS, dir), dir); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestVerifyStructures writes versions whose checksums are right, and whose
// content is not.
func TestVerifyStructures(t *testing.T) {
	kept := int64(1_700_000_000_000_001)
	for _, c := range []struct {
		name   string
		change func(w *store.Writer, m *store.Manifest) error
		want   string
	}{
		{"nulls", func(_ *store.Writer, m *store.Manifest) error {
			m.Attributes[1].Nulls++
			return nil
		}, "00000001/attribute-0001.arrow is corrupt: 82 NULLs, expected 83"},
		{"no range", func(_ *store.Writer, m *store.Manifest) error {
			m.Attributes[1].Least, m.Attributes[1].Greatest = nil, nil
			return nil
		}, `00000001/attribute-0001.arrow is corrupt: values from "0.37" to "332.63", expected none to none`},
		{"half a range", func(_ *store.Writer, m *store.Manifest) error {
			m.Attributes[1].Greatest = nil
			return nil
		}, `00000001/attribute-0001.arrow is corrupt: values from "0.37" to "332.63", expected "0.37" to none`},
		{"range of a list", func(_ *store.Writer, m *store.Manifest) error {
			m.Attributes[2].Least = m.Attributes[1].Least
			return nil
		}, `00000001/attribute-0002.arrow is corrupt: no values, expected "0.37" to none`},
		{"range of others", func(_ *store.Writer, m *store.Manifest) error {
			least, greatest := "0.38", "332.63"
			m.Attributes[1].Least, m.Attributes[1].Greatest = &least, &greatest
			return nil
		}, `00000001/attribute-0001.arrow is corrupt: values from "0.37" to "332.63", expected "0.38" to "332.63"`},
		{"no parts", func(_ *store.Writer, m *store.Manifest) error {
			m.Behaviors[0].Parts = nil
			return nil
		}, "MANIFEST is corrupt: events of behavior 0, which has no parts"},
		{"distinct", func(_ *store.Writer, m *store.Manifest) error {
			m.Attributes[0].Distinct = 6
			return nil
		}, "00000001/attribute-0000.values.arrow is corrupt: 5 distinct values, expected 6"},
		{"events of a part", func(_ *store.Writer, m *store.Manifest) error {
			m.Behaviors[0].Parts[0].Events = 7
			return nil
		}, "00000001/behavior-0000-0000.events is corrupt: 450 events, 1 of them undated, expected 7 and 1"},
		{"events", func(_ *store.Writer, m *store.Manifest) error {
			m.Behaviors[0].Undated = 0
			return nil
		}, "00000001/behavior-0000-0000.events is corrupt: all parts together: 450 events, 1 of them undated, expected 450 and 0"},
		{"customers", func(_ *store.Writer, m *store.Manifest) error {
			m.Behaviors[0].Customers = 3
			return nil
		}, "00000001/behavior-0000-0000.events is corrupt: all parts together: 450 customers, expected 3"},
		{"kept from", func(_ *store.Writer, m *store.Manifest) error {
			m.Behaviors[0].KeptFrom = &kept
			return nil
		}, "00000001/behavior-0000-0000.events is corrupt: all parts together: 445 events, 1 of them undated, expected 450 and 1"},
		{"last time", func(_ *store.Writer, m *store.Manifest) error {
			m.Behaviors[0].Last = &kept
			return nil
		}, "00000001/behavior-0000-0000.events is corrupt: all parts together: events from 1700000000000000 to 1704276800000000, expected 1700000000000000 to 1700000000000001"},
		{"bitmaps of other values", func(w *store.Writer, _ *store.Manifest) error {
			b := column.NewBuilder(schema.Attributes[0].Type, 900)
			for row := range 900 {
				if row != 3 {
					b.SetString(row, fmt.Sprintf("city-%d", row%5))
				}
			}
			directory, bitmaps, _, err := index.BuildValues(b)
			if err != nil {
				return err
			}
			name, bitmapsName := store.AttributeIndexFiles(0)
			return errors.Join(w.Discard(name), w.Discard(bitmapsName), w.WriteArrow(name, directory.Schema(), one(directory)), w.WriteBytes(bitmapsName, bitmaps))
		}, "00000001/attribute-0000.values.arrow is corrupt: block 0: row 0 is not in the bitmap of its value"},
		{"zone map of other values", func(w *store.Writer, _ *store.Manifest) error {
			b := column.NewBuilder(schema.Attributes[1].Type, 900)
			b.SetDecimal(899, decimal128.FromI64(5))
			zones, _ := index.BuildZones(b)
			name := store.AttributeZonesFile(1)
			return errors.Join(w.Discard(name), w.WriteArrow(name, zones.Schema(), one(zones)))
		}, "00000001/attribute-0001.zones.arrow is corrupt: block 0: min is 0.05, expected 0.37"},
		{"ordered index of other values", func(w *store.Writer, _ *store.Manifest) error {
			b := column.NewBuilder(schema.Attributes[1].Type, 900)
			b.SetDecimal(899, decimal128.FromI64(5))
			return errors.Join(w.Discard(store.AttributeOrderedFile(1)), writeOrdered(w, 1, b))
		}, "00000001/attribute-0001.ordered is corrupt: block 0: row 1: no bin has its value, bin 0 is the nearest"},
		{"timeline of other events", func(w *store.Writer, _ *store.Manifest) error {
			timeline := index.NewTimelineBuilder(time.UTC)
			timeline.Add([]uint32{1}, []int64{1_700_000_000_000_000})
			directory, bitmaps, err := timeline.Finish()
			if err != nil {
				return err
			}
			name, bitmapsName := store.PartIndexFiles(0, 0)
			return errors.Join(w.Discard(name), w.Discard(bitmapsName), w.WriteArrow(name, directory.Schema(), one(directory)), w.WriteBytes(bitmapsName, bitmaps))
		}, "00000001/behavior-0000-0000.days.arrow is corrupt: the bitmap of day 0 is not of the customers of block 0 with events on it"},
		{"other rows live", func(w *store.Writer, m *store.Manifest) error {
			live, err := bitmap.Append(nil, rowsBelow(899))
			greatest := "332.26" // not that of row 899
			m.Customers, m.Attributes[1].Greatest = 899, &greatest
			return errors.Join(err, w.WriteBytes(store.LiveFile, live))
		}, "00000001/behavior-0000-0000.events is corrupt: all parts together: 449 events, 0 of them undated, expected 450 and 1"},
		{"keys of other rows", func(w *store.Writer, _ *store.Manifest) error {
			return errors.Join(w.Discard(store.KeyTableFile), w.WriteSections(store.KeyTableFile, func(add func(toc.Tag, uint32, []byte) error) error {
				b := column.NewBuilder(schema.KeyType, 900)
				for row := range 900 {
					b.SetString(row, key(899-row))
				}
				arr, err := b.Take(rowsBelow(900))
				if err != nil {
					return err
				}
				return keys.WriteTable(column.NewColumn(schema.KeyType, oneArray{arr}), 900, add)
			}))
		}, "00000001/keys.table is corrupt: the key of row 0 is not found"},
		{"a file left out", func(w *store.Writer, _ *store.Manifest) error {
			return w.Discard("behavior-0000-0000.bitmaps")
		}, "MANIFEST is corrupt: file behavior-0000-0000.bitmaps is not listed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "snap")
			w, err := store.Create(store.OS, dir)
			if err != nil {
				t.Fatal(err)
			}
			m, err := content{rows: 900, parts: 1}.write(w)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.change(w, m); err != nil {
				t.Fatal(err)
			}
			if err := w.Commit(m, 1); err != nil {
				t.Fatal(err)
			}
			if got := verify(t, store.OS, dir); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// TestVerifyPartsVersion finds a part that another version wrote than the manifest
// says.
func TestVerifyPartsVersion(t *testing.T) {
	fsys := storetest.NewMemFS()
	if err := (content{rows: 9, parts: 1, keep: 1}).commit(fsys, home); err != nil {
		t.Fatal(err)
	}
	w, err := store.Create(fsys, home)
	if err != nil {
		t.Fatal(err)
	}
	m, err := content{rows: 9, parts: 2, adopt: true}.write(w)
	if err != nil {
		t.Fatal(err)
	}
	m.Behaviors[0].Parts[0].Version = 2
	if err := w.Commit(m, 1); err != nil {
		t.Fatal(err)
	}
	const want = "00000001/behavior-0000-0000.events is corrupt: it is in the folder of version 1, expected 2"
	if got := verify(t, fsys, home); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestVerifyLongRange finds a range of texts of up to 200 bytes missing, and none
// of longer ones.
func TestVerifyLongRange(t *testing.T) {
	for size, want := range map[int]string{
		200: `00000001/attribute-0000.arrow is corrupt: values from "` + strings.Repeat("x", 200) + `" to "y", expected none to none`,
		201: "",
	} {
		fsys := storetest.NewMemFS()
		w, err := store.Create(fsys, home)
		if err != nil {
			t.Fatal(err)
		}
		m, err := content{rows: 2}.write(w)
		if err != nil {
			t.Fatal(err)
		}
		b := column.NewBuilder(schema.Attributes[0].Type, 2)
		b.SetString(0, strings.Repeat("x", size))
		b.SetString(1, "y")
		m.Attributes[0] = store.AttributeInfo{}
		zones, _ := index.BuildZones(b)
		name, zonesName := store.AttributeFile(0), store.AttributeZonesFile(0)
		err = errors.Join(w.Discard(name), writeColumn(w, name, "value", b), w.Discard(zonesName), w.WriteArrow(zonesName, zones.Schema(), one(zones)))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Commit(m, 1); err != nil {
			t.Fatal(err)
		}
		if got := verify(t, fsys, home); got != want {
			t.Errorf("%d bytes: %s, want %s", size, got, want)
		}
	}
}

// TestVerifyLastInstant verifies an event at the last instant there is, which is
// the end of its day, too.
func TestVerifyLastInstant(t *testing.T) {
	for _, at := range []int64{math.MaxInt64, math.MaxInt64 - 1, math.MinInt64} {
		fsys := storetest.NewMemFS()
		w, err := store.Create(fsys, home)
		if err != nil {
			t.Fatal(err)
		}
		m, err := content{rows: 3}.write(w)
		if err != nil {
			t.Fatal(err)
		}
		events := index.NewCollected(schema.Behaviors[0].Fields)
		events.Rows = []uint32{1}
		events.Times.Grow(1)
		events.Times.SetInt(0, at)
		for _, v := range events.Values {
			v.Grow(1)
		}
		if err := writePart(w, events, 0); err != nil {
			t.Fatal(err)
		}
		m.Behaviors[0] = store.BehaviorInfo{Events: 1, Customers: 1, First: &at, Last: &at, Parts: []store.PartInfo{{Events: 1, First: &at, Last: &at, Version: 1}}}
		if err := w.Commit(m, 1); err != nil {
			t.Fatal(err)
		}
		if got := verify(t, fsys, home); got != "" {
			t.Errorf("an event at %d: %s", at, got)
		}
	}
}

// rowsBelow returns the rows 0 to n-1.
func rowsBelow(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

// oneArray is a table of one column and one batch.
type oneArray struct{ arr arrow.Array }

func (oneArray) NumBatches() int            { return 1 }
func (oneArray) Corrupt(reason error) error { return reason }
func (a oneArray) Batch(int) (arrow.RecordBatch, error) {
	s := arrow.NewSchema([]arrow.Field{{Name: "key", Type: a.arr.DataType()}}, nil)
	return array.NewRecordBatch(s, []arrow.Array{a.arr}, int64(a.arr.Len())), nil
}

// TestVerifyStops ends with the context.
func TestVerifyStops(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	content{rows: 900, parts: 1, keep: 1}.mustCommit(t, dir)
	for calls := 0; ; calls++ {
		ctx, cancel := context.WithCancel(context.Background())
		left := calls
		report, err := store.Verify(ctx, store.OS, dir, 0, func(store.VerifyProgress) {
			if left == 0 {
				cancel()
			}
			left--
		})
		cancel()
		if err == nil {
			if left < 0 && calls < 10 || len(report.Problems) > 0 {
				t.Errorf("after %d calls: %d problems", calls, len(report.Problems))
			}
			return
		}
		if !errors.Is(err, context.Canceled) || report != nil {
			t.Fatalf("%v and report %v, want %v", err, report, context.Canceled)
		}
	}
}

// TestVerifyWhileReplaced verifies the current version, whose files another
// writer removes before they are read.
func TestVerifyWhileReplaced(t *testing.T) {
	disk := storetest.NewMemFS()
	if err := (content{rows: 1, keep: 1}).commit(disk, home); err != nil {
		t.Fatal(err)
	}
	racing := &racingFS{FS: disk, commit: func() error { return content{rows: 2, keep: 1}.commit(disk, home) }}
	report, err := store.Verify(context.Background(), racing, home, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Version != 2 || len(report.Problems) > 0 {
		t.Errorf("version %d with %v, want version 2 sound", report.Version, report.Problems)
	}
}

// committingFS commits a version after so many more files have been read whole:
// manifests are.
type committingFS struct {
	store.FS
	reads  int
	commit func() error
}

func (c *committingFS) ReadFile(path string) ([]byte, error) {
	data, err := c.FS.ReadFile(path)
	if c.reads--; c.reads == 0 {
		if err := c.commit(); err != nil {
			return nil, err
		}
	}
	return data, err
}

// TestVerifyBesideACommit has a version committed after each manifest that is
// read: a version that is sound is found so, whichever that is. One that is asked
// for by its number may be gone.
func TestVerifyBesideACommit(t *testing.T) {
	for _, c := range []struct {
		version uint64
		keep    int
	}{{0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 1}, {2, 2}} {
		for reads := 1; ; reads++ {
			disk := storetest.NewMemFS()
			for rows := range 2 {
				if err := (content{rows: rows + 1, keep: 2}).commit(disk, home); err != nil {
					t.Fatal(err)
				}
			}
			racing := &committingFS{FS: disk, reads: reads, commit: func() error { return content{rows: 3, keep: c.keep}.commit(disk, home) }}
			report, err := store.Verify(context.Background(), racing, home, c.version, nil)
			var gone *store.VersionNotFoundError
			switch {
			case errors.As(err, &gone) && c.version != 0 && c.version < 4-uint64(c.keep):
			case err != nil:
				t.Fatal(err)
			case len(report.Problems) > 0 || len(report.Leftovers) > 0:
				t.Errorf("%+v, a commit after %d manifests: version %d with %v, and %q left", c, reads, report.Version, report.Problems, report.Leftovers)
			}
			if racing.reads > 0 {
				t.Logf("%d manifests read", reads-racing.reads)
				break
			}
		}
	}
}

// TestLeftovers lists what no kept version names.
func TestLeftovers(t *testing.T) {
	fsys := storetest.NewMemFS()
	for range 3 {
		if err := (content{rows: 4, parts: 1, adopt: true, keep: 2}).commit(fsys, home); err != nil {
			t.Fatal(err)
		}
	}
	if got := leftoversOf(t, fsys); len(got) > 0 {
		t.Errorf("%q, want nothing", got)
	}
	w, err := store.Create(fsys, home) // is killed
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBytes(store.LiveFile, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"MANIFEST.new", "notes.txt", "00000001/scratch-0000.arrow", "00000001/keys.arrow", "00000002/live.bitmap", "00000000", "more/notes.txt"} {
		if err := fsys.MkdirAll(filepath.Dir(home + "/" + name)); err != nil {
			t.Fatal(err)
		}
		f, err := fsys.Create(home + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"00000000", "00000001/keys.arrow", "00000001/scratch-0000.arrow", "00000002/live.bitmap", "00000004/", "MANIFEST.new", "more/", "notes.txt"}
	if got := leftoversOf(t, fsys); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// Of a kept version whose manifest cannot be read nobody knows the files.
	rewrite(t, fsys, home+"/00000002/MANIFEST", nil)
	want = []string{"00000000", "00000004/", "MANIFEST.new", "more/", "notes.txt"}
	if got := leftoversOf(t, fsys); !slices.Equal(got, want) {
		t.Errorf("with a manifest that cannot be read: %q, want %q", got, want)
	}
}

// leftoversOf verifies the current version, which is sound.
func leftoversOf(t *testing.T, fsys store.FS) []string {
	t.Helper()
	report, err := store.Verify(context.Background(), fsys, home, 0, nil)
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("%v, %v", report, err)
	}
	return report.Leftovers
}

// rewrite puts other bytes into a file.
func rewrite(t *testing.T, fsys store.FS, path string, data []byte) {
	t.Helper()
	if err := fsys.Remove(path); err != nil {
		t.Fatal(err)
	}
	f, err := fsys.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestVerifyWhileCutShort cuts a file short when it has been mapped: reading what
// was there is a fault.
func TestVerifyWhileCutShort(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "snap")
	content{rows: 900, parts: 1, keep: 1}.mustCommit(t, dir)
	cut := func(store.VerifyProgress) {
		if err := os.Truncate(dir+"/00000001/attribute-0002.arrow", 0); err != nil {
			t.Error(err)
		}
	}
	report, err := store.Verify(context.Background(), store.OS, dir, 0, cut)
	if err != nil {
		t.Fatal(err)
	}
	const want = "/00000001/attribute-0002.arrow is corrupt: reading it failed: "
	if len(report.Problems) != 1 || !strings.HasPrefix(report.Problems[0].Error(), dir+want) {
		t.Errorf("%v, want %s...", report.Problems, want)
	}
}

// flipEvery is how many bytes TestEveryByte goes on after each that it flips.
var flipEvery = flag.Int("flip-every", 97, "bytes from one that is flipped to the next; 1: all")
