package ingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// refresherEnv makes the test binary a process that refreshes the snapshot that
// it names, until it is killed.
const refresherEnv = "ROLLCALL_REFRESHER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(refresherEnv); dir != "" {
		fmt.Fprintln(os.Stderr, refreshForever(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// refreshForever refreshes a snapshot again and again, and compacts it now and
// then. It writes a line to standard output when it starts. The error says what
// went wrong.
func refreshForever(dir string) error {
	if _, err := fmt.Println("started"); err != nil {
		return err
	}
	for {
		m, err := store.ReadManifest(store.OS, dir, 0)
		if err != nil {
			return err
		}
		if m.Version%7 == 0 {
			_, err = Compact(context.Background(), dir, &CompactOptions{Renumber: m.Version%2 == 0, FS: quick()})
		} else {
			err = buildGeneration(context.Background(), dir, generationOf(m.Customers)+1)
		}
		if err != nil {
			return fmt.Errorf("after version %d: %w", m.Version, err)
		}
	}
}

// Generation g of a source has the cohorts g to g + cohorts + g - 1, so that every
// number says of which generation it is. A cohort is visitors and clickers.
// Everybody's attribute generation is g.
const (
	firstCohorts = 10
	visitors     = 3 // of a cohort, who have one visit each
	clickers     = 2 // of a cohort, who have one click each
	cohortSize   = visitors + clickers

	// cohortsTogether is after how many cohorts the events become one part, as a
	// source does that rewrites its files: they are all read again.
	cohortsTogether = 40
)

// generationOf returns the generation that has so many customers.
func generationOf(customers uint64) int { return int(customers)/cohortSize - firstCohorts }

// buildGeneration builds or refreshes a snapshot of generation g.
func buildGeneration(ctx context.Context, dir string, g int) error {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	behavior := func(name, events string) model.BehaviorSource {
		return model.BehaviorSource{Name: name, Table: table(events), KeyColumn: "id", TimeColumn: "at", AllFields: true}
	}
	p := &model.ParentSegment{
		Name: "Generations", Timezone: "UTC",
		Master:     model.Master{Table: table("customers"), KeyColumn: "id", AllColumns: true},
		Attributes: []model.AttributeSource{{Name: "generation", Table: table("traits"), KeyColumn: "id", ValueColumn: "generation"}},
		Behaviors:  []model.BehaviorSource{behavior("visit", "visits"), behavior("click", "clicks")},
	}
	_, err := Build(ctx, p, generationSource(g), dir, &Options{AsOf: asOf, FS: quick()})
	return err
}

// generationSource returns the tables of generation g.
func generationSource(g int) memorySource {
	var customers, traits []map[string]any
	var visits, clicks []string
	var visit, click []map[string]any
	end := 2*g + firstCohorts
	for c := range end {
		for i := range cohortSize {
			id := c*cohortSize + i
			event := map[string]any{"id": id, "at": asOf.Add(-time.Duration(c+1) * time.Minute).Format(time.RFC3339), "page": strconv.Itoa(i)}
			if i < visitors {
				visit = append(visit, event)
			} else {
				click = append(click, event)
			}
			if c >= g {
				customers = append(customers, map[string]any{"id": id, "cohort": c})
				traits = append(traits, map[string]any{"id": id, "generation": g})
			}
		}
		if together := end / cohortsTogether * cohortsTogether; c >= together || c == together-1 {
			visits, clicks = append(visits, asJSON(visit)), append(clicks, asJSON(click))
			visit, click = nil, nil
		}
	}
	event := []arrow.Field{field("id", whole), field("at", instant), field("page", text)}
	return memorySource{
		"db.customers": newTable([]arrow.Field{field("id", whole), field("cohort", whole)}, asJSON(customers)),
		"db.traits":    newTable([]arrow.Field{field("id", whole), field("generation", whole)}, asJSON(traits)),
		"db.visits":    newTable(event, visits...),
		"db.clicks":    newTable(event, clicks...),
	}
}

// kills returns how often TestCrashOfRealProcesses kills.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ROLLCALL_KILLS")
	if text == "" {
		return 8
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("ROLLCALL_KILLS: %v", err)
	}
	return n
}

// TestCrashOfRealProcesses kills a process that refreshes and compacts a snapshot,
// again and again at random moments, while others count. Every number that these
// see is one of a version that was committed, all numbers of a version are of the
// same generation, and none is older than one seen before.
func TestCrashOfRealProcesses(t *testing.T) {
	r := rand.New(rand.NewPCG(crashSeed(t), 0))
	dir := filepath.Join(t.TempDir(), "snap")
	if err := buildGeneration(t.Context(), dir, 0); err != nil {
		t.Fatal(err)
	}
	counted := startReaders(t, dir)
	n := kills(t)
	for i := range n {
		if err := killRefresher(dir, time.Duration(r.Int64N(int64(150*time.Millisecond)))); err != nil {
			t.Fatalf("kill %d: %v", i+1, err)
		}
		if t.Failed() { // a reader has found something
			break
		}
	}
	reads := counted()
	m, err := store.ReadManifest(store.OS, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkSound(t, store.OS, dir)
	if err := buildGeneration(t.Context(), dir, generationOf(m.Customers)+1); err != nil {
		t.Errorf("the next build fails: %v", err)
	}
	checkSound(t, store.OS, dir)
	checkNothingLeft(t, store.OS, dir)
	if m.Version < 2 {
		t.Errorf("the processes committed nothing in %d lives", n)
	}
	tally(t, n, "kills")
	tally(t, int(m.Version-1), "versions committed between kills")
	tally(t, reads, "versions counted beside them")
	losses := 0
	if t.Failed() {
		losses = 1
	}
	tally(t, losses, "losses")
}

// killRefresher starts a process that refreshes the snapshot, and kills it after
// some time. It is an error if the process ends by itself.
func killRefresher(dir string, after time.Duration) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), refresherEnv+"="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	_, readErr := bufio.NewReader(out).ReadString('\n')
	<-time.After(after)
	killErr := cmd.Process.Kill()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() || readErr != nil || killErr != nil {
		return fmt.Errorf("the process ended by itself: %w: %s", errors.Join(err, readErr, killErr), stderr.String())
	}
	return nil
}

