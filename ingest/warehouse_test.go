package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// warehouse is a source as there is one behind SQL: rows come in any order, tables
// have versions that go after a while, a record of changes or none, and leave out
// rows that are not wanted. A source is one run over it: tables are pinned when they
// are opened.
type warehouse struct {
	tables map[string]*kept
	seed   uint64
}

// kept is a table with its history.
type kept struct {
	schema   *arrow.Schema
	id       int             // another one once the table was created anew
	versions []versionOfKept // from version 0 on
	oldest   int             // version after which changes can be read
	feed     bool            // there is a record of changes
	view     bool            // has no versions
	pulled   int64           // rows that scans gave, for tests
	asked    int             // times that rows were asked for by values of a column
	scanned  func()          // is called after a scan of columns
	lists    int64           // rows more that parts are said to have
	hides    int64           // rows that a count leaves out
	odd      []string        // notes once rows were pulled
	broken   error           // of the record of changes
}

// versionOfKept is a version of a table.
type versionOfKept struct {
	rows     []string // as JSON
	inserted []string // since the version before
	removed  []string // since the version before
}

func newWarehouse(seed uint64) *warehouse {
	return &warehouse{tables: map[string]*kept{}, seed: seed}
}

// update makes the rows of a source those of the warehouse's next versions.
func (w *warehouse) update(t *testing.T, src memorySource) {
	t.Helper()
	for name, table := range src {
		rows := []string{}
		for _, text := range table.texts {
			var batch []json.RawMessage
			if err := json.Unmarshal([]byte(text), &batch); err != nil {
				t.Fatal(err)
			}
			for _, row := range batch {
				rows = append(rows, string(row))
			}
		}
		k := w.tables[name]
		if k == nil {
			k = &kept{feed: true}
			w.tables[name] = k
		}
		k.schema = table.schema
		k.commit(rows)
	}
}

// commit adds a version, where the rows are other ones.
func (k *kept) commit(rows []string) {
	if len(k.versions) == 0 {
		k.versions = append(k.versions, versionOfKept{rows: rows})
		return
	}
	counts := map[string]int{}
	for _, row := range k.rows() {
		counts[row]++
	}
	next := versionOfKept{rows: rows}
	for _, row := range rows {
		if counts[row]--; counts[row] < 0 {
			next.inserted = append(next.inserted, row)
		}
	}
	for _, row := range slices.Sorted(maps.Keys(counts)) {
		for range counts[row] {
			next.removed = append(next.removed, row)
		}
	}
	if len(next.inserted)+len(next.removed) > 0 {
		k.versions = append(k.versions, next)
	}
}

// rows returns the rows of the newest version.
func (k *kept) rows() []string { return k.versions[k.newest()].rows }

func (k *kept) newest() int { return len(k.versions) - 1 }

// optimize adds a version with the same rows.
func (k *kept) optimize() {
	k.versions = append(k.versions, versionOfKept{rows: k.rows()})
}

// recreate makes the table anew, with the same rows.
func (k *kept) recreate() {
	*k = kept{schema: k.schema, id: k.id + 1, feed: k.feed, versions: []versionOfKept{{rows: k.rows()}}}
}

// vacuum lets all versions but the newest go.
func (k *kept) vacuum() { k.oldest = k.newest() }

// open returns a source that sees the warehouse as it is now.
func (w *warehouse) open() source.Source {
	w.seed++
	return &session{w: w, r: rand.New(rand.NewPCG(w.seed, 0)), tables: map[model.TableRef]source.Table{}}
}

// session is a source over a warehouse.
type session struct {
	w      *warehouse
	r      *rand.Rand
	tables map[model.TableRef]source.Table
}

