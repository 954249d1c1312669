package federate_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

// world is a warehouse in a folder, the customers that a snapshot of it holds, and
// the place in front of it.
type world struct {
	*warehouse.Warehouse
	place *federate.Place
	dir   string       // of the snapshot
	rows  []engine.Row // all customers with all attributes, in order of their keys
	row   []int        // of Data, by position in rows
}

// newWorld lays a warehouse out as files, builds its snapshot, and opens the place
// with open.
func newWorld(t *testing.T, w *warehouse.Warehouse, open func(t *testing.T, w *warehouse.Warehouse, files string) source.Engine) *world {
	t.Helper()
	dir := t.TempDir()
	folder := filepath.Join(dir, "files")
	if err := w.WriteParquet(folder); err != nil {
		t.Fatal(err)
	}
	made := &world{
		Warehouse: w, dir: filepath.Join(dir, "data.rollcall"),
		place: &federate.Place{Engine: open(t, w, folder), Schema: w.Data.Schema, Layout: w.Layout},
	}
	db := snapshot(t, w.Parent, folder, made.dir)
	made.rows = rowsOf(t, db, everybody(w.Data.Schema), time.Now())
	at := map[string]int{}
	for i, key := range w.Data.Keys {
		at[fmt.Sprint(key)] = i
	}
	for _, row := range made.rows {
		made.row = append(made.row, at[row.Key])
	}
	if len(made.rows) != len(w.Data.Keys) {
		t.Fatalf("the snapshot holds %d customers, expected %d", len(made.rows), len(w.Data.Keys))
	}
	return made
}

// everybody is a rule that selects all customers.
func everybody(s *model.Schema) string {
	name := `"` + strings.ReplaceAll(s.Attributes[0].Name, `"`, `""`) + `"`
	return name + " is null or " + name + " is not null"
}

