package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/federate/source"
)

// flushBytes is how much is collected before it goes to the connection. Memory
// is this, a batch, and what the connection holds.
const flushBytes = 256 << 10

// copyTable fills a table of the database, of the same columns, with all rows of
// t and returns how many these were.
func copyTable(ctx context.Context, conn *pgconn.PgConn, t source.Table, options string) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, w := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := writeCopy(ctx, w, t)
		_ = w.CloseWithError(err) // never fails
		read <- err
	}()
	name := pgx.Identifier{t.Ref().Table}.Sanitize()
	tag, err := conn.CopyFrom(ctx, r, "COPY "+name+" FROM STDIN WITH (FORMAT binary"+options+")")
	_ = r.CloseWithError(errBrokenOff) // never fails
	if failed := <-read; failed != nil && !errors.Is(failed, errBrokenOff) {
		err = failed // the server's error repeats it
	}
	if err != nil {
		return 0, fmt.Errorf("table %s: %w", t.Ref(), err)
	}
	return tag.RowsAffected(), nil
}

var errBrokenOff = errors.New("the server takes no more rows")

// writeCopy writes all rows of t in the binary format of COPY.
func writeCopy(ctx context.Context, w io.Writer, t source.Table) error {
	schema := t.Schema()
	columns := make([]string, schema.NumFields())
	for i := range columns {
		columns[i] = schema.Field(i).Name
	}
	flush := func(buffer []byte) ([]byte, error) {
		_, err := w.Write(buffer)
		return buffer[:0], err
	}
	buffer := append(make([]byte, 0, flushBytes+flushBytes/4), copyHeader...)
	for batch, err := range t.Scan(ctx, columns) {
		if err == nil {
			buffer, err = appendRows(buffer, batch, flush)
		}
		if err != nil {
			return err
		}
	}
	_, err := flush(append(buffer, copyTrailer...))
	return err
}
