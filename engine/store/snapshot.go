package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// Snapshot is one version of a snapshot directory, opened for reading. What its
// methods return lies in mapped files and is valid until Close. It is safe for
// concurrent use.
type Snapshot struct {
	manifest   *Manifest
	dir        string
	files      map[string]*mapping // by name
	keys       *column.Column
	dictionary *column.Lazy[keys.Dictionary] // one member
	live       *column.Lazy[bitmap.View]     // one member; nil: every row is live
	attributes []attribute
	behaviors  []behavior
	opened     map[openedKey]any // what there is of single files, for the next version; not changed once it is open

	mu     sync.Mutex
	pins   int
	closed bool
}

// attribute is the opened files of one attribute.
type attribute struct {
	column  *column.Column
	values  *column.Lazy[index.Values]  // one member; nil: no value index
	zones   *column.Lazy[index.Zones]   // one member; nil: no zone map
	ordered *column.Lazy[index.Ordered] // one member; nil: no ordered index
	grams   *index.Grams                // nil: no gram index
}

// behavior is the opened files of one behavior.
type behavior struct {
	fields    []model.Field
	parts     []toc.Sections
	postings  []toc.Sections // of each part; nil: it has none
	events    *index.Events
	timelines []*column.Lazy[index.Timeline] // of each part, one member each
	timeline  *column.Lazy[index.Timeline]   // of all parts, one member
	ranks     *column.Lazy[index.Ranks]      // one member; nil: no ranks
}

// openAttempts bounds how often Open starts again because a build removed the
// version that it was opening.
const openAttempts = 10

// Open opens the current version of the snapshot in a folder of the machine. See
// [OpenAt].
func Open(dir string) (*Snapshot, error) { return OpenAt(OS, dir, 0) }

// OpenAt opens a version of the snapshot in dir, 0 for the current one. It reads
// the manifest and maps the files; their bytes are checked when they are first
// used. Errors are those of [ReadManifest].
func OpenAt(fsys FS, dir string, version uint64) (*Snapshot, error) {
	return OpenNext(fsys, dir, version, nil)
}

// OpenNext is OpenAt for who has another version open: what both have in common
// is mapped once, and what was read and checked of it stays so. A file is in common
// that has the same path in the snapshot, size and checksums, unless something was
// wrong with it; that it is still in dir is not looked at. The two are closed each
// by itself, in any order; prev may be nil, or closed, and then shares nothing.
func OpenNext(fsys FS, dir string, version uint64, prev *Snapshot) (*Snapshot, error) {
	if prev != nil {
		if prev.Pin() == nil {
			defer prev.Unpin()
		} else {
			prev = nil
		}
	}
	for attempt := 1; ; attempt++ {
		m, err := ReadManifest(fsys, dir, version)
		if err != nil {
			return nil, err
		}
		s, err := openVersion(fsys, dir, m, prev)
		if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		// A file is missing: a build may just have removed this version.
		if again, rerr := ReadManifest(fsys, dir, version); rerr == nil && again.Version == m.Version || attempt == openAttempts {
			return nil, corrupt(filepath.Join(dir, manifestName), "%w", err)
		}
	}
}

// openVersion maps the files of a version, but those that it shares with prev,
// which is held open or nil.
func openVersion(fsys FS, dir string, m *Manifest, prev *Snapshot) (*Snapshot, error) {
	s := &Snapshot{manifest: m, dir: dir, files: make(map[string]*mapping, len(m.Files))}
	there := prev.byContent()
	for _, info := range m.Files {
		content := info
		content.Name = "" // it may have had another one
		if f := there[content]; f != nil && f.share() {
			s.files[info.Name] = f
			continue
		}
		f, err := openMapping(fsys, filepath.Join(dir, filepath.FromSlash(info.Path)), info)
		if err != nil {
			return nil, errors.Join(err, s.unmap())
		}
		s.files[info.Name] = f
	}
	if err := s.open(prev); err != nil {
		return nil, errors.Join(err, s.unmap())
	}
	return s, nil
}

