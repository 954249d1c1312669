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

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

// tree writes files, given as path and content, into a new folder.
func tree(t testing.TB, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(root, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// ref makes a reference of "table", "schema.table" or "catalog.schema.table".
func ref(name string) model.TableRef { return refOf(strings.Split(name, ".")) }

// content renders the rows of a table: columns by |, rows by newlines.
func content(t testing.TB, table source.Table, columns ...string) (string, error) {
	t.Helper()
	batch, err := sourcetest.Collect(context.Background(), table, columns...)
	if batch == nil || err != nil {
		return "", err
	}
	var rows []string
	for i := range int(batch.NumRows()) {
		var cells []string
		for _, c := range batch.Columns() {
			cells = append(cells, c.ValueStr(i))
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return strings.Join(rows, "\n"), nil
}

// checkError wants a whole message, in which the folder root is called ROOT.
func checkError(t *testing.T, err error, root, want string) {
	t.Helper()
	got := "<nil>"
	if err != nil {
		got = strings.ReplaceAll(err.Error(), root, "ROOT")
	}
	if got != want {
		t.Errorf("error is\n\t%s\nwant\n\t%s", got, want)
	}
}

func TestLocate(t *testing.T) {
	root := tree(t,
		"root.csv", "a\n1",
		"shop/orders.csv", "a\n2",
		"Shop2/Items.CSV", "a\n3",
		"main/shop/orders.csv", "a\n4",
		"events/clicks/part-1.csv", "a\n6",
		"events/clicks/part-0.csv", "a\n5",
		"events/clicks/_SUCCESS", "",
		"events/clicks/.part-0.csv.crc", "x",
		"twice/t.csv", "a", "twice/t.ndjson", "{}",
		"case/T.csv", "a", "case/t.ndjson", "{}",
		"case2/Tab.csv", "a", "case2/TAB.csv", "a",
	)
	for _, c := range []struct{ name, found, want, err string }{
		{"root", "root", "1", ""},
		{"shop.orders", "shop.orders", "2", ""},
		{"shop2.items", "Shop2.Items", "3", ""},
		{"main.shop.orders", "main.shop.orders", "4", ""},
		{"hive.shop.orders", "shop.orders", "2", ""},
		{"events.clicks", "events.clicks", "5\n6", ""},
		{"case.T", "case.T", "", ""},
		{"twice.t", "", "", `table "t" is ambiguous in ROOT/twice: "t.csv" and "t.ndjson"`},
		{"case2.tab", "", "", `table "tab" is ambiguous in ROOT/case2: "TAB.csv" and "Tab.csv"`},
		{"shop.order", "", "", `table shop.order is not in ROOT (looked for shop/order.parquet|csv|ndjson or shop/order/); tables there: shop.orders`},
	} {
		s := mustOpen(t, root)
		table, err := s.Table(t.Context(), ref(c.name))
		if c.err != "" {
			checkError(t, err, root, c.err)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := content(t, table, "a")
		if got != c.want || err != nil || table.Ref().String() != c.found {
			t.Errorf("%s: found %s with %q, %v; want %s with %q", c.name, table.Ref(), got, err, c.found, c.want)
		}
	}
}

func TestNotFoundListsTables(t *testing.T) {
	root := tree(t, "a/b.csv", "x", "c.csv", "x")
	_, err := mustOpen(t, root).Table(t.Context(), ref("x.y.zzzz"))
	var notFound *source.NotFoundError
	if !errors.As(err, &notFound) {
		t.Fatalf("%v is not a *source.NotFoundError", err)
	}
	checkError(t, err, root, `table x.y.zzzz is not in ROOT (looked for x/y/zzzz.parquet|csv|ndjson or x/y/zzzz/, `+
		`y/zzzz.parquet|csv|ndjson or y/zzzz/); tables there: a.b, c`)
}

func TestNamesDoNotEscape(t *testing.T) {
	root := tree(t, "in/t.csv", "a\n1", "out.csv", "a\n1")
	s := mustOpen(t, filepath.Join(root, "in"))
	for _, r := range []model.TableRef{
		{Table: "../out"}, {Schema: "..", Table: "out"}, {Catalog: "..", Schema: "in", Table: "t"},
		{Table: `..\out`}, {Schema: ".", Table: "t"}, {Table: "t\x00"},
	} {
		if _, err := s.Table(t.Context(), r); err == nil || !strings.Contains(err.Error(), "cannot be part of a table's name") {
			t.Errorf("%q: %v", r, err)
		}
	}
	_, err := s.Table(t.Context(), model.TableRef{})
	checkError(t, err, root, "a table without a name")
}

func TestHiveFolders(t *testing.T) {
	root := tree(t,
		"s/t/day=2024-01-02/country=__HIVE_DEFAULT_PARTITION__/b.csv", "n\n3",
		"s/t/day=2024-01-01/country=a%2Fb/a.csv", "n\n1\n2",
	)
	table, err := mustOpen(t, root).Table(t.Context(), ref("s.t"))
	if err != nil {
		t.Fatal(err)
	}
	want := "1|2024-01-01|a/b\n2|2024-01-01|a/b\n3|2024-01-02|(null)"
	if got, err := content(t, table, "n", "day", "country"); got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	want = "a/b\na/b\n(null)"
	if got, err := content(t, table, "country"); got != want || err != nil {
		t.Errorf("only a Hive column: got %q, %v; want %q", got, err, want)
	}
	if info := table.Info(); info.Rows != 3 || info.Bytes != 8 || info.Location != filepath.Join(root, "s", "t") {
		t.Errorf("Info is %+v", info)
	}
}

func TestFoldersRefused(t *testing.T) {
	const removed = ` table, which also holds the files of removed rows; only the table's log tells them apart, so query it where it lives or export it as plain Parquet`
	for _, c := range []struct {
		files []string
		want  string
	}{
		{[]string{"s/t/_delta_log/0.json", "", "s/t/a.parquet", ""}, `ROOT/s/t: is the folder of a Delta` + removed},
		{[]string{"s/t/metadata/v1.metadata.json", "", "s/t/data/a.parquet", ""}, `ROOT/s/t: is the folder of an Iceberg` + removed},
		{[]string{"s/t/a.csv", "x", "s/t/b.ndjson", "{}"}, `ROOT/s/t/b.ndjson: is of another kind than ROOT/s/t/a.csv; the files of a table are all of one kind`},
		{[]string{"s/t/a.csv", "x", "s/t/b.csv.gz", ""}, `ROOT/s/t/b.csv.gz: is neither .parquet, .csv nor .ndjson; a table's folder holds only its files (names that start with . or _ are skipped)`},
		{[]string{"s/t/a.csv", "x", "s/t/more/b.csv", "x"}, `ROOT/s/t/more: is a folder in a table's folder, but not named column=value`},
		{[]string{"s/t/k=1/a.csv", "x", "s/t/b.csv", "x"}, `ROOT/s/t/k=1/a.csv: lies in folders for (k), and ROOT/s/t/b.csv for ()`},
		{[]string{"s/t/k=1/a.csv", "k\n2"}, `ROOT/s/t/k=1/a.csv: column "k": is both in the file and in the name of a folder`},
		{[]string{"s/t/.hoodie/hoodie.properties", "", "s/t/a.parquet", ""}, `ROOT/s/t: is the folder of a Hudi` + removed},
		{[]string{"s/_delta_log/0.json", "", "s/t.csv", "x"}, `ROOT/s: is the folder of a Delta` + removed},
		{[]string{"s/metadata/v1.metadata.json", "", "s/t/a.parquet", ""}, `ROOT/s: is the folder of an Iceberg` + removed},
		{[]string{"s/t/k=1/_delta_log/0.json", "", "s/t/k=1/a.csv", "x"}, `ROOT/s/t/k=1: is the folder of a Delta` + removed},
		{[]string{"s/t/k=%FF/a.csv", "x"}, `ROOT/s/t/k=%FF: the folder's name is "k" for "\xff", which is not valid UTF-8`},
		{[]string{"s/t/%FF=1/a.csv", "x"}, `ROOT/s/t/%FF=1: the folder's name is "\xff" for "1", which is not valid UTF-8`},
		{[]string{"s/t/k=1/k=2/a.csv", "x"}, `ROOT/s/t/k=1/k=2: a folder for "k" inside of another`},
		{[]string{"s/t/a.csv", "x,y", "s/t/b.csv", "y"}, `ROOT/s/t/b.csv: column "x": is not there, but it is in ROOT/s/t/a.csv`},
		{[]string{"s/t/a.csv", "x", "s/t/b.csv", "y,x"}, `ROOT/s/t/a.csv: column "y": is not there, but it is in ROOT/s/t/b.csv`},
	} {
		root := tree(t, c.files...)
		_, err := mustOpen(t, root).Table(t.Context(), ref("s.t"))
		checkError(t, err, root, c.want)
	}
}

// TestRootRefused wants no table of a source whose folder is a table, whether it
// was one when the source was opened or became one.
func TestRootRefused(t *testing.T) {
	const refused = `is the folder of a Delta table, which also holds the files of removed rows; only the table's log tells them apart, so query it where it lives or export it as plain Parquet`
	root := tree(t, "part-0.csv", "a\n1", "k=1/x.csv", "a\n1")
	s := mustOpen(t, root)
	if err := os.Mkdir(filepath.Join(root, "_delta_log"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Open(root)
	checkError(t, err, root, `source "ROOT" `+refused)
	_, err = s.Tables(t.Context())
	checkError(t, err, root, `ROOT: `+refused)
	for _, name := range []string{"part-0", "k=1", "k=1.x"} {
		_, err = s.Table(t.Context(), ref(name))
		checkError(t, err, root, `ROOT: `+refused)
	}
}

// TestFolderWithoutPermission wants the tables in other folders to be listed.
// The system's refusal is put in its place: root is refused nothing.
func TestFolderWithoutPermission(t *testing.T) {
	root := tree(t, "a/b.csv", "x", "closed/c.csv", "x")
	refused := ""
	list := func() ([]model.TableRef, error) {
		l := lister{ctx: t.Context(), source: mustOpen(t, root), read: func(dir string) ([]os.DirEntry, error) {
			if dir == refused {
				return nil, &fs.PathError{Op: "open", Path: dir, Err: fs.ErrPermission}
			}
			return os.ReadDir(dir)
		}}
		err := l.folder(nil)
		return l.found, err
	}
	refused = filepath.Join(root, "closed")
	if found, err := list(); err != nil || !slices.Equal(found, []model.TableRef{ref("a.b")}) {
		t.Errorf("%v, %v, want a.b alone", found, err)
	}
	refused = root
	if _, err := list(); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a root that may not be read: %v, want %v", err, fs.ErrPermission)
	}
}

// TestNotFoundWithoutList wants a table to be not found where the tables cannot
// be listed.
func TestNotFoundWithoutList(t *testing.T) {
	root := tree(t, "a/b.csv", "x", "_delta_log/0.json", "")
	s := &Source{root: root, uri: root}
	_, err := s.Table(t.Context(), ref("a.zzzz"))
	var notFound *source.NotFoundError
	if !errors.As(err, &notFound) || notFound.Nearest != nil {
		t.Errorf("%v is not a *source.NotFoundError without names", err)
	}
}

func TestTables(t *testing.T) {
	root := tree(t,
		"top.csv", "a", "schema/a.csv", "a", "schema/b2.ndjson", "{}", "schema/parts/part-0.csv", "a",
		"schema/hive/k=1/x.csv", "a", "whole/part-0.csv", "a", "catalog/schema/t.csv", "a",
		"catalog/schema/u/anything.csv", "a", "lake/d/_delta_log/0", "", ".hidden/x.csv", "a",
		"_tmp/x.csv", "a", "notes/readme.txt", "", "schema/readme.txt", "",
	)
	s := mustOpen(t, root)
	tables, err := s.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range tables {
		got = append(got, r.String())
		if _, err := s.Table(t.Context(), r); err != nil && r.Table != "d" {
			t.Errorf("%s is listed but cannot be opened: %v", r, err)
		}
	}
	want := []string{"catalog.schema.t", "catalog.schema.u", "lake.d", "schema.a", "schema.b2", "schema.hive", "schema.parts", "top", "whole"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Tables (-want +got):\n%s", diff)
	}
}

func TestOpen(t *testing.T) {
	root := tree(t, "with space/t.csv", "a\n1", "file", "")
	for _, location := range []string{
		filepath.Join(root, "with space"), "file://" + root + "/with%20space", "file://localhost" + root + "/with space/",
	} {
		s, err := Open(location)
		if err != nil {
			t.Errorf("%s: %v", location, err)
			continue
		}
		if _, err := s.Table(t.Context(), ref("t")); err != nil || s.URI() != location {
			t.Errorf("%s: URI %q, %v", location, s.URI(), err)
		}
	}
	for location, want := range map[string]string{
		root + "/none":          `source "ROOT/none": there is no such folder`,
		root + "/file":          `source "ROOT/file" is a file; a folder of <schema>/<table> files was expected`,
		"file://host/data":      `source "file://host/data" names the host "host": a file URI has three slashes, file:///folder`,
		"file:data":             `source "file:data" is not file:// and an absolute path`,
		"file://" + root + "?x": `source "file://ROOT?x" is not file:// and an absolute path`,
	} {
		_, err := Open(location)
		checkError(t, err, root, want)
	}
}

func TestClosed(t *testing.T) {
	root := tree(t, "t.csv", "a\n1")
	s := mustOpen(t, root)
	table, err := s.Table(t.Context(), ref("t"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = s.Table(t.Context(), ref("t"))
	checkError(t, err, root, "source ROOT is closed")
	_, err = s.Tables(t.Context())
	checkError(t, err, root, "source ROOT is closed")
	_, err = content(t, table, "a")
	checkError(t, err, root, "source ROOT is closed")
}

func TestFileChanged(t *testing.T) {
	root := tree(t, "t.csv", "a\n1")
	s := mustOpen(t, root)
	old, err := s.Table(t.Context(), ref("t"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "t.csv"), []byte("a\nx\ny"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = content(t, old, "a")
	checkError(t, err, root, "ROOT/t.csv: the file changed since the table was opened")
	table, err := s.Table(t.Context(), ref("t"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := content(t, table, "a"); got != "x\ny" || err != nil {
		t.Errorf("opened again: %q, %v", got, err)
	}
}
