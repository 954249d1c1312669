package ask

import (
	"errors"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Snapshot is a version of a snapshot held open, whatever becomes of the directory
// meanwhile. It is safe for concurrent use until it is closed, after every question
// asked of it.
type Snapshot struct {
	*engine.Snapshot
	// Sources are what Describe calls the sources of the snapshot's data, for who must not
	// see where these are; nil: as the snapshot has them. Set before the first question.
	Sources []string

	db *engine.DB // nil: the caller has it
}

// NewSnapshot returns a version that somebody's [engine.DB] has handed out. Close
// releases the version, and leaves the DB open.
func NewSnapshot(version *engine.Snapshot) *Snapshot { return &Snapshot{Snapshot: version} }

// OpenSnapshot opens a version of the snapshot in a directory, 0 the current one.
// Rules may refer to the segments of library; nil is none. The caller closes it.
func OpenSnapshot(dir string, version uint64, library *rule.Library) (*Snapshot, error) {
	db, err := engine.Open(dir, &engine.Options{Segments: library, Version: version})
	if err != nil {
		return nil, err
	}
	snap, err := db.Snapshot()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Snapshot{Snapshot: snap, db: db}, nil
}

// Close releases the version, and what OpenSnapshot has opened.
func (s *Snapshot) Close() error {
	err := s.Snapshot.Close()
	if s.db == nil {
		return err
	}
	return errors.Join(err, s.db.Close())
}

// Describe says which version answers.
func (s *Snapshot) Describe() *SnapshotJSON {
	m := s.Manifest()
	sources := s.Sources
	if sources == nil {
		sources = []string{m.Load.Source}
	}
	return &SnapshotJSON{m.Version, m.CreatedAt, sources}
}
