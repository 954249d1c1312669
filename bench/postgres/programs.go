package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// debianPattern is where Debian keeps the programs of each version, off PATH.
const debianPattern = "/usr/lib/postgresql/*/bin"

// lookup is what finding programs asks of the system.
type lookup struct {
	path    func(program string) (string, error)             // as exec.LookPath
	bindir  func(ctx context.Context) (string, error)        // what pg_config says
	folders func(pattern string) (matches []string, _ error) // as filepath.Glob
}

func systemLookup() lookup {
	return lookup{path: exec.LookPath, folders: filepath.Glob, bindir: func(ctx context.Context) (string, error) {
		out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output()
		return strings.TrimSpace(string(out)), err
	}}
}

// errNoServer says that no PostgreSQL server is installed, as far as can be seen.
var errNoServer = errors.New("there is no PostgreSQL server here")

// find returns the folder that has both initdb and postgres. An error that is
// errNoServer says where it looked.
func (l lookup) find(ctx context.Context) (string, error) {
	if initdb, err := l.path("initdb"); err == nil {
		if dir := filepath.Dir(initdb); complete(dir) {
			return dir, nil
		}
	}
	if dir, err := l.bindir(ctx); err == nil && complete(dir) {
		return dir, nil
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	dirs, err := l.folders(debianPattern)
	if err != nil {
		return "", err
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(release(b), release(a)) })
	for _, dir := range dirs {
		if complete(dir) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: looked for the programs initdb and postgres in PATH, in the folder of pg_config --bindir, and in %s; on Debian: apt-get install postgresql",
		errNoServer, debianPattern)
}

// complete reports whether a folder has the programs that are run.
func complete(dir string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, program)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

// release returns the version that a folder of Debian is named after; 0 where it
// is none.
func release(bin string) float64 {
	version, err := strconv.ParseFloat(filepath.Base(filepath.Dir(bin)), 64)
	if err != nil {
		return 0
	}
	return version
}
