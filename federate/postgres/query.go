package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/federate/source"
)

// statementName is what errors call a statement of Query.
const statementName = "the statement"

// Query runs one statement that reads, in the state that the source has, and
// streams its rows; see [source.Engine]. A type that is not read is an error before the
// statement runs. The package documentation says what sums become.
func (s *Source) Query(ctx context.Context, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		ctx, cancel := s.alive(ctx)
		defer cancel()
		err := s.query(ctx, statement, func(b arrow.RecordBatch) bool { return yield(b, nil) })
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

func (s *Source) query(ctx context.Context, statement string, yield func(arrow.RecordBatch) bool) error {
	session, err := s.begin(ctx, reading)
	if err != nil {
		return err
	}
	defer session.end(ctx)
	inner, cancel := context.WithCancel(ctx)
	defer cancel() // ends the statement of a loop that was broken off, before session.end
	columns, err := session.describe(inner, statement)
	if err != nil {
		return failure(ctx, statementName, 0, -1, err)
	}
	if err := readable(columns); err != nil {
		return err
	}
	r := newReader(s, statementName, columns)
	defer r.release()
	received, isSent := int64(0), false
	send := func(batch arrow.RecordBatch) error {
		defer batch.Release()
		received, isSent = received+batch.NumRows(), true
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !yield(batch) {
			return errStopped
		}
		return nil
	}
	// Not ExecPrepared: asking for the types of columns may have replaced the
	// statement that describe prepared.
	result := session.conn.ExecParams(inner, statement, nil, nil, nil, binaryFormat)
	if err = r.rows(result, send); err == nil {
		err = session.unmoved(inner)
	}
	if err == nil && (r.nRows > 0 || !isSent) { // the last batch, once all is known to be there
		err = send(r.batch())
	}
	if err != nil && !errors.Is(err, errStopped) {
		return failure(ctx, statementName, received, -1, err)
	}
	return err
}

// readable returns an error where a column has a type that is not read, or there
// are none.
func readable(columns []described) error {
	if len(columns) == 0 {
		return errors.New("the statement gives no columns")
	}
	for i := range columns {
		if columns[i].how.kind == kindNone {
			return &source.ReadError{Path: statementName, Column: columns[i].name, Err: fmt.Errorf("values of type %s are not supported", columns[i].how.name)}
		}
	}
	return nil
}

// Exec runs statements that write, separated by semicolons, as one transaction on a
// connection of its own. They read the state that the source has; what they write is
// there for others when Exec has returned, and not for Query. It returns how many rows
// the last statement that says so wrote, -1 where none does. Statements that cannot
// run in a transaction, such as VACUUM, fail, and so does a change of rows that were
// changed after the source was opened.
func (s *Source) Exec(ctx context.Context, statement string) (int64, error) {
	ctx, cancel := s.alive(ctx)
	defer cancel()
	session, err := s.begin(ctx, writing)
	if err != nil {
		return -1, err
	}
	defer session.end(ctx)
	results, err := session.conn.Exec(ctx, statement).ReadAll()
	if err == nil {
		err = session.unmoved(ctx)
	}
	if err != nil { // nothing was committed
		return -1, fmt.Errorf("the statement was not carried out: %w", ended(ctx, err))
	}
	rows := int64(-1)
	for _, r := range results {
		if n, ok := rowsWritten(r.CommandTag); ok {
			rows = n
		}
	}
	if err := session.commit(ctx); err != nil {
		return -1, err
	}
	return rows, nil
}

// commit ends a transaction that has written.
func (t *session) commit(ctx context.Context) error {
	if _, err := execute(ctx, t.conn, "COMMIT"); err != nil {
		return fmt.Errorf("whether the statement was carried out is not known: %w", ended(ctx, err))
	}
	return nil
}

// rowsWritten returns how many rows a statement says that it wrote. CREATE TABLE AS
// calls itself SELECT.
func rowsWritten(tag pgconn.CommandTag) (int64, bool) {
	word, _, _ := strings.Cut(tag.String(), " ")
	switch word {
	case "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "SELECT":
		return tag.RowsAffected(), true
	}
	return 0, false
}
