package engine

import (
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Snapshot is one version of a snapshot directory, held open until its Close:
// what is asked of it stays the same whatever becomes of the directory and of the
// DB that it is from. Its files take room on disk until then, even where they
// have been removed. It is safe for concurrent use.
type Snapshot struct {
	db      *DB
	version *version
	closed  atomic.Bool

	segments atomic.Pointer[[]segmentQuery] // of the library, once they were asked for
}

// Close lets go of the version. Queries that run end well; those that come later
// get ErrClosed. Closing twice does nothing.
func (s *Snapshot) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.version.release()
}

// Schema returns the names and types of attributes, behaviors and their fields.
// It must not be changed.
func (s *Snapshot) Schema() *model.Schema { return s.version.schema }

// Manifest returns the description of the version: its number, sources, counts,
// sizes and the load report. It must not be changed.
func (s *Snapshot) Manifest() *store.Manifest { return s.version.snapshot.Manifest() }

// Location returns the parent segment's time zone, in which windows are
// resolved.
func (s *Snapshot) Location() *time.Location { return s.version.location }

// Query is DB.Query for this version alone.
func (s *Snapshot) Query(text string) (*Query, error) { return parseQuery(s.db, s, text) }

// QueryRule is DB.QueryRule for this version alone.
func (s *Snapshot) QueryRule(r *rule.Rule) (*Query, error) { return newQuery(s.db, s, r) }

// acquire holds the version for a query.
func (s *Snapshot) acquire() (*version, error) {
	if s.closed.Load() || !s.version.retain() {
		return nil, ErrClosed
	}
	return s.version, nil
}
