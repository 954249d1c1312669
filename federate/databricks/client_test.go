package databricks

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

func TestQuery(t *testing.T) {
	for _, test := range []struct {
		name, statement, options string
		server                   dbtest.Options
		rows, largest            int64
	}{
		{"inline", "rows 5000", "cloud-fetch=false", dbtest.Options{}, 5000, 1000},
		{"several pages", "rows 20000", "", dbtest.Options{PageBytes: 50_000}, 20000, 1000},
		{"large batches", "rows 150000 batch 150000", "cloud-fetch=false", dbtest.Options{}, 150000, maxBatchRows},
		{"files", "rows 20000", "", dbtest.Options{CloudFetch: true, RowsPerLink: 3000, LinksPerPage: 2}, 20000, 3000},
		{"files with padding", "rows 20000", "", dbtest.Options{CloudFetch: true, RowsPerLink: 3000, PadRows: 17}, 20000, 3000},
		{"files that are not wanted", "rows 20000", "cloud-fetch=false", dbtest.Options{CloudFetch: true}, 20000, 3000},
		{"no rows", "rows 0", "", dbtest.Options{}, 0, 0},
		{"no rows, files", "rows 0", "", dbtest.Options{CloudFetch: true}, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWarehouse(t, test.server)
			c := connect(t, w.config(t, test.options, w.patEnv()))
			p, err := pullAll(t.Context(), c, test.statement)
			if err != nil {
				t.Fatal(err)
			}
			if p.rows != test.rows || p.sum != test.rows*(test.rows-1)/2 || p.largest > test.largest {
				t.Errorf("%d rows with sum %d, batches of up to %d; want %d and %d", p.rows, p.sum, p.largest, test.rows, test.largest)
			}
			if p.batches == 0 || p.schema.NumFields() != 2 || p.schema.Field(1).Type != arrow.BinaryTypes.String {
				t.Errorf("%d batches of schema %v", p.batches, p.schema)
			}
		})
	}
}
