package workload

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// datasetName is the file with the description, in the warehouse folder.
const datasetName = "workload.json"

// Open reads the description of the data set in a folder, as [Generate] or
// [GenerateDay] left it. That a file is missing, or that a table's files are not
// as many or as large as the description says, is an error.
func Open(dir string) (*Dataset, error) {
	d, err := readDataset(dir)
	if err != nil {
		return nil, fmt.Errorf("data set %s: %w", dir, err)
	}
	return d, nil
}

func readDataset(dir string) (*Dataset, error) {
	text, err := os.ReadFile(filepath.Join(dir, datasetName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s; a folder that rollcall-bench generate wrote was expected", datasetName)
	}
	if err != nil {
		return nil, err
	}
	d := &Dataset{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("%s: %w", datasetName, err)
	}
	d.Dir = dir
	if err := d.Shape.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", datasetName, err)
	}
	if len(d.Tables) == 0 {
		return nil, fmt.Errorf("%s: it has no tables", datasetName)
	}
	if _, err := os.Stat(filepath.Join(dir, parentName)); err != nil {
		return nil, fmt.Errorf("the parent segment file %s: %w", parentName, err)
	}
	for i := range d.Tables {
		if err := d.check(&d.Tables[i]); err != nil {
			return nil, fmt.Errorf("table %s.%s: %w", d.Tables[i].Schema, d.Tables[i].Name, err)
		}
	}
	return d, nil
}

// ParentFile returns the path of the parent segment file.
func (d *Dataset) ParentFile() string { return filepath.Join(d.Dir, parentName) }

// check compares the files of a table with what is known of them.
func (d *Dataset) check(t *Table) error {
	paths, err := d.parts(t)
	if err != nil {
		return err
	}
	if len(paths) != t.Files {
		return fmt.Errorf("it has %d part files, and %d by %s", len(paths), t.Files, datasetName)
	}
	bytes := int64(0)
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		bytes += info.Size()
	}
	if bytes != t.Bytes {
		return fmt.Errorf("its part files have %d bytes, and %d by %s", bytes, t.Bytes, datasetName)
	}
	return nil
}

// Files returns the paths of a table's part files, ascending, which is the order of
// time for tables of events. A table that the data set does not have is an error.
func (d *Dataset) Files(schema, table string) ([]string, error) {
	var known []string
	for i := range d.Tables {
		t := &d.Tables[i]
		if t.Schema == schema && t.Name == table {
			return d.parts(t)
		}
		known = append(known, t.Schema+"."+t.Name)
	}
	return nil, fmt.Errorf("data set %s has no table %s.%s; its tables are %s", d.Dir, schema, table, strings.Join(known, ", "))
}

// parts lists the part files of a table.
func (d *Dataset) parts(t *Table) ([]string, error) {
	dir := filepath.Join(d.Dir, t.Schema, t.Name)
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if ok, _ := filepath.Match("part-*.parquet", e.Name()); ok {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

// write writes the description and the parent segment into a folder.
func (d *Dataset) write(dir string) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, datasetName), append(text, '\n'), 0o644),
		os.WriteFile(filepath.Join(dir, parentName), []byte(parentYAML), 0o644))
}
