package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/federate/source"
)

// openParts opens the table s.t of a folder of files, with its parts.
func openParts(t *testing.T, files ...string) (table *table, parts []source.Part, root string) {
	t.Helper()
	root = tree(t, files...)
	table = mustTable(t, mustOpen(t, root))
	return table, mustParts(t, table), root
}

func mustTable(t *testing.T, s *Source) *table {
	t.Helper()
	found, err := s.Table(t.Context(), ref("s.t"))
	if err != nil {
		t.Fatal(err)
	}
	return found.(*table)
}

func mustParts(t *testing.T, table source.Parted) []source.Part {
	t.Helper()
	parts, err := table.Parts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// TestParts reads each part alone, in the order of Parts.
func TestParts(t *testing.T) {
	for _, c := range []struct {
		name    string
		files   []string
		columns []string
		want    []string // of each part its name and content
	}{
		{"one file", []string{"s/t.csv", "a\n1\n2"}, []string{"a"}, []string{"s/t.csv: 1 2"}},
		{"spelled as on disk", []string{"S/T.NDJSON", `{"a":1}`}, []string{"a"}, []string{"S/T.NDJSON: 1"}},
		{
			"a folder", []string{"s/t/b.csv", "a\n2", "s/t/a.csv", "a\n1", "s/t/c.csv", "a\n", "s/t/_SUCCESS", ""},
			[]string{"a"},
			[]string{"s/t/a.csv: 1", "s/t/b.csv: 2", "s/t/c.csv: "},
		},
		{ // the types are those of all files, and not all files have all columns
			"inferred types", []string{"s/t/a.ndjson", `{"a":1}`, "s/t/b.ndjson", `{"a":"x","b":2.50}`, "s/t/c.ndjson", `{"b":1}`},
			[]string{"a", "b"},
			[]string{"s/t/a.ndjson: 1|(null)", "s/t/b.ndjson: x|2.5", "s/t/c.ndjson: (null)|1"},
		},
		{
			"Hive folders", []string{
				"s/t/k=2/a.csv", "n\n4", "s/t/k=1/b.csv", "n\n2\n3", "s/t/k=1/a.csv", "n\n1",
				"s/t/k=__HIVE_DEFAULT_PARTITION__/a.csv", "n\n5",
			},
			[]string{"k", "n"},
			[]string{"s/t/k=1/a.csv: 1|1", "s/t/k=1/b.csv: 1|2 1|3", "s/t/k=2/a.csv: 2|4", "s/t/k=__HIVE_DEFAULT_PARTITION__/a.csv: (null)|5"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, parts, _ := openParts(t, c.files...)
			var got []string
			for _, p := range parts {
				one := table.Only([]string{p.Name})
				rows, err := content(t, one, c.columns...)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, p.Name+": "+strings.ReplaceAll(rows, "\n", " "))
				if !one.Schema().Equal(table.Schema()) {
					t.Errorf("part %s has schema\n%s\nthe table\n%s", p.Name, one.Schema(), table.Schema())
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("parts are\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}

// TestOnlyText reads one part as text, in both orders of asking.
func TestOnlyText(t *testing.T) {
	whole, _, _ := openParts(t, "s/t/a.csv", "a\n1.50", "s/t/b.csv", "a\n20")
	text, ok := whole.Text("a")
	if !ok {
		t.Fatal("no text")
	}
	textOfOnly, ok := whole.Only([]string{"s/t/a.csv"}).(source.Texter).Text("a")
	if !ok {
		t.Fatal("no text of a part")
	}
	for _, one := range []source.Table{text.(source.Parted).Only([]string{"s/t/a.csv"}), textOfOnly} {
		got, err := content(t, one, "a")
		if info := one.Info(); got != "1.50" || err != nil || info.Rows != 1 || info.Bytes != 6 {
			t.Errorf("got %q, %v, info %+v; want 1.50 of 1 row, 6 bytes", got, err, info)
		}
	}
}

// TestPartID changes a file and restores its size and time.
func TestPartID(t *testing.T) {
	// Fields of 6 digits and rows of 7 bytes keep sizes and types equal.
	file := func(rows int) string { return "abcdef\n" + strings.Repeat("111111\n", rows) }
	const many = 40_000 // rows in far more than two ends
	for _, c := range []struct {
		name string
		rows int
		row  int // that changes
		same bool
	}{
		{"short, start", 10, 0, false},
		{"short, end", 10, 9, false},
		{"two ends, middle", 2 * endBytes / 7, endBytes / 7, false},
		{"long, start", many, 0, false},
		{"long, last row of the first end", many, endBytes/7 - 2, false},
		{"long, first row of the last end", many, many - endBytes/7 + 1, false},
		{"long, end", many, many - 1, false},
		{"long, middle", many, many / 2, true}, // the price of not reading it all
	} {
		t.Run(c.name, func(t *testing.T) {
			table, before, root := openParts(t, "s/t.csv", file(c.rows))
			path := filepath.Join(root, "s", "t.csv")
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := []byte(file(c.rows))
			changed[7*(c.row+1)] = '2'
			if err := os.WriteFile(path, changed, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
			for _, again := range []source.Parted{table, mustTable(t, mustOpen(t, root))} {
				if after := mustParts(t, again); (after[0].ID == before[0].ID) != c.same {
					t.Errorf("ID was %s and is %s; equal is to be %v", before[0].ID, after[0].ID, c.same)
				}
			}
		})
	}
}

// TestPartIDFollowsTime writes the same bytes anew.
func TestPartIDFollowsTime(t *testing.T) {
	_, before, root := openParts(t, "s/t.csv", "a\n1")
	path := filepath.Join(root, "s", "t.csv")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	later := info.ModTime().Add(1)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if after := mustParts(t, mustTable(t, mustOpen(t, root))); after[0].ID == before[0].ID {
		t.Errorf("ID is %s before and after", after[0].ID)
	}
}

func TestPartErrors(t *testing.T) {
	table, _, root := openParts(t, "s/t/a.csv", "a\n1", "s/t/b.csv", "a\n2")
	bad := table.Only([]string{"s/t/a.csv", "s/t/none.csv", "b.csv"}).(source.Parted)
	const unknown = `ROOT/s/t: has no part "s/t/none.csv"`
	_, err := content(t, bad, "a")
	checkError(t, err, root, unknown)
	_, err = bad.Parts(t.Context())
	checkError(t, err, root, unknown)
	_, err = content(t, bad.Only([]string{"s/t/a.csv"}), "a")
	checkError(t, err, root, unknown)
	if info := bad.Info(); info.Rows != 1 || info.Bytes != 3 {
		t.Errorf("Info is %+v, want that of the part that is there", info)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := table.Parts(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Parts: %v, want context.Canceled", err)
	}
	if err := os.WriteFile(filepath.Join(root, "s", "t", "b.csv"), []byte("a\n22"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = table.Parts(t.Context())
	checkError(t, err, root, "ROOT/s/t/b.csv: the file changed since the table was opened")
	if got, err := content(t, table.Only([]string{"s/t/a.csv"}), "a"); got != "1" || err != nil {
		t.Errorf("the part that did not change: %q, %v", got, err)
	}
	if err := os.Remove(filepath.Join(root, "s", "t", "b.csv")); err != nil {
		t.Fatal(err)
	}
	if _, err = table.Parts(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Parts with a file gone: %v, want %v", err, fs.ErrNotExist)
	}
	if err := table.source.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = table.Parts(t.Context())
	checkError(t, err, root, "source ROOT is closed")
}
