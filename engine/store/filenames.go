package store

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Every name on disk.
const (
	manifestName    = "MANIFEST" // of the current version, and in the folder of every kept one
	newManifestName = "MANIFEST.new"
	lockName        = "LOCK"

	// KeysFile holds the customers' keys by row: one column "key".
	KeysFile = "keys.arrow"
	// KeyTableFile holds the table from the hash of a key to its row.
	KeyTableFile = "keys.table"
	// LiveFile holds the bitmap of the rows that are customers. A version where
	// all rows are has no such file.
	LiveFile = "live.bitmap"
)

// AttributeFile names the values of attribute i: one column "value".
func AttributeFile(i int) string { return fmt.Sprintf("attribute-%04d.arrow", i) }

// AttributeIndexFiles names the directory and the bitmaps of the value index of
// attribute i.
func AttributeIndexFiles(i int) (directory, bitmaps string) {
	return fmt.Sprintf("attribute-%04d.values.arrow", i), fmt.Sprintf("attribute-%04d.bitmaps", i)
}

// AttributeZonesFile names the zone map of attribute i.
func AttributeZonesFile(i int) string { return fmt.Sprintf("attribute-%04d.zones.arrow", i) }

// AttributeOrderedFile names the ordered index of attribute i.
func AttributeOrderedFile(i int) string { return fmt.Sprintf("attribute-%04d.ordered", i) }

// AttributeGramsFile names the gram index of attribute i.
func AttributeGramsFile(i int) string { return fmt.Sprintf("attribute-%04d.grams", i) }

// PartFile names the events of one part of a behavior.
func PartFile(behavior, part int) string {
	return fmt.Sprintf("behavior-%04d-%04d.events", behavior, part)
}

// PartIndexFiles names the directory and the bitmaps of the timeline of one part
// of a behavior.
func PartIndexFiles(behavior, part int) (directory, bitmaps string) {
	return fmt.Sprintf("behavior-%04d-%04d.days.arrow", behavior, part), fmt.Sprintf("behavior-%04d-%04d.bitmaps", behavior, part)
}

// PartLevelsFile names the groups of days of the timeline of one part of a
// behavior.
func PartLevelsFile(behavior, part int) string {
	return fmt.Sprintf("behavior-%04d-%04d.levels", behavior, part)
}

// PostingsFile names the postings of one part of a behavior.
func PostingsFile(behavior, part int) string {
	return fmt.Sprintf("behavior-%04d-%04d.postings", behavior, part)
}

// RanksFile names the ranks of a behavior.
func RanksFile(behavior int) string { return fmt.Sprintf("behavior-%04d.ranks", behavior) }

// scratchFile names scratch file i of a writer.
func scratchFile(i int) string { return fmt.Sprintf("scratch-%04d.arrow", i) }

// ourFile matches the files of a version, its manifest excepted, and those that
// a writer puts aside in its folder.
var ourFile = regexp.MustCompile(`^(keys\.(arrow|table)|live\.bitmap` +
	`|attribute-\d{4,}\.(arrow|values\.arrow|zones\.arrow|bitmaps|ordered|grams)` +
	`|behavior-\d{4,}-\d{4,}\.(events|days\.arrow|bitmaps)` +
	`|behavior-\d{4,}-\d{4,}\.(levels|postings)|behavior-\d{4,}\.ranks` +
	`|scratch-\d{4,}\.arrow)$`)

// isOurFile reports whether name is one that a version's folder may hold.
func isOurFile(name string) bool { return name == manifestName || ourFile.MatchString(name) }

// versionName returns the name of a version's folder.
func versionName(version uint64) string { return fmt.Sprintf("%08d", version) }

// versionDir returns the path of a version's folder within dir.
func versionDir(dir string, version uint64) string {
	return filepath.Join(dir, versionName(version))
}

// versionManifest returns the path of the manifest in a version's folder.
func versionManifest(dir string, version uint64) string {
	return filepath.Join(versionDir(dir, version), manifestName)
}

// parseVersionName is the inverse of versionName.
func parseVersionName(name string) (version uint64, ok bool) {
	v, err := strconv.ParseUint(name, 10, 64)
	return v, err == nil && v > 0 && versionName(v) == name
}

// filePath returns what manifests call a file: the folder of the version that
// wrote it, a slash, and its name there.
func filePath(version uint64, name string) string { return path.Join(versionName(version), name) }

// pathVersion returns the version in whose folder a file is, for the files that a
// manifest may name.
func pathVersion(p string) (version uint64, ok bool) {
	folder, name, _ := strings.Cut(p, "/")
	version, ok = parseVersionName(folder)
	return version, ok && isListable(name)
}

// plainFile matches names that lie in the folder that they are joined to.
var plainFile = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,200}$`)

// isListable reports whether a manifest may list a file of that name. Names that
// are not known here may be of a later program of the same format, and are passed
// over by readers.
func isListable(name string) bool {
	return plainFile.MatchString(name) && !strings.HasPrefix(name, "scratch-")
}
