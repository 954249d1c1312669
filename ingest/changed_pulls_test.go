package ingest

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// roster is a master table with a filter and an attribute, and a table of another
// attribute, in a warehouse. Rows are "id in tier" and "id score"; a dash is NULL.
func roster(t *testing.T, w *warehouse, members, traits []string) (*model.ParentSegment, memorySource) {
	t.Helper()
	rows := func(lines []string, columns ...string) string {
		all := []map[string]any{}
		for _, line := range lines {
			row := map[string]any{}
			for i, word := range strings.Fields(line) {
				switch {
				case word == "-":
					row[columns[i]] = nil
				case columns[i] == "in":
					row[columns[i]] = word == "yes"
				default:
					row[columns[i]] = word
				}
			}
			all = append(all, row)
		}
		return asJSON(all)
	}
	src := memorySource{
		"db.members": newTable([]arrow.Field{field("id", text), field("in", boolean), field("tier", text)}, rows(members, "id", "in", "tier")),
		"db.traits":  newTable([]arrow.Field{field("id", text), field("score", text)}, rows(traits, "id", "score")),
	}
	w.update(t, src)
	p := &model.ParentSegment{
		Name: "Roster", Timezone: "UTC",
		Master: model.Master{
			Table: model.TableRef{Schema: "db", Table: "members"}, KeyColumn: "id", Columns: []string{"tier"},
			Filters: []model.ColumnFilter{{Column: "in", Values: []string{"true"}}},
		},
		Attributes: []model.AttributeSource{{Name: "score", Table: model.TableRef{Schema: "db", Table: "traits"}, KeyColumn: "id", ValueColumn: "score"}},
	}
	return p, src
}

// rosterRows are rows that change.
type rosterRows []string

// with returns the lines without those that begin with one of some words, and with
// others.
func (l rosterRows) with(without string, others ...string) rosterRows {
	left := rosterRows{}
	for _, line := range l {
		if word, _, _ := strings.Cut(line, " "); !strings.Contains(" "+without+" ", " "+word+" ") {
			left = append(left, line)
		}
	}
	return append(left, others...)
}

