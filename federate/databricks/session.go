package databricks

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	dbsql "github.com/databricks/databricks-sql-go"
	dbsqlerr "github.com/databricks/databricks-sql-go/errors"
	"github.com/databricks/databricks-sql-go/rows"
)

// session is a session of the warehouse for one statement. One goroutine uses it.
type session struct {
	config *Config
	guard  *guard
	conn   driver.Conn // nil: not open
}

// open opens the session.
func (s *session) open(ctx context.Context) error {
	connector, err := s.config.connector(s.guard, nil, dbsql.WithRetries(-1, 0, 0)) // the transport does it
	if err != nil {
		return err
	}
	s.conn, err = connector.Connect(ctx)
	if err != nil {
		s.conn = nil
		return err
	}
	return ctx.Err()
}

// close closes the session, which ends a statement that still runs. That it could
// not be closed is no failure of the statement; the warehouse ends it after a while.
func (s *session) close() {
	defer func() { _ = recover() }() // the driver may panic here as well
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

// settled replaces an error by what the guard saw first, which is its cause, and a
// panic of the driver by an error.
func (s *session) settled(err *error) {
	if p := recover(); p != nil {
		*err = &AnswerError{Call: callResult, Reason: s.guard.words(fmt.Sprintf("the driver cannot read it: %v", p))}
	}
	if failure := s.guard.result().failure; failure != nil {
		*err = failure
	}
	if *err == nil || ownError(*err) != nil || errors.Is(*err, context.Canceled) || errors.Is(*err, context.DeadlineExceeded) {
		return
	}
	text := (*err).Error()
	if strings.Contains(text, dbsqlerr.ErrLinkExpired) {
		text = "a link to a file of it has expired before the file was read"
	}
	*err = &AnswerError{Call: callResult, Reason: s.guard.words(text)}
}

// exec runs a statement that writes.
func (s *session) exec(ctx context.Context, statement string) (err error) {
	defer s.settled(&err)
	if err := s.open(ctx); err != nil {
		return err
	}
	execer, ok := s.conn.(driver.ExecerContext)
	if !ok {
		return errors.New("the driver runs no statements")
	}
	_, err = execer.ExecContext(ctx, statement, nil)
	return err
}

// read runs a statement and gives the batches of its result, until give returns
// false. Batches have at most maxBatchRows rows; giving one passes it on. Without an
// error, and with give never false, all rows that were declared were given, and the
// last page said that it was the last.
func (s *session) read(ctx context.Context, statement string, give func(arrow.RecordBatch) bool) (err error) {
	defer s.settled(&err)
	if err := s.open(ctx); err != nil {
		return err
	}
	queryer, ok := s.conn.(driver.QueryerContext)
	if !ok {
		return errors.New("the driver runs no queries")
	}
	found, err := queryer.QueryContext(ctx, statement, nil)
	if err != nil {
		return err
	}
	defer func() { _ = found.Close() }() // closing the session ends the statement as well
	arrows, ok := found.(rows.Rows)
	if !ok {
		return errors.New("the driver has no Arrow results")
	}
	batches, err := arrows.GetArrowBatches(ctx)
	if err != nil {
		return err
	}
	defer batches.Close()
	return s.drain(batches, give)
}

// drain gives the batches of a result, and proves that they are all of it.
func (s *session) drain(batches rows.ArrowBatchIterator, give func(arrow.RecordBatch) bool) error {
	var received int64
	for {
		old, err := batches.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		r := s.guard.result()
		if r.failure != nil {
			return r.failure
		}
		if err != nil {
			return s.complete(received, give)
		}
		b, err := r.carrier.batch(old)
		old.Release()
		if err != nil {
			return err
		}
		received += b.NumRows()
		if err := s.guard.reach(received); err != nil {
			b.Release()
			return err
		}
		if !pieces(b, give) {
			return nil
		}
	}
}

// complete is the end of a result, which is believed where the last page said so
// and the declared rows came.
func (s *session) complete(received int64, give func(arrow.RecordBatch) bool) error {
	r := s.guard.result()
	switch {
	case !r.finished || r.carrier == nil:
		return &AnswerError{Call: callResult, Reason: "it ended without a last page"}
	case received != r.declared:
		return &AnswerError{Call: callResult, Reason: fmt.Sprintf("it has %d rows, %d were declared", received, r.declared)}
	}
	if received == 0 {
		give(r.carrier.empty())
	}
	return nil
}
