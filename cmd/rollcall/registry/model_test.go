package registry

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// pages reads all pages of a list.
func pages[T any](list func(after string, limit int) (Page[T], error)) (all []T, err error) {
	for after := ""; ; {
		page, err := list(after, 7)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all, nil
		}
	}
}

// everything reads what a registry has, a line for every record.
func everything(ctx context.Context, r *Registry) (lines []string, err error) {
	note := func(kind string, v any) { lines = append(lines, fmt.Sprintf("%s %+v", kind, v)) }
	connections, err := pages(func(after string, limit int) (Page[Connection], error) { return r.Connections(ctx, after, limit) })
	if err != nil {
		return nil, err
	}
	for _, c := range connections {
		note("connection", c)
	}
	parents, err := pages(func(after string, limit int) (Page[Parent], error) { return r.Parents(ctx, after, limit) })
	if err != nil {
		return nil, err
	}
	for _, p := range parents {
		note("parent", p)
		versions, err := pages(func(after string, limit int) (Page[Parent], error) {
			return r.ParentVersions(ctx, p.Name, after, limit)
		})
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			note("parent version", v)
		}
		segments, err := pages(func(after string, limit int) (Page[Segment], error) { return r.Segments(ctx, p.Name, "", after, limit) })
		if err != nil {
			return nil, err
		}
		deleted, err := pages(func(after string, limit int) (Page[Segment], error) {
			return r.DeletedSegments(ctx, p.Name, after, limit)
		})
		if err != nil {
			return nil, err
		}
		for _, s := range append(segments, deleted...) {
			note("segment", s)
			versions, err := pages(func(after string, limit int) (Page[Segment], error) {
				return r.SegmentVersions(ctx, p.Name, s.ID, after, limit)
			})
			if err != nil {
				return nil, err
			}
			for _, v := range versions {
				note("segment version", v)
			}
		}
	}
	jobs, err := pages(func(after string, limit int) (Page[Job], error) { return r.Jobs(ctx, JobFilter{}, after, limit) })
	for _, job := range jobs {
		note("job", job)
	}
	return lines, err
}

// fill puts some of everything into a registry.
func fill(t testing.TB, r *Registry, n int) {
	t.Helper()
	putConnection(t, r, warehouse, nil, Created)
	putParent(t, r, cdnow, Created)
	for i := range n {
		s := must[Segment](t)(r.CreateSegment(t.Context(), "CDNOW", fmt.Sprintf("Folder/%d", i), SegmentText{strings.Repeat("a", i*30+1), "text"}, ana))
		if i%4 == 0 {
			must[Segment](t)(r.DeleteSegment(t.Context(), "CDNOW", s.Path, 1, ana))
		}
		job := must[Job](t)(r.QueueJob(t.Context(), JobInput{Kind: Refresh, Parent: "CDNOW"}, "Ana"))
		if i%2 == 0 {
			must[Job](t)(r.StartJob(t.Context(), job.ID))
		}
	}
}

// world is a plain model of a registry: maps and slices, and the rules in words.
type world struct {
	parents  map[string][]string          // name: texts of versions; the last is "" where it is deleted
	segments map[string]map[string]uint64 // parent: path: id
	versions map[uint64][]string          // id: "path text", or "deleted"
	owner    map[uint64]string            // id: parent
	jobs     []JobState                   // by id - 1
	of       map[int]string               // parent of a job, by index
}

func newWorld() *world {
	return &world{map[string][]string{}, map[string]map[string]uint64{}, map[uint64][]string{}, map[uint64]string{}, nil, map[int]string{}}
}

func (w *world) alive(parent string) bool {
	versions := w.parents[parent]
	return len(versions) > 0 && versions[len(versions)-1] != ""
}

func (w *world) busy(parent string) bool {
	for i, state := range w.jobs {
		if w.of[i] == parent && !state.Finished() {
			return true
		}
	}
	return len(w.segments[parent]) > 0
}

// expected is what step found the model to do: whether the registry must agree.
type expected struct {
	call string
	ok   bool
	err  error
}

