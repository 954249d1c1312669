package workload

import (
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

// instants returns the column time of a table of a data set, in the order of its
// rows, as rollcall reads them.
func instants(t *testing.T, d *Dataset, table string) []int64 {
	t.Helper()
	src, err := files.Open(d.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, err := src.Table(t.Context(), model.TableRef{Schema: "events", Table: table})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := sourcetest.Collect(t.Context(), found, "time")
	if err != nil {
		t.Fatal(err)
	}
	times, ok := batch.Column(0).(*array.Timestamp)
	if !ok {
		t.Fatalf("the column time is of type %s", batch.Column(0).DataType())
	}
	at := make([]int64, times.Len())
	for i, v := range times.TimestampValues() {
		at[i] = int64(v)
	}
	return at
}

// checkInstants wants as many ascending instants as a table has rows, in [lo, hi).
func checkInstants(t *testing.T, d *Dataset, lo, hi int64) {
	t.Helper()
	for _, table := range d.Tables {
		if table.Schema != "events" {
			continue
		}
		at := instants(t, d, table.Name)
		if int64(len(at)) != table.Rows {
			t.Errorf("%s has %d rows, want %d", table.Name, len(at), table.Rows)
		}
		last := lo
		for i, v := range at {
			if v < last || v >= hi {
				t.Fatalf("%s: row %d is at %d, after one at %d; want ascending instants in [%d, %d)", table.Name, i, v, last, lo, hi)
			}
			last = v
		}
	}
}

// TestOrder reads tables of several part files with several row groups each.
func TestOrder(t *testing.T) {
	s := small()
	d, err := generate(t.Context(), filepath.Join(t.TempDir(), "data"), s, manyParts, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkInstants(t, d, End.AddDate(0, 0, -s.Days).UnixMicro(), End.UnixMicro())
}

// TestDays wants the days behind the workload to go on with it.
func TestDays(t *testing.T) {
	s := small()
	whole := dataset(t, s)
	for _, day := range []int{0, 1, 30} {
		d, err := GenerateDay(t.Context(), filepath.Join(t.TempDir(), "day"), s, day)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(d.Dir); err != nil {
			t.Error(err)
		}
		lo := End.AddDate(0, 0, day)
		checkInstants(t, d, lo.UnixMicro(), lo.AddDate(0, 0, 1).UnixMicro())
		if len(d.Tables) != 3 {
			t.Errorf("day %d has %d tables, want 3", day, len(d.Tables))
		}
		for i, table := range d.Tables {
			perDay := whole.Tables[i+1].Rows / int64(s.Days)
			if table.Name != whole.Tables[i+1].Name || table.Rows < perDay || table.Rows > perDay+1 || table.Files != 1 {
				t.Errorf("day %d has %+v; %d rows of %s in 1 file were expected", day, table, perDay, whole.Tables[i+1].Name)
			}
			paths, err := d.Files("events", table.Name)
			if want := partName(whole.Tables[i+1].Files + day); err != nil || len(paths) != 1 || filepath.Base(paths[0]) != want {
				t.Errorf("day %d: the files of %s are %q, %v; want %s", day, table.Name, paths, err, want)
			}
		}
		db, a := duck(t, d), newActivity(s)
		ids, err := db.QueryContext(t.Context(), "SELECT customer_id FROM purchases")
		if err != nil {
			t.Fatal(err)
		}
		for ids.Next() {
			var id uint64
			if err := ids.Scan(&id); err != nil {
				t.Fatal(err)
			}
			if id < 1 || id > uint64(s.Customers) || a.lapsed(id-1, End.UnixMicro()) {
				t.Errorf("day %d: customer %d is none, or has lapsed", day, id)
			}
		}
		if err := ids.Err(); err != nil {
			t.Error(err)
		}
	}
}
