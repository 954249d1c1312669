package ingest

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// matching returns the table without rows that the filters leave out, as far as the
// source can tell them; who scans it filters again. ok is false where it cannot.
func matching(t source.Table, filters []filter) (narrow source.Table, ok bool) {
	for i := range filters {
		filterer, isOne := t.(source.Filterer)
		if !isOne {
			break
		}
		if less, can := filterer.OneOf(filters[i].column, filters[i].values()); can {
			t, ok = less, true
		}
	}
	return t, ok
}

// localSlack is more than any time zone is away from UTC. What has no zone may be
// taken for UTC by a source.
const localSlack = 24 * time.Hour

// Sources write a bound as text, which has four digits for a year.
const (
	firstBoundYear = 1
	lastBoundYear  = 9999
)

// notBefore returns a table of the behavior without the rows that are before an
// instant, as far as the source can tell them; who scans it looks again. Rows
// without a time stay. ok is false where it cannot.
func (s *behaviorScan) notBefore(t source.Table, micros int64) (narrow source.Table, ok bool) {
	filterer, isOne := t.(source.Filterer)
	if !isOne || micros == math.MinInt64 {
		return t, false
	}
	bound := time.UnixMicro(micros).UTC()
	if s.timeConv.encoding == model.EncodedLocal || s.timeConv.encoding == model.EncodedDate {
		bound = bound.Add(-localSlack)
	}
	if bound.Year() < firstBoundYear || bound.Year() > lastBoundYear {
		return t, false
	}
	if less, can := filterer.NotBefore(s.time, bound); can {
		return less, true
	}
	return t, false
}

// narrow makes the scanner read a table that lacks rows of its own.
func (s *scanner) narrow(t source.Table) { s.table, s.whole = t, s.table }

// countBefore counts the rows of the whole of a table without a version, which may
// change while it is read.
func (s *scanner) countBefore(ctx context.Context) (err error) {
	s.there = -1
	if s.whole != nil && s.whole.Info().Version == "" {
		s.there, err = countRows(ctx, s.whole)
	}
	return err
}

// leftOut returns how many rows the source has left out of a scan that has ended:
// those of the whole that did not come. Of a table that has changed meanwhile that
// is not known; it is then what the smaller number of rows says, and a note.
func (s *scanner) leftOut(ctx context.Context) (int64, error) {
	if s.whole == nil {
		return 0, nil
	}
	rows, err := countRows(ctx, s.whole)
	if err != nil {
		return 0, err
	}
	if version := s.whole.Info().Version; version != "" && rows < s.report.Rows {
		return 0, fmt.Errorf("%d rows came of version %s, which has %d", s.report.Rows, version, rows)
	}
	if s.there >= 0 && (s.there != rows || rows < s.report.Rows) {
		s.report.Notes = append(s.report.Notes, fmt.Sprintf("it changed while it was read, from %d rows to %d: how many of them the source left out is not certain", s.there, rows))
		rows = min(rows, s.there)
	}
	return max(rows-s.report.Rows, 0), nil
}

// countRows returns how many rows a table has.
func countRows(ctx context.Context, t source.Table) (int64, error) {
	if rows := t.Info().Rows; rows >= 0 {
		return rows, nil
	}
	rows := int64(0)
	for batch, err := range t.Scan(ctx, nil) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, err
		}
		rows += batch.NumRows()
	}
	return rows, nil
}
