package workload

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOpen(t *testing.T) {
	d := dataset(t, small())
	again, err := Open(d.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, again); diff != "" {
		t.Errorf("what is read is not what was written (-written +read):\n%s", diff)
	}
	files, err := d.Files("events", "purchases")
	if diff := cmp.Diff([]string{filepath.Join(d.Dir, "events", "purchases", "part-0000.parquet")}, files); diff != "" || err != nil {
		t.Errorf("the files of purchases: %v\n%s", err, diff)
	}
	const want = ` has no table main.purchases; its tables are main.customers, events.purchases, events.page_views, events.email_opens`
	if _, err := d.Files("main", "purchases"); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("main.purchases: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	const part = "events/page_views/part-0000.parquet"
	for _, c := range []struct {
		name  string
		spoil func(dir string) error
		want  string
	}{
		{"no folder", os.RemoveAll, "there is no workload.json; a folder that rollcall-bench generate wrote was expected"},
		{"no description", removes("workload.json"), "there is no workload.json"},
		{"no parent segment", removes("parent.yml"), "the parent segment file parent.yml: "},
		{"a part file less", removes(part), "table events.page_views: it has 0 part files, and 1 by workload.json"},
		{"a table less", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "main/customers")) }, "table main.customers: "},
		{"a part file more", writes("events/page_views/part-0001.parquet", ""), "table events.page_views: it has 2 part files, and 1 by"},
		{"a part file cut", func(dir string) error { return os.Truncate(filepath.Join(dir, part), 1000) },
			"table events.page_views: its part files have 1000 bytes, and "},
		{"no JSON", writes("workload.json", "{"), "workload.json: unexpected end of JSON input"},
		{"no tables", writes("workload.json", `{"shape":{"customers":1,"days":1,"events_per_customer":1,"skew":2,"cardinality":1}}`), "workload.json: it has no tables"},
		{"no shape", writes("workload.json", "{}"), "workload.json: shape of the workload: customers is 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := dataset(t, small())
			if err := c.spoil(d.Dir); err != nil {
				t.Fatal(err)
			}
			_, err := Open(d.Dir)
			if err == nil || !strings.HasPrefix(err.Error(), "data set "+d.Dir+": "+c.want) {
				t.Errorf("%v\nwant\n\tdata set %s: %s", err, d.Dir, c.want)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil || errors.Is(err, os.ErrPermission) {
		t.Errorf("no folder: %v", err)
	}
}

// removes returns what removes a file of a data set.
func removes(name string) func(string) error {
	return func(dir string) error { return os.Remove(filepath.Join(dir, name)) }
}

// writes returns what writes a file of a data set.
func writes(name, text string) func(string) error {
	return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644) }
}