func (s *session) URI() string                                      { return "warehouse" }
func (s *session) Close() error                                     { return nil }
func (s *session) Tables(context.Context) ([]model.TableRef, error) { return nil, nil }
func (s *session) Table(_ context.Context, ref model.TableRef) (source.Table, error) {
	k := s.w.tables[ref.String()]
	if k == nil {
		return nil, &source.NotFoundError{Source: "warehouse", Ref: ref}
	}
	if s.tables[ref] == nil {
		p := &pinned{session: s, kept: k, ref: ref, version: k.newest()}
		p.parts = []string{p.part(0, p.version)}
		s.tables[ref] = p
		if k.view {
			s.tables[ref] = &p.rowsLeft
		}
		p.rowsLeft.pinned = p
	}
	return s.tables[ref], nil
}

// pinned is a version of a table, or parts of it.
type pinned struct {
	rowsLeft
	session *session
	kept    *kept
	ref     model.TableRef
	version int
	parts   []string
	counted bool
}

// rowsLeft is the rows of a table that some tests keep, and is no more than that.
type rowsLeft struct {
	pinned *pinned
	tests  []func(row map[string]any) bool
}

func (p *pinned) part(from, to int) string { return fmt.Sprintf("v%d-v%d", from, to) }

func (p *pinned) id() string { return fmt.Sprintf("%s#%d", p.ref, p.kept.id) }

// Parts implements source.Parted.
func (p *pinned) Parts(context.Context) ([]source.Part, error) {
	p.counted = true
	parts := []source.Part{}
	for _, name := range p.parts {
		rows, _ := p.rowsIn(name)
		parts = append(parts, source.Part{Name: name, ID: p.id(), Rows: int64(len(rows)) + p.kept.lists})
	}
	return parts, nil
}

// bounds returns the versions of a part.
func bounds(part string) (from, to int) {
	if _, err := fmt.Sscanf(part, "v%d-v%d", &from, &to); err != nil {
		return -1, -1
	}
	return from, to
}

// rowsIn returns the rows of a part, with an error where they cannot be scanned.
func (p *pinned) rowsIn(part string) ([]string, error) {
	went, isWent := strings.CutPrefix(part, "-")
	from, to := bounds(went)
	if isWent {
		var rows []string
		for v := from; v <= to; v++ {
			rows = append(rows, p.kept.versions[v].removed...)
		}
		return rows, nil
	}
	if p.kept.view {
		return p.kept.rows(), nil
	}
	if from == 0 {
		rows := p.kept.versions[to].rows
		if to != p.version { // it is gone, or will be
			return rows, fmt.Errorf("%s: version %d is not there any more", p.ref, to)
		}
		return rows, nil
	}
	var rows []string
	for v := from; v <= to; v++ {
		rows = append(rows, p.kept.versions[v].inserted...)
	}
	return rows, nil
}

// Only implements source.Parted.
func (p *pinned) Only(names []string) source.Table {
	some := *p
	some.parts, some.counted = nil, true
	some.rowsLeft.pinned = &some
	for _, part := range p.parts {
		if slices.Contains(names, part) {
			some.parts = append(some.parts, part)
		}
	}
	return &some
}

// Since implements source.Resumable.
func (p *pinned) Since(_ context.Context, was []source.Part) (*source.Since, error) {
	if p.kept.broken != nil {
		return nil, p.kept.broken
	}
	whole := func(note string) (*source.Since, error) { return &source.Since{Table: p, Note: note}, nil }
	if len(was) == 0 || slices.ContainsFunc(was, func(part source.Part) bool { return part.ID != p.id() }) {
		return whole("it is another table than was read before")
	}
	_, last := bounds(was[len(was)-1].Name)
	names := []string{}
	for _, part := range was {
		names = append(names, part.Name)
	}
	since := *p
	since.rowsLeft.pinned = &since
	since.parts = names
	switch {
	case last == p.version:
		return &source.Since{Table: &since}, nil
	case !p.kept.feed:
		return whole(fmt.Sprintf("has no record of changes since version %d", last))
	case last < p.kept.oldest:
		return whole(fmt.Sprintf("version %d is not there any more", last))
	}
	if rows, _ := p.rowsIn(p.part(last+1, p.version)); len(rows) > 0 {
		since.parts = append(since.parts, p.part(last+1, p.version))
	}
	told := &source.Since{Table: &since}
	gone := *p
	gone.rowsLeft.pinned, gone.counted = &gone, true
	gone.parts = []string{"-" + p.part(last+1, p.version)}
	if rows, _ := gone.rowsIn(gone.parts[0]); len(rows) > 0 {
		told.Removed = &gone
	}
	return told, nil
}

