package assistant_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
)

// TestFolder asserts what saving does to a folder of segments.
func TestFolder(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "old.yml"), []byte("id: s-7\nname: Gold\nfolder: Loyalty\nowner: ada\nrule:\n  type: Value\n  attribute: loyalty_tier\n  operator: {type: Equal, value: Gold}\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "Notes.yml"), []byte("name: Uses gold\nrule:\n  type: include\n  segment: Loyalty/Gold\n"), 0o600))
	must(t, os.Symlink(outside, filepath.Join(dir, "link")))
	s := connect(t, snapshotBackend(t, dir), assistant.Options{})
	s.call("save_segment", object{"path": "Loyalty/Gold", "rule": "loyalty_tier = 'Gold' and orders > 1", "replace": true, "note": "asked by Ada"})
	text, err := os.ReadFile(filepath.Join(dir, "old.yml"))
	must(t, err)
	if !strings.Contains(string(text), "id: s-7") || !strings.Contains(string(text), "owner: ada") || !strings.Contains(string(text), "orders") || strings.Count(string(text), "note: ") != 1 {
		t.Errorf("the file is now\n%s", text)
	}
	if p, text := s.fails("save_segment", object{"path": "Loyalty/Gold", "rule": "segment 'Uses gold'", "replace": true}); p.Status != 422 || len(p.Problems) == 0 {
		t.Errorf("a circle: %s", text)
	}
	if p, text := s.fails("save_segment", object{"path": "link/x", "rule": gold}); p.Code == "" {
		t.Errorf("a folder outside: %s", text)
	}
	if p, _ := s.fails("save_segment", object{"path": "old", "rule": gold}); p.Code != "EXISTS" {
		t.Errorf("%+v", p)
	}
	found, err := os.ReadDir(outside)
	must(t, err)
	if len(found) > 0 {
		t.Errorf("%s is outside the folder", found[0].Name())
	}
	drafts, err := filepath.Glob(filepath.Join(dir, "*", ".draft-*"))
	must(t, err)
	if len(drafts) > 0 {
		t.Error(drafts)
	}
	out, _ := s.call("list_segments", object{"limit": 1})
	if out["next"] != "Loyalty/Gold" {
		t.Error(out)
	}
	if !strings.Contains(fmt.Sprint(out), "note:asked by Ada") {
		t.Error(out)
	}
	if out, _ := s.call("list_segments", object{"after": "Loyalty/Gold"}); len(out["segments"].([]any)) != 1 {
		t.Error(out)
	}
}

// TestDefaultTime asks at the time of the options where a call names none.
func TestDefaultTime(t *testing.T) {
	s := connect(t, assistant.NewSnapshotBackend(assistant.SnapshotOptions{Open: opener(cdnowData.Snapshot(t), ""), AsOf: "1998-07-01"}), assistant.Options{})
	if out, _ := s.call("count", object{"rule": gold}); out["count"] != 315.0 || out["as_of"] != "1998-07-01T00:00:00Z" {
		t.Error(out)
	}
	if out, _ := s.call("count", object{"rule": gold, "as_of": "1998-06-01"}); out["count"] != 316.0 {
		t.Error(out)
	}
}
