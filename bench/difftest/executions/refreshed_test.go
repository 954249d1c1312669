package executions

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

// plainSeed is the seed of the past of a world that is not random.
const plainSeed = 1

// refreshed is a snapshot of a world that was built in the first stage of its past
// and refreshed in every later one.
type refreshed struct {
	dir      string
	past     *past
	steps    []string // what was done
	manifest *store.Manifest
}

// refresh makes the snapshot.
func refresh(ctx context.Context, w *world, seed uint64, dir string) (*refreshed, error) {
	p, err := newPast(ctx, w, seed)
	if err != nil {
		return nil, err
	}
	r := &refreshed{dir: dir, past: p}
	for stage := 1; stage <= lastStage; stage++ {
		err := r.build(ctx, fmt.Sprintf("stage %d", stage), stage, false, 0)
		if err == nil && stage < lastStage && p.roll(20, "compact", stage) == 0 {
			err = r.compact(ctx, p.roll(2, "renumber", stage) == 0)
		}
		if err != nil {
			return nil, r.failed(err)
		}
	}
	if err := r.end(ctx); err != nil {
		return nil, r.failed(err)
	}
	return r, nil
}

// build builds the snapshot or refreshes it.
func (r *refreshed) build(ctx context.Context, step string, stage int, rewritten bool, overlap time.Duration) (err error) {
	r.steps = append(r.steps, step)
	opts := &ingest.Options{FS: unsynced{store.OS}, Overlap: overlap, Indexes: tinyIndexes}
	r.manifest, err = ingest.Build(ctx, r.past.world.Parent, r.past.source(stage, rewritten), r.dir, opts)
	return err
}

// compact compacts the snapshot.
func (r *refreshed) compact(ctx context.Context, renumber bool) (err error) {
	step := traitCompacted
	if renumber {
		step = traitRenumbered
	}
	r.steps = append(r.steps, step)
	r.manifest, err = ingest.Compact(ctx, r.dir, &ingest.CompactOptions{Renumber: renumber, FS: unsynced{store.OS}})
	return err
}

// end does what may come after the last stage and changes no answer.
func (r *refreshed) end(ctx context.Context) error {
	switch r.past.roll(6, "end") {
	case 0:
		return r.compact(ctx, false)
	case 1:
		return r.compact(ctx, true)
	case 2:
		return r.build(ctx, traitNothingNew, lastStage, false, 0)
	case 3:
		overlap := []time.Duration{0, time.Hour, 30 * 24 * time.Hour, 3650 * 24 * time.Hour}[r.past.roll(4, "overlap")]
		return r.build(ctx, fmt.Sprintf("%s, overlap %s", traitRewritten, overlap), lastStage, true, overlap)
	}
	return nil
}

// failed says in which step an error came.
func (r *refreshed) failed(err error) error {
	return fmt.Errorf("the refreshed snapshot: %w\n%s", err, r)
}

// String says how the snapshot came about.
func (r *refreshed) String() string {
	return fmt.Sprintf("steps: %s\n%s", strings.Join(r.steps, ", "), r.past)
}

// check compares what the snapshot says of itself with what one says that was
// built at once.
func (r *refreshed) check(plain *store.Manifest) error {
	if err := r.past.world.checkSchema(r.manifest); err != nil {
		return r.failed(err)
	}
	if diff := cmp.Diff(visible(plain), visible(r.manifest)); diff != "" {
		return r.failed(fmt.Errorf("its manifest differs (-built at once +refreshed):\n%s", diff))
	}
	return nil
}

// visible is what a manifest says of the data that can be seen.
func visible(m *store.Manifest) *store.Manifest {
	v := &store.Manifest{Customers: m.Customers}
	for _, a := range m.Attributes {
		a.Distinct, a.Indexed = 0, false // they depend on what deleted customers had, too
		v.Attributes = append(v.Attributes, a)
	}
	for _, b := range m.Behaviors {
		b.Parts = nil
		v.Behaviors = append(v.Behaviors, b)
	}
	return v
}

// traits are what is peculiar about the snapshot.
func (r *refreshed) traits() map[string]bool {
	traits := map[string]bool{
		traitDead:     r.manifest.Rows > r.manifest.Customers,
		traitBlocks:   r.manifest.Rows > bitmap.BlockRows,
		traitCameBack: r.past.cameBack(),
	}
	for _, step := range r.steps {
		if step, _, _ = strings.Cut(step, ","); !strings.HasPrefix(step, "stage") {
			traits[step] = true
		}
	}
	for _, b := range r.manifest.Behaviors {
		stored := uint64(0)
		for _, p := range b.Parts {
			stored += p.Events
		}
		traits[traitHidden] = traits[traitHidden] || stored > b.Events
		traits[traitParts] = traits[traitParts] || len(b.Parts) > 1
	}
	return traits
}

// The traits that some of many worlds must have.
const (
	traitDead       = "rows of deleted customers"
	traitHidden     = "events of deleted customers"
	traitParts      = "several parts"
	traitBlocks     = "several blocks"
	traitCameBack   = "customers who came back"
	traitCompacted  = "compacted"
	traitRenumbered = "renumbered"
	traitNothingNew = "nothing new"
	traitRewritten  = "all parts written anew"
)
