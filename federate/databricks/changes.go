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
func (t *resumable) Since(ctx context.Context, was []source.Part) (source.Parted, string, error) {
	if err := t.source.check(ctx); err != nil {
		return nil, "", err
	}
	last, note := t.readBefore(was)
	if note != "" {
		return t.parted, note, nil
	}
	same := &parted{t.table, slices.Clone(was)}
	if last == t.pin.version {
		return same, "", nil
	}
	since := versions{from: last + 1, to: t.pin.version}
	isQuiet, note, err := t.operations(ctx, since)
	if err != nil || note != "" {
		return t.parted, note, err
	}
	if isQuiet {
		return same, "", nil
	}
	inserted, note, err := t.inserted(ctx, since)
	if err != nil || note != "" {
		return t.parted, note, err
	}
	there, err := t.count(ctx, t.pieces[0])
	if err != nil {
		return nil, "", err
	}
	if before := sumRows(was); before+inserted != there {
		return t.parted, fmt.Sprintf("%d rows were read at version %d and %d were inserted since, but version %d has %d rows",
			before, last, inserted, t.pin.version, there), nil
	}
	if inserted > 0 {
		same.parts = append(same.parts, source.Part{Name: since.String(), ID: t.partID(), Rows: inserted})
	}
	return same, "", nil
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

// inserted returns how many rows were inserted with versions. note says why these
// are not all that changed, or that it cannot be told.
func (t *resumable) inserted(ctx context.Context, since versions) (rows int64, note string, err error) {
	answer, err := t.source.ask(ctx, t.what(), "SELECT _change_type, count(*) AS n FROM "+t.changes(since)+" GROUP BY _change_type")
	var refused *StatementError
	if errors.As(err, &refused) {
		return 0, noChangesNote(refused, since), nil
	}
	if err != nil {
		return 0, "", err
	}
	changes := map[string]int64{}
	for _, row := range answer {
		if changes[row["_change_type"]], err = row.number("n"); err != nil {
			return 0, "", fmt.Errorf("%s: %w", t.what(), err)
		}
	}
	inserted := changes["insert"]
	delete(changes, "insert")
	if len(changes) == 0 {
		return inserted, "", nil
	}
	return 0, fmt.Sprintf("since version %d, %d rows were changed and %d deleted", since.from-1, changes["update_postimage"], changes["delete"]), nil
}

// noChangesNote says why the change data feed was not read.
func noChangesNote(refused *StatementError, since versions) string {
	if strings.Contains(refused.Class(), "MISSING_CHANGE_DATA") || strings.Contains(refused.Message, "change data was not recorded") {
		return fmt.Sprintf("it has no change data feed since version %d (delta.enableChangeDataFeed = true records one)", since.from-1)
	}
	return fmt.Sprintf("its changes since version %d cannot be read (%s)", since.from-1, firstLine(refused))
}
