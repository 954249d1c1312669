package postgres

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// install makes a folder with empty files of the given names.
func install(t *testing.T, dir string, programs ...string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		if err := os.WriteFile(filepath.Join(dir, program), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// nowhere finds nothing.
func nowhere() lookup {
	return lookup{
		path:    func(string) (string, error) { return "", exec.ErrNotFound },
		bindir:  func(context.Context) (string, error) { return "", exec.ErrNotFound },
		folders: func(string) ([]string, error) { return nil, nil },
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	whole := install(t, filepath.Join(root, "whole"), "initdb", "postgres")
	client := install(t, filepath.Join(root, "client"), "initdb")
	versions := []string{filepath.Join(root, "9.6", "bin"), filepath.Join(root, "17", "bin"), filepath.Join(root, "15", "bin")}
	install(t, versions[0], "initdb", "postgres")
	install(t, versions[1], "initdb")
	install(t, versions[2], "initdb", "postgres")
	onPath := func(dir string) func(string) (string, error) {
		return func(program string) (string, error) { return filepath.Join(dir, program), nil }
	}
	for _, test := range []struct {
		name string
		with func(l *lookup)
		want string // "": errNoServer
	}{
		{"PATH", func(l *lookup) { l.path = onPath(whole) }, whole},
		{"half a server in PATH", func(l *lookup) { l.path = onPath(client) }, ""},
		{"pg_config", func(l *lookup) { l.bindir = func(context.Context) (string, error) { return whole, nil } }, whole},
		{"pg_config of a client", func(l *lookup) { l.bindir = func(context.Context) (string, error) { return client, nil } }, ""},
		{"highest whole version", func(l *lookup) { l.folders = func(string) ([]string, error) { return versions, nil } }, versions[2]},
		{"nothing", func(*lookup) {}, ""},
	} {
		l := nowhere()
		test.with(&l)
		got, err := l.find(t.Context())
		if got != test.want || errors.Is(err, errNoServer) != (test.want == "") {
			t.Errorf("%s: found %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

func TestOpenWithoutServer(t *testing.T) {
	scratch := t.TempDir()
	_, err := open(t.Context(), system{lookup: nowhere(), port: freePort}, &workload.Dataset{Dir: scratch},
		contender.Options{Scratch: scratch, Threads: 1, Progress: func(string) {}})
	const want = "postgres: there is no PostgreSQL server here: looked for the programs initdb and postgres in PATH, " +
		"in the folder of pg_config --bindir, and in /usr/lib/postgresql/*/bin; on Debian: apt-get install postgresql"
	if err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the folder for files, %v", left, err)
	}
}

func TestFindCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := nowhere().find(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want context.Canceled", err)
	}
}
