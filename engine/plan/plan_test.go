package plan_test

import (
	"fmt"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/bench/fixture"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

var cdnowData = fixture.New("cdnow", cdnow.WriteWarehouse, cdnow.ParentYAML())

func TestMain(m *testing.M) { os.Exit(fixture.Main(m, cdnowData)) }

// TestPlans plans the rules of testdata over CDNOW: "plan as-of=TIME", the
// rule, and the program's steps with their structure and estimate, of a sequence the
// times of the events that are looked at, its windows and its warnings. With "kept-from=TIME" the snapshot keeps no older events.
func TestPlans(t *testing.T) {
	s, err := store.Open(cdnowData.Snapshot(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	segments := library(t,
		[2]string{"Buyers", "purchase in last 60 days"},
		[2]string{"Lists/Gold buyers", "loyalty_tier = 'Gold' and segment 'Buyers'"},
	)
	plans := func(t *testing.T, d *datadriven.TestData) string {
		var asOf string
		d.ScanArgs(t, "as-of", &asOf)
		at, err := window.ParseAsOf(asOf, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		behavior := &s.Manifest().Behaviors[0]
		if behavior.KeptFrom = nil; d.HasArg("kept-from") {
			var from string
			d.ScanArgs(t, "kept-from", &from)
			since, err := window.ParseAsOf(from, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			micros := since.UnixMicro()
			behavior.KeptFrom = &micros
		}
		parsed, err := rule.Parse(d.Input)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := rule.Check(parsed, s.Schema(), segments)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.New(t.Context(), s, checked, at, plan.Choice{})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		writeSteps(&b, p.Root, 0)
		for _, w := range p.Windows {
			fmt.Fprintf(&b, "window of %s: %s\n", w.Condition, intervalText(w.Interval))
		}
		for _, w := range p.Warnings {
			fmt.Fprintf(&b, "warning: %s\n", w)
		}
		return b.String()
	}
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) { datadriven.RunTest(t, path, plans) })
}

// library makes a library of segments given as path and rule.
func library(t *testing.T, segments ...[2]string) *rule.Library {
	t.Helper()
	var files []*rule.SegmentFile
	for _, s := range segments {
		r, err := rule.Parse(s[1])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &rule.SegmentFile{Path: s[0], Name: path.Base(s[0]), Rule: r})
	}
	return rule.NewLibrary(files)
}

// writeSteps writes a node and, indented, those below it.
func writeSteps(b *strings.Builder, n *plan.Node, depth int) {
	fmt.Fprintf(b, "%s%s: %s, %d bytes\n", strings.Repeat("  ", depth), n.Cond.Text(), n.Access, n.Bytes)
	for i, step := range n.Steps {
		fmt.Fprintf(b, "%s  step %d: %s\n", strings.Repeat("  ", depth), i+1, intervalText(step.Span))
	}
	for _, kid := range n.Kids {
		writeSteps(b, kid, depth+1)
	}
}

func intervalText(in window.Interval) string {
	lo, hi := "the beginning", "the end"
	if t, ok := in.LoTime(); ok {
		lo = t.Format(time.RFC3339Nano)
	}
	if t, ok := in.HiTime(); ok {
		hi = t.Format(time.RFC3339Nano)
	}
	return lo + " to " + hi
}