// TestOnlyChangedRowsArePulled follows what refreshes read of a master table and of a
// table of attributes. Of the master table that is read twice, for who is a customer
// and for what is known of them.
func TestOnlyChangedRowsArePulled(t *testing.T) {
	members := rosterRows{"a yes x", "b yes x", "c yes x", "d yes x", "e yes x", "f yes x", "g yes x", "h yes x", "i no x", "j no x"}
	traits := rosterRows{"a 1", "b 2", "c 3", "d 4", "e 5", "f 6", "g 7"}
	w := newWarehouse(1)
	dir := filepath.Join(t.TempDir(), "snap")
	for _, step := range []struct {
		what    string
		do      func()
		members int64 // pulled
		traits  int64
		want    string
	}{
		{"first", func() {}, 8 + 8, 7, "master 10+0-0; score 7+0-0; tier 10+0-0"},
		{"a value of each", func() { members, traits = members.with("a", "a yes y"), traits.with("b", "b 0") }, 4, 2, "master 1+9-1; score 1+6-1; tier 1+9-1"},
		{"back again, in two versions", func() {
			members, traits = members.with("a", "a yes x"), traits.with("b", "b 1")
			roster(t, w, members, traits)
			members, traits = members.with("a", "a yes y"), traits.with("b", "b 0")
		}, 8, 4, "master 2+8-2; score 2+5-2; tier 2+8-2"},
		{"one is not in any more, one is now", func() { members = members.with("c i", "c no x", "i yes z") }, 4, 0, "master 2+8-2; score 0+7-0; tier 2+8-2"},
		{"one leaves, and so does a row of another", func() { members, traits = members.with("d"), traits.with("e") }, 2, 1, "master 0+9-1; score 0+6-1; tier 0+9-1"},
		{"the row comes for another, who may have one without values", func() { traits = traits.with("", "h 5") }, 0, 2, "master 0+9-0; score 1+6-0; tier 0+9-0"},
		{"one joins, with a row", func() { members, traits = members.with("", "k yes x"), traits.with("", "k 9") }, 2, 1, "master 1+9-0; score 1+7-0; tier 1+9-0"},
		{"one comes back, whose row has been there", func() { members = members.with("", "d yes w") }, 2, 0, "master 1+10-0; score 0+8-0; tier 1+10-0"},
		{"a row of nobody", func() { traits = traits.with("", "z 1") }, 0, 1, "master 0+11-0; score 1+8-0; tier 0+11-0"},
		{"one joins, and the rows of nobody may be his", func() { members = members.with("", "m yes x") }, 2, 0, "master 1+11-0; score 0+9-0; tier 1+11-0"},
		{"nobody joins, and has a row", func() { members = members.with("", "z yes x") }, 2, 1, "master 1+12-0; score 1+8-0; tier 1+12-0"},
		{"there are no rows of nobody any more", func() { members = members.with("", "n yes x") }, 2, 0, "master 1+13-0; score 0+9-0; tier 1+13-0"},
		{"one leaves, and a row of his changes", func() { members, traits = members.with("a"), traits.with("a", "a 0") }, 2, 2, "master 0+13-1; score 1+8-1; tier 0+13-1"},
		{"he comes back, whose row was changed all the same", func() { members = members.with("", "a yes x") }, 2, 0, "master 1+13-0; score 0+9-0; tier 1+13-0"},
		{"another row of nobody", func() { traits = traits.with("", "y 1") }, 0, 1, "master 0+14-0; score 1+9-0; tier 0+14-0"},
		{"one leaves, and a row of his changes", func() { members, traits = members.with("a"), traits.with("a", "a 5") }, 2, 2, "master 0+13-1; score 1+9-1; tier 0+13-1"},
		{"nobody joins once more", func() { members = members.with("", "y yes x") }, 2, 1, "master 1+13-0; score 1+9-0; tier 1+13-0"},
		{"he comes back, whose row was not changed", func() { members = members.with("", "a yes x") }, 2, 1, "master 1+14-0; score 1+9-0; tier 1+14-0"},
		{"most rows change", func() { traits = rosterRows{"b 1", "c 1", "d 1", "f 1", "g 1", "h 1", "k 9", "z 1", "a 0"} }, 0, 9,
			"master 0+15-0; score 9+0-0 half of its rows or more have changed: read whole; tier 0+15-0"},
		{"a value becomes NULL", func() { traits = traits.with("c", "c -") }, 0, 2, "master 0+15-0; score 1+8-1; tier 0+15-0"},
		{"there are no rows of nobody, in another table", func() { members = members.with("c", "c yes x"); w.tables["db.traits"].recreate() }, 2, 9,
			"master 1+14-1; score 9+0-0 it is another table than was read before: read whole; tier 1+14-1"},
		{"one leaves with his row", func() { members, traits = members.with("b"), traits.with("b") }, 2, 1, "master 0+14-1; score 0+8-1; tier 0+14-1"},
		{"a row of his comes", func() { traits = traits.with("", "b 2") }, 0, 1, "master 0+14-0; score 1+8-0; tier 0+14-0"},
		{"and then he does", func() { members = members.with("", "b yes x") }, 2, 1, "master 1+14-0; score 1+8-0; tier 1+14-0"},
		{"one joins with a row, where others may have had one", func() { members, traits = members.with("", "q yes x"), traits.with("", "q 1") }, 2, 2, "master 1+15-0; score 1+9-0; tier 1+15-0"},
	} {
		step.do()
		p, src := roster(t, w, members, traits)
		for _, k := range w.tables {
			k.pulled = 0
		}
		m, err := Build(t.Context(), p, w.open(), dir, &Options{AsOf: asOf, FS: quick()})
		if err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		var got []string
		for _, r := range m.Load.Tables {
			name := cmp.Or(strings.Join(r.Names, " "), r.Use)
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %d+%d-%d %s", name, r.Rows, r.Known, r.Removed, strings.Join(r.Notes, " "))))
		}
		if diff := gocmp.Diff(step.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s: rows read, known and gone (-want +got):\n%s", step.what, diff)
		}
		if of, traits := w.tables["db.members"].pulled, w.tables["db.traits"].pulled; of != step.members || traits != step.traits {
			t.Errorf("%s: %d rows of members and %d of traits were pulled, want %d and %d", step.what, of, traits, step.members, step.traits)
		}
		full := filepath.Join(t.TempDir(), "full")
		if _, err := Build(t.Context(), p, src, full, &Options{AsOf: asOf, FS: quick()}); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(dump(t, store.OS, full, 0), dump(t, store.OS, dir, 0)); diff != "" {
			t.Fatalf("%s: the refreshed snapshot is another one (-files +warehouse):\n%s", step.what, diff)
		}
		verify(t, dir)
	}
}

