// Package interop_test reads snapshots in another language: the program dump.py
// knows nothing of them but docs/format.md, and must find what Go finds.
package interop_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/ingest/interop/interoptest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// kinds is every kind of bytes that docs/format.md knows and dump.py tells of.
var kinds = []string{
	"Arrow bool", "Arrow date32[day]", "Arrow decimal128(30, 4)", "Arrow decimal64(10, 2)",
	"Arrow dictionary<values=date32[day], indices=uint8, ordered=0>",
	"Arrow dictionary<values=decimal128(30, 4), indices=uint8, ordered=0>",
	"Arrow dictionary<values=decimal64(10, 2), indices=uint8, ordered=0>",
	"Arrow dictionary<values=double, indices=uint8, ordered=0>",
	"Arrow dictionary<values=int64, indices=uint8, ordered=0>",
	"Arrow dictionary<values=string, indices=uint16, ordered=0>",
	"Arrow dictionary<values=string, indices=uint32, ordered=0>",
	"Arrow dictionary<values=string, indices=uint8, ordered=0>",
	"Arrow dictionary<values=timestamp[us, tz=UTC], indices=uint8, ordered=0>",
	"Arrow double", "Arrow int64",
	"Arrow list<item: decimal128(25, 0)>", "Arrow list<item: decimal64(9, 3)>",
	"Arrow list<item: double>", "Arrow list<item: int64>", "Arrow list<item: string>",
	"Arrow string", "Arrow timestamp[us, tz=UTC]",
	"NULLs of form codes", "NULLs of form decimals", "NULLs of form floats", "NULLs of form ints",
	"NULLs of form lists", "NULLs of form texts",
	"a file of an older version", "a file of several pieces", "a purged key", "an event that nobody sees",
	"dictionary of texts",
	"encoding constant", "encoding delta", "encoding dictionary", "encoding packed", "encoding plain",
	"form codes", "form decimals", "form floats", "form ints", "form lists", "form texts",
	"live.bitmap", "several blocks", "several parts", "value index", "zone map", "zone without end",
}

// reader is a Python with what requirements.txt lists.
type reader struct {
	python string
	seen   map[string]bool
}

// TestInterop compares what dump.py reads of snapshots of all kinds with what Go
// reads.
func TestInterop(t *testing.T) {
	python := os.Getenv("ROLLCALL_INTEROP")
	if python == "" {
		t.Skip("ROLLCALL_INTEROP is not set: make test-interop sets it")
	}
	r := &reader{python: python, seen: map[string]bool{}}
	t.Run("refreshed", func(t *testing.T) {
		dir := refreshed(t)
		r.compare(t, dir, 0)
		r.compare(t, dir, 3)
	})
	t.Run("compacted", func(t *testing.T) {
		dir := refreshed(t)
		compact(t, dir, false)
		r.compare(t, dir, 0)
		compact(t, dir, true)
		r.compare(t, dir, 0)
	})
	t.Run("several blocks", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "snap")
		build(t, interoptest.Parent(), large().Source(), dir, time.Time{})
		r.compare(t, dir, 0)
	})
	t.Run("nobody", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "snap")
		build(t, interoptest.Parent(), interoptest.New(true).Source(), dir, time.Time{})
		r.compare(t, dir, 0)
	})
	t.Run("cdnow", func(t *testing.T) {
		dump := r.compare(t, cdnowSnapshot(t), 0)
		for _, want := range []string{"23570 rows, 23570 customers", "behavior purchase: 69659 events, 0 undated, 23570 customers"} {
			if !strings.Contains(dump, want) {
				t.Errorf("the dump has no %q", want)
			}
		}
	})
	t.Run("formats", r.formats)
	if missing := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return r.seen[k] }); len(missing) > 0 && !t.Failed() {
		t.Errorf("no snapshot had these:\n%s", strings.Join(missing, "\n"))
	}
}

