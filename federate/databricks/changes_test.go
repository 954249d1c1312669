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

// cameAndWent is what [resumable.Since] told.
type cameAndWent struct {
	table   source.Parted
	parts   []source.Part
	added   source.Table // the parts that were not read before
	removed source.Table
	note    string
}

// since lets statements change a table, and asks what came and went since.
func since(t *testing.T, l *lake, was []source.Part, statements ...string) cameAndWent {
	t.Helper()
	l.exec(t, statements...)
	table, ok := l.open(t, "").testTable(t, "shop.t").(source.Resumable)
	if !ok {
		t.Fatal("the table is no source.Resumable")
	}
	told, err := table.Since(t.Context(), was)
	if err != nil {
		t.Fatal(err)
	}
	s := cameAndWent{table: told.Table, removed: told.Removed, note: told.Note}
	if s.parts, err = told.Table.Parts(t.Context()); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range s.parts {
		if !slices.Contains(was, p) {
			names = append(names, p.Name)
		}
	}
	s.added = told.Table.Only(names)
	return s
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
		removed    []string // numbers of rows that went
		note       string
	}{
		{"nothing", nil, []string{"v0-v1"}, nil, nil, ""},
		{"inserts", []string{"INSERT INTO shop.t VALUES (10, 'a')", "INSERT INTO shop.t VALUES (11, NULL), (12, 'c')"}, []string{"v0-v1", "v2-v3"}, []string{"10", "11", "12"}, nil, ""},
		{
			"update",
			[]string{"INSERT INTO shop.t VALUES (10, 'a')", "UPDATE shop.t SET text = 'x' WHERE n IN (3, 4)"},
			[]string{"v0-v1", "v2-v3"}, []string{"10", "3", "4"}, []string{"3", "4"}, "",
		},
		{"delete", []string{"DELETE FROM shop.t WHERE n = 3"}, []string{"v0-v1"}, nil, []string{"3"}, ""},
		{
			"a row that came and went, and one that was changed twice",
			[]string{"INSERT INTO shop.t VALUES (10, 'a')", "UPDATE shop.t SET n = 11 WHERE n = 10", "DELETE FROM shop.t WHERE n = 11", "UPDATE shop.t SET n = 20 WHERE n = 2", "UPDATE shop.t SET n = 2 WHERE n = 20"},
			[]string{"v0-v1", "v2-v6"}, []string{"10", "11", "2", "20"}, []string{"10", "11", "2", "20"}, "",
		},
		{
			"more than is there", []string{"UPDATE shop.t SET text = 'x' WHERE n < 6"},
			[]string{"v0-v2"}, numbered(0, 10), nil, "since version 1, 6 rows came and 6 went, more than the 10 that are there",
		},
		{"no data", []string{"OPTIMIZE shop.t", "ALTER TABLE shop.t SET TBLPROPERTIES (owner = 'x')"}, []string{"v0-v1"}, nil, nil, ""},
		{"no data, then inserts", []string{"ALTER TABLE shop.t SET TBLPROPERTIES (owner = 'x')", "INSERT INTO shop.t VALUES (10, 'a')", "OPTIMIZE shop.t"}, []string{"v0-v1", "v2-v4"}, []string{"10"}, nil, ""},
		{"new column", []string{"ALTER TABLE shop.t ADD COLUMNS (more STRING)", "INSERT INTO shop.t VALUES (10, 'a', 'b')"}, []string{"v0-v1", "v2-v3"}, []string{"10"}, nil, ""},
		{
			"renamed column",
			[]string{"ALTER TABLE shop.t SET TBLPROPERTIES (delta.columnMapping.mode = 'name')", "ALTER TABLE shop.t RENAME COLUMN text TO words"},
			[]string{"v0-v3"}, numbered(0, 10), nil, "version 3 came by RENAME COLUMN, which may change rows that were read before",
		},
		{
			"made anew", []string{"DROP TABLE shop.t", "CREATE TABLE shop.t AS SELECT id AS n FROM range(3)"},
			[]string{"v0-v0"}, numbered(0, 3), nil, "another table was there when version 1 was read",
		},
		{
			"no feed", []string{"ALTER TABLE shop.t SET TBLPROPERTIES (delta.enableChangeDataFeed = false)", "INSERT INTO shop.t VALUES (10, 'a')"},
			[]string{"v0-v3"}, numbered(0, 11), nil, "it has no change data feed since version 1 (delta.enableChangeDataFeed = true records one)",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLake(t, dbtest.Options{})
			l.shop(t, "t", 10)
			was := partsOf(t, l)
			if len(was) != 1 || was[0].Name != "v0-v1" || was[0].Rows != 10 {
				t.Fatalf("parts are %v, want one of the 10 rows of versions 0 to 1", was)
			}
			told := since(t, l, was, c.statements...)
			if told.note != c.note {
				t.Errorf("note %q, want %q", told.note, c.note)
			}
			var names []string
			rows := int64(0)
			for _, p := range told.parts {
				names = append(names, p.Name)
				rows += p.Rows
			}
			if diff := cmp.Diff(c.parts, names); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if got := texts(t, told.added, "n"); !slices.Equal(got, c.added) {
				t.Errorf("added are %v, want %v", got, c.added)
			}
			var went []string
			if told.removed != nil {
				if went = texts(t, told.removed, "n"); int64(len(went)) != told.removed.Info().Rows {
					t.Errorf("%d rows went, %d are said to have", len(went), told.removed.Info().Rows)
				}
			}
			if !slices.Equal(went, c.removed) {
				t.Errorf("removed are %v, want %v", went, c.removed)
			}
			if got := texts(t, told.table, "n"); len(got)+len(went) != int(rows) {
				t.Errorf("the whole table has %d rows, its parts %d, and %d went", len(got), rows, len(went))
			}
		})
	}
}