// TestChangesThatDoNotFit has a record of changes say what cannot be: the table is read
// whole, and the load report says why.
func TestChangesThatDoNotFit(t *testing.T) {
	members := rosterRows{"a yes x", "b yes x", "c yes x", "d yes x", "e no x"}
	traits := rosterRows{"a 1", "b 2", "c 3", "z 9"}
	swap := func(rows []string, from, to string) {
		for i := range rows {
			rows[i] = strings.ReplaceAll(rows[i], from, to)
		}
	}
	for _, c := range []struct {
		members, traits rosterRows
		lie             func(members, traits *versionOfKept)
		spill           int64
		want            string
	}{
		{members, traits.with("b", "b 0"), func(_, traits *versionOfKept) { swap(traits.removed, `"2"`, `"8"`) }, 0,
			"score: a row that is not there any more is not stored as it was: read whole"},
		{members, traits.with("b", "b 0"), func(_, traits *versionOfKept) { swap(traits.removed, `"b"`, `"a"`) }, 0,
			"score: a row that is not there any more is not stored as it was: read whole"},
		{members, traits.with("b", "b 0"), func(_, traits *versionOfKept) { swap(traits.inserted, `"b"`, `"a"`) }, 0,
			"score: a customer got a row and has another one: read whole"},
		{members, traits.with("b", "b 0"), func(_, traits *versionOfKept) { swap(traits.inserted, `"b"`, `"d"`) }, 0,
			"score: a customer has not the row that there must be: read whole"},
		{members.with("", "f yes x"), traits, func(members, _ *versionOfKept) { swap(members.inserted, `"f"`, `"a"`) }, 0,
			"master: a row came of somebody who is a customer: read whole; tier: a customer got a row and has another one: read whole"},
		{members.with("b"), traits, func(members, _ *versionOfKept) { swap(members.removed, `"b"`, `"y"`) }, 0,
			"master: a row went of somebody who was no customer: read whole"},
		{members.with("b"), traits, func(members, _ *versionOfKept) { swap(members.removed, `"b"`, `"e"`) }, 0,
			"master: a row went of somebody who was no customer: read whole"},
		{members.with("b", "b yes y"), traits.with("b", "b 0"), func(_, _ *versionOfKept) {}, 1,
			"master: too many of its rows have changed to be held in memory: read whole; " +
				"score: too many of its rows have changed to be held in memory: read whole; " +
				"tier: too many of its rows have changed to be held in memory: read whole"},
	} {
		w := newWarehouse(1)
		dir, full := filepath.Join(t.TempDir(), "snap"), filepath.Join(t.TempDir(), "full")
		opts := &Options{AsOf: asOf, FS: quick(), spillBytes: c.spill}
		p, _ := roster(t, w, members, traits)
		if _, err := Build(t.Context(), p, w.open(), dir, opts); err != nil {
			t.Fatal(err)
		}
		p, src := roster(t, w, c.members, c.traits)
		of, traits := w.tables["db.members"], w.tables["db.traits"]
		c.lie(&of.versions[of.newest()], &traits.versions[traits.newest()])
		m, err := Build(t.Context(), p, w.open(), dir, opts)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range m.Load.Tables {
			for _, note := range r.Notes {
				got = append(got, cmp.Or(strings.Join(r.Names, " "), r.Use)+": "+note)
			}
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("notes %q, want %q", got, c.want)
		}
		if _, err := Build(t.Context(), p, src, full, opts); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(dump(t, store.OS, full, 0), dump(t, store.OS, dir, 0)); diff != "" {
			t.Fatalf("%s: the refreshed snapshot is another one (-files +warehouse):\n%s", c.want, diff)
		}
		verify(t, dir)
	}
}

