package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// versions is the rows that came with versions from to to of a table, as often as
// they came; from 0 it is the whole table at version to.
type versions struct{ from, to int64 }

// String is the name of the part of these versions.
func (v versions) String() string { return fmt.Sprintf("v%d-v%d", v.from, v.to) }

// parseVersions is the inverse of String; ok is false for other names.
func parseVersions(name string) (v versions, ok bool) {
	from, to, found := strings.Cut(name, "-")
	var errs [2]error
	v.from, errs[0] = strconv.ParseInt(strings.TrimPrefix(from, "v"), 10, 64)
	v.to, errs[1] = strconv.ParseInt(strings.TrimPrefix(to, "v"), 10, 64)
	return v, found && errs[0] == nil && errs[1] == nil && v.from <= v.to && v.String() == name
}

// parted is a pinned table in parts: as a rule one, the whole of it.
type parted struct {
	*table
	parts []source.Part // Rows of the only one may be -1: not counted yet
}

// inOne returns the table as one part.
func (t *table) inOne() *parted {
	return &parted{t, []source.Part{{Name: versions{0, t.pin.version}.String(), ID: t.partID(), Rows: -1}}}
}

// partID is the identity of the table.
func (t *table) partID() string { return t.pin.id + " " + t.full.String() }

// Parts implements [source.Parted]. The parts are versions of the table, each with
// the identity of the table as ID: a table that is made anew has another one. Rows
// are counted in the warehouse, once.
func (t *parted) Parts(ctx context.Context) ([]source.Part, error) {
	if err := errors.Join(t.checkNames(), t.source.check(ctx)); err != nil {
		return nil, err
	}
	parts := slices.Clone(t.parts)
	for i := range parts {
		if parts[i].Rows >= 0 {
			continue
		}
		var err error
		if parts[i].Rows, err = t.count(ctx, t.pieces[i]); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// Only implements [source.Parted]. Parts of earlier versions are read at these
// versions, which the warehouse need not have any more.
func (t *parted) Only(names []string) source.Table {
	less := *t.table
	only := &parted{table: &less}
	for _, p := range t.parts {
		if slices.Contains(names, p.Name) {
			only.parts = append(only.parts, p)
		}
	}
	less.missing = slices.Clone(t.missing)
	for _, name := range names {
		if !slices.ContainsFunc(t.parts, func(p source.Part) bool { return p.Name == name }) {
			less.missing = append(less.missing, name)
		}
	}
	if len(only.parts) < len(t.parts) {
		less.pieces, less.pin.bytes = nil, 0
		for _, p := range only.parts {
			less.pieces = append(less.pieces, t.pieceOf(p))
		}
	}
	return only
}

// pieceOf returns the rows of a part. Where they were counted before, a scan of it
// gives so many or fails.
func (t *parted) pieceOf(part source.Part) *piece {
	v, _ := parseVersions(part.Name) // parts have no other names
	p := &piece{from: t.changes(v), only: []string{rowsThatCame}, rows: newRemembered[int64]()}
	if v.from == 0 {
		p.from, p.only = t.name+" VERSION AS OF "+strconv.FormatInt(v.to, 10), nil
	}
	if part.Rows >= 0 {
		p.rows.value.Store(&part.Rows)
	}
	return p
}

// checkNames returns an error where the table is to have a part that is not there.
func (t *table) checkNames() error {
	if len(t.missing) == 0 {
		return nil
	}
	return &source.ReadError{Path: t.full.String(), Err: fmt.Errorf("has no part %q", t.missing[0])}
}

// changes returns the FROM clause of what changed with versions.
func (t *table) changes(v versions) string {
	text, err := sqlgen.Literal(sqlgen.Databricks, t.name)
	if err != nil { // cannot be: the name was one of the table's statements before
		text = "''"
	}
	return fmt.Sprintf("table_changes(%s, %d, %d)", text, v.from, v.to)
}
