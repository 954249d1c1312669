package main

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks"
	"github.com/rollcall-db/rollcall/federate/source"
)

// placeRule has every kind of node.
const placeRule = "(country = 'JP' or churn_score < 0.5 or interests any in ('golf')) and not return ever and " +
	"(purchase sum(amount) > 100 in last 400 days or page_view count >= 2 or last purchase in last 90 days)"

// checkAnswers compares what commands print of a source with what they print of a
// snapshot that was built from it.
func checkAnswers(t *testing.T, parent, uri string) {
	t.Helper()
	snap := filepath.Join(t.TempDir(), "examples.rollcall")
	if code, out, errs := rollcall(t, "build", "-c", parent, "-s", uri, "-o", snap); code != exitDone {
		t.Fatalf("build: exit code %d: %s%s", code, out, errs)
	}
	for _, command := range [][]string{
		{"fields"},
		{"fields", "--stats"},
		{"count", placeRule},
		{"list", placeRule, "--limit", "50"},
		{"list", "loyalty_tier = 'Gold'", "--columns", "email,lifetime_value"},
		{"list", "purchase in last 30 days", "--columns", "email, purchase count in rule, purchase where (amount > 20) sum(amount) in last 90 days as spent, last purchase, purchase count distinct days"},
		{"breakdown", placeRule, "--by", "country"},
		{"breakdown", placeRule, "--by", "lifetime_value", "--limit", "7"},
		{"breakdown", placeRule, "--by", "email_opt_in", "--limit", "1"},
		{"why", "c0001", placeRule},
		{"why", "c0002", placeRule},
		{"why", "c0033", placeRule},
		{"why", "c0001", "segment 'outer' or not segment 'outer' or segment 'inner'", "--segments", segmentsOf(t, placeRule)},
		{"why", "c0002", "segment 'inner' and segment 'outer' and segment 'inner'", "--segments", segmentsOf(t, placeRule)},
		{"sql", placeRule, "--dialect", "duckdb"},
	} {
		more := append(command[1:len(command):len(command)], "--as-of", examples.AsOf.Format(time.RFC3339), "--format", "json")
		want := answerOf(t, append([]string{command[0], snap}, more...)...)
		got := answerOf(t, append([]string{command[0], "-c", parent, "-s", uri}, more...)...)
		onlyIndexed(want, got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: a snapshot, then the source:\n%s", command, diff)
		}
	}
}

