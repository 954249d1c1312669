package databricks

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// since reads a table of 10 rows at version 1, lets statements change it, and asks
// what came since.
func since(t *testing.T, l *lake, was []source.Part, statements ...string) (whole source.Table, parts []source.Part, added source.Table, note string) {
	t.Helper()
	l.exec(t, statements...)
	table, ok := l.open(t, "").testTable(t, "shop.t").(source.Resumable)
	if !ok {
		t.Fatal("the table is no source.Resumable")
	}
	resumed, note, err := table.Since(t.Context(), was)
	if err != nil {
		t.Fatal(err)
	}
	if parts, err = resumed.Parts(t.Context()); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range parts {
		if !slices.Contains(was, p) {
			names = append(names, p.Name)
		}
	}
	return resumed, parts, resumed.Only(names), note
}

// parts reads the parts of the table t.
func partsOf(t *testing.T, l *lake) []source.Part {
	t.Helper()
	parts, err := l.open(t, "").testTable(t, "shop.t").(source.Parted).Parts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func TestSince(t *testing.T) {
	for _, c := range []struct {
		name       string
		statements []string
		parts      []string // of the table after
		added      []string // numbers of rows that are not in a part from before
		note       string
	}{
		{"nothing", nil, []string{"v0-v1"}, nil, ""},
		{"inserts", []string{"INSERT INTO shop.t VALUES (10, 'a')", "INSERT INTO shop.t VALUES (11, NULL), (12, 'c')"}, []string{"v0-v1", "v2-v3"}, []string{"10", "11", "12"}, ""},
		{
			"update",
			[]string{"INSERT INTO shop.t VALUES (10, 'a')", "UPDATE shop.t SET text = 'x' WHERE n IN (3, 4)"},
			[]string{"v0-v3"}, numbered(0, 11), "since version 1, 2 rows were changed and 0 deleted",
		},
		{"delete", []string{"DELETE FROM shop.t WHERE n = 3"}, []string{"v0-v2"}, slices.DeleteFunc(numbered(0, 10), func(s string) bool { return s == "3" }), "since version 1, 0 rows were changed and 1 deleted"},
		{"no data", []string{"OPTIMIZE shop.t", "ALTER TABLE shop.t SET TBLPROPERTIES (owner = 'x')"}, []string{"v0-v1"}, nil, ""},
		{"no data, then inserts", []string{"ALTER TABLE shop.t SET TBLPROPERTIES (owner = 'x')", "INSERT INTO shop.t VALUES (10, 'a')", "OPTIMIZE shop.t"}, []string{"v0-v1", "v2-v4"}, []string{"10"}, ""},
		{"new column", []string{"ALTER TABLE shop.t ADD COLUMNS (more STRING)", "INSERT INTO shop.t VALUES (10, 'a', 'b')"}, []string{"v0-v1", "v2-v3"}, []string{"10"}, ""},
		{
			"renamed column",
			[]string{"ALTER TABLE shop.t SET TBLPROPERTIES (delta.columnMapping.mode = 'name')", "ALTER TABLE shop.t RENAME COLUMN text TO words"},
			[]string{"v0-v3"}, numbered(0, 10), "version 3 came by RENAME COLUMN, which may change rows that were read before",
		},
		{
			"made anew", []string{"DROP TABLE shop.t", "CREATE TABLE shop.t AS SELECT id AS n FROM range(3)"},
			[]string{"v0-v0"}, numbered(0, 3), "another table was there when version 1 was read",
		},
		{
			"no feed", []string{"ALTER TABLE shop.t SET TBLPROPERTIES (delta.enableChangeDataFeed = false)", "INSERT INTO shop.t VALUES (10, 'a')"},
			[]string{"v0-v3"}, numbered(0, 11), "it has no change data feed since version 1 (delta.enableChangeDataFeed = true records one)",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLake(t, dbtest.Options{})
			l.shop(t, "t", 10)
			was := partsOf(t, l)
			if len(was) != 1 || was[0].Name != "v0-v1" || was[0].Rows != 10 {
				t.Fatalf("parts are %v, want one of the 10 rows of versions 0 to 1", was)
			}
			table, parts, added, note := since(t, l, was, c.statements...)
			if note != c.note {
				t.Errorf("note %q, want %q", note, c.note)
			}
			var names []string
			rows := int64(0)
			for _, p := range parts {
				names = append(names, p.Name)
				rows += p.Rows
			}
			if diff := cmp.Diff(c.parts, names); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if got := texts(t, added, "n"); !slices.Equal(got, c.added) {
				t.Errorf("added are %v, want %v", got, c.added)
			}
			if got := texts(t, table, "n"); int64(len(got)) != rows {
				t.Errorf("the whole table has %d rows, its parts %d", len(got), rows)
			}
		})
	}
}

