package warehouse

import (
	"context"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// vacuum carries out VACUUM. Rows that the newest version does not have, nor one
// within the time that is retained, are gone afterwards. VACUUM leaves two versions
// of its own.
func (s *session) vacuum(ctx context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	t, err := s.named(p, &at)
	if err != nil {
		return nil, err
	}
	if err := notView(t, "VACUUM"); err != nil {
		return nil, err
	}
	retain := time.Duration(0)
	if p.accept(&at, "RETAIN") {
		n, err := p.small(at)
		if err != nil {
			return nil, err
		}
		at++
		if err := p.expect(&at, "HOURS"); err != nil {
			return nil, err
		}
		retain = time.Duration(n) * time.Hour
	}
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	unlock, err := t.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	s.w.commit(t, t.follow("VACUUM START", map[string]string{"retentionCheckEnabled": "true", "defaultRetentionMillis": "604800000"}))
	since := t.latest().at // commits may be a little ahead of the clock
	if retain > 0 {
		since = time.Now().Add(-retain)
	}
	dropped := s.w.unreferenced(t, since)
	err = s.w.discard(ctx, dropped...)
	end := t.follow("VACUUM END", map[string]string{"status": "COMPLETED"})
	end.metrics = metrics("numDeletedFiles", int64(len(dropped)), "numVacuumedDirectories", int64(1))
	s.w.commit(t, end)
	return nothing(), err
}

// unreferenced marks the segments as gone that no version has from a time on.
func (w *Warehouse) unreferenced(t *table, since time.Time) (dropped []*segment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	needed := map[*segment]bool{}
	for i, v := range t.versions {
		if i < len(t.versions)-1 && t.versions[i+1].at.Before(since) {
			continue // it was replaced before
		}
		for _, g := range v.segments {
			needed[g] = true
		}
		if v.at.After(since) {
			for _, c := range v.changes {
				needed[c.rows] = true
			}
		}
	}
	for _, g := range t.allSegments() {
		if !needed[g] && !g.gone {
			g.gone = true
			dropped = append(dropped, g)
		}
	}
	return dropped
}

// optimize carries out OPTIMIZE: the same rows in fewer files, as a new version.
func (s *session) optimize(ctx context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	r, unlock, err := s.begin(ctx, p, &at, "OPTIMIZE")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	if len(r.v.segments) < 2 { //nolint:mnd // one is the fewest
		return nothing(), nil
	}
	before := int64(len(r.v.segments))
	rows, err := s.w.store(ctx, utc, "FROM "+r.relation, r.v.columns)
	if err != nil {
		return nil, err
	}
	r.v.parameters = map[string]string{"predicate": "[]", "auto": "false"}
	r.v.metrics = metrics("numRemovedFiles", before, "numAddedFiles", rows.files)
	r.v.segments = []*segment{rows}
	s.w.commit(r.t, r.v)
	return nothing(), nil
}

// restore carries out RESTORE TABLE … TO VERSION AS OF n.
func (s *session) restore(ctx context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	p.accept(&at, "TABLE")
	t, err := s.named(p, &at)
	if err != nil {
		return nil, err
	}
	if err := notView(t, "RESTORE"); err != nil {
		return nil, err
	}
	if err := p.expect(&at, "TO", "VERSION", "AS", "OF"); err != nil {
		return nil, err
	}
	n, err := p.version(&at)
	if err == nil {
		err = p.atEnd(at)
	}
	if err != nil {
		return nil, err
	}
	unlock, err := t.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	s.w.mu.RLock()
	old, err := t.at(n)
	if err == nil {
		_, err = old.relation(t)
	}
	s.w.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	v := t.follow("RESTORE", map[string]string{"version": p.token(p.end() - 1).text})
	v.columns, v.segments = slices.Clone(old.columns), slices.Clone(old.segments)
	if err := s.replaced(ctx, t, v); err != nil {
		return nil, err
	}
	s.w.commit(t, v)
	return nothing(), nil
}
