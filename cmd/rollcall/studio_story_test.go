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
	pictures := t.TempDir()
	if *update {
		var err error
		if pictures, err = filepath.Abs(studioPictures); err != nil {
			t.Fatal(err)
		}
	}
	files := cdnowData.Warehouse(t)
	walk(t, "story.mjs", []string{"--files", files}, func(config string) []string {
		return []string{files, config, pictures}
	})
}

// TestStudioStoryInPlace walks the page with a parent segment that is asked in a
// warehouse of this process, and has no snapshot.
func TestStudioStoryInPlace(t *testing.T) {
	lake := serveWarehouse(t, cdnowData.Warehouse(t)) // Before the studio, which closes its sessions there first.
	walk(t, "in_place.mjs", nil, func(config string) []string {
		return []string{lake.uri, testToken, config, t.TempDir()}
	})
}

// walk runs a story of page/story in a browser against a studio of its own, which is
// started with flags. The story is given the URL and what args returns for the file of
// the configuration.
func walk(t *testing.T, story string, flags []string, args func(config string) []string) {
	t.Helper()
	if os.Getenv("ROLLCALL_CHROMIUM") == "" {
		t.Skip("ROLLCALL_CHROMIUM is not set: make test-studio sets it")
	}
	path, err := filepath.Abs(filepath.Join("page/story", story))
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "parent.yml")
	if err := os.WriteFile(config, cdnow.ParentYAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startStudio(t, filepath.Join(t.TempDir(), "studio"), flags...)
	out, err := exec.CommandContext(t.Context(), "node", append([]string{path, s.url}, args(config)...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, s.log)
	}
	t.Logf("tally: %s", strings.TrimSpace(string(out)))
}
