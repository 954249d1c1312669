package warehouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// directoryFormats are what INSERT OVERWRITE DIRECTORY writes: the ending of the
// file, and how DuckDB writes it.
var directoryFormats = map[string]struct{ ending, options string }{
	"PARQUET": {".c000.snappy.parquet", "FORMAT parquet, CODEC snappy"},
	"CSV":     {".c000.csv", "FORMAT csv, HEADER false"},
	"JSON":    {".c000.json", "FORMAT json"},
}

// insertDirectory carries out INSERT OVERWRITE DIRECTORY. The folder appears whole:
// what was there before is there until then.
func (s *session) insertDirectory(ctx context.Context, p *parser, at int, params []dbtest.Param) (*dbtest.Result, error) {
	to, err := p.literal(&at)
	if err != nil {
		return nil, err
	}
	dir, err := s.w.volume(to)
	if err != nil {
		return nil, err
	}
	if err := p.expect(&at, "USING"); err != nil {
		return nil, err
	}
	format, ok := directoryFormats[p.token(at).upper]
	if !ok {
		return nil, &sqlFailure{"DATA_SOURCE_NOT_FOUND", "42K02", "Failed to find the data source: " + p.token(at).text + ". Make sure the provider name is correct and the package is properly registered and compatible with your Spark version."}
	}
	options := format.options
	if at++; p.accept(&at, "OPTIONS") {
		given := map[string]string{}
		if err := p.properties(&at, given); err != nil {
			return nil, err
		}
		for name, value := range given {
			if !strings.EqualFold(name, "header") {
				continue // others change nothing here
			}
			options = strings.Replace(options, "HEADER false", "HEADER "+fmt.Sprint(strings.EqualFold(value, "true")), 1)
		}
	}
	query, err := s.translator(ctx, p, params).query(span{at, p.end()}, nil)
	if err != nil {
		return nil, err
	}
	found, err := s.w.describe(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.w.writeFolder(ctx, s.zone, exact(query, found), dir, format.ending, options)
	if err != nil {
		return nil, err
	}
	return &dbtest.Result{Affected: rows}, nil
}

// volumePrefixes are what paths of volumes begin with.
var volumePrefixes = []string{"dbfs:/Volumes/", "/Volumes/"}

// volume returns the folder that stands for a path of a volume.
func (w *Warehouse) volume(to string) (string, error) {
	rest, ok := "", false
	for _, prefix := range volumePrefixes {
		if rest, ok = strings.CutPrefix(to, prefix); ok {
			break
		}
	}
	const parts = 4 // catalog, schema, volume and a folder in it
	switch {
	case !ok:
		return "", &sqlFailure{"INSUFFICIENT_PERMISSIONS", "42501", fmt.Sprintf("Insufficient privileges: User does not have permission MODIFY on any file: '%s' is not in /Volumes", to)}
	case w.options.Volumes == "":
		return "", unsupported("it was started without a folder for /Volumes")
	case strings.Contains(rest, "..") || strings.ContainsAny(rest, "\x00\\"):
		return "", &sqlFailure{"INVALID_PATH", "22023", fmt.Sprintf("The path '%s' leads out of its volume", to)}
	}
	if clean := strings.Trim(path.Clean("/"+rest), "/"); len(strings.Split(clean, "/")) >= parts {
		return filepath.Join(w.options.Volumes, filepath.FromSlash(clean)), nil
	}
	return "", &sqlFailure{"UC_VOLUME_NOT_FOUND", "42704", fmt.Sprintf("'%s' is no folder in a volume: expected /Volumes/<catalog>/<schema>/<volume>/<folder>", to)}
}

// readableFormats are the formats of files that are read by name, as
// parquet.`/Volumes/…`, and how DuckDB reads those of a folder.
var readableFormats = map[string]string{
	"parquet": "read_parquet(%s)",
	"csv":     "read_csv(%s, header = false, all_varchar = true)",
	"json":    "read_json(%s, format = 'newline_delimited')",
}

// volumeRelation returns the rows of the files of a folder of a volume, or of one
// file.
func (w *Warehouse) volumeRelation(format, from string) (string, error) {
	path, err := w.volume(from)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", &sqlFailure{"PATH_NOT_FOUND", "42K03", "Path does not exist: " + from}
	}
	if info.IsDir() {
		path = filepath.Join(path, "part-*")
	}
	return fmt.Sprintf("(FROM "+format+")", duckText(path)), nil
}

// writeFolder writes the rows of a query as a file of a folder, beside a mark that
// it is whole.
func (w *Warehouse) writeFolder(ctx context.Context, zone, query, dir, ending, options string) (rows int64, err error) {
	const private = 0o750
	if err := os.MkdirAll(filepath.Dir(dir), private); err != nil {
		return 0, err
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }()
	if err := os.Chmod(made, private); err != nil { //nolint:gosec // a folder must be searched
		return 0, err
	}
	file := filepath.Join(made, "part-00000-"+newID()+ending)
	rows, err = w.runIn(ctx, zone, fmt.Sprintf("COPY (%s) TO %s (%s)", query, duckText(file), options))
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(filepath.Join(made, "_SUCCESS"), nil, 0o600); err != nil {
		return 0, err
	}
	old := made + ".old"
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	if err := os.Rename(made, dir); err != nil {
		return 0, errors.Join(err, os.Rename(old, dir))
	}
	return rows, os.RemoveAll(old)
}
