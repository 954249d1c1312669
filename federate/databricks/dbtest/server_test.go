package dbtest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

func TestPullsWhole(t *testing.T) {
	for name, c := range map[string]struct {
		server dbtest.Options
		driver string
		query  string
		rows   int64
	}{
		"one page":              {dbtest.Options{}, "", "rows 1000", 1000},
		"no rows":               {dbtest.Options{}, "", "rows 0", 0},
		"pages":                 {dbtest.Options{}, "maxRows=700", "rows 20000", 20000},
		"pages of whole":        {dbtest.Options{}, "maxRows=2500", "rows 20000", 20000},
		"small pages by bytes":  {dbtest.Options{PageBytes: 1 << 10}, "", "rows 5000 batch 100", 5000},
		"polled":                {dbtest.Options{DirectWait: -1}, "maxRows=5000", "rows 20000", 20000},
		"polled, no rows":       {dbtest.Options{DirectWait: -1}, "", "rows 0", 0},
		"cloud fetch":           {dbtest.Options{CloudFetch: true, RowsPerLink: 1500, LinksPerPage: 3}, "", "rows 20000", 20000},
		"cloud fetch, one page": {dbtest.Options{CloudFetch: true}, "", "rows 500", 500},
		"cloud fetch, no rows":  {dbtest.Options{CloudFetch: true}, "", "rows 0", 0},
		"cloud fetch, padded":   {dbtest.Options{CloudFetch: true, RowsPerLink: 1500, PadRows: 2000}, "", "rows 20000", 20000},
		"cloud fetch refused":   {dbtest.Options{CloudFetch: true}, "useCloudFetch=false&maxRows=3000", "rows 20000", 20000},
		"cloud fetch, polled":   {dbtest.Options{CloudFetch: true, DirectWait: -1, RowsPerLink: 7000}, "", "rows 20000", 20000},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, c.server)
			got, err := pull(t, w.connect(t, c.driver), c.query)
			if err != nil {
				t.Fatal(err)
			}
			if got.rows != c.rows || got.sum != sumTo(c.rows) {
				t.Errorf("%d rows of sum %d, want %d of %d", got.rows, got.sum, c.rows, sumTo(c.rows))
			}
		})
	}
}

func TestSendsTypes(t *testing.T) {
	w := start(t, dbtest.Options{})
	for options, price := range map[string]string{
		"":                           "utf8 DECIMAL(10,2)",
		"useArrowNativeDecimal=true": "decimal(10, 2) DECIMAL(10,2)",
	} {
		got, err := pull(t, w.connect(t, options), "rows 3")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"id", "name", "price", "at", "tags"}, got.names); diff != "" {
			t.Error(diff)
		}
		want := []string{
			"int64 BIGINT", "utf8 STRING", price, "timestamp[us, tz=Etc/UTC] TIMESTAMP", "list<item: utf8, nullable> ARRAY<VARCHAR(9)>",
		}
		if diff := cmp.Diff(want, got.types); diff != "" {
			t.Errorf("%s: %s", options, diff)
		}
	}
}

func TestReadsAheadOnePageAndABatch(t *testing.T) {
	w := start(t, dbtest.Options{})
	db := w.connect(t, "maxRows=3000")
	rows, err := db.QueryContext(t.Context(), "rows 100000")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := w.engine.read.Load(), int64(4); got != want {
		t.Errorf("%d batches of 1,000 rows were read for a page of 3,000, want %d", got, want)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestWaitsForSlowStatements(t *testing.T) {
	w := start(t, dbtest.Options{DirectWait: 10 * time.Millisecond})
	got, err := pull(t, w.connect(t, ""), "rows 2000 delay 100ms")
	if err != nil || got.rows != 2000 {
		t.Fatalf("%+v (%v), want 2,000 rows", got, err)
	}
}
