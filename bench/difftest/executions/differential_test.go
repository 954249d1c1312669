package executions

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
)

// rulesPerWorld is so large that laying data out and loading it is a small part of
// the time, and defaultRules is what a few seconds allow.
const (
	rulesPerWorld = 40
	defaultRules  = 320
	maxDepth      = 6
)

// settings are what the environment asks for.
type settings struct {
	seed  uint64
	rules int
}

// readSettings reads ROLLCALL_SEED, to repeat a failure, and ROLLCALL_RULES, the
// number of rules.
func readSettings(t *testing.T, rules int) settings {
	t.Helper()
	s := settings{seed: bitmaptest.Seed(), rules: rules}
	if text := os.Getenv("ROLLCALL_RULES"); text != "" {
		var err error
		if s.rules, err = strconv.Atoi(text); err != nil || s.rules < 1 {
			t.Fatalf("ROLLCALL_RULES is %q, expected a number from 1", text)
		}
	}
	t.Logf("ROLLCALL_SEED=%d ROLLCALL_RULES=%d", s.seed, s.rules)
	return s
}

// TestDifferential compares the executions on random rules over random data.
func TestDifferential(t *testing.T) {
	s := readSettings(t, defaultRules)
	start := time.Now()
	var (
		next    atomic.Int64 // the world that is free to take
		total   = newTally()
		workers sync.WaitGroup
	)
	worlds := int64((s.rules + rulesPerWorld - 1) / rulesPerWorld)
	for i := range min(runtime.GOMAXPROCS(0), int(worlds)) {
		workers.Go(func() {
			w := &worker{t: t, dir: t.TempDir(), tally: newTally()}
			defer w.close()
			if err := w.open(t.Context(), i); err != nil {
				t.Error(err)
				return
			}
			for n := next.Add(1) - 1; n < worlds && !t.Failed(); n = next.Add(1) - 1 {
				rules := min(rulesPerWorld, s.rules-int(n)*rulesPerWorld)
				if err := w.run(t.Context(), s.seed+uint64(n), rules); err != nil {
					t.Errorf("ROLLCALL_SEED=%d: %v", s.seed+uint64(n), err)
				}
			}
			total.add(w.tally)
		})
	}
	workers.Wait()
	t.Logf("%s\nin %.1f s", total, time.Since(start).Seconds())
	if !t.Failed() && s.rules >= defaultRules {
		total.check(t)
	}
}

// worker goes from world to world with executions of its own.
type worker struct {
	t          *testing.T
	dir        string // for the files of worlds
	worlds     int    // made so far
	executions []execution
	tally      *tally
}

// open opens the executions. The worker's number is in the names of what it makes
// on servers.
func (w *worker) open(ctx context.Context, number int) error {
	w.executions = append(w.executions, &index{}, &refreshedIndex{})
	w.executions = append(w.executions, rewrittens()...)
	for _, x := range choices() {
		w.executions = append(w.executions, x)
	}
	duck, err := openDuckDB(ctx)
	if err != nil {
		return err
	}
	w.executions = append(w.executions, duck)
	if url := os.Getenv("ROLLCALL_POSTGRES"); url != "" {
		postgres, err := openPostgreSQL(ctx, url, fmt.Sprintf("rollcall_%d", number))
		if err != nil {
			return err
		}
		w.executions = append(w.executions, postgres)
	}
	return nil
}

// openWorker opens a worker until the end of the test.
func openWorker(t *testing.T) *worker {
	t.Helper()
	w := &worker{t: t, dir: t.TempDir(), tally: newTally()}
	t.Cleanup(w.close)
	if err := w.open(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *worker) close() {
	for _, x := range w.executions {
		if err := x.close(); err != nil {
			w.t.Errorf("%s: %v", x.name(), err)
		}
	}
}

// options of the random tables of a world: each peculiarity in some.
func options(rng *rand.Rand) oracle.Options {
	return oracle.Options{
		Infinities:   rng.IntN(4) == 0,
		ListFields:   rng.IntN(2) == 0,
		NUL:          rng.IntN(12) == 0,
		OddNames:     rng.IntN(3) == 0,
		CaseNames:    rng.IntN(6) == 0,
		HugeDecimals: rng.IntN(10) == 0,
	}
}

// run makes the world of a seed and compares the executions on some rules.
func (w *worker) run(ctx context.Context, seed uint64, rules int) error {
	rng := rand.New(rand.NewPCG(seed, 0))
	table := oracle.RandomTable(rng, options(rng))
	layout, err := warehouse.Random(seed, table)
	if err != nil {
		return err
	}
	made, err := w.enter(ctx, seed, layout)
	if err != nil {
		return err
	}
	turns := int(seed % 1000)
	for i := range rules {
		c := oracle.RandomCase(rng, made.Data, rng.IntN(maxDepth+1))
		w.turn(turns + i)
		failure, err := w.compare(ctx, made, c)
		if err != nil {
			return err
		}
		if failure != nil {
			return w.shrink(ctx, seed, failure)
		}
	}
	return nil
}

// enter makes a world, with the past of a seed, and loads it into all executions.
func (w *worker) enter(ctx context.Context, seed uint64, layout *warehouse.Warehouse) (*world, error) {
	old := filepath.Join(w.dir, strconv.Itoa(w.worlds))
	w.worlds++
	made, err := newWorld(ctx, filepath.Join(w.dir, strconv.Itoa(w.worlds)), seed, layout)
	if err != nil {
		return nil, err
	}
	w.tally.entered(made)
	for _, x := range w.executions {
		if err := x.load(ctx, made); err != nil {
			return nil, fmt.Errorf("%s: %w", x.name(), err)
		}
	}
	return made, os.RemoveAll(old)
}

// compare asks all executions. It returns nil where they agree.
func (w *worker) compare(ctx context.Context, made *world, c *oracle.Case) (*failure, error) {
	q, err := ask(made, c)
	if err != nil {
		return nil, err
	}
	return w.compareQuestion(ctx, q), nil
}

// isOverflow reports whether an execution failed for a sum of too many digits: the
// index with its own error, the engines with theirs.
func isOverflow(err error) bool {
	var overflow *engine.OverflowError
	return errors.As(err, &overflow) || overflowText.MatchString(err.Error())
}

// overflowText is what DuckDB, PostgreSQL and Spark say of a number that does not
// fit.
var overflowText = regexp.MustCompile(`(?i)overflow|out of range|OUT_OF_RANGE|could not (cast|convert)`)

// compareQuestion asks all executions. It returns nil where they agree.
func (w *worker) compareQuestion(ctx context.Context, q *question) *failure {
	found := &failure{question: q}
	want, overflow, err := q.byOracle()
	if err != nil {
		found.add("oracle", fmt.Sprintf("fails: %v", err))
		return found
	}
	found.want = want
	w.tally.count(len(want), len(q.Table.Keys), overflow)
	for _, x := range w.executions {
		got, err := x.selects(ctx, q)
		if overflow && (err == nil || isOverflow(err)) {
			continue // whether an execution adds what the oracle did is its own affair
		}
		w.tally.answered(x.name(), err)
		switch {
		case errors.Is(err, errUnsupported):
		case err != nil:
			found.add(x.name(), fmt.Sprintf("fails: %v", err))
		default:
			found.compare(x.name(), got)
		}
	}
	if len(found.dissent) == 0 {
		return nil
	}
	return found
}
