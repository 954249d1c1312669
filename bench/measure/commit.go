package measure

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// modulePath is the module whose commit reports name.
const modulePath = "github.com/rollcall-db/rollcall"

// ofFolder marks a commit that the build did not record.
const ofFolder = " (of the current folder)"

// Commit returns the commit that the program was built from, with "-dirty" where
// the tree had changes: as the build recorded it, else the one checked out in the
// current folder where that is a checkout of this module, which need not be what the
// program was built from and is marked as such. It is "unknown" elsewhere.
func Commit(ctx context.Context) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if commit := recorded(info); commit != "" {
			return commit
		}
	}
	if commit := checkedOut(ctx, "."); commit != "" {
		return commit + ofFolder
	}
	return "unknown"
}

// recorded returns the commit that go build wrote down, "" where it did not.
func recorded(info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	commit := settings["vcs.revision"]
	if commit != "" && settings["vcs.modified"] == "true" {
		commit += "-dirty"
	}
	return commit
}

// checkedOut asks git for the commit of the checkout that holds dir, "" where it
// is not one of this module.
func checkedOut(ctx context.Context, dir string) string {
	git := func(args ...string) (string, bool) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...).Output()
		return strings.TrimSpace(string(out)), err == nil
	}
	root, ok := git("rev-parse", "--show-toplevel")
	if !ok {
		return ""
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || !strings.HasPrefix(string(mod), "module "+modulePath+"\n") {
		return ""
	}
	commit, ok := git("rev-parse", "HEAD")
	if !ok {
		return ""
	}
	if changes, ok := git("status", "--porcelain"); !ok || changes != "" {
		commit += "-dirty"
	}
	return commit
}
