package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openFolder returns a folder that everybody may enter, if they may enter the
// system's folder for temporary files. It is removed when the test ends.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rollcall-postgres-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMakePlace(t *testing.T) {
	open, closed := openFolder(t), openFolder(t)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(open, strings.Repeat("x", maxSocketFolder))
	inner := filepath.Join(closed, "inner")
	for _, dir := range []string{long, inner} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	me := account{other: true, uid: uint32(os.Getuid()), gid: uint32(os.Getgid())}
	for _, test := range []struct {
		name    string
		who     account
		parents []string
		want    string // the folder that it is made in
		err     string
	}{
		{"first", me, []string{open, closed}, open, ""},
		{"closed to others", me, []string{closed, open}, open, ""},
		{"below a folder that is closed", me, []string{inner, open}, open, ""},
		{"closed to others, not to us", account{}, []string{closed, open}, closed, ""},
		{"too long for a socket", account{}, []string{long, open}, open, ""},
		{"none", me, []string{closed}, "", "no folder for a PostgreSQL server: the user postgres cannot enter " + closed},
	} {
		dir, err := makePlace(test.who, test.parents...)
		if test.err != "" {
			if err == nil || err.Error() != test.err {
				t.Errorf("%s: error %v, want %s", test.name, err, test.err)
			}
			continue
		}
		if err != nil || filepath.Dir(dir) != test.want {
			t.Errorf("%s: made %s, %v, want it in %s", test.name, dir, err, test.want)
		}
	}
	if left, err := os.ReadDir(long); err != nil || len(left) > 0 {
		t.Errorf("%v is left in the folder that was refused, %v", left, err)
	}
}