// TestSinceIsGoneOnFrom goes on from parts that were themselves gone on from.
func TestSinceIsGoneOnFrom(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	was := partsOf(t, l)
	was = since(t, l, was, "INSERT INTO shop.t VALUES (10, 'a')").parts
	told := since(t, l, was, "INSERT INTO shop.t VALUES (11, 'b')")
	if told.note != "" || len(told.parts) != 3 || told.parts[2].Name != "v3-v3" || !slices.Equal(texts(t, told.added, "n"), []string{"11"}) {
		t.Errorf("parts %v, note %q, want those of before and v3-v3", told.parts, told.note)
	}
	middle := told.table.Only([]string{"v2-v2", "v0-v1"})
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
		told := since(t, l, c.was)
		if told.note != c.note || !slices.Equal(told.parts, []source.Part{own}) {
			t.Errorf("Since(%v): note %q and parts %v, want %q and %v", c.was, told.note, told.parts, c.note, own)
		}
	}
}

// TestPartsAreOfTheRowsThatWereCounted goes on from parts that are said to have
// other rows than they have.
func TestPartsAreOfTheRowsThatWereCounted(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	was := partsOf(t, l)
	told := since(t, l, was, "INSERT INTO shop.t VALUES (10, 'a')")
	if rows := told.added.Info().Rows; rows != 1 || len(told.parts) != 2 {
		t.Errorf("parts are %v, those that were added have %d rows, want one of 1 row", told.parts, rows)
	}
	resumed := told.table.(*parted)
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
	told := since(t, l, was, "INSERT INTO shop.t VALUES (10, 'a')", "DELETE FROM shop.t WHERE n = 10", "VACUUM shop.t RETAIN 0 HOURS")
	if !strings.HasPrefix(told.note, "its changes since version 1 cannot be read (") || len(told.parts) != 1 || told.parts[0].Name == "v0-v1" {
		t.Errorf("note %q and parts %v, want one part and why", told.note, told.parts)
	}
}