// byContent returns the files by what the manifest says of them, but their names.
func (s *Snapshot) byContent() map[FileInfo]*mapping {
	if s == nil {
		return nil
	}
	files := make(map[FileInfo]*mapping, len(s.files))
	for _, info := range s.manifest.Files {
		f := s.files[info.Name]
		info.Name = ""
		files[info] = f
	}
	return files
}

// Manifest returns the description of the version. It must not be changed.
func (s *Snapshot) Manifest() *Manifest { return s.manifest }

// Schema returns the names and types of the version.
func (s *Snapshot) Schema() *model.Schema { return s.manifest.Schema }

// Customers returns the number of customers: the live rows.
func (s *Snapshot) Customers() int { return int(s.manifest.Customers) }

// Rows returns the number of rows, those of deleted customers included.
func (s *Snapshot) Rows() int { return int(s.manifest.Rows) }

// Blocks returns the number of blocks of rows.
func (s *Snapshot) Blocks() int { return (s.Rows() + bitmap.BlockRows - 1) / bitmap.BlockRows }

// BlockRows returns the number of rows in block i.
func (s *Snapshot) BlockRows(i int) int { return blockRows(s.Rows(), i) }

// blockRows returns the number of rows in block i of so many rows.
func blockRows(rows, i int) int { return min(bitmap.BlockRows, rows-i*bitmap.BlockRows) }

// Keys returns the keys by row, in no order. The key of a deleted customer is
// still there, or NULL once it has been purged.
func (s *Snapshot) Keys() *column.Column { return s.keys }

// Dictionary returns the rows by key, those of deleted customers too until their
// keys are purged.
func (s *Snapshot) Dictionary() (*keys.Dictionary, error) { return s.dictionary.At(0) }

// Live returns the rows that are customers; nil: all are.
func (s *Snapshot) Live() (*bitmap.View, error) {
	if s.live == nil {
		return nil, nil
	}
	return s.live.At(0)
}

// Attribute returns the values of attribute i of the schema, by row.
func (s *Snapshot) Attribute(i int) *column.Column { return s.attributes[i].column }

// ValueIndex returns the value index of attribute i, or nil where it has none.
func (s *Snapshot) ValueIndex(i int) (*index.Values, error) {
	if s.attributes[i].values == nil {
		return nil, nil
	}
	return s.attributes[i].values.At(0)
}

// Zones returns the zone map of attribute i, or nil where it has none.
func (s *Snapshot) Zones(i int) (*index.Zones, error) {
	if s.attributes[i].zones == nil {
		return nil, nil
	}
	return s.attributes[i].zones.At(0)
}

// Events returns the events of behavior i of the schema, of all its parts.
func (s *Snapshot) Events(i int) *index.Events { return s.behaviors[i].events }

// EventParts returns the parts lo to hi-1 of the events of behavior i, for
// index.OpenEvents.
func (s *Snapshot) EventParts(i, lo, hi int) []toc.Sections { return s.behaviors[i].parts[lo:hi] }

// Timeline returns the timeline of behavior i, of all its parts.
func (s *Snapshot) Timeline(i int) (*index.Timeline, error) { return s.behaviors[i].timeline.At(0) }

// Files returns the files of the version, in the order of the manifest. It must
// not be changed.
func (s *Snapshot) Files() []FileInfo { return s.manifest.Files }

// Pin keeps the files mapped until a matching Unpin, even across Close. It
// returns ErrClosed after Close.
func (s *Snapshot) Pin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.pins++
	return nil
}

// Unpin ends one Pin.
func (s *Snapshot) Unpin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pins--
	if s.closed && s.pins == 0 {
		// Nobody is left to tell; unmapping what was mapped does not fail.
		_ = s.unmap()
	}
}

// Close releases the files, at once or when the last pin ends. Closing twice
// does nothing.
func (s *Snapshot) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.pins > 0 {
		return nil
	}
	return s.unmap()
}

func (s *Snapshot) unmap() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.unmap())
	}
	return errors.Join(errs...)
}

// missing makes the error about a file that the manifest should name.
func (s *Snapshot) missing(name string) error {
	return corrupt(filepath.Join(s.dir, manifestName), "%w", fmt.Errorf("file %s is not listed", name))
}
