package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/federate/source"
)

// Operations of a table's history, as DESCRIBE HISTORY names them.
var (
	// quiet operations leave all rows as they are.
	quietOperations = []string{
		"OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "UNSET TBLPROPERTIES", "CLUSTER BY",
		"COMPUTE STATS", "ANALYZE", "ADD CONSTRAINT", "DROP CONSTRAINT", "CHECKPOINT",
	}
	// recorded operations change rows; the change data feed tells which. Others, such
	// as RENAME COLUMN, change columns of rows that are there.
	recordedOperations = []string{
		"WRITE", "STREAMING UPDATE", "MERGE", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "COPY INTO", "RESTORE", "ADD COLUMNS",
		"CREATE TABLE AS SELECT", "REPLACE TABLE AS SELECT", "CREATE OR REPLACE TABLE AS SELECT", "REPLACE TABLE", "CREATE OR REPLACE TABLE",
	}
)

// moreCommits is how many versions are looked at beyond those between two reads,
// since others may have come after the table was pinned.
const moreCommits = 100

// resumable is a whole table that is pinned.
type resumable struct{ *parted }

// Since implements [source.Resumable] with the table's history and its change data
// feed.
func (t *resumable) Since(ctx context.Context, was []source.Part) (*source.Since, error) {
	if err := t.source.check(ctx); err != nil {
		return nil, err
	}
	whole := func(note string) *source.Since { return &source.Since{Table: t.parted, Note: note} }
	last, note := t.readBefore(was)
	if note != "" {
		return whole(note), nil
	}
	same := &parted{t.table, slices.Clone(was)}
	if last == t.pin.version {
		return &source.Since{Table: same}, nil
	}
	since := versions{from: last + 1, to: t.pin.version}
	isQuiet, note, err := t.operations(ctx, since)
	if err != nil {
		return nil, err
	}
	if note != "" {
		return whole(note), nil
	}
	if isQuiet {
		return &source.Since{Table: same}, nil
	}
	changed, note, err := t.changed(ctx, since)
	if err != nil {
		return nil, err
	}
	if note != "" {
		return whole(note), nil
	}
	there, err := t.count(ctx, t.pieces[0])
	if err != nil {
		return nil, err
	}
	if note := changed.check(sumRows(was), there, since); note != "" {
		return whole(note), nil
	}
	return t.goneOn(same, since, changed), nil
}

// goneOn returns the table with what changed with versions.
func (t *resumable) goneOn(same *parted, since versions, changed *changes) *source.Since {
	went := &source.Since{Table: same}
	if changed.came > 0 {
		same.parts = append(same.parts, source.Part{Name: since.String(), ID: t.partID(), Rows: changed.came})
	}
	if changed.went > 0 {
		removed := *t.table
		removed.pin.bytes = 0
		removed.pieces = []*piece{{from: t.changes(since), only: []string{rowsThatWent}, rows: newRemembered[int64]()}}
		removed.pieces[0].rows.value.Store(&changed.went)
		went.Removed = &removed
	}
	return went
}

func sumRows(parts []source.Part) int64 {
	rows := int64(0)
	for _, p := range parts {
		rows += p.Rows
	}
	return rows
}

// readBefore returns the last version of parts that were read before. note says why
// they are none that this table can go on from.
func (t *resumable) readBefore(was []source.Part) (last int64, note string) {
	last = -1
	isSame := true
	for _, p := range was {
		v, ok := parseVersions(p.Name)
		if !ok || p.Rows < 0 || v.from != last+1 {
			return -1, "what was read before is not of versions of this table"
		}
		isSame = isSame && p.ID == t.partID()
		last = v.to
	}
	switch {
	case len(was) == 0:
		return -1, "no versions of this table were read before"
	case !isSame:
		return -1, fmt.Sprintf("another table was there when version %d was read", last)
	case last > t.pin.version:
		return -1, fmt.Sprintf("version %d was read before, and the table is at version %d", last, t.pin.version)
	}
	return last, ""
}

