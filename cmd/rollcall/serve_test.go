package main

import (
	"os"
	"path/filepath"
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
