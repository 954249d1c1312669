package report

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// replaceFile puts data at path in one step: a temporary file of the same
// folder, renamed.
func replaceFile(path string, data []byte) (err error) {
	temp := filepath.Join(filepath.Dir(path), ".rollcall-"+rand.Text()+".tmp")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// ownName matches the names of pictures of this package: REPORT.KIND.svg and
// REPORT.KIND.SUITE.svg.
var ownName = regexp.MustCompile(`^[a-z0-9-]+\.(` + strings.Join(pictureKinds, "|") + `)(\.[a-z0-9-]+)?\.(svg|png)$`)

// prune removes the pictures in a folder that are not among those given, and the
// folder if nothing is left. It touches no file that this package does not name.
func prune(folder string, keep []*picture) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for _, p := range keep {
		shown[p.name+".svg"], shown[p.name+".png"] = true, true
	}
	left := 0
	for _, e := range entries {
		if !e.Type().IsRegular() || !ownName.MatchString(e.Name()) || shown[e.Name()] {
			left++
			continue
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	if left == 0 {
		return os.Remove(folder)
	}
	return nil
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug returns a name in the letters that names of pictures have.
func slug(name string) string {
	s := strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if s == "" {
		return "x"
	}
	return s
}
