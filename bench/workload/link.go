package workload

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Link puts the data set into a warehouse folder, which need not exist: a symbolic
// link per part file, called part-NNNN-PPPP.parquet, where NNNN is number and PPPP
// counts the files of the table. Links of other numbers stay as they are, so that
// a folder that is given one data set after the other, with a number each, grows
// as a warehouse does. The function undo removes the links, but no folder; after
// an error there are none.
func (d *Dataset) Link(dir string, number int) (undo func() error, err error) {
	var links []string
	undo = func() error {
		var errs []error
		for _, link := range links {
			errs = append(errs, os.Remove(link))
		}
		return errors.Join(errs...)
	}
	for i := range d.Tables {
		if links, err = d.linkTable(links, dir, number, &d.Tables[i]); err != nil {
			return nil, errors.Join(err, undo())
		}
	}
	return undo, nil
}

// linkTable makes the links of one table and appends them to those before.
func (d *Dataset) linkTable(links []string, dir string, number int, t *Table) ([]string, error) {
	parts, err := d.parts(t)
	if err != nil {
		return links, err
	}
	folder := filepath.Join(dir, t.Schema, t.Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return links, err
	}
	for i, part := range parts {
		if part, err = filepath.Abs(part); err != nil {
			return links, err
		}
		link := filepath.Join(folder, fmt.Sprintf("part-%04d-%04d.parquet", number, i))
		if err := os.Symlink(part, link); err != nil {
			return links, err
		}
		links = append(links, link)
	}
	return links, nil
}

// Rows returns the number of rows of each table of several data sets together, by
// schema, dot and name.
func Rows(all ...*Dataset) map[string]int64 {
	rows := map[string]int64{}
	for _, d := range all {
		for _, t := range d.Tables {
			rows[t.Schema+"."+t.Name] += t.Rows
		}
	}
	return rows
}
