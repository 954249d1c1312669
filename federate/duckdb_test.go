package federate_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bench/warehouse/duck"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// duckEngine is a folder of files that DuckDB runs SQL over. Its session is in a
// time zone of its own, which no statement may lean on.
type duckEngine struct {
	source.Source
	db *duck.DB
}

// openDuck opens a folder <schema>/<table>.parquet until the end of the test.
func openDuck(t testing.TB, dir string) *duckEngine {
	t.Helper()
	e, err := newDuck(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// newDuck opens a folder <schema>/<table>.parquet.
func newDuck(ctx context.Context, dir string) (*duckEngine, error) {
	src, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	db, err := duck.Open(map[string]string{"threads": "1"})
	if err != nil {
		return nil, err
	}
	e := &duckEngine{Source: src, db: db}
	return e, e.load(ctx, dir)
}

// load makes a table of each file.
func (e *duckEngine) load(ctx context.Context, dir string) error {
	refs, err := e.Tables(ctx)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		path, err := sqlgen.Literal(sqlgen.DuckDB, fmt.Sprintf("%s/%s/%s.parquet", dir, ref.Schema, ref.Table))
		if err != nil {
			return err
		}
		name, err := sqlgen.Table(sqlgen.DuckDB, ref)
		if err != nil {
			return err
		}
		schema, err := sqlgen.Identifier(sqlgen.DuckDB, ref.Schema)
		if err != nil {
			return err
		}
		if _, err := e.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema+"; CREATE TABLE "+name+" AS FROM read_parquet("+path+")"); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the folder and the database.
func (e *duckEngine) Close() error { return errors.Join(e.Source.Close(), e.db.Close()) }

func (*duckEngine) Dialect() string                     { return string(sqlgen.DuckDB) }
func (*duckEngine) Versions() map[model.TableRef]string { return nil }

func (e *duckEngine) Exec(ctx context.Context, statement string) (rows int64, err error) {
	conn, err := e.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Exec(ctx, statement)
}

func (e *duckEngine) connect(ctx context.Context) (*duck.Conn, error) {
	conn, err := e.db.Connect()
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, "SET TimeZone = 'Asia/Kolkata'")
	return conn, err
}

func (e *duckEngine) Query(ctx context.Context, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		conn, err := e.connect(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer conn.Close() //nolint:errcheck // it never fails
		r, err := conn.Query(ctx, statement, "UTC")
		if err != nil {
			yield(nil, fmt.Errorf("%w\n%s", err, statement))
			return
		}
		defer r.Release()
		for r.Next() {
			if !yield(r.RecordBatch(), nil) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(nil, err)
		}
	}
}
