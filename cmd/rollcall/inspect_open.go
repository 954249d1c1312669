package main

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/rollcall-db/rollcall/engine/store"
)

// openAttempts bounds how often openInspected starts again because builds removed
// the version that it was opening.
const openAttempts = 10

// inspected is a version that is looked into. The snapshot gives values and says
// nothing of how a column is stored, so the files of its columns are mapped a second
// time to read that. Both stay readable when a build removes the version.
type inspected struct {
	*store.Snapshot
	columns map[string]store.Mapping // by name
}

// openInspected opens a version of the snapshot in dir, 0 for the current one.
// Errors are those of [store.OpenAt].
func openInspected(fsys store.FS, dir string, version uint64) (*inspected, error) {
	for attempt := 1; ; attempt++ {
		s, err := store.OpenAt(fsys, dir, version)
		if err != nil {
			return nil, err
		}
		in := &inspected{Snapshot: s, columns: map[string]store.Mapping{}}
		if err = in.mapColumns(fsys, dir); err == nil {
			return in, nil
		}
		err = joinClose(err, in)
		// The files were there a moment ago: a build has removed the version since.
		// Opening it again finds another one, or says what is missing.
		if !errors.Is(err, fs.ErrNotExist) || attempt == openAttempts {
			return nil, err
		}
	}
}

// mapColumns maps the files of keys and attributes.
func (in *inspected) mapColumns(fsys store.FS, dir string) error {
	names := []string{store.KeysFile}
	for i := range in.Schema().Attributes {
		names = append(names, store.AttributeFile(i))
	}
	for _, name := range names {
		info, _ := in.Manifest().File(name)
		m, err := fsys.Map(filepath.Join(dir, filepath.FromSlash(info.Path)))
		if err != nil {
			return err
		}
		in.columns[name] = m
	}
	return nil
}

// Close releases the version.
func (in *inspected) Close() error {
	errs := []error{in.Snapshot.Close()}
	for _, m := range in.columns {
		errs = append(errs, m.Close())
	}
	return errors.Join(errs...)
}

// arrowType returns the type of the one column of a file. The caller has read of
// the column what it is made of: its bytes are what was written.
func (in *inspected) arrowType(name string) (arrow.DataType, error) {
	reader, err := ipc.NewFileReader(bytes.NewReader(in.columns[name].Bytes()))
	if err != nil {
		return nil, err
	}
	t := reader.Schema().Field(0).Type
	return t, reader.Close()
}
