package federate_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// exampleFiles has the example segments, and those that they refer to.
const exampleFiles = "../engine/rule/testdata/examples"

// exampleNumbers are those of the examples: the others are beyond the language.
var exampleNumbers = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 26}

// TestExamples asks the example segments in place and of a snapshot.
func TestExamples(t *testing.T) { checkExamples(t, duckPlace) }

// checkExamples compares all answers about the example segments with those of a
// snapshot.
func checkExamples(t *testing.T, open func(t *testing.T, w *warehouse.Warehouse, files string) source.Engine) {
	t.Helper()
	segments, err := rule.LoadLibrary(os.DirFS(filepath.Join(exampleFiles, "segments")))
	if err != nil {
		t.Fatal(err)
	}
	layout, err := warehouse.Plain(examples.Table(examples.Timezone))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, layout, open)
	for _, n := range exampleNumbers {
		checked, err := rule.Check(example(t, n), w.Data.Schema, segments)
		if err != nil {
			t.Fatal(err)
		}
		selected, err := oracle.Select(w.Data, checked, examples.AsOf)
		if err != nil {
			t.Fatal(err)
		}
		x := &checker{T: t, place: w.place, checked: checked, asOf: examples.AsOf}
		for i, row := range w.rows {
			if selected[w.row[i]] {
				x.want = append(x.want, row)
			}
		}
		x.check()
		for i, row := range w.rows[n : n+2] {
			x.checkReasons(w.Data, row.Key, w.row[n+i])
		}
	}
}

// example returns the rule of an example.
func example(t *testing.T, n int) *rule.Rule {
	t.Helper()
	name := fmt.Sprintf("%02d.segment.yml", n)
	text, err := os.ReadFile(filepath.Join(exampleFiles, name))
	if err != nil {
		t.Fatal(err)
	}
	file, err := rule.ParseFile(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return file.Rule
}

// TestCDNOW asks rules about real customers in place and of a snapshot that is
// built of the same files.
func TestCDNOW(t *testing.T) {
	dir := t.TempDir()
	place := cdnowPlace(t, dir)
	parent, err := model.Parse("parent.yml", cdnow.ParentYAML())
	if err != nil {
		t.Fatal(err)
	}
	db := snapshot(t, parent, dir, filepath.Join(t.TempDir(), "cdnow.rollcall"))
	asOf := time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{
		"lifetime_value > 100 and purchase in last 90 days",
		"purchase count >= 3 and not (purchase in last 180 days)",
		"purchase sum(amount) between 50 and 60",
		"loyalty_tier = 'Gold' or cohort = '1997-02' and last_purchase_date in last 200 days",
	} {
		r, err := rule.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := rule.Check(r, place.Schema, nil)
		if err != nil {
			t.Fatal(err)
		}
		x := &checker{T: t, place: place, checked: checked, asOf: asOf, want: rowsOf(t, db, text, asOf)}
		x.check()
		if len(x.want) == 0 {
			t.Errorf("%s selects nobody: it tells nothing", text)
		}
	}
}

// resolved returns the place of a parent segment in a source.
func resolved(t *testing.T, parent *model.ParentSegment, src source.Source, asOf time.Time) *federate.Place {
	t.Helper()
	schema, layout, err := ingest.Resolve(t.Context(), parent, src, asOf)
	if err != nil {
		t.Fatal(err)
	}
	place, err := federate.At(src, schema, layout)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// TestFilesHaveNoEngine checks what a folder of files says.
func TestFilesHaveNoEngine(t *testing.T) {
	src, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []source.Source{src, source.NewNamed(map[string]source.Source{"": src})} {
		_, err := federate.At(s, &model.Schema{}, &model.Layout{})
		var missing *federate.NoEngineError
		want := "NO_SQL_ENGINE: " + src.URI() + " runs no SQL, so rules cannot be asked there; build a snapshot of it and ask there"
		if !errors.As(err, &missing) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