// TestSinceIsGoneOnFrom goes on from parts that were themselves gone on from.
func TestSinceIsGoneOnFrom(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	was := partsOf(t, l)
	_, was, _, _ = since(t, l, was, "INSERT INTO shop.t VALUES (10, 'a')")
	table, parts, added, note := since(t, l, was, "INSERT INTO shop.t VALUES (11, 'b')")
	if note != "" || len(parts) != 3 || parts[2].Name != "v3-v3" || !slices.Equal(texts(t, added, "n"), []string{"11"}) {
		t.Errorf("parts %v, note %q, want those of before and v3-v3", parts, note)
	}
	middle := table.(source.Parted).Only([]string{"v2-v2", "v0-v1"})
	if got := texts(t, middle, "n"); !slices.Equal(got, numbered(0, 11)) {
		t.Errorf("the parts of before have %v, want 0 to 10", got)
	}
}

func TestSinceOfWhatWasNotRead(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	own := partsOf(t, l)[0]
	part := func(name, id string, rows int64) source.Part { return source.Part{Name: name, ID: id, Rows: rows} }
	for _, c := range []struct {
		was  []source.Part
		note string
	}{
		{nil, "no versions of this table were read before"},
		{[]source.Part{part("orders.parquet", "17", 10)}, "what was read before is not of versions of this table"},
		{[]source.Part{part("v1-v1", own.ID, 10)}, "what was read before is not of versions of this table"},
		{[]source.Part{part("v0-v1", own.ID, -1)}, "what was read before is not of versions of this table"},
		{[]source.Part{part("v0-v9", own.ID, 10)}, "version 9 was read before, and the table is at version 1"},
		{[]source.Part{part("v0-v0", own.ID, 5)}, "5 rows were read at version 0 and 10 were inserted since, but version 1 has 10 rows"},
	} {
		_, parts, _, note := since(t, l, c.was)
		if note != c.note || !slices.Equal(parts, []source.Part{own}) {
			t.Errorf("Since(%v): note %q and parts %v, want %q and %v", c.was, note, parts, c.note, own)
		}
	}
}

// TestPartsAreOfTheRowsThatWereCounted goes on from parts that are said to have
// other rows than they have.
func TestPartsAreOfTheRowsThatWereCounted(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	was := partsOf(t, l)
	table, parts, added, _ := since(t, l, was, "INSERT INTO shop.t VALUES (10, 'a')")
	if rows := added.Info().Rows; rows != 1 || len(parts) != 2 {
		t.Errorf("parts are %v, those that were added have %d rows, want one of 1 row", parts, rows)
	}
	resumed := table.(*parted)
	resumed.parts[1].Rows = 2
	_, err := readTexts(t, resumed.Only([]string{"v2-v2"}), "n")
	var incomplete *source.IncompleteError
	if !errors.As(err, &incomplete) || incomplete.Expected != 2 {
		t.Errorf("error %v, want one that 2 rows were expected", err)
	}
}

func TestQuietOperations(t *testing.T) {
	if slices.Contains(quietOperations, "FSCK") {
		t.Error("FSCK REPAIR takes rows away, and is taken for quiet")
	}
}

// TestSinceBeyondRetention asks for changes whose files were vacuumed.
func TestSinceBeyondRetention(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	was := partsOf(t, l)
	_, parts, _, note := since(t, l, was, "INSERT INTO shop.t VALUES (10, 'a')", "DELETE FROM shop.t WHERE n = 10", "VACUUM shop.t RETAIN 0 HOURS")
	if !strings.HasPrefix(note, "its changes since version 1 cannot be read (") && !strings.HasPrefix(note, "since version 1, ") ||
		len(parts) != 1 || parts[0].Name == "v0-v1" {
		t.Errorf("note %q and parts %v, want one part and why", note, parts)
	}
}
