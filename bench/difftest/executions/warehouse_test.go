package executions

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	local "github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// localWarehouse is the warehouse that runs the SQL of Databricks on DuckDB, over
// the files of a world.
type localWarehouse struct {
	of *local.Warehouse
}

func (*localWarehouse) name() string { return "warehouse" }

func (l *localWarehouse) load(ctx context.Context, w *world) error {
	if err := l.close(); err != nil {
		return err
	}
	var err error
	if l.of, err = local.Open(nil); err != nil {
		return err
	}
	return l.of.Mount(ctx, local.DefaultCatalog, w.files)
}

func (l *localWarehouse) selects(ctx context.Context, q *question) (keys []string, err error) {
	statement, err := q.sqlFor(sqlgen.Databricks)
	if err != nil {
		return nil, err
	}
	s, err := l.of.OpenSession(ctx, "", "", map[string]string{"timezone": "Asia/Kolkata"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	result, err := s.Query(ctx, statement, nil)
	if err != nil {
		return nil, err
	}
	defer result.Reader.Release()
	for result.Reader.Next() {
		column := result.Reader.RecordBatch().Column(0)
		for i := range column.Len() {
			keys = append(keys, column.ValueStr(i))
		}
	}
	slices.Sort(keys)
	return keys, result.Reader.Err()
}

func (l *localWarehouse) close() error {
	if l.of == nil {
		return nil
	}
	return l.of.Close()
}

// openLocalWarehouse returns a warehouse until the end of the test.
func openLocalWarehouse(t *testing.T) *localWarehouse {
	t.Helper()
	l := &localWarehouse{}
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// warehouseRules is how many random rules TestWarehouse makes.
const warehouseRules = 320

// TestWarehouse compares the local warehouse with the oracle on random rules. As
// it reads what Databricks reads, and nothing else reads that here but Spark, it
// keeps the dialect honest where there is no Spark.
func TestWarehouse(t *testing.T) {
	w := &worker{t: t, dir: t.TempDir(), executions: []execution{openLocalWarehouse(t)}, tally: newTally()}
	s := readSettings(t, warehouseRules)
	start := time.Now()
	for n := 0; n*rulesPerWorld < s.rules && !t.Failed(); n++ {
		seed := s.seed + uint64(n)
		if err := w.run(t.Context(), seed, min(rulesPerWorld, s.rules-n*rulesPerWorld)); err != nil {
			t.Errorf("ROLLCALL_SEED=%d: %v", seed, err)
		}
	}
	t.Logf("%s\nin %.1f s", w.tally, time.Since(start).Seconds())
}

// TestWarehouseExamples asks the local warehouse the example segments.
func TestWarehouseExamples(t *testing.T) {
	checkExamples(t, &worker{t: t, dir: t.TempDir(), executions: []execution{openLocalWarehouse(t)}, tally: newTally()})
}