// formats compares what dump.py reads of the snapshots of all versions of the format
// with what was read when they were written.
func (r *reader) formats(t *testing.T) {
	dumps, err := filepath.Glob("../../testdata/formats/v*.dump")
	if err != nil || len(dumps) == 0 {
		t.Fatalf("%d dumps, error %v", len(dumps), err)
	}
	for _, path := range dumps {
		name, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".dump"), ".") // v1.3.dump
		v, err := strconv.ParseUint(version, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.dump(t, filepath.Join(filepath.Dir(path), name), v); got != string(want) {
			t.Errorf("%s (-then +Python):\n%s", path, firstLines(cmp.Diff(string(want), got)))
		}
	}
}

// compare compares what dump.py says of a version, 0 for the current one, with
// what Go says, and returns it.
func (r *reader) compare(t *testing.T, dir string, version uint64) string {
	t.Helper()
	s, err := store.OpenAt(store.OS, dir, version)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	want, err := interoptest.Dump(s)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.dump(t, dir, version); got != want {
		t.Errorf("dump.py reads another snapshot (-Go +Python):\n%s", firstLines(cmp.Diff(want, got)))
	}
	return want
}

// dump returns what dump.py says of a version, 0 for the current one.
func (r *reader) dump(t *testing.T, dir string, version uint64) string {
	t.Helper()
	args := []string{"dump.py", dir}
	if version != 0 {
		args = append(args, fmt.Sprint(version))
	}
	var out, kinds bytes.Buffer
	cmd := exec.CommandContext(t.Context(), r.python, args...)
	cmd.Stdout, cmd.Stderr = &out, &kinds
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, kinds.Bytes())
	}
	for kind := range strings.Lines(kinds.String()) {
		r.seen[strings.TrimSpace(kind)] = true
	}
	return out.String()
}

// firstLines keeps a message short.
func firstLines(text string) string { return text[:min(len(text), 4000)] }

// build makes a version as of a time.
func build(t *testing.T, p *model.ParentSegment, src source.Source, dir string, asOf time.Time) {
	t.Helper()
	if _, err := ingest.Build(t.Context(), p, src, dir, &ingest.Options{AsOf: asOf}); err != nil {
		t.Fatal(err)
	}
}

func compact(t *testing.T, dir string, renumber bool) {
	t.Helper()
	if _, err := ingest.Compact(t.Context(), dir, &ingest.CompactOptions{Renumber: renumber}); err != nil {
		t.Fatal(err)
	}
}

// refreshed is a snapshot of four versions, two of them kept: customers join, leave
// and come back, events come in parts, and some become too old.
func refreshed(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "snap")
	d := interoptest.New(false)
	for _, step := range []func(){
		func() {
			d.Join(300)
			d.Act(1500, 300, 450*24*time.Hour)
		},
		func() {
			d.Leave(7)
			d.Join(20)
		},
		func() {
			d.Leave(11)
			d.Return(7)
			d.Act(500, 300, 30*24*time.Hour)
		},
		func() {
			d.Leave(13)
			d.Act(100, 300, 24*time.Hour)
		},
	} {
		step()
		build(t, interoptest.Parent(), d.Source(), dir, d.Now)
		d.Now = d.Now.AddDate(0, 0, 20)
	}
	return dir
}

// large is customers in three blocks: more texts than have codes of 16 bits, and
// more texts in the events of a block than a dictionary holds.
func large() *interoptest.Data {
	d := interoptest.New(true)
	d.Join(500)
	d.JoinBare(140_000)
	d.Name(70_000)
	d.Act(90_000, 60_000, 300*24*time.Hour)
	d.Act(2000, 140_000, 24*time.Hour)
	return d
}

// cdnowSnapshot is the snapshot of testdata/cdnow.
func cdnowSnapshot(t *testing.T) string {
	t.Helper()
	warehouse, dir := filepath.Join(t.TempDir(), "warehouse"), filepath.Join(t.TempDir(), "snap")
	if err := cdnow.WriteWarehouse(t.Context(), warehouse); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../testdata/cdnow/parent.yml")
	if err != nil {
		t.Fatal(err)
	}
	parent, err := model.Parse("parent.yml", text)
	if err != nil {
		t.Fatal(err)
	}
	src, err := files.Open(warehouse)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}()
	build(t, parent, src, dir, time.Time{})
	return dir
}
