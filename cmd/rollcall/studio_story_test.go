package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// studioPictures is where docs/studio.md has the screenshots of the story.
const studioPictures = "../../docs/studio"

// TestStudioStory walks the page in a browser from a configuration to an exported
// audience. With -update the screenshots of docs/studio.md are taken anew.
func TestStudioStory(t *testing.T) {
	if os.Getenv("ROLLCALL_CHROMIUM") == "" {
		t.Skip("ROLLCALL_CHROMIUM is not set: make test-studio sets it")
	}
	story, err := filepath.Abs("page/story/story.mjs")
	if err != nil {
		t.Fatal(err)
	}
	pictures := t.TempDir()
	if *update {
		if pictures, err = filepath.Abs(studioPictures); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(t.TempDir(), "parent.yml")
	if err := os.WriteFile(config, cdnow.ParentYAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	files := cdnowData.Warehouse(t)
	s := startStudio(t, filepath.Join(t.TempDir(), "studio"), "--files", files)
	out, err := exec.CommandContext(t.Context(), "node", story, s.url, files, config, pictures).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, s.log)
	}
	t.Logf("tally: %s", strings.TrimSpace(string(out)))
}
