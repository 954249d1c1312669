package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// askBound has the transaction wait for locks as long as $1 says, in milliseconds, or
// shorter where that was set for the session.
const askBound = `SELECT pg_catalog.set_config('lock_timeout', CASE WHEN setting::pg_catalog.int8 BETWEEN 1 AND ($1::pg_catalog.text)::pg_catalog.int8 THEN setting ELSE $1 END, true)
FROM pg_catalog.pg_settings WHERE name = 'lock_timeout'`

// boundWaits bounds how long the transaction waits for each lock, since others wait
// behind it, and returns the bound as the server writes it.
func (t *session) boundWaits(ctx context.Context) (string, error) {
	if _, err := t.ask(ctx, askBound, strconv.FormatInt(lockPatience.Milliseconds(), 10)); err != nil {
		return "", err
	}
	rows, err := t.ask(ctx, "SELECT pg_catalog.current_setting('lock_timeout')")
	if err != nil {
		return "", err
	}
	return string(rows[0][0]), nil
}

// askHolders asks which sessions hold a lock of a relation of this database.
const askHolders = `SELECT DISTINCT l.pid, coalesce(a.application_name, '')
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.relation = $1::pg_catalog.oid AND l.granted AND l.pid IS NOT NULL
ORDER BY 1 LIMIT 5`

// notFree returns the error of a table that was not locked within a bound, which a
// session that sees the state of now completes by who holds it.
func (t *session) notFree(ctx context.Context, there *target, bound string, cause error) error {
	rows, err := t.ask(ctx, askHolders, there.oid)
	if err != nil {
		return err
	}
	holders := make([]string, len(rows))
	for i, row := range rows {
		holders[i] = fmt.Sprintf("%s (%q)", row[0], row[1])
	}
	by := ""
	if len(holders) > 0 {
		by = " by the server's processes " + strings.Join(holders, ", ")
	}
	return fmt.Errorf("it was in use%s for longer than %s, and is unchanged: %w", by, bound, cause)
}