// segmentsOf returns a folder of a segment of a rule, and of one that refers to it twice.
func segmentsOf(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"inner": text, "outer": "not segment 'inner' or segment 'inner'"} {
		code, segment, errs := rollcall(t, "convert", text, "--to", "segment", "--name", name)
		if code != exitDone {
			t.Fatal(errs)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".yml"), []byte(segment), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// onlyIndexed removes from the statistics of fields how many values the snapshot has not
// counted: a source counts all.
func onlyIndexed(snapshot, source map[string]any) {
	wanted, _ := snapshot["attributes"].([]any)
	for i := range wanted {
		want, ok := wanted[i].(map[string]any)["stats"].(map[string]any)
		if !ok {
			continue
		}
		got := source["attributes"].([]any)[i].(map[string]any)["stats"].(map[string]any)
		if want["indexed"] == false {
			delete(got, "distinct")
		}
		delete(want, "indexed")
		delete(got, "indexed")
	}
}

// answerOf runs a command and returns its object without what differs between a
// snapshot and a source.
func answerOf(t *testing.T, args ...string) map[string]any {
	t.Helper()
	code, out, errs := rollcall(t, args...)
	if code != exitDone {
		t.Fatalf("%q: exit code %d: %s%s", args, code, out, errs)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(out), &object); err != nil {
		t.Fatalf("%q: %v: %s", args, err, out)
	}
	for _, name := range []string{"snapshot", "source", "elapsed_us", "last_updated"} {
		delete(object, name)
	}
	return object
}

func TestDatabricksAnswersAsASnapshot(t *testing.T) {
	w, parent := exampleWarehouse(t)
	folder := filepath.Join(t.TempDir(), "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	logIn(t, "oauth")
	checkAnswers(t, parent, serveWarehouse(t, folder).uri)
}

func TestPostgresAnswersAsASnapshot(t *testing.T) {
	w, parent := exampleWarehouse(t)
	checkAnswers(t, parent, postgresOf(t, w))
}

// liar is a warehouse that mistakes one word of every statement for another.
type liar struct {
	*databricks.Source
	word, other string
}

func (l *liar) Query(ctx context.Context, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return l.Source.Query(ctx, strings.ReplaceAll(statement, l.word, l.other))
}

// TestVerifyFindsALiar verifies a count of a source whose statements are not what its
// tables say.
func TestVerifyFindsALiar(t *testing.T) {
	w, parent := exampleWarehouse(t)
	folder := filepath.Join(t.TempDir(), "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	local := serveWarehouse(t, folder)
	logIn(t, "token")
	openers["liar"] = func(ctx context.Context, uri string) (source.Source, error) {
		s, err := databricks.Open(ctx, "databricks"+strings.TrimPrefix(uri, "liar"))
		if err != nil {
			return nil, err
		}
		return &liar{s, "'Gold'", "'Silver'"}, nil
	}
	t.Cleanup(func() { delete(openers, "liar") })
	uri := "liar" + strings.TrimPrefix(local.uri, "databricks")
	code, out, errs := rollcall(t, "count", "-c", parent, "-s", uri, "loyalty_tier = 'Gold'", "--verify", "--format", "json")
	var got ask.CountJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitNo {
		t.Fatalf("exit code %d, %v: %s%s", code, err, out, errs)
	}
	v := got.Verify
	if v.Agrees || v.SnapshotCount != 343 || v.OnlyInSource.Count != got.Count || v.OnlyInSnapshot.Count != 343 ||
		len(v.OnlyInSource.Keys) != maxDifferentKeys || len(v.OnlyInSnapshot.Keys) != maxDifferentKeys {
		t.Errorf("%s", out)
	}
	code, out, _ = rollcall(t, "count", "-c", parent, "-s", uri, "loyalty_tier = 'Gold'", "--verify")
	for _, want := range []string{
		" in the source, 343 in a snapshot of it: NOT the same customers\n", "only in the source: ",
		"only in the snapshot: 343 customers, the first c0",
	} {
		if code != exitNo || !strings.Contains(out, want) {
			t.Errorf("exit code %d, want %q in:\n%s", code, want, out)
		}
	}
}

func TestCompareKeys(t *testing.T) {
	text, whole := model.Type{Kind: model.String}, model.Type{Kind: model.Number, Repr: model.Int64}
	keys := func(err error, keys ...string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, key := range keys {
				if !yield(key, nil) {
					return
				}
			}
			if err != nil {
				yield("", err)
			}
		}
	}
	for _, c := range []struct {
		source, snapshot           []string
		key                        model.Type
		onlyInSource, onlySnapshot []string
	}{
		{nil, nil, text, []string{}, []string{}},
		{[]string{"a", "b"}, []string{"a", "b"}, text, []string{}, []string{}},
		{[]string{"a", "b", "d"}, []string{"b", "c"}, text, []string{"a", "d"}, []string{"c"}},
		{nil, []string{"x"}, text, []string{}, []string{"x"}},
		{[]string{"x"}, nil, text, []string{"x"}, []string{}},
		{[]string{"-5", "9", "10"}, []string{"9", "100"}, whole, []string{"-5", "10"}, []string{"100"}},
	} {
		v, err := compareKeys(keys(nil, c.source...), keys(nil, c.snapshot...), c.key)
		if err != nil {
			t.Fatal(err)
		}
		agrees := len(c.onlyInSource)+len(c.onlySnapshot) == 0
		if diff := cmp.Diff(c.onlyInSource, v.OnlyInSource.Keys) + cmp.Diff(c.onlySnapshot, v.OnlyInSnapshot.Keys); diff != "" ||
			v.Agrees != agrees || v.SnapshotCount != uint64(len(c.snapshot)) {
			t.Errorf("%v and %v: %+v\n%s", c.source, c.snapshot, v, diff)
		}
	}
	broken := errors.New("broken")
	for _, sides := range [][2]iter.Seq2[string, error]{
		{keys(broken), keys(nil, "a")}, {keys(broken, "a"), keys(nil)}, {keys(nil, "a"), keys(broken, "a")}, {keys(broken, "a"), keys(nil, "a", "b")},
	} {
		if _, err := compareKeys(sides[0], sides[1], text); !errors.Is(err, broken) {
			t.Errorf("%v, want the error of a side", err)
		}
	}
}