// TestSecondRowsAreFound has somebody get two rows by changes that are applied: the
// build fails as one from files does.
func TestSecondRowsAreFound(t *testing.T) {
	members := rosterRows{"a yes x", "b yes x", "c yes x", "d yes x", "e yes x"}
	traits := rosterRows{"a 1", "b 2", "c 3", "z 9", "z 8"}
	for what, after := range map[string]struct{ before, members, traits rosterRows }{
		"a customer who comes back":          {members.with("b"), members.with("b", "b yes x", "b yes y"), traits},
		"a new customer":                     {members, members.with("", "f yes x", "f yes y"), traits},
		"a customer":                         {members, members.with("", "a yes y"), traits},
		"rows of nobody, who joins":          {members, members.with("", "z yes x"), traits},
		"traits of a customer without any":   {members, members, traits.with("", "d 1", "d 2")},
		"equal traits of one without any":    {members, members, traits.with("", "d 1", "d 1")},
		"traits of a customer who has a row": {members, members, traits.with("", "a 2")},
	} {
		w := newWarehouse(1)
		dir := filepath.Join(t.TempDir(), "snap")
		for _, rows := range []rosterRows{members, after.before} {
			p, _ := roster(t, w, rows, traits)
			p.Master.Columns = nil // who is a customer must be found out without them
			if _, err := Build(t.Context(), p, w.open(), dir, &Options{AsOf: asOf, FS: quick()}); err != nil {
				t.Fatal(err)
			}
		}
		p, src := roster(t, w, after.members, after.traits)
		p.Master.Columns = nil
		_, err := Build(t.Context(), p, w.open(), dir, &Options{AsOf: asOf, FS: quick()})
		_, want := Build(t.Context(), p, src, filepath.Join(t.TempDir(), "full"), &Options{AsOf: asOf, FS: quick()})
		if want == nil || failure(err) != failure(want) {
			t.Errorf("%s: error %v, of a build from files %v", what, err, want)
		}
	}
}

// TestStoredValuesOfSeveralBlocks takes values out of a version of two blocks.
func TestStoredValuesOfSeveralBlocks(t *testing.T) {
	members := rosterRows{}
	for i := range blockRows + 100 {
		members = append(members, fmt.Sprintf("k%06d yes t%d", i, i))
	}
	p, src := roster(t, newWarehouse(1), members, nil)
	dir := filepath.Join(t.TempDir(), "snap")
	m, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf, FS: quick()})
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := store.OpenAt(store.OS, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := snapshot.Close(); err != nil {
			t.Error(err)
		}
	}()
	tier := m.Schema.Attribute("tier")
	values := column.NewBuilder(m.Schema.Attributes[tier].Type, 0)
	rows := []uint32{5, blockRows - 1, blockRows, blockRows + 99, blockRows + 100, 3 * blockRows}
	if err := (&oldVersion{Snapshot: snapshot}).appendRows(values, tier, rows); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		want := "NULL"
		if int(row) < len(members) {
			want = fmt.Sprintf("t%d", row)
		}
		if got := cell(values, i); got != want {
			t.Errorf("row %d is %s, want %s", row, got, want)
		}
	}
}
