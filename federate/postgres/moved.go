package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// askMoved lists the relations that the transaction has read and that are not, or
// not in the files, what they were at the snapshot. Everything that was read is locked
// until the transaction ends, so that none can move after this. pg_class is read as of
// the snapshot, and pg_relation_filenode as of now. What the transaction writes itself
// has a stronger lock.
const askMoved = `SELECT l.relation::pg_catalog.regclass::pg_catalog.text
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND CASE WHEN c.oid IS NULL THEN pg_catalog.pg_get_indexdef(l.relation) IS NULL
    ELSE c.relkind IN ('r', 'm', 't') AND c.relfilenode <> 0 AND c.relfilenode <> pg_catalog.pg_relation_filenode(c.oid) END
GROUP BY l.relation HAVING bool_and(l.mode = 'AccessShareLock')`

// unmoved returns an error where something that the transaction has read is not
// what it was at the snapshot: what was read of it is not its rows.
func (t *session) unmoved(ctx context.Context) error {
	rows, err := t.ask(ctx, askMoved)
	if err != nil || len(rows) == 0 {
		return err
	}
	names := make([]string, len(rows))
	for i := range rows {
		names[i] = string(rows[i][0])
	}
	return fmt.Errorf("%s was truncated, rewritten or made anew after the source was opened; open it again", strings.Join(names, ", "))
}

// wholeNumber returns the only value of a result.
func wholeNumber(rows [][][]byte) (int64, error) {
	if len(rows) != 1 || len(rows[0]) != 1 {
		return 0, fmt.Errorf("%d rows, expected 1 of one number", len(rows))
	}
	return strconv.ParseInt(string(rows[0][0]), 10, 64)
}
