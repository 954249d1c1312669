package measure

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestThisMachine(t *testing.T) {
	m := ThisMachine()
	if m.Cores < 1 || m.MemoryBytes < 1<<20 || m.OS != runtime.GOOS || m.Arch != runtime.GOARCH || m.Go != runtime.Version() {
		t.Errorf("this machine is %+v", m)
	}
}

func TestRecorded(t *testing.T) {
	for _, c := range []struct{ revision, modified, want string }{
		{"", "", ""},
		{"", "true", ""},
		{"abc", "false", "abc"},
		{"abc", "true", "abc-dirty"},
	} {
		info := &debug.BuildInfo{Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: c.revision}, {Key: "vcs.modified", Value: c.modified},
		}}
		if got := recorded(info); got != c.want {
			t.Errorf("revision %q, modified %q: %q, want %q", c.revision, c.modified, got, c.want)
		}
	}
}

// TestCommitOfTheFolder: tests are built without a record of the commit.
func TestCommitOfTheFolder(t *testing.T) {
	got := Commit(t.Context())
	if info, ok := debug.ReadBuildInfo(); ok && recorded(info) != "" {
		t.Skip("the build recorded a commit")
	}
	if got != "unknown" && !strings.HasSuffix(got, " (of the current folder)") {
		t.Errorf("the commit is %q, which is not marked as that of the current folder", got)
	}
}

func TestCheckedOut(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	dir := t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(dir, "none"))
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(dir))
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when, pattern string) {
		t.Helper()
		if got := checkedOut(t.Context(), dir); !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("%s: %q, want a match of %s", when, got, pattern)
		}
	}
	check("no checkout", `^$`)
	git("init", "--quiet")
	write("go.mod", "module example.com/other\n")
	git("add", "go.mod")
	git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "one")
	check("another module", `^$`)
	write("go.mod", "module "+modulePath+"\n\ngo 1.26\n")
	check("changes", `^[0-9a-f]{40,}-dirty$`)
	git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--all", "--message", "two")
	check("clean", `^[0-9a-f]{40,}$`)
}