// step makes one random change to both.
func (w *world) step(ctx context.Context, r *Registry, random *rand.Rand) expected {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	parent := pick("p", "q", "r")
	path, to, text := pick("A", "A/B", "A/C", "D", "D/E/F"), pick("A", "A/B", "A/C", "D", "D/E/F"), pick("x", "y", "z")
	id, live := w.segments[parent][path]
	at := uint64(len(w.versions[id]))
	if random.IntN(6) == 0 {
		at++ // a version that is not there
	}
	current := live && at == uint64(len(w.versions[id]))
	switch random.IntN(10) {
	case 0:
		_, outcome, err := r.PutParent(ctx, ParentInput{Name: parent, Text: text, Form: "book", Mode: Copied, Connections: []string{"warehouse"}}, "Ana")
		want := Updated
		if !w.alive(parent) {
			want = Created
		} else if versions := w.parents[parent]; versions[len(versions)-1] == text {
			want = Unchanged
		}
		if want != Unchanged {
			w.parents[parent] = append(w.parents[parent], text)
		}
		return expected{fmt.Sprintf("put %s %s: %s, expected %s", parent, text, outcome, want), outcome == want, err}
	case 1:
		ok := w.alive(parent) && !w.busy(parent)
		if ok {
			w.parents[parent] = append(w.parents[parent], "")
		}
		return expected{"delete parent " + parent, ok, r.DeleteParent(ctx, parent, "Ana")}
	case 2, 3:
		ok := w.alive(parent) && !live
		s, err := r.CreateSegment(ctx, parent, path, SegmentText{text, "text"}, ana)
		if ok {
			w.place(parent, path, s.ID)
			w.owner[s.ID] = parent
			w.versions[s.ID] = []string{path + " " + text}
		}
		return expected{"create " + parent + " " + path, ok, err}
	case 4, 5:
		_, err := r.UpdateSegment(ctx, parent, path, at, SegmentText{text, "text"}, ana)
		if next := path + " " + text; current && w.versions[id][at-1] != next {
			w.versions[id] = append(w.versions[id], next)
		}
		return expected{"update " + parent + " " + path, current, err}
	case 6:
		_, taken := w.segments[parent][to]
		ok := current && (!taken || to == path)
		_, err := r.MoveSegment(ctx, parent, path, to, at, ana)
		if ok && to != path {
			_, text, _ := strings.Cut(w.versions[id][at-1], " ")
			w.versions[id] = append(w.versions[id], to+" "+text)
			delete(w.segments[parent], path)
			w.place(parent, to, id)
		}
		return expected{"move " + parent + " " + path + " to " + to, ok, err}
	case 7:
		_, err := r.DeleteSegment(ctx, parent, path, at, ana)
		if current {
			w.versions[id] = append(w.versions[id], "deleted "+w.versions[id][at-1])
			delete(w.segments[parent], path)
		}
		return expected{"delete " + parent + " " + path, current, err}
	case 8:
		return w.restore(ctx, r, random, parent)
	}
	return w.stepJob(ctx, r, random, parent)
}

func (w *world) place(parent, path string, id uint64) {
	if w.segments[parent] == nil {
		w.segments[parent] = map[string]uint64{}
	}
	w.segments[parent][path] = id
}

func (w *world) restore(ctx context.Context, r *Registry, random *rand.Rand, parent string) expected {
	id := uint64(random.IntN(len(w.versions)+1)) + 1
	_, err := r.RestoreSegment(ctx, parent, id, "", ana)
	versions := w.versions[id]
	if !w.alive(parent) || w.owner[id] != parent {
		return expected{fmt.Sprint("restore ", id), false, err}
	}
	last, deleted := strings.CutPrefix(versions[len(versions)-1], "deleted ")
	path, _, _ := strings.Cut(last, " ")
	_, taken := w.segments[parent][path]
	ok := deleted && !taken
	if ok {
		w.versions[id] = append(versions, last)
		w.place(parent, path, id)
	}
	return expected{fmt.Sprint("restore ", id), ok, err}
}

func (w *world) stepJob(ctx context.Context, r *Registry, random *rand.Rand, parent string) expected {
	i := random.IntN(len(w.jobs) + 1)
	if i == len(w.jobs) {
		ok := w.alive(parent)
		_, err := r.QueueJob(ctx, JobInput{Kind: Build, Parent: parent}, "Ana")
		if ok {
			w.of[i], w.jobs = parent, append(w.jobs, Queued)
		}
		return expected{"queue", ok, err}
	}
	to := []JobState{Running, Succeeded, Failed, Cancelled, Queued}[random.IntN(5)]
	id := uint64(i) + 1
	var err error
	switch to {
	case Running:
		_, err = r.StartJob(ctx, id)
	case Queued:
		_, err = r.PutBackJob(ctx, id)
	default:
		_, err = r.FinishJob(ctx, id, JobEnd{State: to})
	}
	from := w.jobs[i]
	ok := from == Queued && (to == Running || to == Cancelled) || from == Running && to != Running
	if ok {
		w.jobs[i] = to
	}
	return expected{fmt.Sprintf("job %d from %s to %s", id, from, to), ok, err}
}

