package engine

import (
	"time"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/sys/unix"

	"github.com/rollcall-db/rollcall/engine/store"
)

// manifestName is the file whose replacement makes another version the current
// one. See docs/format.md, "Commit".
const manifestName = "MANIFEST"

// retryAfter is how long queries go on with the version that they have after a
// later one could not be opened, before one of them tries again.
const retryAfter = time.Second

// stamp tells one manifest from another without reading it. The zero stamp is
// that of none.
type stamp struct {
	device, inode uint64
	size          int64
	written       int64 // modification time, ns
	changed       int64 // change time, ns
	sum           uint64
}

// followed is the version that a DB asks and what it knows of later ones. It is
// immutable: a DB replaces it.
type followed struct {
	*version
	seen stamp // the manifest that the version was opened by, or an older one

	// The manifest of a version that could not be opened, and when to try again.
	failed stamp
	retry  time.Time
}

// settled reports whether there is nothing to do about a manifest.
func (f *followed) settled(seen stamp) bool {
	return seen == f.seen || seen == f.failed && time.Now().Before(f.retry)
}

// look returns the stamp of the manifest that is there now.
func (db *DB) look() (stamp, error) {
	if db.fsys != store.OS {
		data, err := db.fsys.ReadFile(db.manifest)
		if err != nil {
			return stamp{}, err
		}
		return stamp{size: int64(len(data)), sum: xxhash.Sum64(data)}, nil
	}
	// Not os.Stat, which allocates what nobody asks it for. A manifest is
	// replaced by a file that was there beside it, so that the inode differs.
	var st unix.Stat_t
	if err := unix.Stat(db.manifest, &st); err != nil {
		return stamp{}, err
	}
	return stamp{
		device: uint64(st.Dev), inode: st.Ino, size: st.Size, written: st.Mtim.Nano(), changed: st.Ctim.Nano(),
	}, nil
}

// follow returns the version to ask, a new one where there is one. It holds it
// for nobody: it may be closed at any time.
func (db *DB) follow() *version {
	f := db.current.Load()
	if db.fixed || db.closed.Load() {
		return f.version
	}
	if seen, err := db.look(); err != nil || f.settled(seen) {
		return f.version
	}
	// What went wrong is kept from the query, which has a version to ask.
	_ = guard(func() error { return db.switchVersion(false) })
	return db.current.Load().version
}

// Refresh switches to the version that is current in the directory now, whatever
// queries found of it before. It says why that could not be done: the directory
// has no manifest, or the version cannot be opened; the errors are those of Open,
// and ErrClosed. Queries then go on with the version that the DB has. Nobody need
// call it: queries look for themselves. A DB that stays with one version has
// nothing to do.
func (db *DB) Refresh() error {
	return guard(func() error { return db.switchVersion(true) })
}

// switchVersion opens the current version and makes it the one that queries ask.
// One goroutine does so at a time; others wait for it, so that no query sees a
// version that was not current any more when it started. Where it is not forced
// it leaves alone what need not be tried.
func (db *DB) switchVersion(forced bool) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed.Load() {
		return ErrClosed
	}
	if db.fixed {
		return nil
	}
	f := db.current.Load()
	seen, err := db.look() // before the manifest is read: a later one is then noticed
	if !forced && (err != nil || f.settled(seen)) {
		return err
	}
	next, err := db.openVersion(f.version)
	if err != nil {
		db.current.Store(&followed{version: f.version, seen: f.seen, failed: seen, retry: time.Now().Add(retryAfter)})
		return err
	}
	if next.same(f.version) { // somebody has copied or touched the manifest
		db.current.Store(&followed{version: f.version, seen: seen})
		return next.release()
	}
	if sameSchema(next.schema, f.schema) {
		next.schema = f.schema // so that queries need not be checked anew
	}
	db.current.Store(&followed{version: next, seen: seen})
	return f.release()
}

// acquire returns the version that a query is to ask, held open until the caller
// releases it.
func (db *DB) acquire() (*version, error) {
	for {
		if db.closed.Load() {
			return nil, ErrClosed
		}
		// A version that cannot be held any more was closed in between: by Close, or
		// after another took its place.
		if v := db.follow(); v.retain() {
			return v, nil
		}
	}
}
