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

// session is a session of the warehouse, for one statement or, one after the other,
// for several. One goroutine uses it at a time.
type session struct {
	config *Config
	relay  relay
	guard  *guard      // of the statement that it runs, or ran last
	small  bool        // results come through the warehouse, and not as files
	conn   driver.Conn // nil: not open
}

// newSession returns a session, which is opened with its first statement.
func newSession(config *Config, small bool) *session { return &session{config: config, small: small} }

// begin makes a guard that of the next statement.
func (s *session) begin(g *guard) {
	s.guard = g
	s.relay.guard.Store(g)
}

// open opens the session, where it is not open.
func (s *session) open(ctx context.Context) error {
	if s.conn != nil {
		return ctx.Err()
	}
	options := []dbsql.ConnOption{dbsql.WithRetries(-1, 0, 0)} // the transport does it
	if s.small {
		options = append(options, dbsql.WithCloudFetch(false))
	}
	connector, err := s.config.connector(&s.relay, nil, options...)
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
		if b.NumRows() == 0 {
			b.Release()
			continue
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
