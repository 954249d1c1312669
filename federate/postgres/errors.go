package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/federate/source"
)

// States of errors, SQLSTATE, that this package tells apart.
const (
	invalidParameter = "22023"
	undefinedObject  = "42704"
	undefinedTable   = "42P01"
	undefinedSchema  = "3F000"
	insufficientRoom = "53300" // too many connections
	lockNotAvailable = "55P03" // within lock_timeout
)

// ended returns the error of a call: that of its context where that has ended, since
// the server's or the connection's only follows from it.
func ended(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

// stateOf returns the SQLSTATE of a server's error, else "".
func stateOf(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

// connectCause returns why there is no connection, on one line.
func connectCause(err error) error {
	var connect *pgconn.ConnectError
	if !errors.As(err, &connect) {
		return err
	}
	return &connectError{err: connect.Unwrap()}
}

// connectError says why a server was not reached, or why it refused.
type connectError struct{ err error }

// Error gives one line, whatever hosts were tried.
func (e *connectError) Error() string {
	lines := strings.FieldsFunc(e.err.Error(), func(r rune) bool { return r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return "no connection: " + strings.Join(lines, "; ")
}

// Unwrap returns the cause.
func (e *connectError) Unwrap() error { return e.err }

// isRefusal reports whether an error is the server's answer to a statement that it
// did not run, or gave up before the first row; the connection is in order.
func isRefusal(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && pgErr.SeverityUnlocalized != "FATAL" && pgErr.SeverityUnlocalized != "PANIC"
}

// failure returns the error of a stream of rows that ended early: that of the
// context, or of a value, as it is, or what the server said to the statement; every
// other is a *source.IncompleteError.
func failure(ctx context.Context, what string, received, expected int64, err error) error {
	var value *source.ReadError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &value):
		return err
	case received == 0 && isRefusal(err):
		return fmt.Errorf("%s: %w", what, err)
	}
	return &source.IncompleteError{Table: what, Received: received, Expected: expected, Err: err}
}