// compare reads the registry and says where it differs from the model.
func (w *world) compare(ctx context.Context, r *Registry) (string, error) {
	parents, err := pages(func(after string, limit int) (Page[Parent], error) { return r.Parents(ctx, after, limit) })
	if err != nil {
		return "", err
	}
	var want, got []string
	for _, name := range slices.Sorted(maps.Keys(w.parents)) {
		if versions := w.parents[name]; w.alive(name) {
			want = append(want, fmt.Sprintf("%s %d %s", name, len(versions), versions[len(versions)-1]))
		}
	}
	folders := map[string]bool{}
	for _, p := range parents {
		folders[p.Folder] = true
		got = append(got, fmt.Sprintf("%s %d %s", p.Name, p.Version, p.Text))
		segments, err := pages(func(after string, limit int) (Page[Segment], error) { return r.Segments(ctx, p.Name, "", after, limit) })
		if err != nil {
			return "", err
		}
		for _, path := range slices.Sorted(maps.Keys(w.segments[p.Name])) {
			want = append(want, fmt.Sprintf("%s %s %d", p.Name, path, w.segments[p.Name][path]))
		}
		for _, s := range segments {
			got = append(got, fmt.Sprintf("%s %s %d", p.Name, s.Path, s.ID))
		}
	}
	if len(folders) != len(parents) {
		return "two parent segments have one folder", nil
	}
	for _, id := range slices.Sorted(maps.Keys(w.versions)) {
		versions, err := pages(func(after string, limit int) (Page[Segment], error) {
			return r.SegmentVersions(ctx, w.owner[id], id, after, limit)
		})
		if err != nil {
			return "", err
		}
		slices.Reverse(versions)
		for i, text := range w.versions[id] {
			want = append(want, fmt.Sprintf("%d %d %s", id, i+1, text))
		}
		for _, v := range versions {
			text := v.Path + " " + v.Text
			if v.Deleted {
				text = "deleted " + text
			}
			got = append(got, fmt.Sprintf("%d %d %s", id, v.Version, text))
		}
	}
	jobs, err := pages(func(after string, limit int) (Page[Job], error) { return r.Jobs(ctx, JobFilter{}, after, limit) })
	slices.Reverse(jobs)
	for i, state := range w.jobs {
		want = append(want, fmt.Sprintf("job %d %s", i+1, state))
	}
	for _, job := range jobs {
		got = append(got, fmt.Sprintf("job %d %s", job.ID, job.State))
	}
	slices.Sort(want)
	slices.Sort(got)
	return cmp.Diff(want, got), err
}

// TestModel makes random changes to a registry and to a plain model, and compares
// them, with the registry closed and opened in between.
func TestModel(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 4))
	dir := t.TempDir()
	r := openIn(t, dir)
	putConnection(t, r, warehouse, nil, Created)
	w := newWorld()
	done := 0
	for i := range 1500 {
		r.db.NoSync = true // the machine does not stop
		e := w.step(t.Context(), r, random)
		if (e.err == nil) != e.ok {
			t.Fatalf("step %d: %s: %v; the model says %v", i, e.call, e.err, e.ok)
		}
		if e.ok {
			done++
		}
		if i%100 == 99 {
			if diff, err := w.compare(t.Context(), r); diff != "" || err != nil {
				t.Fatalf("step %d: %v (-model +registry):\n%s", i, err, diff)
			}
		}
		if i%300 == 299 {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = openIn(t, dir)
		}
	}
	t.Logf("%d of 1500 steps changed something", done)
	running := 0
	for i, state := range w.jobs {
		if state == Running {
			w.jobs[i] = Interrupted
			w.jobs = append(w.jobs, Queued) // to be done again
			running++
		}
	}
	if jobs := must[[]Recovered](t)(r.Recover(t.Context())); len(jobs) != running {
		t.Errorf("%d jobs were recovered, expected %d", len(jobs), running)
	}
	if diff, err := w.compare(t.Context(), r); diff != "" || err != nil {
		t.Fatalf("%v (-model +registry):\n%s", err, diff)
	}
}
