package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// liftLimits lifts, for a transaction, the time limits of the server, the database
// and the role, which are made for statements of people; those that were set for
// the session stay. It has the server look every second whether the client is still
// there, where the server can: a request to cancel may overtake the statement that it
// is about, and is dropped then.
const liftLimits = `SELECT pg_catalog.set_config(name, CASE name WHEN 'client_connection_check_interval' THEN '1s' ELSE '0' END, true)
FROM pg_catalog.pg_settings
WHERE source <> 'client' AND (setting <> '0'
AND name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
OR setting = '0' AND name = 'client_connection_check_interval' AND pg_catalog.version() LIKE '%linux%')`

// Modes of a transaction.
const (
	reading = "READ ONLY"
	writing = "READ WRITE"
)

// takeSnapshot opens the transaction whose snapshot all others import. Nothing
// else is done on its connection: an error would end it.
func (s *Source) takeSnapshot(ctx context.Context) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	fail := func(err error) error {
		s.giveUp(conn)
		return ended(ctx, err)
	}
	rows, err := execute(ctx, conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n"+liftLimits+
		";\nSELECT pg_catalog.pg_export_snapshot(), pg_catalog.current_setting('server_version_num')")
	switch {
	case err != nil:
		return fail(err)
	case len(rows) != 1 || len(rows[0]) != 2:
		return fail(errors.New("the server did not name its snapshot"))
	}
	s.snapshot = string(rows[0][0])
	if version, err := strconv.Atoi(string(rows[0][1])); err != nil || version < oldestServer {
		return fail(fmt.Errorf("the server's version is %q, expected %d or later", rows[0][1], oldestServer))
	}
	s.holder = conn
	return nil
}

// connect opens a connection.
func (s *Source) connect(ctx context.Context) (*pgconn.PgConn, error) {
	conn, err := pgconn.ConnectConfig(ctx, s.place.config.Copy())
	if err != nil {
		return nil, ended(ctx, connectCause(err))
	}
	return conn, nil
}

// session is a transaction of its own connection that sees the state of the source,
// save one of beginNow. It is used by one goroutine at a time.
type session struct {
	source *Source
	conn   *pgconn.PgConn
}

// begin starts a session; who starts it ends it.
func (s *Source) begin(ctx context.Context, mode string) (*session, error) {
	literal, err := sqlgen.Literal(sqlgen.Postgres, s.snapshot)
	if err != nil {
		return nil, err
	}
	return s.start(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ "+mode+";\nSET TRANSACTION SNAPSHOT "+literal+";\n"+liftLimits)
}

// beginNow starts a session that sees the database as it is at each statement, and
// does not write.
func (s *Source) beginNow(ctx context.Context) (*session, error) {
	return s.start(ctx, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;\n"+liftLimits)
}

// start starts a session by a statement.
func (s *Source) start(ctx context.Context, statement string) (*session, error) {
	if s.life.Err() != nil {
		return nil, errClosed
	}
	for {
		conn, isNew, err := s.take(ctx)
		if err != nil {
			return nil, err
		}
		if _, err = execute(ctx, conn, statement); err == nil {
			return &session{s, conn}, nil
		}
		lost := conn.IsClosed()
		s.giveUp(conn)
		switch {
		case ctx.Err() != nil || lost && isNew || !lost && stateOf(err) != invalidParameter && stateOf(err) != undefinedObject:
			return nil, ended(ctx, err)
		case !lost:
			return nil, fmt.Errorf("the state that the source reads is gone, since the connection that held it was lost: open the source again (%w)", err)
		}
	}
}

// take returns an idle connection, or a new one.
func (s *Source) take(ctx context.Context) (conn *pgconn.PgConn, isNew bool, err error) {
	s.mu.Lock()
	if n := len(s.idle); n > 0 {
		conn, s.idle = s.idle[n-1], s.idle[:n-1]
	}
	s.mu.Unlock()
	if conn != nil {
		return conn, false, nil
	}
	conn, err = s.connect(ctx)
	return conn, true, err
}

// end ends the transaction and keeps the connection for another, if it is in order.
// Its locks are gone then. Nothing of a transaction that writes is kept.
func (t *session) end(ctx context.Context) {
	s := t.source
	if t.conn.IsClosed() || t.conn.IsBusy() {
		s.giveUp(t.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, idlePatience)
	defer cancel()
	if _, err := execute(ctx, t.conn, "ROLLBACK"); err != nil {
		s.giveUp(t.conn)
		return
	}
	s.keep(t.conn)
}

// keep puts a connection aside for the next session.
func (s *Source) keep(conn *pgconn.PgConn) {
	s.mu.Lock()
	keep := s.life.Err() == nil && len(s.idle) < s.place.parallel
	if keep {
		s.idle = append(s.idle, conn)
	}
	s.mu.Unlock()
	if !keep {
		s.giveUp(conn)
	}
}

// alive returns a context that also ends when the source is closed.
func (s *Source) alive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.life, func() { cancel(errClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// execute runs statements, separated by semicolons, and returns the rows of the last
// one that gave any, as text.
func execute(ctx context.Context, conn *pgconn.PgConn, statements string) ([][][]byte, error) {
	results, err := conn.Exec(ctx, statements).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows [][][]byte
	for _, r := range results {
		if len(r.Rows) > 0 {
			rows = r.Rows
		}
	}
	return rows, nil
}

// ask runs a statement with parameters of text and returns its rows as text.
func (t *session) ask(ctx context.Context, statement string, parameters ...string) ([][][]byte, error) {
	values := make([][]byte, len(parameters))
	for i, p := range parameters {
		values[i] = []byte(p)
	}
	result := t.conn.ExecParams(ctx, statement, values, nil, nil, nil).Read()
	return result.Rows, ended(ctx, result.Err)
}
