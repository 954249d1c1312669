package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// fakeEngine knows a few statements, which are lists of words:
//
//	rows N [batch B] [delay D]   N rows of five columns, in batches of B, each after a delay
//	params, select               the parameters, one a row
//	sleep D                      nothing, after a time
//	write N                      no rows, N written
//	fail after N                 N rows, and an error
//	unsigned                     a type that no warehouse sends
//
// Anything else is a syntax error.
type fakeEngine struct {
	sessions, readers atomic.Int64 // open
	busy              atomic.Int64 // uses of a session at this moment
	read              atomic.Int64 // batches
	params            atomic.Pointer[map[string]string]
}

type fakeSession struct {
	engine *fakeEngine
	uses   atomic.Int64
}

func (e *fakeEngine) OpenSession(_ context.Context, catalog, schema string, params map[string]string) (dbtest.SQLSession, error) {
	if catalog == "nowhere" {
		return nil, &dbtest.SQLError{State: "42704", Message: "[NO_SUCH_CATALOG_EXCEPTION] Catalog 'nowhere' was not found. SQLSTATE: 42704"}
	}
	params["catalog"], params["schema"] = catalog, schema
	e.params.Store(&params)
	e.sessions.Add(1)
	return &fakeSession{engine: e}, nil
}

// use panics where two use the session at once, which a test must not survive.
func (s *fakeSession) use() func() {
	if s.uses.Add(1) != 1 {
		panic("a session is used twice at once")
	}
	return func() { s.uses.Add(-1) }
}

func (s *fakeSession) Close() error {
	defer s.use()()
	s.engine.sessions.Add(-1)
	return nil
}

func (s *fakeSession) Query(ctx context.Context, statement string, params []dbtest.Param) (*dbtest.Result, error) {
	defer s.use()()
	words := strings.Fields(statement)
	switch words[0] {
	case "rows":
		return s.rows(ctx, words)
	case "params", "select":
		return s.list(ctx, params), nil
	case "sleep":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			return nil, err
		}
		if err := wait(ctx, d); err != nil {
			return nil, err
		}
		return s.list(ctx, nil), nil
	case "write":
		n, err := strconv.ParseInt(words[1], 10, 64)
		return &dbtest.Result{Affected: n}, err
	case "fail":
		n, err := strconv.Atoi(words[2])
		r := s.reader(ctx, n, 100)
		r.fail = errors.New("the disk is gone")
		return &dbtest.Result{Reader: r, Affected: -1}, err
	case "unsigned":
		schema := arrow.NewSchema([]arrow.Field{{Name: "u", Type: arrow.PrimitiveTypes.Uint8}}, nil)
		r, err := array.NewRecordReader(schema, nil)
		return &dbtest.Result{Reader: r, Affected: -1}, err
	}
	return nil, &dbtest.SQLError{State: "42601", Message: fmt.Sprintf("[PARSE_SYNTAX_ERROR] Syntax error at or near '%s'. SQLSTATE: 42601", words[0])}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *fakeSession) rows(ctx context.Context, words []string) (*dbtest.Result, error) {
	n, err := strconv.Atoi(words[1])
	if err != nil {
		return nil, err
	}
	r := s.reader(ctx, n, 1000)
	for i := 2; i+1 < len(words); i += 2 {
		switch words[i] {
		case "batch":
			r.size, err = strconv.Atoi(words[i+1])
		case "delay":
			r.delay, err = time.ParseDuration(words[i+1])
		}
		if err != nil {
			return nil, err
		}
	}
	return &dbtest.Result{Reader: r, Affected: -1}, nil
}

// reader returns n rows in batches of the given size.
func (s *fakeSession) reader(ctx context.Context, n, size int) *fakeReader {
	s.engine.readers.Add(1)
	return &fakeReader{session: s, ctx: ctx, left: n, size: size}
}

