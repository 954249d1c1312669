package files

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/federate/source"
)

// hiveNull stands for NULL in the name of a Hive folder.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// part is one data file of a table.
type part struct {
	path     string
	kind     string // its ending, one of kinds
	size     int64  // bytes
	modified time.Time
	hive     []hiveValue // from the folders that it lies in, outermost first
}

// hiveValue is the column and value that a folder's name gives.
type hiveValue struct {
	key   string
	value string
	valid bool // false for NULL
}

// samePart reports whether two listings of a file found it unchanged.
func samePart(a, b part) bool {
	return a.path == b.path && a.size == b.size && a.modified.Equal(b.modified)
}

// listParts returns the data files of a table in the order in which they are
// read. They are all of one kind and have the same Hive columns.
func listParts(ctx context.Context, p place) ([]part, error) {
	if !p.folder {
		one, err := partAt(p.path, nil)
		return []part{one}, err
	}
	parts, err := partsBelow(ctx, p.path, nil)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, readError(p.path, errors.New("no .parquet, .csv or .ndjson file in the table's folder"))
	}
	for _, q := range parts[1:] {
		if q.kind != parts[0].kind {
			return nil, readError(q.path, fmt.Errorf("is of another kind than %s; the files of a table are all of one kind", parts[0].path))
		}
		if keys(q.hive) != keys(parts[0].hive) {
			return nil, readError(q.path, fmt.Errorf("lies in folders for (%s), and %s for (%s)",
				keys(q.hive), parts[0].path, keys(parts[0].hive)))
		}
	}
	return parts, nil
}

func keys(hive []hiveValue) string {
	names := make([]string, len(hive))
	for i := range hive {
		names[i] = hive[i].key
	}
	return strings.Join(names, ", ")
}

// checkFormat refuses the folder of a table format, and so all files in it.
func checkFormat(dir string) error {
	name := tableFormat(dir)
	if name == "" {
		return nil
	}
	return readError(dir, formatError(name))
}

// formatError says why the folder of a table format is refused.
func formatError(format string) error {
	return fmt.Errorf("is the folder of %s table, which also holds the files of removed rows; "+
		"only the table's log tells them apart, so query it where it lives or export it as plain Parquet", format)
}

// tableFormat names the table format whose folder dir is, or "".
func tableFormat(dir string) string {
	for mark, format := range map[string]string{"_delta_log": "a Delta", ".hoodie": "a Hudi"} {
		if info, err := os.Stat(filepath.Join(dir, mark)); err == nil && info.IsDir() {
			return format
		}
	}
	metadata, err := os.ReadDir(filepath.Join(dir, "metadata"))
	if err != nil {
		return ""
	}
	for _, e := range metadata {
		if strings.HasSuffix(e.Name(), ".metadata.json") {
			return "an Iceberg"
		}
	}
	return ""
}

// partsBelow lists the data files of dir and of the Hive folders in it.
func partsBelow(ctx context.Context, dir string, hive []hiveValue) ([]part, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkFormat(dir); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, readError(dir, err)
	}
	var parts []part
	for _, e := range entries {
		name, path := e.Name(), filepath.Join(dir, e.Name())
		if isHidden(name) {
			continue
		}
		var below []part
		switch folder := isFolder(dir, e); {
		case !folder && kindOf(name) != "":
			one, err := partAt(path, hive)
			if err != nil {
				return nil, err
			}
			below = []part{one}
		case !folder:
			return nil, readError(path, errors.New("is neither .parquet, .csv nor .ndjson; a table's folder holds only its files "+
				"(names that start with . or _ are skipped)"))
		case !isHive(name):
			return nil, readError(path, errors.New("is a folder in a table's folder, but not named column=value"))
		default:
			v, err := hiveFolder(name, hive)
			if err != nil {
				return nil, readError(path, err)
			}
			if below, err = partsBelow(ctx, path, append(hive[:len(hive):len(hive)], v)); err != nil {
				return nil, err
			}
		}
		parts = append(parts, below...)
	}
	return parts, nil
}

// hiveFolder reads the name of a folder inside of the folders of outer.
func hiveFolder(name string, outer []hiveValue) (hiveValue, error) {
	key, value, _ := strings.Cut(name, "=")
	key, keyErr := url.PathUnescape(key)
	value, err := url.PathUnescape(value)
	if err = errors.Join(keyErr, err); err != nil {
		return hiveValue{}, fmt.Errorf("the folder's name has a malformed percent escape: %w", err)
	}
	if !utf8.ValidString(key) || !utf8.ValidString(value) {
		return hiveValue{}, fmt.Errorf("the folder's name is %q for %q, which is not valid UTF-8", key, value)
	}
	for _, o := range outer {
		if o.key == key {
			return hiveValue{}, fmt.Errorf("a folder for %q inside of another", key)
		}
	}
	return hiveValue{key: key, value: value, valid: value != hiveNull}, nil
}

func partAt(path string, hive []hiveValue) (part, error) {
	info, err := os.Stat(path)
	if err != nil {
		return part{}, readError(path, err)
	}
	return part{path: path, kind: kindOf(path), size: info.Size(), modified: info.ModTime(), hive: hive}, nil
}

// open opens the file and checks that it is the one that was listed.
func (p *part) open() (*os.File, error) {
	f, err := os.Open(p.path)
	if err != nil {
		return nil, readError(p.path, err)
	}
	info, err := f.Stat()
	if err == nil && (info.Size() != p.size || !info.ModTime().Equal(p.modified)) {
		err = errors.New("the file changed since the table was opened")
	}
	if err != nil {
		return nil, errors.Join(&source.ReadError{Path: p.path, Err: err}, f.Close())
	}
	return f, nil
}
