package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Snapshot is one version of a snapshot directory, opened for reading. What its
// methods return lies in mapped files and is valid until Close. It is safe for
// concurrent use.
type Snapshot struct {
	manifest   *Manifest
	files      map[string]*mapping
	keys       *column.Column
	attributes []attribute
	behaviors  []behavior

	mu     sync.Mutex
	pins   int
	closed bool
}

// attribute is the opened files of one attribute.
type attribute struct {
	column *column.Column
	values *column.Lazy[index.Values] // one member; nil: no value index
}

// behavior is the opened files of one behavior.
type behavior struct {
	events   *index.Events
	timeline *column.Lazy[index.Timeline] // one member
}

// openAttempts bounds how often Open starts again because a build replaced the
// version that it was opening.
const openAttempts = 10

// Open opens the current version of the snapshot in dir. It reads the manifest
// and maps the files; their bytes are checked when they are first used.
// Errors are *NotSnapshotError, *VersionError, *CorruptError, or the file
// system's.
func Open(dir string) (*Snapshot, error) {
	for attempt := 1; ; attempt++ {
		m, err := ReadManifest(dir)
		if err != nil {
			return nil, err
		}
		s, err := openVersion(dir, m)
		if !errors.Is(err, fs.ErrNotExist) {
			return s, err
		}
		// A file is missing: a build may just have replaced this version.
		if again, rerr := ReadManifest(dir); rerr == nil && again.Version == m.Version || attempt == openAttempts {
			return nil, &CorruptError{Path: filepath.Join(dir, manifestName), Reason: err}
		}
	}
}

// ReadManifest returns the manifest of the current version of the snapshot in
// dir.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, manifestName)
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		return decodeManifest(path, data)
	case errors.Is(err, syscall.ENOTDIR):
		return nil, &NotSnapshotError{Path: dir, Reason: "not a directory"}
	case errors.Is(err, fs.ErrNotExist):
		reason := "it has no " + manifestName
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			reason = "no such directory"
		}
		return nil, &NotSnapshotError{Path: dir, Reason: reason}
	}
	return nil, err
}

// openVersion maps the files of a version.
func openVersion(dir string, m *Manifest) (*Snapshot, error) {
	s := &Snapshot{manifest: m, files: map[string]*mapping{}}
	for _, info := range m.Files {
		f, err := openMapping(filepath.Join(versionDir(dir, m.Version), info.Name), info)
		if err != nil {
			return nil, errors.Join(err, s.unmap())
		}
		s.files[info.Name] = f
	}
	if err := s.openTables(filepath.Join(dir, manifestName)); err != nil {
		return nil, errors.Join(err, s.unmap())
	}
	return s, nil
}

// openTables finds the files of every column and index among those mapped.
func (s *Snapshot) openTables(manifestPath string) error {
	var missing error
	file := func(name string) *mapping {
		f := s.files[name]
		if f == nil {
			missing = &CorruptError{Path: manifestPath, Reason: fmt.Errorf("file %s is not listed", name)}
		}
		return f
	}
	blocks := func(name string) *table { return &table{mapping: file(name), batches: s.Blocks()} }
	directory := func(name string) *table { return &table{mapping: file(name), batches: 1} }

	schema := s.manifest.Schema
	s.keys = column.NewColumn(schema.KeyType, blocks(KeysFile))
	for i, a := range schema.Attributes {
		opened := attribute{column: column.NewColumn(a.Type, blocks(AttributeFile(i)))}
		if s.manifest.Attributes[i].Indexed {
			dir, bitmaps := AttributeIndexFiles(i)
			opened.values = openIndex(directory(dir), file(bitmaps), func(directory arrow.RecordBatch, bitmaps []byte) (*index.Values, error) {
				return index.OpenValues(a.Type, directory, bitmaps)
			})
		}
		s.attributes = append(s.attributes, opened)
	}
	for i, b := range schema.Behaviors {
		dir, bitmaps := BehaviorIndexFiles(i)
		s.behaviors = append(s.behaviors, behavior{
			events:   index.OpenEvents(b.Fields, blocks(BehaviorFile(i))),
			timeline: openIndex(directory(dir), file(bitmaps), index.OpenTimeline),
		})
	}
	return missing
}

// openIndex returns the index of two files, which are read on first use.
func openIndex[T any](directory *table, bitmaps *mapping, open func(directory arrow.RecordBatch, bitmaps []byte) (*T, error)) *column.Lazy[T] {
	return column.NewLazy(1, func(int) (*T, error) {
		batch, err := directory.Batch(0)
		if err != nil {
			return nil, err
		}
		data, err := bitmaps.bytes()
		if err != nil {
			return nil, err
		}
		x, err := open(batch, data)
		if err != nil {
			return nil, directory.Corrupt(err)
		}
		return x, nil
	})
}

// Manifest returns the description of the version. It must not be changed.
func (s *Snapshot) Manifest() *Manifest { return s.manifest }

// Schema returns the names and types of the version.
func (s *Snapshot) Schema() *model.Schema { return s.manifest.Schema }

// Customers returns the number of customers.
func (s *Snapshot) Customers() int { return int(s.manifest.Customers) }

// Blocks returns the number of blocks of customers.
func (s *Snapshot) Blocks() int { return (s.Customers() + bitmap.BlockRows - 1) / bitmap.BlockRows }

// BlockRows returns the number of customers in block i.
func (s *Snapshot) BlockRows(i int) int {
	return min(bitmap.BlockRows, s.Customers()-i*bitmap.BlockRows)
}

// Keys returns the keys of the customers, ascending.
func (s *Snapshot) Keys() *column.Column { return s.keys }

// Attribute returns the values of attribute i of the schema.
func (s *Snapshot) Attribute(i int) *column.Column { return s.attributes[i].column }

// ValueIndex returns the value index of attribute i, or nil where it has none.
func (s *Snapshot) ValueIndex(i int) (*index.Values, error) {
	if s.attributes[i].values == nil {
		return nil, nil
	}
	return s.attributes[i].values.At(0)
}

// Events returns the events of behavior i of the schema.
func (s *Snapshot) Events(i int) *index.Events { return s.behaviors[i].events }

// Timeline returns the timeline of behavior i.
func (s *Snapshot) Timeline(i int) (*index.Timeline, error) { return s.behaviors[i].timeline.At(0) }

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
