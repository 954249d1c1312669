package service

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/schedule"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/window"
)

// resultCacheBytes is how much memory counts of a parent segment may be remembered in.
const resultCacheBytes = 16 << 20

// entry is what the service holds of a version of a parent segment: what is in the
// registry, read once, and what is open to ask it. Another version has another entry.
type entry struct {
	registry.Parent
	config   *model.ParentSegment
	location *time.Location
	schedule *schedule.Schedule

	// changing is held by who changes a segment, from before it is checked against the
	// others until it is saved: no two changes make a cycle together.
	changing sync.Mutex

	// current is what answers, if it is open and not known to be old. Who takes it takes a
	// reference, too; the entry has one of its own.
	current atomic.Pointer[handle]
	opening sync.Mutex   // held by who opens the next one
	gone    atomic.Bool  // the parent segment has another version, or is no more
	library atomic.Int64 // counts changes of the segments
	held    atomic.Pointer[heldLibrary]

	placing      sync.Mutex // guards place
	place        *heldPlace
	placeOpening chan struct{} // holds something while the next one is opened

	resolved atomic.Pointer[resolved] // what the configuration came to in its source, when it was last looked up
}

// resolved is what a configuration comes to in its source.
type resolved struct {
	schema *model.Schema
	layout *model.Layout
}

// handle is an open snapshot with the library of segments that its rules may refer to.
// It is closed when the last who holds it lets go.
type handle struct {
	db      *engine.DB
	library *rule.Library
	made    int64 // what entry.library was
	refs    atomic.Int64
}

// acquire takes a reference, unless the handle is closed already.
func (h *handle) acquire() bool {
	for {
		n := h.refs.Load()
		if n == 0 {
			return false
		}
		if h.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// release gives a reference back, and closes the snapshot with the last one.
func (h *handle) release() {
	if h.refs.Add(-1) == 0 {
		_ = h.db.Close() // it was only read
	}
}

// entryOf returns what is held of a parent segment. It is read under the lock, so that
// none from before a change is kept after it.
func (s *Service) entryOf(ctx context.Context, name string) (*entry, error) {
	s.mu.RLock()
	e, closed := s.entries[name], s.closed
	s.mu.RUnlock()
	if closed {
		return nil, ErrClosed
	}
	if e != nil {
		return e, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if e := s.entries[name]; e != nil {
		return e, nil
	}
	parent, err := s.registry.Parent(ctx, name)
	if err != nil {
		return nil, err
	}
	if e, err = newEntry(parent); err != nil {
		return nil, err
	}
	s.entries[name] = e
	return e, nil
}

// newEntry reads the configuration of a parent segment.
func newEntry(parent registry.Parent) (*entry, error) {
	e := &entry{Parent: parent, placeOpening: make(chan struct{}, 1)}
	var err error
	if e.config, err = model.Parse("", []byte(parent.Text)); err != nil {
		return nil, err
	}
	if e.location, err = window.LoadLocation(e.config.Timezone); err != nil {
		return nil, err
	}
	e.schedule, err = schedule.New(e.config.Schedule, e.location, parent.Name)
	return e, err
}

// forget drops what is held of a parent segment after it has changed. What is open is
// closed once nobody asks it.
func (s *Service) forget(name string) {
	s.mu.Lock()
	e := s.entries[name]
	delete(s.entries, name)
	s.mu.Unlock()
	if e != nil {
		e.close()
	}
}

// close lets go of what is open.
func (e *entry) close() {
	e.opening.Lock()
	e.gone.Store(true)
	old := e.current.Swap(nil)
	e.opening.Unlock()
	if old != nil {
		old.release()
	}
	e.closePlace()
}

// libraryChanged has the next question see the segments as they are now.
func (e *entry) libraryChanged() { e.library.Add(1) }

// folder returns the folder of a parent segment's snapshot.
func (s *Service) folder(p *registry.Parent) string {
	return filepath.Join(s.dir, snapshotsFolder, p.Folder)
}

// hold returns the open snapshot of a parent segment; the caller releases it. It has the
// segments as they were when hold was called, or later.
func (s *Service) hold(ctx context.Context, e *entry) (*handle, error) {
	if h := e.current.Load(); h != nil && h.made == e.library.Load() && h.acquire() {
		return h, nil
	}
	e.opening.Lock()
	defer e.opening.Unlock()
	old := e.current.Load()
	if old != nil && old.made == e.library.Load() && old.acquire() {
		return old, nil
	}
	h, err := s.openHandle(ctx, e)
	if err != nil {
		return nil, err
	}
	h.refs.Store(1) // the caller's
	if e.gone.Load() {
		return h, nil // it is closed with the caller's reference
	}
	h.refs.Store(2)
	e.current.Store(h)
	if old != nil {
		old.release()
	}
	return h, nil
}

// openHandle opens the snapshot of a parent segment.
func (s *Service) openHandle(ctx context.Context, e *entry) (*handle, error) {
	made := e.library.Load()
	library, err := s.libraryOf(ctx, e)
	if err != nil {
		return nil, err
	}
	db, err := engine.Open(s.folder(&e.Parent), &engine.Options{Segments: library, Now: s.now, ResultCacheBytes: resultCacheBytes})
	if errors.Is(err, engine.ErrNotSnapshot) || errors.Is(err, fs.ErrNotExist) {
		return nil, s.notBuilt(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	s.warnMasks(ctx, e.Name, db.Schema())
	return &handle{db: db, library: library, made: made}, nil
}

// notBuilt returns the error of a parent segment without a snapshot.
func (s *Service) notBuilt(ctx context.Context, e *entry) error {
	job, err := s.runningJob(ctx, e.Name)
	if err != nil {
		return err
	}
	out := &NotBuiltError{Parent: e.Name}
	if job != nil {
		out.Job = *job
	}
	return out
}