// snapshot builds a snapshot of a folder and opens it until the end of the test.
func snapshot(t *testing.T, parent *model.ParentSegment, folder, dir string) *engine.DB {
	t.Helper()
	src, err := files.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ingest.Build(t.Context(), parent, src, dir, nil)
	if err := errors.Join(err, src.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// rowsOf returns the customers of a rule by a snapshot, with all attributes.
func rowsOf(t *testing.T, db *engine.DB, text string, asOf time.Time) []engine.Row {
	t.Helper()
	q, err := db.Query(text)
	if err != nil {
		t.Fatal(err)
	}
	var rows []engine.Row
	for row, err := range q.At(asOf).Rows(t.Context(), attributeNames(db.Schema())...) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func attributeNames(s *model.Schema) []string {
	names := make([]string, len(s.Attributes))
	for i, a := range s.Attributes {
		names[i] = a.Name
	}
	return names
}

// checker compares answers in place with the customers that are to be selected.
type checker struct {
	*testing.T
	place   *federate.Place
	checked *rule.Checked
	asOf    time.Time
	want    []engine.Row // in order of their keys
}

// errorf reports a difference.
func (c *checker) errorf(format string, args ...any) {
	c.Helper()
	statement, err := federate.SQL(c.Context(), c.place, c.checked, c.asOf)
	if err != nil {
		statement = err.Error()
	}
	c.Fatalf("rule %s\nas_of %s, zone %s\n%s\n%s", c.checked, c.asOf.Format(time.RFC3339Nano), c.checked.Location, fmt.Sprintf(format, args...), statement)
}

// check compares all that gives customers.
func (c *checker) check() {
	c.Helper()
	count, err := federate.Count(c.Context(), c.place, c.checked, c.asOf)
	if err != nil || count != uint64(len(c.want)) {
		c.errorf("count: got %d, %v, want %d", count, err, len(c.want))
	}
	var keys, wantKeys []string
	for _, row := range c.want {
		wantKeys = append(wantKeys, row.Key)
	}
	for key, err := range federate.KeysOf(c.Context(), c.place, c.checked, c.asOf) {
		if err != nil {
			c.errorf("keys: %v", err)
		}
		keys = append(keys, key)
	}
	if !slices.Equal(keys, wantKeys) {
		c.errorf("keys: got %q, want %q", keys, wantKeys)
	}
	c.checkAudience()
	c.checkList(3)
	c.checkList(len(c.want) + 1)
	for i := range c.place.Schema.Attributes {
		c.checkGroups(i)
	}
}

// checkAudience compares the values of all attributes.
func (c *checker) checkAudience() {
	c.Helper()
	s := c.place.Schema
	schema, err := federate.AudienceSchema(c.place, c.checked, attributeNames(s)...)
	if err != nil {
		c.errorf("schema: %v", err)
	}
	at := 0
	for batch, err := range federate.Audience(c.Context(), c.place, c.checked, c.asOf, attributeNames(s)...) {
		if err != nil {
			c.errorf("audience: %v", err)
		}
		if !batch.Schema().Equal(schema) {
			c.errorf("audience: got the schema %s, want %s", batch.Schema(), schema)
		}
		for i := range s.Attributes {
			values, err := column.NewVector(s.Attributes[i].Type, batch.Column(i+1))
			if err != nil {
				c.errorf("audience: %v", err)
			}
			for row := range values.Len() {
				if got, want := values.Value(row), c.want[at+row].Values[i]; textOf(got) != textOf(want) {
					c.errorf("audience: %s of %s: got %v, want %v", s.Attributes[i].Name, c.want[at+row].Key, got, want)
				}
			}
		}
		at += int(batch.NumRows())
	}
	if at != len(c.want) {
		c.errorf("audience: got %d customers, want %d", at, len(c.want))
	}
}

// textOf returns a value as text that differs where values do.
func textOf(v any) string { return fmt.Sprintf("%T %v", v, v) }

// checkList compares the first customers.
func (c *checker) checkList(limit int) {
	c.Helper()
	rows, count, err := federate.List(c.Context(), c.place, c.checked, c.asOf, limit, c.place.Schema.Attributes[0].Name)
	if err != nil || count != uint64(len(c.want)) {
		c.errorf("list: got %d customers in all, %v, want %d", count, err, len(c.want))
	}
	var want []engine.Row
	for _, row := range c.want[:min(limit, len(c.want))] {
		want = append(want, engine.Row{Key: row.Key, Values: row.Values[:1]})
	}
	if textOf(rows) != textOf(want) {
		c.errorf("list: got %v, want %v", rows, want)
	}
}

// checkGroups compares the breakdown by an attribute.
func (c *checker) checkGroups(attribute int) {
	c.Helper()
	const limit = 4
	of := c.place.Schema.Attributes[attribute]
	if of.Type.IsArray() {
		return // compared with a snapshot, by checkElements
	}
	got, err := federate.Breakdown(c.Context(), c.place, c.checked, c.asOf, of.Name, limit)
	var unsupported *federate.UnsupportedError
	if errors.As(err, &unsupported) && of.Type.Kind == model.Timestamp {
		return
	}
	if err != nil {
		c.errorf("breakdown by %s: %v", of.Name, err)
	}
	counts, null := map[string]uint64{}, uint64(0)
	for _, row := range c.want {
		switch v := row.Values[attribute]; v {
		case nil:
			null++
		case 0.0:
			counts[textOf(0.0)]++
		default:
			counts[textOf(v)]++
		}
	}
	if got.Customers != uint64(len(c.want)) || got.Null != null || got.Distinct != uint64(len(counts)) || len(got.Groups) != min(limit, len(counts)) {
		c.errorf("breakdown by %s: got %+v, want %d customers, %d NULL, %v", of.Name, got, len(c.want), null, counts)
	}
	var most []uint64
	for _, n := range counts {
		most = append(most, n)
	}
	slices.Sort(most)
	slices.Reverse(most)
	for i, g := range got.Groups {
		if counts[textOf(g.Value)] != g.Customers || g.Customers != most[i] {
			c.errorf("breakdown by %s: got %v with %d customers, want %d; the order of sizes is %v", of.Name, g.Value, g.Customers, counts[textOf(g.Value)], most)
		}
	}
}

// checkReasons compares the truth of every condition for a customer with what the
// oracle says.
func (c *checker) checkReasons(data *oracle.Table, key string, row int) {
	c.Helper()
	reason, err := federate.Why(c.Context(), c.place, c.checked, c.asOf, key)
	if err != nil {
		c.errorf("why %s: %v", key, err)
	}
	c.checkReason(data, row, c.checked.Root, *reason)
}

func (c *checker) checkReason(data *oracle.Table, row int, cond rule.Cond, reason federate.Reason) {
	c.Helper()
	selected, err := oracle.Select(data, &rule.Checked{Root: cond, Schema: c.checked.Schema, Location: c.checked.Location}, c.asOf)
	if err != nil {
		c.errorf("oracle: %v", err)
	}
	if reason.Condition != cond.Text() || reason.True != selected[row] {
		c.errorf("why %v: got %t for %s, want %t for %s", data.Keys[row], reason.True, reason.Condition, selected[row], cond.Text())
	}
	var below []rule.Cond
	kind := "behavior"
	switch cond := cond.(type) {
	case *rule.SequenceTest:
		c.checkSteps(data, row, cond, reason)
		return
	case *rule.And:
		kind, below = "and", cond.Conds
	case *rule.Or:
		kind, below = "or", cond.Conds
	case *rule.Not:
		kind, below = "not", []rule.Cond{cond.Cond}
	case *rule.SegmentTest:
		kind = "segment"
		if len(reason.Reasons) > 0 { // met first
			below = []rule.Cond{cond.Segment.Root}
		}
	case *rule.AttributeTest:
		kind = "attribute"
		for i, r := range c.want {
			if r.Key == fmt.Sprint(data.Keys[row]) && textOf(reason.Value) != textOf(c.want[i].Values[cond.Attribute]) {
				c.errorf("why %s: got the value %v, want %v", r.Key, reason.Value, c.want[i].Values[cond.Attribute])
			}
		}
	}
	if reason.Kind != kind || len(reason.Reasons) != len(below) {
		c.errorf("why: got %s of %d, want %s of %d", reason.Kind, len(reason.Reasons), kind, len(below))
	}
	for i, b := range below {
		c.checkReason(data, row, b, reason.Reasons[i])
	}
}

// checkSteps compares the truth of every step of a sequence with that of the part of
// the sequence that it stands for.
func (c *checker) checkSteps(data *oracle.Table, row int, cond *rule.SequenceTest, reason federate.Reason) {
	c.Helper()
	if reason.Kind != "sequence" || len(reason.Reasons) != len(cond.Steps) {
		c.errorf("why: got %s of %d, want sequence of %d", reason.Kind, len(reason.Reasons), len(cond.Steps))
	}
	for i := range cond.Steps {
		end := i + 1
		if next := slices.IndexFunc(cond.Steps[i:], func(s rule.SequenceStep) bool { return !s.Absent }); next > 0 {
			end += next
		}
		part := &rule.Checked{Root: &rule.SequenceTest{Steps: cond.Steps[:end]}, Schema: c.checked.Schema, Location: c.checked.Location}
		selected, err := oracle.Select(data, part, c.asOf)
		if err != nil {
			c.errorf("oracle: %v", err)
		}
		step := reason.Reasons[i]
		if step.Kind != "step" || step.Condition != cond.Steps[i].Text() || step.True != selected[row] {
			c.errorf("why %v: got %+v for step %d, want %t", data.Keys[row], step, i, selected[row])
		}
	}
}
