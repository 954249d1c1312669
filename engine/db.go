package engine

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Options are the choices of Open. The zero value is the default.
type Options struct {
	// Now is the clock that as_of defaults to. Nil: time.Now.
	Now func() time.Time
	// Segments is the library that rules refer to with "segment 'folder/Name'".
	// Nil: there are none.
	Segments *rule.Library
	// ResultCacheBytes is how much memory counts may be remembered in: a count that
	// is asked again in the same version, of the same rule whose windows come to the
	// same, is not worked out again. Windows that lie wholly before or after all
	// events come to the same, and so do all as_ofs for a rule that has none; a rule
	// with "in last 30 days" that is asked as of now is another one every
	// microsecond, so it takes Query.At to gain there. Every version that is open
	// remembers its own. 0: nothing is remembered.
	ResultCacheBytes int64
	// Structures takes part of the choice of structures away from the planner, for
	// tests and measurements: those in Never are not read, and those in Always are
	// read wherever they can answer, whatever it costs. Every choice gives the same
	// answers. The zero value leaves all to the planner. It changes nothing about
	// which structures a snapshot has.
	Structures plan.Choice
	// Version is the version to open and to stay with. 0: the current one, and
	// those that follow it.
	Version uint64
	// FS is where the snapshot is. Nil: the machine's file system. Of another one
	// the manifest is read before every query, to notice a new version.
	FS store.FS
}

// DB is an open snapshot directory. A query sees the version that is current
// when it starts, and sees that one to its end: a new version is noticed between
// queries. Files that both versions have in common are not read again then. A DB
// opened with a version stays with that one. It is safe for concurrent use.
//
// Nothing that happens in the directory disturbs a DB. Where the manifest cannot
// be read, or the version that it names cannot be opened (somebody copies the
// directory, and has not come to the end), it goes on with the version that it
// has; Refresh says why.
type DB struct {
	dir      string
	manifest string // path of the file that says which version is the current one
	fsys     store.FS
	options  Options
	fixed    bool // stays with the version that it was opened with

	current atomic.Pointer[followed] // never nil; after Close, the last one
	closed  atomic.Bool
	mu      sync.Mutex // held to change the two above
}

// Open opens the snapshot in a directory. It reads the manifest and maps the
// files; their bytes are checked when a query first touches them. For SNAP@N,
// where that is not itself a snapshot, it opens version N of SNAP, as it does
// with Options.Version, and stays there. Errors are ErrNotSnapshot,
// ErrVersionNotFound, ErrFormatVersion, ErrCorrupt, or the file system's.
func Open(dir string, opts *Options) (db *DB, err error) {
	err = guard(func() error {
		db, err = open(dir, opts)
		return err
	})
	return db, err
}

// open is Open before its errors are classified.
func open(dir string, opts *Options) (*DB, error) {
	db := &DB{dir: dir, fsys: store.OS}
	if opts != nil {
		db.options = *opts
	}
	if db.options.FS != nil {
		db.fsys = db.options.FS
	}
	if db.options.Now == nil {
		db.options.Now = time.Now
	}
	if db.options.Version == 0 {
		db.dir, db.options.Version = splitVersion(db.fsys, dir)
	}
	db.fixed, db.manifest = db.options.Version != 0, filepath.Join(db.dir, manifestName)
	// Before the manifest is read: a later one is then noticed. Where there is
	// none, opening says what is wrong.
	seen, _ := db.look()
	v, err := db.openVersion(nil)
	if err != nil {
		return nil, err
	}
	if path, err := filepath.Abs(db.dir); err == nil && db.fsys == store.OS {
		// The program may go to another folder, and the snapshot stay where it is.
		db.dir, db.manifest = path, filepath.Join(path, manifestName)
	}
	db.current.Store(&followed{version: v, seen: seen})
	return db, nil
}

// splitVersion returns the directory and the version that SNAP@N names. A name
// that is that of a snapshot as it stands is none of these: its version is 0.
func splitVersion(fsys store.FS, name string) (dir string, version uint64) {
	at := strings.LastIndexByte(name, '@')
	if at <= 0 {
		return name, 0
	}
	version, err := strconv.ParseUint(name[at+1:], 10, 64)
	if err != nil || version == 0 {
		return name, 0
	}
	var other *store.NotSnapshotError
	if _, err := store.ReadManifest(fsys, name, 0); !errors.As(err, &other) {
		return name, 0 // or a snapshot with something wrong
	}
	return name[:at], version
}

// Close releases the snapshot's files, as soon as no query runs and no Snapshot
// is open. Closing twice does nothing.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed.Swap(true) {
		return nil
	}
	return db.current.Load().release()
}

// Schema returns the names and types of attributes, behaviors and their fields of
// the current version. It must not be changed.
func (db *DB) Schema() *model.Schema { return db.follow().schema }

// Manifest returns the description of the current version: its number, sources,
// counts, sizes and the load report. It must not be changed. An Answer has the
// manifest of the version that it is from.
func (db *DB) Manifest() *store.Manifest { return db.follow().snapshot.Manifest() }

// Location returns the parent segment's time zone, in which windows are
// resolved.
func (db *DB) Location() *time.Location { return db.follow().location }

// Snapshot returns the current version, to ask more than one question of it. It
// is the caller's to close. The error is ErrClosed.
func (db *DB) Snapshot() (*Snapshot, error) {
	v, err := db.acquire()
	if err != nil {
		return nil, err
	}
	return &Snapshot{db: db, version: v}, nil
}

// Query parses a rule and checks it against the schema and the library of
// segments. What is wrong with it comes as rule.Errors, all problems together.
// The query follows the DB: where a later version has another schema it is
// checked anew, and what is wrong then is the error of asking it.
func (db *DB) Query(text string) (*Query, error) { return parseQuery(db, db, text) }

// QueryRule is Query for a rule that has been parsed: one read from a file, say.
// The rule must not be changed.
func (db *DB) QueryRule(r *rule.Rule) (*Query, error) { return newQuery(db, db, r) }
