package registry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noon is when the clock of tests starts; every look moves it on by a second.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() func() time.Time {
	var mu sync.Mutex
	at := noon
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Second)
		return at
	}
}

func openIn(t testing.TB, dir string) *Registry {
	t.Helper()
	env := map[string]string{"WAREHOUSE_TOKEN": "from the environment"}
	r, err := Open(t.Context(), dir, Options{Now: clock(), LookupEnv: func(name string) (string, bool) {
		text, ok := env[name]
		return text, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// must fails the test for an error. It takes the results of a call that gives one
// thing and an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

var (
	warehouse = ConnectionInput{Name: "warehouse", Kind: Files, URI: "/data/warehouse"}
	cdnow     = ParentInput{Name: "CDNOW", Text: "master: customers\n", Form: "book", Mode: Copied, Connections: []string{"warehouse"}}
	gold      = SegmentText{Text: "tier = 'Gold'", Form: "text"}
	ana       = Change{By: "Ana"}
)

// filled gives a registry with a connection and a parent segment.
func filled(t testing.TB) *Registry {
	t.Helper()
	r := openIn(t, t.TempDir())
	putConnection(t, r, warehouse, nil, Created)
	putParent(t, r, cdnow, Created)
	return r
}

func putConnection(t testing.TB, r *Registry, in ConnectionInput, values map[string]Secret, want Outcome) Connection {
	t.Helper()
	c, outcome, err := r.PutConnection(t.Context(), in, values, "Ana")
	if err != nil || outcome != want {
		t.Fatalf("PutConnection gives %q, %v; expected %q", outcome, err, want)
	}
	return c
}

func putParent(t testing.TB, r *Registry, in ParentInput, want Outcome) Parent {
	t.Helper()
	p, outcome, err := r.PutParent(t.Context(), in, "Ana")
	if err != nil || outcome != want {
		t.Fatalf("PutParent gives %q, %v; expected %q", outcome, err, want)
	}
	return p
}

// checkError compares the message of an error.
func checkError(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("error %v, expected %s", err, want)
	}
}

func TestParents(t *testing.T) {
	r := filled(t)
	ctx := t.Context()
	first := must[Parent](t)(r.Parent(ctx, "CDNOW"))
	want := Parent{
		ParentInput: cdnow, Version: 1, Folder: folderName("CDNOW", 0), Checksum: checksum(cdnow.Text),
		Created: first.Created, Updated: first.Created,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := putParent(t, r, cdnow, Unchanged); cmp.Diff(first, again) != "" {
		t.Errorf("put again it is %+v", again)
	}
	changed := cdnow
	changed.Text += "# more\n"
	second := putParent(t, r, changed, Updated)
	if second.Version != 2 || second.Folder != first.Folder || second.Created != first.Created || second.Updated == first.Updated {
		t.Errorf("changed it is %+v", second)
	}
	changed.Mode = InPlace
	putParent(t, r, changed, Updated)
	versions := must[Page[Parent]](t)(r.ParentVersions(ctx, "CDNOW", "", 2))
	if len(versions.Items) != 2 || versions.Items[0].Version != 3 || versions.Next != "2" {
		t.Errorf("versions %+v", versions)
	}
	versions = must[Page[Parent]](t)(r.ParentVersions(ctx, "CDNOW", versions.Next, 2))
	if len(versions.Items) != 1 || cmp.Diff(first, versions.Items[0]) != "" || versions.Next != "" {
		t.Errorf("versions %+v", versions)
	}
	_, err := r.ParentVersion(ctx, "CDNOW", 4)
	checkError(t, err, `there is no version "4"`)

	must[Segment](t)(r.CreateSegment(ctx, "CDNOW", "Gold", gold, ana))
	job := must[Job](t)(r.QueueJob(ctx, JobInput{Kind: Build, Parent: "CDNOW"}, "Ana"))
	checkError(t, r.DeleteParent(ctx, "CDNOW", "Ana"), `the parent segment "CDNOW" is used by segment "Gold", job "1"`)
	checkError(t, r.DeleteConnection(ctx, "warehouse"), `the connection "warehouse" is used by parent segment "CDNOW"`)
	must[Job](t)(r.FinishJob(ctx, job.ID, JobEnd{State: Cancelled}))
	must[Segment](t)(r.DeleteSegment(ctx, "CDNOW", "Gold", 1, ana))
	if err := r.DeleteParent(ctx, "CDNOW", "Eve"); err != nil {
		t.Fatal(err)
	}
	_, err = r.Parent(ctx, "CDNOW")
	checkError(t, err, `there is no parent segment "CDNOW"`)
	if last := must[Parent](t)(r.ParentVersion(ctx, "CDNOW", 4)); !last.Deleted || last.Updated.By != "Eve" {
		t.Errorf("the last version is %+v", last)
	}
	back := putParent(t, r, cdnow, Created)
	if back.Version != 5 || back.Folder == first.Folder || back.Deleted {
		t.Errorf("put after it was deleted it is %+v", back)
	}
}

func TestParentErrors(t *testing.T) {
	r := filled(t)
	long := strings.Repeat("x", MaxNameBytes+1)
	cases := []struct {
		change func(*ParentInput)
		want   string
	}{
		{func(p *ParentInput) { p.Name = "" }, "parent segment name: it is empty"},
		{func(p *ParentInput) { p.Name = long }, "parent segment name: it has 256 bytes, at most 255 are allowed"},
		{func(p *ParentInput) { p.Name = "../etc" }, `parent segment name: "../etc" has a slash or a backslash`},
		{func(p *ParentInput) { p.Name = `a\b` }, `parent segment name: "a\\b" has a slash or a backslash`},
		{func(p *ParentInput) { p.Name = ".." }, `parent segment name: ".." names a folder`},
		{func(p *ParentInput) { p.Name = " a" }, `parent segment name: " a" starts or ends with a space`},
		{func(p *ParentInput) { p.Name = "a\x00b" }, `parent segment name: "a\x00b" has a control character`},
		{func(p *ParentInput) { p.Name = "a\xff" }, `parent segment name: "a\xff" is not UTF-8`},
		{func(p *ParentInput) { p.Text = "" }, "text: it is empty"},
		{func(p *ParentInput) { p.Text = strings.Repeat("x", MaxConfig+1) }, "text: it has 4194305 bytes, at most 4194304 are allowed"},
		{func(p *ParentInput) { p.Form = "" }, "form: it is empty, expected the form that the text came in"},
		{func(p *ParentInput) { p.Mode = "mirror" }, `mode: "mirror", expected copied or in_place`},
		{func(p *ParentInput) { p.Connections = nil }, "connections: there are none, expected the names of one or more"},
		{func(p *ParentInput) { p.Connections = []string{"a", "a"} }, `connections: "a" is there twice`},
		{func(p *ParentInput) { p.Connections = []string{"Warehose"} }, `there is no connection "Warehose"; did you mean "warehouse"?`},
	}
	for _, c := range cases {
		in := cdnow
		in.Name = "another"
		c.change(&in)
		_, _, err := r.PutParent(t.Context(), in, "Ana")
		checkError(t, err, c.want)
	}
	_, _, err := r.PutParent(t.Context(), cdnow, "")
	checkError(t, err, "by: it is empty, expected who makes the change")
	if page := must[Page[Parent]](t)(r.Parents(t.Context(), "", 0)); len(page.Items) != 1 {
		t.Errorf("parent segments %+v", page)
	}
}

func TestFolderNames(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"Gold", "gold", "GOLD", "göld", "日本", "con", "a.b", "a b", "a  b", strings.Repeat("long ", 50), "-", "."} {
		for try := range 3 {
			folder := folderName(name, try)
			if other := seen[folder]; other != "" || folder != strings.ToLower(folder) || len(folder) > 60 || filepath.Base(folder) != folder || strings.HasPrefix(folder, ".") {
				t.Errorf("%q gets the folder %q, which %q has", name, folder, other)
			}
			seen[folder] = name
		}
	}
	if got := folderName("Gold Customers (EU)", 0); !strings.HasPrefix(got, "gold-customers-eu-") {
		t.Errorf("folder %q", got)
	}
}

func TestSegments(t *testing.T) {
	r := filled(t)
	ctx := t.Context()
	s := must[Segment](t)(r.CreateSegment(ctx, "CDNOW", "Loyalty/Gold", gold, Change{"Ana", "first"}))
	if s.ID != 1 || s.Version != 1 || s.Updated.By != "Ana" || s.Note != "first" || s.Created != (Stamp{s.Created.At, "Ana"}) {
		t.Errorf("created %+v", s)
	}
	_, err := r.CreateSegment(ctx, "CDNOW", "Loyalty/Gold", gold, ana)
	checkError(t, err, `there is a segment "Loyalty/Gold" already`)
	silver := SegmentText{"tier = 'Silver'", "text"}
	s = must[Segment](t)(r.UpdateSegment(ctx, "CDNOW", "Loyalty/Gold", 1, silver, Change{By: "Eve"}))
	if s.Version != 2 || s.Text != silver.Text || s.Note != "" || s.Updated.By != "Eve" || s.Created.By != "Ana" {
		t.Errorf("updated %+v", s)
	}
	_, err = r.UpdateSegment(ctx, "CDNOW", "Loyalty/Gold", 1, gold, ana)
	checkError(t, err, `the segment "Loyalty/Gold" is at version 2 by "Eve", the change is of version 1: read it again and change that`)
	if conflict := (*ConflictError)(nil); !errors.As(err, &conflict) || cmp.Diff(s, conflict.Current) != "" {
		t.Errorf("the conflict is %+v", conflict)
	}
	if same := must[Segment](t)(r.UpdateSegment(ctx, "CDNOW", "Loyalty/Gold", 2, silver, ana)); cmp.Diff(s, same) != "" {
		t.Errorf("the same again is %+v", same)
	}
	must[Segment](t)(r.CreateSegment(ctx, "CDNOW", "Loyalty", gold, ana)) // beside the folder of that name
	_, err = r.MoveSegment(ctx, "CDNOW", "Loyalty/Gold", "Loyalty", 2, ana)
	checkError(t, err, `there is a segment "Loyalty" already`)
	s = must[Segment](t)(r.MoveSegment(ctx, "CDNOW", "Loyalty/Gold", "Old/Silver", 2, ana))
	if s.Version != 3 || s.Path != "Old/Silver" || s.ID != 1 {
		t.Errorf("moved %+v", s)
	}
	_, err = r.Segment(ctx, "CDNOW", "Loyalty/Gold")
	checkError(t, err, `there is no segment "Loyalty/Gold"`)
	_, err = r.Segment(ctx, "CDNOW", "Old/silvr")
	checkError(t, err, `there is no segment "Old/silvr"; did you mean "Old/Silver"?`)
	_, err = r.Segment(ctx, "cdnow", "Loyalty")
	checkError(t, err, `there is no parent segment "cdnow"; did you mean "CDNOW"?`)
	must[Segment](t)(r.DeleteSegment(ctx, "CDNOW", "Old/Silver", 3, Change{"Ana", "not needed"}))
	deleted := must[Page[Segment]](t)(r.DeletedSegments(ctx, "CDNOW", "", 0))
	if len(deleted.Items) != 1 || !deleted.Items[0].Deleted || deleted.Items[0].Note != "not needed" || deleted.Items[0].Version != 4 {
		t.Errorf("deleted %+v", deleted)
	}
	_, err = r.RestoreSegment(ctx, "CDNOW", 1, "Loyalty", ana)
	checkError(t, err, `there is a segment "Loyalty" already`)
	_, err = r.RestoreSegment(ctx, "CDNOW", 2, "", ana)
	checkError(t, err, `there is a segment "Loyalty" already`)
	_, err = r.RestoreSegment(ctx, "CDNOW", 9, "", ana)
	checkError(t, err, `there is no segment "9"`)
	s = must[Segment](t)(r.RestoreSegment(ctx, "CDNOW", 1, "", ana))
	if s.Version != 5 || s.Deleted || s.Text != silver.Text || s.Path != "Old/Silver" {
		t.Errorf("restored %+v", s)
	}
	versions := must[Page[Segment]](t)(r.SegmentVersions(ctx, "CDNOW", 1, "", 0))
	var got []string
	for _, v := range versions.Items {
		got = append(got, fmt.Sprintf("%d %s %s %v", v.Version, v.Path, v.Text, v.Deleted))
	}
	want := []string{
		"5 Old/Silver tier = 'Silver' false", "4 Old/Silver tier = 'Silver' true", "3 Old/Silver tier = 'Silver' false",
		"2 Loyalty/Gold tier = 'Silver' false", "1 Loyalty/Gold tier = 'Gold' false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if v := must[Segment](t)(r.SegmentVersion(ctx, "CDNOW", 1, 2)); cmp.Diff(versions.Items[3], v) != "" {
		t.Errorf("version 2 is %+v", v)
	}
	for path, want := range map[string]string{
		"": "segment path: it is empty", "/a": `segment path: "/a" has an empty part, expected folder/name without slashes at the ends`,
		"a//b": `segment path: "a//b" has an empty part, expected folder/name without slashes at the ends`, "a/../b": `segment path: ".." names a folder`,
		"a/b/": `segment path: "a/b/" has an empty part, expected folder/name without slashes at the ends`, `..\b`: `segment path: "..\\b" has a slash or a backslash`,
		strings.Repeat("a/", 16) + "b": `segment path: "` + strings.Repeat("a/", 16) + `b" has 17 parts, at most 16 are allowed`,
		strings.Repeat("a", 1025):      "segment path: it has 1025 bytes, at most 1024 are allowed",
	} {
		_, err := r.CreateSegment(ctx, "CDNOW", path, gold, ana)
		checkError(t, err, want)
	}
}

// TestPages walks lists page by page, and finds everything once and in order.
func TestPages(t *testing.T) {
	r := filled(t)
	ctx := t.Context()
	paths := []string{"A", "A/1", "A/2", "A/B/1", "A0", "B", "a/1"} // in the order of bytes
	for i := range paths {
		must[Segment](t)(r.CreateSegment(ctx, "CDNOW", paths[(i*3)%len(paths)], gold, ana))
	}
	walk := func(folder string, limit int) (got []string) {
		for after := ""; ; {
			page := must[Page[Segment]](t)(r.Segments(ctx, "CDNOW", folder, after, limit))
			for _, s := range page.Items {
				got = append(got, s.Path)
			}
			if after = page.Next; after == "" || len(page.Items) != limit {
				return got
			}
		}
	}
	for limit := 1; limit <= 8; limit++ {
		if diff := cmp.Diff(paths, walk("", limit)); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, diff)
		}
		if diff := cmp.Diff(paths[1:4], walk("A", limit)); diff != "" {
			t.Errorf("folder A, limit %d (-want +got):\n%s", limit, diff)
		}
	}
	if walk("A/C", 3) != nil {
		t.Error("a folder that is not there has segments")
	}
	for _, limit := range []int{-1, MaxPage + 1} {
		_, err := r.Segments(ctx, "CDNOW", "", "", limit)
		checkError(t, err, fmt.Sprintf("limit: %d, expected 1 to 1000, or 0 for 100", limit))
	}
	_, err := r.Jobs(ctx, JobFilter{}, "x", 1)
	checkError(t, err, `after: "x", expected what a list gave as next`)
}

// TestConcurrent changes one segment from many goroutines, each of which reads and
// tries again on a conflict: no change is lost.
func TestConcurrent(t *testing.T) {
	r := filled(t)
	ctx := t.Context()
	must[Segment](t)(r.CreateSegment(ctx, "CDNOW", "Gold", SegmentText{"0", "text"}, ana))
	const workers, each = 8, 5
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for done := 0; done < each; {
				s, err := r.Segment(ctx, "CDNOW", "Gold")
				if err != nil {
					t.Error(err)
					return
				}
				text := SegmentText{fmt.Sprintf("%s,%d", s.Text, w), "text"}
				_, err = r.UpdateSegment(ctx, "CDNOW", "Gold", s.Version, text, ana)
				switch conflict := (*ConflictError)(nil); {
				case err == nil:
					done++
				case !errors.As(err, &conflict):
					t.Error(err)
					return
				}
			}
		})
	}
	group.Go(func() {
		for range 20 {
			if _, err := r.Segments(ctx, "CDNOW", "", "", 0); err != nil {
				t.Error(err)
			}
		}
	})
	group.Go(func() {
		for i := range 10 {
			in := ConnectionInput{Name: "b", Kind: Databricks, URI: "databricks://", Secrets: map[string]string{"token": Stored}}
			if _, _, err := r.PutConnection(ctx, in, map[string]Secret{"token": NewSecret(fmt.Sprint(i))}, "Ana"); err != nil {
				t.Error(err)
			}
			if _, err := r.Secret(ctx, "b", "token"); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	s := must[Segment](t)(r.Segment(ctx, "CDNOW", "Gold"))
	if s.Version != workers*each+1 || strings.Count(s.Text, ",") != workers*each {
		t.Errorf("after %d changes it is %+v", workers*each, s)
	}
}

func TestLockedAndClosed(t *testing.T) {
	dir := t.TempDir()
	r := openIn(t, dir)
	_, err := Open(t.Context(), dir, Options{LockTimeout: time.Millisecond})
	checkError(t, err, "registry: is another rollcall serve running on "+dir+"? Its studio.db is in use")
	if locked := (*LockedError)(nil); !errors.As(err, &locked) {
		t.Errorf("error %T", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Parents(ctx, "", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a cancelled context", err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if _, err := r.Parents(t.Context(), "", 0); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v of a closed registry", err)
	}
	openIn(t, dir)
	info, err := os.Stat(filepath.Join(dir, databaseName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the database: %v, %v", info, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v are in the folder, %v", entries, err)
	}
}
