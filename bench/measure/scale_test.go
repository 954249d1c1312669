package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// growing makes a Scale of fakes. What it did is in its log, and the engines it
// opened are in opened.
type growing struct {
	Scale
	log    []string
	opened []*fake
}

func newGrowing(t *testing.T) *growing {
	g := &growing{}
	g.Scale = Scale{
		Sizes: []int{10, 20}, Alone: []int{30}, Scratch: t.TempDir(), Suite: "audience", Queries: ask1,
		Shape: workload.Shape{Seed: 7, EventsPerCustomer: 20},
		Generate: func(_ context.Context, shape workload.Shape, dir string) (*workload.Dataset, error) {
			g.log = append(g.log, fmt.Sprintf("generate %d seed %d", shape.Customers, shape.Seed))
			return &workload.Dataset{Dir: dir, Shape: shape, Tables: []workload.Table{
				{Schema: "main", Name: "customers", Rows: int64(shape.Customers)},
				{Schema: "events", Name: "purchases", Rows: 5}, {Schema: "events", Name: "page_views", Rows: 12},
			}}, os.Mkdir(dir, 0o700)
		},
		Open: func(_ context.Context, d *workload.Dataset, scratch string, alone bool) ([]contender.Engine, error) {
			g.log = append(g.log, fmt.Sprintf("open %d alone %t", d.Shape.Customers, alone))
			fakes := []*fake{newFake("a", 1), newFake("b", 1)}
			if alone {
				fakes = fakes[:1]
			}
			g.opened = append(g.opened, fakes...)
			return list(fakes...), os.WriteFile(scratch+"/file", nil, 0o600)
		},
		free: func(string) (int64, error) { return 1 << 40, nil },
	}
	return g
}

func TestScale(t *testing.T) {
	g := newGrowing(t)
	g.free = func(string) (int64, error) { return 20 * 20 * diskPerEvent, nil }
	got, err := g.Run(t.Context(), options(3))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"generate 10 seed 7", "open 10 alone false", "generate 20 seed 7", "open 20 alone false"}, g.log); diff != "" {
		t.Errorf("what was done (-want +got):\n%s", diff)
	}
	if got[0].Customers != 10 || got[0].Events != 17 || len(got[0].Engines) != 2 || len(got[0].Results) != 2 || got[0].Results[1].Runs != 3 {
		t.Errorf("at 10 customers: %+v", got[0])
	}
	want := ScaleResult{Customers: 30, Engines: []EngineReport{}, Results: []Result{}, Skipped: "about 0.0 GB of disk are needed, 0.0 GB are free"}
	if diff := cmp.Diff(want, got[2]); diff != "" {
		t.Errorf("what does not fit (-want +got):\n%s", diff)
	}
	g.checkClosed(t)
}

func TestScaleAlone(t *testing.T) {
	g := newGrowing(t)
	got, err := g.Run(t.Context(), options(3))
	if err != nil {
		t.Fatal(err)
	}
	if r := got[2]; r.Skipped != "" || len(r.Results) != 1 || len(r.NotCompared) != 1 || r.NotCompared[0].Query != "Q1" {
		t.Errorf("at 30 customers, alone: %+v", r)
	}
	g.checkClosed(t)
}

func TestScaleErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(g *growing)
		want   string
		differ bool
	}{
		{"generate", func(g *growing) {
			g.Generate = func(context.Context, workload.Shape, string) (*workload.Dataset, error) { return nil, errFake }
		}, "at 10 customers: the disk is on fire", false},
		{"open", func(g *growing) {
			g.Open = func(context.Context, *workload.Dataset, string, bool) ([]contender.Engine, error) {
				return nil, errFake
			}
		}, "at 10 customers: the disk is on fire", false},
		{"free", func(g *growing) {
			g.free = func(string) (int64, error) { return 0, errFake }
		}, "at 10 customers: the disk is on fire", false},
		{"unreadable data", func(g *growing) {
			generate := g.Generate
			g.Generate = func(ctx context.Context, shape workload.Shape, dir string) (*workload.Dataset, error) {
				d, err := generate(ctx, shape, dir)
				return d, errors.Join(err, os.Symlink("nowhere", filepath.Join(dir, "unreadable")))
			}
		}, "at 10 customers: open ", false},
		{"differ", func(g *growing) {
			open := g.Open
			g.Open = func(ctx context.Context, d *workload.Dataset, scratch string, alone bool) ([]contender.Engine, error) {
				engines, err := open(ctx, d, scratch, alone)
				g.opened[1].answers["Q1"] = []int64{2}
				return engines, err
			}
		}, "at 10 customers: the engines differ:", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGrowing(t)
			c.change(g)
			_, err := g.Run(t.Context(), options(3))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || errors.Is(err, ErrDiffer) != c.differ {
				t.Errorf("error %v, want %s", err, c.want)
			}
			g.checkClosed(t)
		})
	}
}

// TestScaleKeepsWhatIsComplete fails at the second size.
func TestScaleKeepsWhatIsComplete(t *testing.T) {
	g := newGrowing(t)
	open := g.Open
	g.Open = func(ctx context.Context, d *workload.Dataset, scratch string, alone bool) ([]contender.Engine, error) {
		if d.Shape.Customers == 20 {
			return nil, errFake
		}
		return open(ctx, d, scratch, alone)
	}
	got, err := g.Run(t.Context(), options(3))
	if !errors.Is(err, errFake) || len(got) != 1 || got[0].Customers != 10 || len(got[0].Results) != 2 {
		t.Errorf("results %+v, error %v; want those at 10 customers, and the error", got, err)
	}
	g.checkClosed(t)
}

// checkClosed makes sure that nothing of a run is left.
func (g *growing) checkClosed(t *testing.T) {
	t.Helper()
	if slices.ContainsFunc(g.opened, func(f *fake) bool { return !f.closed }) {
		t.Errorf("an engine is left open")
	}
	checkEmpty(t, g.Scratch)
}

func TestFreeBytes(t *testing.T) {
	if n, err := freeBytes(t.TempDir()); err != nil || n <= 0 {
		t.Errorf("%d bytes are free, error %v", n, err)
	}
	if _, err := freeBytes("nowhere"); err == nil || !strings.Contains(err.Error(), "free space of nowhere") {
		t.Errorf("a folder that is not there: error %v", err)
	}
}
