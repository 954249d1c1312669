package databricks

import (
	"os"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

var _ interface {
	source.Engine
} = (*Source)(nil)

var _ interface {
	source.Resumable
	source.Filterer
	source.Declarer
} = (*resumable)(nil)

// columns are all that the suite has.
func columns() []sourcetest.Column { return append(sourcetest.Scalars(), sourcetest.Lists()...) }

func makeDir(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestContract runs the suite of sources in each of the ways that results come.
func TestContract(t *testing.T) {
	for _, c := range []struct {
		name    string
		server  dbtest.Options
		options string
	}{
		{"inline pages", dbtest.Options{PageBytes: 100_000}, "&cloud-fetch=false"},
		{"cloud fetch", dbtest.Options{CloudFetch: true, RowsPerLink: 9_000, LinksPerPage: 3, PadRows: 7}, ""},
		{"parts", dbtest.Options{CloudFetch: true}, "&parts=5&parallel=3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sourcetest.Run(t, columns(), func(t *testing.T, tables map[model.TableRef]arrow.RecordBatch) source.Source {
				l := newLake(t, c.server)
				l.mount(t, tables)
				return l.open(t, c.options)
			}, sourcetest.Unordered())
		})
	}
}
