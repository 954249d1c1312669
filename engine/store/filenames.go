package store

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
)

// Every name on disk.
const (
	manifestName    = "MANIFEST"
	newManifestName = "MANIFEST.new"
	lockName        = "LOCK"
	// KeysFile holds the customers' keys: one column "key".
	KeysFile = "keys.arrow"
)

// AttributeFile names the values of attribute i: one column "value".
func AttributeFile(i int) string { return fmt.Sprintf("attribute-%04d.arrow", i) }

// AttributeIndexFiles names the directory and the bitmaps of the value index of
// attribute i.
func AttributeIndexFiles(i int) (directory, bitmaps string) {
	return fmt.Sprintf("attribute-%04d.values.arrow", i), fmt.Sprintf("attribute-%04d.bitmaps", i)
}

// BehaviorFile names the events of behavior i.
func BehaviorFile(i int) string { return fmt.Sprintf("behavior-%04d.arrow", i) }

// BehaviorIndexFiles names the directory and the bitmaps of the timeline of
// behavior i.
func BehaviorIndexFiles(i int) (directory, bitmaps string) {
	return fmt.Sprintf("behavior-%04d.days.arrow", i), fmt.Sprintf("behavior-%04d.bitmaps", i)
}

// scratchFile names scratch file i of a writer.
func scratchFile(i int) string { return fmt.Sprintf("scratch-%04d.arrow", i) }

var ourFile = regexp.MustCompile(`^(keys|attribute-\d{4,}|behavior-\d{4,}|scratch-\d{4,})(\.(values|days))?\.(arrow|bitmaps)$`)

// isOurFile reports whether name is one that a version's folder may hold.
func isOurFile(name string) bool { return ourFile.MatchString(name) }

// versionDir names the folder of a version within dir.
func versionDir(dir string, version uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%08d", version))
}

// parseVersionDir is the inverse of versionDir for a bare name.
func parseVersionDir(name string) (version uint64, ok bool) {
	v, err := strconv.ParseUint(name, 10, 64)
	return v, err == nil && len(name) >= 8 && fmt.Sprintf("%08d", v) == name
}
