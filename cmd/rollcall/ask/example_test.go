package ask_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

// snapshot is the CDNOW snapshot; made before any test runs, since examples have
// nothing to make it with.
var snapshot string

func TestMain(m *testing.M) {
	snapshot = cdnowData.Snapshot(&setup{})
	os.Exit(fixture.Main(m, cdnowData))
}

// setup has TestMain make data with functions that take a test.
type setup struct{ testing.TB }

func (*setup) Helper()                           {}
func (*setup) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

func Example() {
	snap, err := ask.OpenSnapshot(snapshot, 0, nil) // one version, for any number of questions
	if err != nil {
		log.Fatal(err)
	}
	rule, err := ask.ParseRule(`loyalty_tier = 'Gold' and purchase in last 30 days`)
	if err != nil {
		log.Fatal(err)
	}
	q, err := ask.Ask(snap, rule, time.Date(1998, 7, 1, 0, 0, 0, 0, snap.Location()))
	if err != nil {
		log.Fatal(err) // what is wrong with the rule, and where
	}
	answer, err := q.Count(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	object := ask.NewCountJSON(answer) // what "rollcall count --format json" prints
	fmt.Println(object.Count, object.Rule)
	windows, err := json.Marshal(object.Windows)
	fmt.Println(string(windows), err)
	fmt.Println(snap.Close())
	// Output:
	// 315 loyalty_tier = 'Gold' and purchase in last 30 days
	// [{"condition":"purchase in last 30 days","from":"1998-06-01T00:00:00Z","to":"1998-07-01T00:00:00Z"}] <nil>
	// <nil>
}