func (t *rowsLeft) Ref() model.TableRef   { return t.pinned.ref }
func (t *rowsLeft) Schema() *arrow.Schema { return t.pinned.kept.schema }

// Info counts no rows before somebody has asked for parts, and none of what is left
// of filters.
func (t *rowsLeft) Info() source.Info {
	p := t.pinned
	info := source.Info{Location: "warehouse/" + p.ref.Table, Rows: -1}
	if p.kept.view {
		info.Notes = []string{"not pinned: it is a view"}
		return info
	}
	info.Version = fmt.Sprint(p.version)
	if p.counted && t.tests == nil {
		rows, _ := t.rows()
		info.Rows = int64(len(rows)) - p.kept.hides
	}
	if p.kept.pulled > 0 {
		info.Notes = append(info.Notes, p.kept.odd...)
	}
	return info
}

// rows returns the rows that come, as JSON.
func (t *rowsLeft) rows() ([]string, error) {
	var rows []string
	for _, part := range t.pinned.parts {
		some, err := t.pinned.rowsIn(part)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	var left []string
	for _, text := range rows {
		var row map[string]any
		if err := json.Unmarshal([]byte(text), &row); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(t.tests, func(keep func(map[string]any) bool) bool { return !keep(row) }) {
			left = append(left, text)
		}
	}
	return left, nil
}

// Scan gives the rows in any order, in batches of any size.
func (t *rowsLeft) Scan(_ context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		rows, err := t.rows()
		if err != nil {
			yield(nil, err)
			return
		}
		if columns == nil {
			if len(rows) > 0 {
				yield(array.NewRecordBatch(arrow.NewSchema(nil, nil), nil, int64(len(rows))), nil)
			}
			return
		}
		rows, r := slices.Clone(rows), t.pinned.session.r
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		t.pinned.kept.pulled += int64(len(rows))
		var fields []arrow.Field
		for _, name := range columns {
			i := t.Schema().FieldIndices(name)[0]
			fields = append(fields, t.Schema().Field(i))
		}
		for len(rows) > 0 {
			n := 1 + r.IntN(len(rows))
			batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(fields, nil), strings.NewReader("["+strings.Join(rows[:n], ",")+"]"))
			if !yield(batch, err) || err != nil {
				return
			}
			rows = rows[n:]
		}
		if scanned := t.pinned.kept.scanned; scanned != nil {
			scanned()
		}
	}
}

// with returns the table with one more test.
func (t *rowsLeft) with(keep func(row map[string]any) bool) source.Table {
	return &rowsLeft{pinned: t.pinned, tests: append(slices.Clip(t.tests), keep)}
}

// OneOf implements source.Filterer.
func (t *rowsLeft) OneOf(column string, values []string) (source.Table, bool) {
	t.pinned.kept.asked++
	return t.with(func(row map[string]any) bool {
		return row[column] != nil && slices.Contains(values, fmt.Sprint(row[column]))
	}), true
}

// NotBefore implements source.Filterer. It takes what has no zone for UTC.
func (t *rowsLeft) NotBefore(column string, bound time.Time) (source.Table, bool) {
	return t.with(func(row map[string]any) bool {
		switch at := row[column].(type) {
		case float64:
			return !time.Unix(int64(at), 0).Before(bound)
		case string:
			for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
				if parsed, err := time.Parse(layout, at); err == nil {
					return !parsed.Before(bound)
				}
			}
		}
		return true
	}), true
}

// names returns the names of the tables, sorted.
func (w *warehouse) names() []string { return slices.Sorted(maps.Keys(w.tables)) }
