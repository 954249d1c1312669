package duck

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Conn is a connection. It carries out one statement at a time; a [Reader] that is
// open counts as one.
type Conn struct {
	conn bindings.Connection
}

// Close ends the connection. No statement is under way, and no Reader open.
func (c *Conn) Close() error {
	bindings.Disconnect(&c.conn)
	return nil
}

// Exec carries out one or more statements and returns how many rows the last one
// changed. It ends soon after ctx, with its error.
func (c *Conn) Exec(ctx context.Context, text string) (changed int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	stop := c.interruptWith(ctx)
	defer stop()
	var result bindings.Result
	state := bindings.Query(c.conn, text, &result)
	defer bindings.DestroyResult(&result)
	if state == bindings.StateError {
		return 0, c.failed(ctx, bindings.ResultError(&result))
	}
	return int64(bindings.RowsChanged(&result)), nil
}

// failed is the error of a statement: that of ctx, where it has ended.
func (c *Conn) failed(ctx context.Context, text string) error {
	err := newError(text)
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

// interruptEvery is how often a statement is interrupted whose context has
// ended: an interruption that comes before the statement begins has no effect.
const interruptEvery = 5 * time.Millisecond

// interruptWith interrupts what the connection does once ctx has ended, until
// stop is called.
func (c *Conn) interruptWith(ctx context.Context) (stop func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(ended)
		ticks := time.NewTicker(interruptEvery)
		defer ticks.Stop()
		for {
			bindings.Interrupt(c.conn)
			select {
			case <-over:
				return
			case <-ticks.C:
			}
		}
	})
	return func() {
		close(over)
		if !cancel() {
			<-ended
		}
	}
}

// Column is a column of a result.
type Column struct {
	Name string
	// Type is Arrow's, as a SQL warehouse sends it. Unsigned and huge numbers are of
	// the next type that it has, what it has no type for is text.
	Type arrow.DataType
	// Exact says that DuckDB's type is Type as it is; else the column must be cast
	// before it can be read.
	Exact bool
}

// Describe returns the columns that a query gives, without carrying it out.
// Instants are of the time zone given.
func (c *Conn) Describe(ctx context.Context, query, zone string) ([]Column, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	stop := c.interruptWith(ctx)
	defer stop()
	var statement bindings.PreparedStatement
	state := bindings.Prepare(c.conn, query, &statement)
	defer bindings.DestroyPrepare(&statement)
	if state == bindings.StateError {
		return nil, c.failed(ctx, bindings.PrepareError(statement))
	}
	return columnsOf(&statement, zone), nil
}

func columnsOf(statement *bindings.PreparedStatement, zone string) []Column {
	columns := make([]Column, int(bindings.PreparedStatementColumnCount(*statement)))
	for i := range columns {
		n := bindings.IdxT(i)
		logical := bindings.PreparedStatementColumnLogicalType(*statement, n)
		columns[i].Name = bindings.PreparedStatementColumnName(*statement, n)
		columns[i].Type, columns[i].Exact = arrowType(logical, zone)
		bindings.DestroyLogicalType(&logical)
	}
	return columns
}

// Query begins a statement that gives rows. The statement, and reading of what it
// gives, end soon after ctx, with its error. All columns must be exact. The
// connection is the Reader's until that is released.
func (c *Conn) Query(ctx context.Context, text, zone string) (*Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	stop := c.interruptWith(ctx)
	r, err := c.begin(ctx, text, zone)
	if err != nil {
		stop()
		return nil, err
	}
	r.stop = stop
	return r, nil
}

func (c *Conn) begin(ctx context.Context, text, zone string) (*Reader, error) {
	var statement bindings.PreparedStatement
	state := bindings.Prepare(c.conn, text, &statement)
	defer bindings.DestroyPrepare(&statement)
	if state == bindings.StateError {
		return nil, c.failed(ctx, bindings.PrepareError(statement))
	}
	columns := columnsOf(&statement, zone)
	r := &Reader{ctx: ctx, conn: c, refs: 1}
	fields := make([]arrow.Field, len(columns))
	for i, column := range columns {
		if !column.Exact {
			return nil, fmt.Errorf("duckdb: column %q is not of a type that can be read", column.Name)
		}
		fields[i] = arrow.Field{Name: column.Name, Type: column.Type, Nullable: true}
		r.columns = append(r.columns, newColumn(column.Type))
	}
	r.schema = arrow.NewSchema(fields, nil)
	// Deprecated in favour of nothing: other ways keep the whole result in memory.
	state = bindings.ExecutePreparedStreaming(statement, &r.result)
	if state == bindings.StateError {
		defer bindings.DestroyResult(&r.result)
		return nil, c.failed(ctx, bindings.ResultError(&r.result))
	}
	if len(columns) == 0 {
		defer bindings.DestroyResult(&r.result)
		return nil, errors.New("duckdb: the statement gives no rows")
	}
	return r, nil
}
