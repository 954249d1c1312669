package service

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
)

// PlaceAge is how long what was found in the source of a parent segment that is asked in
// place is used: its names, its types, and the versions of its tables.
const PlaceAge = 30 * time.Second

// heldPlace is an open source with what a parent segment comes to there. It is closed when
// the last who holds it lets go; fields but place are guarded by entry.placing.
type heldPlace struct {
	place  *ask.Place
	entry  *entry
	opened time.Time // by the machine's clock
	refs   int       // one of the entry's own, as long as it is to be used
	ends   *time.Timer
}

// holdPlace returns the place of a parent segment; the caller releases it. It is not older
// than PlaceAge. Callers that come while one opens the source wait for it, as long as they
// care to.
func (s *Service) holdPlace(ctx context.Context, e *entry) (*heldPlace, error) {
	if p := e.takePlace(); p != nil {
		return p, nil
	}
	select {
	case e.placeOpening <- struct{}{}:
		defer func() { <-e.placeOpening }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p := e.takePlace(); p != nil {
		return p, nil
	}
	src, err := s.openSource(ctx, e.Connections)
	if err != nil {
		return nil, err
	}
	place, err := ask.OpenPlace(ctx, e.config, src, s.now())
	if err != nil {
		return nil, errors.Join(sourceFailed(ctx, e.Connections, err), src.Close())
	}
	place.Name = strings.Join(e.Connections, ", ")
	e.resolved.Store(&resolved{place.Schema, place.Layout})
	return e.keepPlace(place), nil
}

// takePlace returns the place with a reference for the caller, if it is there and not too
// old; else nil.
func (e *entry) takePlace() *heldPlace {
	e.placing.Lock()
	defer e.placing.Unlock()
	if p := e.place; p != nil && time.Since(p.opened) < PlaceAge {
		p.refs++
		return p
	}
	return nil
}

// keepPlace keeps a place for those who come next, and returns it with a reference for the
// caller. Nobody may come for it longer than PlaceAge: a source is not held open for long.
func (e *entry) keepPlace(place *ask.Place) *heldPlace {
	e.placing.Lock()
	defer e.placing.Unlock()
	p := &heldPlace{place: place, entry: e, opened: time.Now(), refs: 1}
	if e.gone.Load() {
		return p // it is closed with the caller's reference
	}
	e.dropPlace()
	p.refs++
	e.place = p
	p.ends = time.AfterFunc(PlaceAge, func() {
		e.placing.Lock()
		defer e.placing.Unlock()
		if e.place == p {
			e.dropPlace()
		}
	})
	return p
}

// release gives a reference back, and closes the source with the last one.
func (p *heldPlace) release() {
	p.entry.placing.Lock()
	defer p.entry.placing.Unlock()
	p.let()
}

// let is release for who has the lock.
func (p *heldPlace) let() {
	if p.refs--; p.refs == 0 {
		_ = p.place.Close() // it was only read
	}
}

// dropPlace lets go of the place, if there is one. The caller has the lock.
func (e *entry) dropPlace() {
	if p := e.place; p != nil {
		e.place = nil
		p.ends.Stop()
		p.let()
	}
}

// closePlace is dropPlace for who has not the lock.
func (e *entry) closePlace() {
	e.placing.Lock()
	defer e.placing.Unlock()
	e.dropPlace()
}

// forgetPlaces has the next question of parent segments that use a connection open it
// anew.
func (s *Service) forgetPlaces(connection string) {
	s.mu.RLock()
	var using []*entry
	for _, e := range s.entries {
		if slices.Contains(e.Connections, connection) {
			using = append(using, e)
		}
	}
	s.mu.RUnlock()
	for _, e := range using {
		e.closePlace()
	}
}
