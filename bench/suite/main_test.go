package suite

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine"
)

// world is a data set that the suites are asked of.
type world struct {
	name    string
	traits  int
	data    *fixture.Data
	queries map[string][]Query // by suite, as far as they are loaded
}

// workloadTraits is the number of attributes trait_1, trait_2, … of the workload.
const workloadTraits = 2

// A workload as it is generated, and one whose every event lies at or beside an end
// of a window.
var (
	generated = &world{name: "workload", traits: workloadTraits, data: fixture.New("workload", generate, parentYAML)}
	edges     = &world{name: "edges", traits: 1, data: fixture.New("edges", writeEdges, parentYAML)}
	worlds    = []*world{generated, edges}
)

// parentYAML is the parent segment that a workload has.
var parentYAML = []byte(`
name: Benchmark customers
timezone: UTC
master_table: {database: main, table: customers, key_column: customer_id}
behaviors:
  - {name: purchase, database: events, table: purchases, key_column: customer_id, timestamp_column: time}
  - {name: page_view, database: events, table: page_views, key_column: customer_id, timestamp_column: time}
  - {name: email_open, database: events, table: email_opens, key_column: customer_id, timestamp_column: time}
`)

func TestMain(m *testing.M) { os.Exit(fixture.Main(m, generated.data, edges.data)) }

func generate(ctx context.Context, dir string) error {
	shape := workload.Default(4000)
	shape.StringAttributes = workloadTraits
	_, err := workload.Generate(ctx, dir, shape, nil)
	return err
}

// dataset returns the data set as Load takes it.
func (w *world) dataset(t *testing.T) *workload.Dataset {
	t.Helper()
	d := &workload.Dataset{Dir: w.data.Warehouse(t)}
	d.Shape.StringAttributes = w.traits
	path := filepath.Join(d.Dir, "parent.yml")
	if _, err := os.Stat(path); err != nil {
		if err := os.WriteFile(path, parentYAML, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// load returns the queries of a suite, which are loaded once and not to be changed.
func (w *world) load(t *testing.T, suite string) []Query {
	t.Helper()
	if w.queries == nil {
		w.queries = map[string][]Query{}
	}
	if w.queries[suite] == nil {
		w.queries[suite] = w.loadAnew(t, suite)
	}
	return w.queries[suite]
}

func (w *world) loadAnew(t *testing.T, suite string) []Query {
	t.Helper()
	queries, err := Load(t.Context(), suite, w.dataset(t), workload.End)
	if err != nil {
		t.Fatal(err)
	}
	return queries
}

// open opens a snapshot until the end of the test.
func (w *world) open(t *testing.T) *engine.DB {
	t.Helper()
	db, err := engine.Open(w.data.Snapshot(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