// list returns parameters as one column of text.
func (s *fakeSession) list(ctx context.Context, params []dbtest.Param) *dbtest.Result {
	schema := arrow.NewSchema([]arrow.Field{{Name: "p", Type: arrow.BinaryTypes.String}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, p := range params {
		b.Field(0).(*array.StringBuilder).Append(fmt.Sprintf("%s|%s|%s|%t", p.Name, p.Type, p.Value, p.Null))
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	r := s.reader(ctx, 0, 1)
	r.schema, r.ready = schema, []arrow.RecordBatch{batch}
	batch.Retain()
	return &dbtest.Result{Reader: r, Affected: -1}
}

var fakeSchema = arrow.NewSchema([]arrow.Field{
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "name", Type: arrow.BinaryTypes.String},
	{Name: "price", Type: &arrow.Decimal128Type{Precision: 10, Scale: 2}},
	{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Etc/UTC"}},
	{Name: "tags", Type: arrow.ListOf(arrow.BinaryTypes.String), Metadata: arrow.NewMetadata([]string{dbtest.SQLNameKey}, []string{"ARRAY<VARCHAR(9)>"})},
}, nil)

// fakeReader makes rows: id counts from 0, the rest follows from it, and every
// seventh name is NULL.
type fakeReader struct {
	session *fakeSession
	ctx     context.Context
	schema  *arrow.Schema // nil: fakeSchema
	ready   []arrow.RecordBatch
	id      int64
	left    int
	size    int
	delay   time.Duration
	fail    error // after the rows
	err     error
	current arrow.RecordBatch
}

func (r *fakeReader) Retain() {}

func (r *fakeReader) Release() {
	defer r.session.use()()
	r.drop()
	for _, b := range r.ready {
		b.Release()
	}
	r.session.engine.readers.Add(-1)
}

func (r *fakeReader) drop() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

func (r *fakeReader) Schema() *arrow.Schema {
	if r.schema != nil {
		return r.schema
	}
	return fakeSchema
}

func (r *fakeReader) Next() bool {
	defer r.session.use()()
	r.drop()
	if len(r.ready) > 0 {
		r.current, r.ready = r.ready[0], r.ready[1:]
		return true
	}
	if r.err = r.ctx.Err(); r.err == nil && r.delay > 0 {
		r.err = wait(r.ctx, r.delay)
	}
	if r.err == nil && r.left == 0 {
		r.err = r.fail
	}
	if r.err != nil || r.left == 0 {
		return false
	}
	n := min(r.size, r.left)
	r.left -= n
	r.current = batchOf(r.id, n)
	r.id += int64(n)
	r.session.engine.read.Add(1)
	return true
}

func (r *fakeReader) RecordBatch() arrow.RecordBatch { return r.current }
func (r *fakeReader) Record() arrow.RecordBatch      { return r.current }
func (r *fakeReader) Err() error                     { return r.err }

func batchOf(first int64, n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, fakeSchema)
	defer b.Release()
	for id := first; id < first+int64(n); id++ {
		b.Field(0).(*array.Int64Builder).Append(id)
		if id%7 == 0 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append(nameOf(id))
		}
		b.Field(2).(*array.Decimal128Builder).Append(decimal128.FromI64(id * 25))
		b.Field(3).(*array.TimestampBuilder).Append(arrow.Timestamp(id * 1_000_000))
		tags := b.Field(4).(*array.ListBuilder)
		tags.Append(true)
		for i := range id % 3 {
			tags.ValueBuilder().(*array.StringBuilder).Append(fmt.Sprint(i))
		}
	}
	return b.NewRecordBatch()
}

func nameOf(id int64) string { return fmt.Sprintf("name %d", id) }

// nothingOpen waits until the engine has nothing open.
func (e *fakeEngine) nothingOpen(t *testing.T) {
	t.Helper()
	for range 200 {
		if e.sessions.Load() == 0 && e.readers.Load() == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("the engine has %d sessions and %d results open", e.sessions.Load(), e.readers.Load())
}
