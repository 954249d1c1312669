package rule

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// folder returns a file system of files by name.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

const anyRule = "rule: {type: Value, attribute: a}\n"

func TestLibraryLoad(t *testing.T) {
	l, err := LoadLibrary(folder(map[string]string{
		"vip.yml":                     "name: VIP\nid: 7\n" + anyRule,
		"Loyalty/Gold/deep.yaml":      "name: deep one\n" + anyRule,
		"Loyalty/wire.JSON":           `{"name": "wire", "id": 12, "rule": {"type": "Value", "leftValue": {"name": "a"}}}`,
		"Loyalty/vip.yml":             "name: VIP\n" + anyRule,
		"elsewhere/said.yml":          "name: said\nfolder: /Other//folder/\n" + anyRule,
		"elsewhere/top.yml":           "name: top\nfolder: \"\"\n" + anyRule,
		"elsewhere/slash.yml":         "name: a/b\n" + anyRule,
		".hidden.yml":                 "x",
		".git/config.yml":             "x",
		"README.md":                   "x",
		"notes.yml.bak":               "x",
		"folder.yml/in a folder.json": `{"name": "odd", "rule": {"type": "Value", "attribute": "a"}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range l.Segments() {
		got = append(got, f.File+" is "+f.Path+" ("+f.Name+") "+f.ID)
	}
	want := []string{
		"Loyalty/Gold/deep.yaml is Loyalty/Gold/deep one (deep one) ",
		"Loyalty/vip.yml is Loyalty/VIP (VIP) ",
		"Loyalty/wire.JSON is Loyalty/wire (wire) 12",
		"elsewhere/said.yml is Other/folder/said (said) ",
		"elsewhere/slash.yml is elsewhere/a/b (a/b) ",
		"elsewhere/top.yml is top (top) ",
		"folder.yml/in a folder.json is folder.yml/odd (odd) ",
		"vip.yml is VIP (VIP) 7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
	for ref, count := range map[string]int{"VIP": 1, "Loyalty/VIP": 1, "wire": 1, "Other/folder/said": 1, "vip": 0} {
		if found := l.find(ref, false); len(found) != count {
			t.Errorf("%d segments found for %q, want %d", len(found), ref, count)
		}
	}
}

// TestLibraryProblems: the problems of all files are reported together.
func TestLibraryProblems(t *testing.T) {
	_, err := LoadLibrary(folder(map[string]string{
		"a.yml":   "name: VIP\n" + anyRule,
		"b.yml":   "# again\nname: VIP\n" + anyRule,
		"c/d.yml": "name: x\nfolder: \"\"\nrule: {type: Valu, attribute: a}\n",
		"c/e.yml": anyRule,
		"c/f.yml": "name: VIP\nfolder: \"\"\n" + anyRule,
		"c/g.yml": "rule: [\n",
		"h.json":  `{"name": "x", "rule": {"type": "And", "conditions": []}}`,
		"i.yml":   strings.Repeat("x", MaxBytes+10),
	}))
	var library *LibraryError
	var errs Errors
	if !errors.As(err, &library) || !errors.As(err, &errs) {
		t.Fatalf("error is %T %v, want a *LibraryError of Errors", err, err)
	}
	want := `b.yml:2:7: a segment 'VIP' is in the file "a.yml" already
c/d.yml:3:14: unknown type of a condition: "Valu"
c/e.yml:1:1: the segment has no name
c/f.yml:1:7: a segment 'VIP' is in the file "a.yml" already
`
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error is\n%v\nwant at its start\n%s", err, want)
	}
	for _, part := range []string{"c/g.yml:", "h.json:1:53: the list of conditions is empty", "i.yml:1:1:"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error is\n%v\nwant %q in it", err, part)
		}
	}
	if detail := library.Detail(); !strings.Contains(detail, "b.yml:2:7: a segment") || !strings.Contains(detail, "  2 | name: VIP\n    |       ^^^") {
		t.Errorf("detail is\n%s", detail)
	}
}

// TestLibraryLinks: a link to a file is read, one to a folder above is not
// followed, and one to nothing is an error.
func TestLibraryLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("vip.txt", "name: VIP\n"+anyRule)
	link("vip.txt", "vip.yml")
	link(".", "loop.yml")
	link(".", "loop")
	l, err := LoadLibrary(os.DirFS(dir))
	if err != nil || len(l.Segments()) != 1 || l.Segments()[0].Path != "VIP" {
		t.Errorf("got %v, %v, want the segment VIP", l, err)
	}
	link("nothing", "broken.yml")
	if _, err := LoadLibrary(os.DirFS(dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a broken link gives %v", err)
	}
	if _, err := LoadLibrary(os.DirFS(filepath.Join(dir, "nowhere"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder gives %v", err)
	}
}

// TestLibraryOfExamples reads the segments that the examples refer to.
func TestLibraryOfExamples(t *testing.T) {
	l, err := LoadLibrary(os.DirFS("testdata/examples/segments"))
	if err != nil {
		t.Fatal(err)
	}
	for ref, byID := range map[string]bool{"VIP": false, "Suppression list": false, "1234": true} {
		if found := l.find(ref, byID); len(found) != 1 {
			t.Errorf("%d segments found for %q, want one", len(found), ref)
		}
	}
}