// startReaders starts to count the customers in dir: with a DB that follows, and
// with one that is opened anew each time. The function that it returns ends that,
// and tells how many versions were counted.
func startReaders(t *testing.T, dir string) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	followed, opened := &reader{}, &reader{}
	wg.Go(func() {
		if err := followed.follow(ctx, dir); err != nil {
			t.Errorf("a reader that follows: %v", err)
		}
	})
	wg.Go(func() {
		if err := opened.open(ctx, dir); err != nil {
			t.Errorf("a reader that opens: %v", err)
		}
	})
	end := func() int {
		cancel()
		wg.Wait()
		return followed.reads + opened.reads
	}
	t.Cleanup(func() { end() })
	return end
}

// reader counts, and remembers what it has seen.
type reader struct {
	reads int
	seen  int // generation
}

// follow counts with one DB until ctx is done.
func (r *reader) follow(ctx context.Context, dir string) error {
	db, err := engine.Open(dir, nil)
	if err != nil {
		return err
	}
	q, err := db.Query("visit")
	if err != nil {
		return errors.Join(err, db.Close())
	}
	for err == nil && ctx.Err() == nil {
		var n uint64
		if n, err = q.At(asOf).Count(context.Background()); err == nil {
			err = r.see(int(n)/visitors-firstCohorts, int(n)%visitors)
		}
		if err == nil {
			err = r.count(db)
		}
	}
	return errors.Join(err, db.Close())
}

// open counts with one DB after the other, of the current version and of the one
// before it, until ctx is done.
func (r *reader) open(ctx context.Context, dir string) error {
	for ctx.Err() == nil {
		db, err := engine.Open(dir, nil)
		if err != nil {
			return err
		}
		version := db.Manifest().Version
		if err := errors.Join(r.count(db), db.Close()); err != nil {
			return err
		}
		if version == 1 {
			continue
		}
		db, err = engine.Open(dir, &engine.Options{Version: version - 1})
		if errors.Is(err, engine.ErrVersionNotFound) { // it may go at any time
			continue
		}
		if err != nil {
			return err
		}
		older := &reader{}
		if err := errors.Join(older.count(db), db.Close()); err != nil {
			return err
		}
		r.reads += older.reads
	}
	return nil
}

// see notes a generation, of which a number left a remainder over.
func (r *reader) see(g, over int) error {
	if over != 0 || g < r.seen {
		return fmt.Errorf("a count of generation %d and %d customers, after one of %d", g, over, r.seen)
	}
	r.seen = g
	return nil
}

// count asks one version for several numbers, which must be of one generation.
func (r *reader) count(db *engine.DB) error {
	s, err := db.Snapshot()
	if err != nil {
		return err
	}
	return errors.Join(r.countIn(s), s.Close())
}

func (r *reader) countIn(s *engine.Snapshot) error {
	customers := s.Manifest().Customers
	g := generationOf(customers)
	if err := r.see(g, int(customers)%cohortSize); err != nil {
		return err
	}
	cohorts := firstCohorts + g
	for _, c := range []struct {
		rule string
		want int
	}{
		{"visit", visitors * cohorts},
		{"click", clickers * cohorts},
		{"visit or click", cohortSize * cohorts},
		{"visit and click", 0},
		{"visit count = 1 in last 1000 days", visitors * cohorts},
		{"click where page = '4'", cohorts},
		{fmt.Sprintf("generation = %d", g), cohortSize * cohorts},
		{fmt.Sprintf("cohort between %d and %d", g, g+cohorts-1), cohortSize * cohorts},
	} {
		q, err := s.Query(c.rule)
		if err != nil {
			return err
		}
		n, err := q.At(asOf).Count(context.Background())
		if err != nil {
			return fmt.Errorf("version %d: %s: %w", s.Manifest().Version, c.rule, err)
		}
		if int(n) != c.want {
			return fmt.Errorf("version %d of generation %d: %s: %d customers, expected %d", s.Manifest().Version, g, c.rule, n, c.want)
		}
	}
	r.reads++
	return nil
}
