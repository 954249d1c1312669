package engine

import (
	"errors"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Options are the choices of Open. The zero value is the default.
type Options struct {
	// Now is the clock that as_of defaults to. Nil: time.Now.
	Now func() time.Time
	// Segments is the library that rules refer to with "segment 'folder/Name'".
	// Nil: there are none.
	Segments *rule.Library
	// ResultCacheBytes is how much memory counts may be remembered in: a count that
	// is asked again, of the same rule as of the same instant, is not worked out
	// again. A rule asked as of now is asked of another instant every time, so only
	// Query.At gains. 0: nothing is remembered.
	ResultCacheBytes int64
}

// DB is an open snapshot: the version that was current when it was opened. A
// build that replaces the version does not disturb it. It is safe for
// concurrent use.
type DB struct {
	snapshot *store.Snapshot
	location *time.Location
	now      func() time.Time
	segments *rule.Library
	results  *results
}

// Open opens the snapshot in a directory. It reads the manifest and maps the
// files; their bytes are checked when a query first touches them. Errors are
// ErrNotSnapshot, ErrFormatVersion, ErrCorrupt, or the file system's.
func Open(dir string, opts *Options) (*DB, error) {
	s, err := store.Open(dir)
	if err != nil {
		return nil, boundary(err)
	}
	db := &DB{snapshot: s, now: time.Now}
	if opts != nil {
		db.segments = opts.Segments
		db.results = newResults(opts.ResultCacheBytes)
		if opts.Now != nil {
			db.now = opts.Now
		}
	}
	if db.location, err = window.LoadLocation(s.Schema().Timezone); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return db, nil
}

// Close releases the snapshot's files, as soon as no query runs. Closing twice
// does nothing.
func (db *DB) Close() error { return db.snapshot.Close() }

// Schema returns the names and types of attributes, behaviors and their fields.
// It must not be changed.
func (db *DB) Schema() *model.Schema { return db.snapshot.Schema() }

// Manifest returns the description of the snapshot: version, sources, counts,
// sizes and the load report. It must not be changed.
func (db *DB) Manifest() *store.Manifest { return db.snapshot.Manifest() }

// Location returns the parent segment's time zone, in which windows are
// resolved.
func (db *DB) Location() *time.Location { return db.location }

// Query parses a rule and checks it against the schema and the library of
// segments. What is wrong with it comes as rule.Errors, all problems together.
func (db *DB) Query(text string) (q *Query, err error) {
	err = guardPinned(func() error { // no file is touched: there is nothing to pin
		parsed, err := rule.Parse(text)
		if err != nil {
			return err
		}
		q, err = db.check(parsed)
		return err
	})
	return q, err
}

// QueryRule is Query for a rule that has been parsed: one read from a file, say.
func (db *DB) QueryRule(r *rule.Rule) (q *Query, err error) {
	err = guardPinned(func() error {
		q, err = db.check(r)
		return err
	})
	return q, err
}

func (db *DB) check(r *rule.Rule) (*Query, error) {
	checked, err := rule.Check(r, db.Schema(), db.segments)
	if err != nil {
		return nil, err
	}
	q := &Query{db: db, checked: checked}
	if db.results != nil {
		q.text = checked.String()
	}
	return q, nil
}
