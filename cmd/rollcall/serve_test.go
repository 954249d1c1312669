package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDataFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	if err := makeData(dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Error(info.Mode(), err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	want := "the folder of --data, " + dir + ", has the mode 0777, expected 0700: everybody may put files of their own there"
	if err := makeData(dir); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestServeWarns starts a server that lets everybody of the machine in, one with a token, and
// one that needs tokens since it has a file for them.
func TestServeWarns(t *testing.T) {
	const warning = `level=WARN msg="there is no token: every user and program of this machine is let in as an administrator" change="rollcall token add --data `
	dir := filepath.Join(t.TempDir(), "studio")
	if s := startStudio(t, dir); !strings.Contains(s.log.String(), warning+dir+` --name NAME --roles admin"`) {
		t.Errorf("it does not say that everybody is let in:\n%s", s.log)
	} else {
		s.stop(t, os.Interrupt)
	}
	if s := startStudio(t, dir, "--token-file", filepath.Join(t.TempDir(), "tokens.json")); strings.Contains(s.log.String(), "level=WARN") {
		t.Errorf("it warns, and tokens are needed:\n%s", s.log)
	} else {
		s.stop(t, os.Interrupt)
	}
	if code, _, errs := rollcall(t, "token", "add", "--data", dir, "--name", "Ana", "--roles", "counts"); code != exitDone {
		t.Fatal(errs)
	}
	if s := startStudio(t, dir); strings.Contains(s.log.String(), "level=WARN") {
		t.Errorf("it warns, and there is a token:\n%s", s.log)
	}
}
