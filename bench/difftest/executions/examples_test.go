package executions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// The example segments, each as a file in both shapes, and those that they refer
// to.
const (
	exampleFiles    = "../../../engine/rule/testdata/examples"
	exampleSegments = exampleFiles + "/segments"
)

// exampleNumbers are those of the examples: the others are beyond the language.
var exampleNumbers = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 26}

// TestExamples asks all executions the example segments, from both shapes. Each
// must select some of the customers, and as many as testdata/examples says.
func TestExamples(t *testing.T) {
	checkExamples(t, openWorker(t))
}

// TestSparkExamples asks Spark the example segments, each as a statement of its
// own.
func TestSparkExamples(t *testing.T) {
	checkExamples(t, &worker{t: t, dir: t.TempDir(), executions: []execution{&index{}, openSpark(t)}, tally: newTally()})
}

// checkExamples goes through testdata/examples. A command of it is
//
//	example n=2 [as_of=…] [zone=…]
//	----
//	100 of 2000: the canonical text of segment YAML
func checkExamples(t *testing.T, w *worker) {
	segments, err := rule.LoadLibrary(os.DirFS(exampleSegments))
	if err != nil {
		t.Fatal(err)
	}
	worlds := map[string]*world{} // by zone; the last one is loaded
	zone, missing := "", map[int]bool{}
	for _, n := range exampleNumbers {
		missing[n] = true
	}
	datadriven.RunTest(t, "testdata/examples", func(t *testing.T, d *datadriven.TestData) string {
		n, asOf, wanted := 0, examples.AsOf.Format(time.RFC3339Nano), examples.Timezone
		d.ScanArgs(t, "n", &n)
		for _, arg := range d.CmdArgs[1:] {
			switch arg.Key {
			case "as_of":
				d.ScanArgs(t, arg.Key, &asOf)
			case "zone":
				d.ScanArgs(t, arg.Key, &wanted)
			default:
				d.Fatalf(t, "argument %q, expected n, as_of or zone", arg.Key)
			}
		}
		if wanted != zone {
			zone, worlds[wanted] = wanted, exampleWorld(t, w, wanted)
		}
		at, err := time.Parse(time.RFC3339Nano, asOf)
		if err != nil {
			d.Fatalf(t, "as_of: %v", err)
		}
		delete(missing, n)
		return w.example(t, worlds[zone], n, at, segments)
	})
	if len(missing) > 0 {
		t.Errorf("testdata/examples lacks some examples: %v", missing)
	}
	t.Log(w.tally)
}

// exampleWorld makes the world of the examples in a time zone.
func exampleWorld(t *testing.T, w *worker, zone string) *world {
	t.Helper()
	layout, err := warehouse.Plain(examples.Table(zone))
	if err != nil {
		t.Fatal(err)
	}
	made, err := w.enter(t.Context(), plainSeed, layout)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// example asks an example in both shapes and returns what is said about it.
func (w *worker) example(t *testing.T, made *world, n int, asOf time.Time, segments *rule.Library) string {
	t.Helper()
	var said []string
	for _, ending := range []string{"segment.yml", "wire.json"} {
		name := fmt.Sprintf("%s/%02d.%s", exampleFiles, n, ending)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := rule.ParseFile(filepath.Base(name), text)
		if err != nil {
			t.Fatal(err)
		}
		c := &oracle.Case{Name: name, Table: made.Data, Rule: file.Rule.String(), AsOf: asOf}
		q, err := askRule(made, c, file.Rule, segments)
		if err != nil {
			t.Fatal(err)
		}
		w.turn(n)
		if failed := w.compareQuestion(t.Context(), q); failed != nil {
			t.Errorf("%s: %s", name, failed.short())
		}
		for _, x := range rewrittens() {
			if _, err := x.(*rewritten).again(q); err != nil {
				t.Errorf("%s, %s: %v", name, x.name(), err)
			}
		}
		keys, _, err := q.byOracle()
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) == 0 || len(keys) == len(made.Data.Keys) {
			t.Errorf("%s selects %d of %d customers: it tells nothing", name, len(keys), len(made.Data.Keys))
		}
		line := fmt.Sprintf("%d of %d: %s\n", len(keys), len(made.Data.Keys), file.Rule)
		if len(said) == 0 || said[0] != line {
			said = append(said, line)
		}
	}
	return strings.Join(said, "")
}
