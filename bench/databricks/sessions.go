package databricks

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"

	federated "github.com/rollcall-db/rollcall/federate/databricks"
)

// sessions runs statements, each call on a session of its own for as long as it
// lasts. It is safe for concurrent use, but for close.
type sessions struct {
	db      *sql.DB
	redact  *federated.Redactor
	running sync.WaitGroup // calls that have not ended, though who made them may be gone
}

// ask calls what with a session and returns what it returns, secrets taken out of
// the error. When ctx ends, ask returns its error at once. The driver may take
// longer to notice: what goes on in a goroutine, whose requests the transport
// aborts; it then tells the warehouse to end the statement and closes the session,
// each within seconds. close waits for that.
func ask[T any](ctx context.Context, s *sessions, what func(ctx context.Context, conn *sql.Conn) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	s.running.Go(func() {
		var r result
		defer func() {
			if p := recover(); p != nil { // the driver does, at answers that it does not expect
				r.err = fmt.Errorf("the Databricks driver panicked: %v", p)
			}
			done <- r
		}()
		r.value, r.err = hold(federated.WithCall(ctx), s.db, what)
	})
	select {
	case r := <-done:
		if r.err != nil && ctx.Err() != nil {
			return none, ctx.Err() // whatever it is called on the way
		}
		return r.value, s.redact.Error(r.err)
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// hold calls what with a session. A session whose call was cut short is closed,
// because a statement that was cut short may run on for as long as its session. One
// that the driver panicked in is left to the warehouse's own limit.
func hold[T any](ctx context.Context, db *sql.DB, what func(context.Context, *sql.Conn) (T, error)) (value T, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return value, err
	}
	panicked := true
	defer func() {
		if panicked {
			return // database/sql holds locks then, and would wait for itself for ever
		}
		if ctx.Err() != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // closes the session
		}
		_ = conn.Close() // gives it back; there is nothing that could fail
	}()
	value, err = what(ctx, conn)
	panicked = false
	return value, err
}

// exec runs a statement that answers nothing.
func (s *sessions) exec(ctx context.Context, text string) error {
	_, err := ask(ctx, s, func(ctx context.Context, conn *sql.Conn) (struct{}, error) {
		_, err := conn.ExecContext(ctx, text)
		return struct{}{}, err
	})
	return err
}

// number runs a statement that answers one number.
func (s *sessions) number(ctx context.Context, text string) (int64, error) {
	return ask(ctx, s, func(ctx context.Context, conn *sql.Conn) (int64, error) {
		return number(ctx, conn, text)
	})
}

func number(ctx context.Context, conn *sql.Conn, text string) (n int64, err error) {
	err = conn.QueryRowContext(ctx, text).Scan(&n)
	return n, err
}

// rows runs a statement and returns its rows as text by column. NULL is "".
func (s *sessions) rows(ctx context.Context, text string) ([]map[string]string, error) {
	return ask(ctx, s, func(ctx context.Context, conn *sql.Conn) ([]map[string]string, error) {
		rows, err := conn.QueryContext(ctx, text)
		if err != nil {
			return nil, err
		}
		defer func() { _ = rows.Close() }() // Err has told
		columns, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		var table []map[string]string
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return nil, err
			}
			row := make(map[string]string, len(columns))
			for i, column := range columns {
				row[column] = cells[i].String
			}
			table = append(table, row)
		}
		return table, rows.Err()
	})
}

// close waits for calls that were left behind and closes every session.
func (s *sessions) close() error {
	s.running.Wait()
	return s.redact.Error(s.db.Close())
}
