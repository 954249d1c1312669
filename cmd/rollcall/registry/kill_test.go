package registry

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// killedDir is the variable by which TestMain is told to change a registry until it
// is killed.
const killedDir = "ROLLCALL_REGISTRY_KILLED_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedDir); dir != "" {
		fmt.Println("error", changeUntilKilled(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// changeUntilKilled changes a registry from several goroutines and prints what is
// acknowledged, a line each.
func changeUntilKilled(ctx context.Context, dir string) error {
	r, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	if _, err := r.Recover(ctx); err != nil {
		return err
	}
	if _, _, err := r.PutConnection(ctx, warehouse, nil, "Ana"); err != nil {
		return err
	}
	if _, _, err := r.PutParent(ctx, cdnow, "Ana"); err != nil {
		return err
	}
	var group sync.WaitGroup
	for _, work := range []func(context.Context, *Registry, int) error{killedSegments, killedJobs, killedParent, killedSecrets} {
		group.Go(func() {
			for n := 0; ; n++ {
				if err := work(ctx, r, n); err != nil {
					fmt.Println("error", err)
					return
				}
			}
		})
	}
	group.Wait()
	return nil
}

func killedSegments(ctx context.Context, r *Registry, n int) error {
	path := fmt.Sprintf("%d/%d", os.Getpid(), n)
	s, err := r.CreateSegment(ctx, "CDNOW", path, SegmentText{path, "text"}, ana)
	if err != nil {
		return err
	}
	fmt.Println("segment", s.ID, s.Version, s.Text)
	s, err = r.UpdateSegment(ctx, "CDNOW", path, 1, SegmentText{path + "again", "text"}, ana)
	if err != nil {
		return err
	}
	fmt.Println("segment", s.ID, s.Version, s.Text)
	s, err = r.DeleteSegment(ctx, "CDNOW", path, 2, ana)
	fmt.Println("segment", s.ID, s.Version, s.Text)
	return err
}

func killedJobs(ctx context.Context, r *Registry, n int) error {
	job, err := r.QueueJob(ctx, JobInput{Kind: Refresh, Parent: "CDNOW"}, "Ana")
	if err != nil {
		return err
	}
	fmt.Println("job", job.ID, job.State)
	if _, err = r.StartJob(ctx, job.ID); err != nil {
		return err
	}
	if err := r.SetProgress(ctx, job.ID, Progress{Done: uint64(n)}); err != nil {
		return err
	}
	job, err = r.FinishJob(ctx, job.ID, JobEnd{State: Succeeded})
	fmt.Println("job", job.ID, job.State)
	return err
}

func killedParent(ctx context.Context, r *Registry, n int) error {
	in := cdnow
	in.Text = fmt.Sprintf("%d/%d", os.Getpid(), n)
	p, _, err := r.PutParent(ctx, in, "Ana")
	fmt.Println("parent", p.Version, p.Text)
	return err
}

func killedSecrets(ctx context.Context, r *Registry, n int) error {
	in := ConnectionInput{"lake", Databricks, "databricks://", map[string]string{"token": Stored}}
	c, _, err := r.PutConnection(ctx, in, map[string]Secret{"token": NewSecret(fmt.Sprintf("%d/%d", os.Getpid(), n))}, "Ana")
	fmt.Println("secret", c.Version)
	return err
}

// acknowledged is what killed processes have said.
type acknowledged struct {
	segments map[[2]uint64]string // by id and version: text
	jobs     map[uint64]JobState
	parents  map[uint64]string // by version: text
	secret   uint64            // version of the connection
	count    int
}

// note takes a line of a child. One that was cut short by its death counts for
// nothing.
func (a *acknowledged) note(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	n := func(i int) uint64 {
		v, err := strconv.ParseUint(words[i], 10, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		return v
	}
	a.count++
	switch words[0] {
	case "segment":
		a.segments[[2]uint64{n(1), n(2)}] = words[3]
	case "job":
		a.jobs[n(1)] = JobState(words[2])
	case "parent":
		a.parents[n(1)] = words[2]
	case "secret":
		a.secret = n(1)
	default:
		t.Fatal(line)
	}
}

// check compares a registry with what was acknowledged.
func (a *acknowledged) check(t *testing.T, r *Registry) {
	t.Helper()
	ctx := t.Context()
	for at, text := range a.segments {
		if s := must[Segment](t)(r.SegmentVersion(ctx, "CDNOW", at[0], at[1])); s.Text != text {
			t.Fatalf("version %d of segment %d has %q, acknowledged %q", at[1], at[0], s.Text, text)
		}
	}
	for version, text := range a.parents {
		if p := must[Parent](t)(r.ParentVersion(ctx, "CDNOW", version)); p.Text != text {
			t.Fatalf("version %d has %q, acknowledged %q", version, p.Text, text)
		}
	}
	if a.secret > 0 {
		c := must[Connection](t)(r.Connection(ctx, "lake"))
		if c.Version < a.secret || must[Secret](t)(r.Secret(ctx, "lake", "token")).Reveal() == "" || len(r.secrets.texts) != 1 {
			t.Fatalf("the connection is at version %d with %d secrets, acknowledged %d", c.Version, len(r.secrets.texts), a.secret)
		}
	}
	must[[]Recovered](t)(r.Recover(ctx))
	jobs, err := pages(func(after string, limit int) (Page[Job], error) { return r.Jobs(ctx, JobFilter{}, after, limit) })
	if err != nil {
		t.Fatal(err)
	}
	states := map[uint64]JobState{}
	for _, job := range jobs {
		states[job.ID] = job.State
		if job.State == Running {
			t.Fatalf("job %d is stuck", job.ID)
		}
	}
	pruned := must[uint64](t)(r.PrunedJobs(ctx, "CDNOW"))
	missing := uint64(0)
	for id, state := range a.jobs {
		switch got, kept := states[id]; {
		case !kept:
			missing++
		case state == Succeeded && got != Succeeded:
			t.Fatalf("job %d is %s, acknowledged %s", id, got, state)
		}
	}
	if missing > pruned {
		t.Fatalf("%d jobs are missing, %d were pruned", missing, pruned)
	}
}

// TestKill kills a process that changes a registry, again and again: what was
// acknowledged is there, and no job is stuck.
func TestKill(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 5))
	dir := t.TempDir()
	a := &acknowledged{segments: map[[2]uint64]string{}, jobs: map[uint64]JobState{}, parents: map[uint64]string{}}
	for range 10 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), killedDir+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		left := 1 + random.IntN(100)
		lines := bufio.NewReader(out)
		for { // to the end: what was acknowledged before it died counts
			line, err := lines.ReadString('\n')
			if err != nil {
				break
			}
			a.note(t, line)
			if left--; left == 0 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil || left > 0 {
			t.Fatalf("the child was to be killed, and ended with %v", err)
		}
		r := openIn(t, dir)
		a.check(t, r)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("tally: %d changes of killed registries were acknowledged, none is lost", a.count)
}

// TestKillFirst kills a process while it makes the registry.
func TestKillFirst(t *testing.T) {
	for range 10 {
		dir := t.TempDir()
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), killedDir+"="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		for { // until there is a first file, which is not the database yet
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) > 0 {
				break
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := child.Wait(); err == nil {
			t.Fatal("the child was to be killed")
		}
		r := openIn(t, dir)
		if _, err := everything(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
