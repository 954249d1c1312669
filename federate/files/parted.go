package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/federate/source"
)

// endBytes is how much of each end of a file is hashed for the ID of a part. A
// file is never read whole for it: a table's files may be many gigabytes, and
// who changes one in the middle alone also changes its time.
const endBytes = 64 << 10

// Parts lists the files of the table in the order in which they are read, which
// is that of their names in each folder. A part is named by its path relative to
// the source's folder, with slashes. Its ID is the file's size, its time of
// modification and a hash of its first and last 64 KiB, which are read anew.
func (t *table) Parts(ctx context.Context) ([]source.Part, error) {
	if err := t.checkNames(); err != nil {
		return nil, err
	}
	list := make([]source.Part, 0, len(t.chosen))
	for _, i := range t.chosen {
		if err := t.source.check(ctx); err != nil {
			return nil, err
		}
		p := &t.parts[i]
		id, err := p.id()
		if err != nil {
			return nil, err
		}
		list = append(list, source.Part{Name: t.partName(i), ID: id, Rows: t.data.rows(i)})
	}
	return list, nil
}

// Only implements [source.Parted]. Nothing is read.
func (t *table) Only(names []string) source.Table {
	only := *t
	only.chosen, only.unknown = nil, slices.Clone(t.unknown)
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	for _, i := range t.chosen {
		if name := t.partName(i); wanted[name] {
			only.chosen = append(only.chosen, i)
			delete(wanted, name)
		}
	}
	for _, name := range names {
		if wanted[name] {
			only.unknown = append(only.unknown, name)
			delete(wanted, name)
		}
	}
	only.count()
	return &only
}

// count sets the rows and bytes of the table to those of its chosen parts.
func (t *table) count() {
	t.info.Rows, t.info.Bytes = 0, 0
	for _, i := range t.chosen {
		t.info.Rows += t.data.rows(i)
		t.info.Bytes += t.parts[i].size
	}
}

// checkNames returns an error where the table is to have a part that is not
// there.
func (t *table) checkNames() error {
	if len(t.unknown) == 0 {
		return nil
	}
	return readError(t.path, fmt.Errorf("has no part %q", t.unknown[0]))
}

// partName returns the path of a part relative to the source's folder.
func (t *table) partName(i int) string {
	name, err := filepath.Rel(t.source.root, t.parts[i].path)
	if err != nil { // cannot be: the path was made of the root
		name = t.parts[i].path
	}
	return filepath.ToSlash(name)
}

// id tells the content of the file from what it was before and may become.
func (p *part) id() (id string, err error) {
	f, err := p.open()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, readError(p.path, f.Close())) }()
	hash := xxhash.New()
	if err := hashEnds(hash, f, p.size); err != nil {
		return "", readError(p.path, err)
	}
	return fmt.Sprintf("%d-%d-%016x", p.size, p.modified.UnixNano(), hash.Sum64()), nil
}

// hashEnds writes the first and last bytes of a file of size bytes to hash,
// none of them twice.
func hashEnds(hash io.Writer, f *os.File, size int64) error {
	head := min(size, endBytes)
	tail := min(size-head, endBytes)
	for _, end := range []*io.SectionReader{
		io.NewSectionReader(f, 0, head), io.NewSectionReader(f, size-tail, tail),
	} {
		n, err := io.Copy(hash, end)
		if err == nil && n != end.Size() {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return nil
}