// operations looks at what was done to a table: isQuiet says that no row changed.
// note says why its change data feed would not tell the whole.
func (t *resumable) operations(ctx context.Context, since versions) (isQuiet bool, note string, err error) {
	within := func(commits []commit) (some []commit) {
		for _, c := range commits {
			if c.version >= since.from && c.version <= since.to {
				some = append(some, c)
			}
		}
		return some
	}
	wanted := since.to - since.from + 1
	commits, err := t.source.history(ctx, t.what(), t.name, []int64{wanted + moreCommits, 0}, func(some []commit) bool {
		return int64(len(within(some))) == wanted
	})
	if err != nil {
		return false, "", err
	}
	commits = within(commits)
	if int64(len(commits)) < wanted {
		return false, fmt.Sprintf("version %d was read before, and the table's history no longer tells all that came since", since.from-1), nil
	}
	isQuiet = true
	for _, c := range slices.Backward(commits) {
		switch {
		case slices.Contains(quietOperations, c.operation):
		case slices.Contains(recordedOperations, c.operation):
			isQuiet = false
		default:
			return false, fmt.Sprintf("version %d came by %s, which may change rows that were read before", c.version, c.operation), nil
		}
	}
	return isQuiet, "", nil
}

// Rows of the change data feed by what became of them. A row that was updated went
// as it was, and came as it is.
const (
	rowsThatCame = "_change_type IN ('insert', 'update_postimage')"
	rowsThatWent = "_change_type IN ('delete', 'update_preimage')"
)

// changes is how many rows came to a table and went from it.
type changes struct{ came, went int64 }

// changed returns how many rows came and went with versions. note says why it
// cannot be told.
func (t *resumable) changed(ctx context.Context, since versions) (c *changes, note string, err error) {
	answer, err := t.source.ask(ctx, t.what(), "SELECT _change_type, count(*) AS n FROM "+t.changes(since)+" GROUP BY _change_type")
	var refused *StatementError
	if errors.As(err, &refused) {
		return nil, noChangesNote(refused, since), nil
	}
	if err != nil {
		return nil, "", err
	}
	c = &changes{}
	for _, row := range answer {
		n, err := row.number("n")
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", t.what(), err)
		}
		switch kind := row["_change_type"]; kind {
		case "insert", "update_postimage":
			c.came += n
		case "delete", "update_preimage":
			c.went += n
		default:
			return nil, fmt.Sprintf("its change data feed has rows of type %q, which is not known", kind), nil
		}
	}
	return c, "", nil
}

// check returns why changes are not gone on from: they do not make the rows that are
// there of those before, or are so many that the table is read sooner.
func (c *changes) check(before, there int64, since versions) string {
	switch {
	case before+c.came-c.went != there && c.went == 0:
		return fmt.Sprintf("%d rows were read at version %d and %d were inserted since, but version %d has %d rows",
			before, since.from-1, c.came, since.to, there)
	case before+c.came-c.went != there:
		return fmt.Sprintf("%d rows were read at version %d, %d came and %d went since, but version %d has %d rows",
			before, since.from-1, c.came, c.went, since.to, there)
	case c.went > 0 && c.came+c.went > there:
		return fmt.Sprintf("since version %d, %d rows came and %d went, more than the %d that are there", since.from-1, c.came, c.went, there)
	}
	return ""
}

// noChangesNote says why the change data feed was not read.
func noChangesNote(refused *StatementError, since versions) string {
	if strings.Contains(refused.Class(), "MISSING_CHANGE_DATA") || strings.Contains(refused.Message, "change data was not recorded") {
		return fmt.Sprintf("it has no change data feed since version %d (delta.enableChangeDataFeed = true records one)", since.from-1)
	}
	return fmt.Sprintf("its changes since version %d cannot be read (%s)", since.from-1, firstLine(refused))
}
