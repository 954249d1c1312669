package dbtest

import (
	"context"
	"errors"
	"sync"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// operation is a statement and its result.
type operation struct {
	key     string
	handle  thrift.Fields
	session *session
	form    form
	ctx     context.Context
	cancel  context.CancelCauseFunc
	done    chan struct{} // closed once the statement is past running
	turn    chan struct{} // holds one element while the result is read

	mu       sync.Mutex
	state    int32
	err      *SQLError
	affected int64
	rows     *rows // nil: no result, or closed
	encoding *encoding
	pages    [][]*file // of links, the last ones; guarded by turn
}

// sent takes note of the files of a page. Those of the page before the one before
// it are dropped: who asked for a page has had time for the files of the last, and
// repeats a download at most.
func (o *operation) sent(store *fileStore, files []*file) {
	const keep = 2
	o.pages = append(o.pages, files)
	if len(o.pages) > keep {
		store.drop(o.pages[0])
		o.pages = o.pages[1:]
	}
}

// form is how the client wants its result.
type form struct {
	links    bool // files to download
	lz4      bool
	decimals bool // as Arrow decimals, not as text
}

// Reasons for which a statement ends before its time.
var (
	errCanceled = &SQLError{State: "HY008", Message: "Operation canceled"}
	errClosed   = &SQLError{State: "HY000", Message: "Operation closed"}
	errTimedOut = &SQLError{State: "HYT00", Message: "Query has exceeded its STATEMENT_TIMEOUT"}
)

// newOperation enters a statement of a session; nil if the session is closed.
func (s *Server) newOperation(of *session, f form) *operation {
	ctx, cancel := context.WithCancelCause(s.ctx)
	guid, secret := newID(), newID()
	o := &operation{
		key:      string(guid) + string(secret),
		session:  of,
		form:     f,
		ctx:      ctx,
		cancel:   cancel,
		done:     make(chan struct{}),
		turn:     make(chan struct{}, 1),
		state:    thrift.StateRunning,
		affected: -1,
	}
	o.handle = thrift.Fields{
		{Number: thrift.Handle, Value: identifier(guid, secret)},
		{Number: thrift.OperationType, Value: int32(0)},
		{Number: thrift.OperationHasResult, Value: true},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[of.key] != of {
		cancel(errClosed)
		return nil
	}
	s.operations[o.key] = o
	return o
}

// operation returns an open operation, nil where there is none of that key.
func (s *Server) operation(key string) *operation {
	s.mu.Lock()
	o := s.operations[key]
	s.mu.Unlock()
	if o != nil {
		s.session(o.session.key) // its session is in use
	}
	return o
}

// closeOperation ends a statement and gives back what it holds. Files of links
// that were sent stay until they expire or the session ends, as in a cloud.
func (s *Server) closeOperation(o *operation) {
	s.mu.Lock()
	delete(s.operations, o.key)
	s.mu.Unlock()
	o.cancel(errClosed)
	<-o.done
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	o.mu.Lock()
	open := o.rows
	o.rows = nil
	if o.state == thrift.StateFinished {
		o.state = thrift.StateClosed
	}
	o.mu.Unlock()
	if open != nil {
		o.session.turn <- struct{}{} // what else runs in the session ends first
		open.close()
		o.session.give()
	}
}

// run carries the statement out.
func (o *operation) run(query func(context.Context) (*Result, error), h hit) {
	defer close(o.done)
	ctx := o.ctx
	if o.session.timeout > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, o.session.timeout, errTimedOut)
		defer cancel() // reading of the result is not limited
		stop := context.AfterFunc(limited, func() { o.cancel(context.Cause(limited)) })
		defer stop()
	}
	err := o.start(ctx, query, h)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil {
		o.state = thrift.StateFinished
		return
	}
	if cause := context.Cause(o.ctx); cause != nil {
		err = cause
	}
	o.err, o.state = asSQLError(err), thrift.StateError
	switch {
	case errors.Is(err, errCanceled):
		o.state = thrift.StateCanceled
	case errors.Is(err, errTimedOut):
		o.state = thrift.StateTimedOut
	}
}

// start has the engine run the statement, and reads until the first row is there.
func (o *operation) start(ctx context.Context, query func(context.Context) (*Result, error), h hit) error {
	if err := o.session.take(ctx); err != nil {
		return err
	}
	defer o.session.give()
	switch {
	case h.is(Endless):
		<-ctx.Done()
		return context.Cause(ctx)
	case h.is(StatementError):
		return &SQLError{State: h.State, Message: h.message("[INTERNAL_ERROR] Injected. SQLSTATE: XX000")}
	case h.is(VersionGone):
		return errVersionGone
	}
	result, err := query(ctx)
	if err != nil {
		return err
	}
	reader := result.Reader
	if reader == nil {
		reader = noRows{}
	}
	reader = changed(reader, h)
	encoding, err := newEncoding(reader.Schema(), o.form)
	if err != nil {
		reader.Release()
		return err
	}
	read := newRows(reader, encoding)
	if err := read.fill(); err != nil {
		read.close()
		return err
	}
	o.mu.Lock()
	o.rows, o.encoding, o.affected = read, encoding, result.Affected
	o.mu.Unlock()
	return nil
}

// errVersionGone is what a statement meets whose table version was vacuumed.
var errVersionGone = &SQLError{
	State: "KD00C",
	Message: "[DELTA_FILE_NOT_FOUND_DETAILED] File dbfs:/part-00000.parquet referenced in the transaction log cannot be found. " +
		"This occurs when data has been manually deleted from the file system rather than using the table `DELETE` statement. SQLSTATE: KD00C",
}

// status is the answer about the state.
func (o *operation) status() thrift.Fields {
	o.mu.Lock()
	defer o.mu.Unlock()
	state := o.state
	if state == thrift.StateFinished && errors.Is(context.Cause(o.ctx), errCanceled) {
		state = thrift.StateCanceled
	}
	out := append(succeeded(), thrift.Field{Number: thrift.OperationState, Value: state})
	if o.err != nil {
		out = append(out,
			thrift.Field{Number: thrift.OperationSQLState, Value: o.err.State},
			thrift.Field{Number: thrift.OperationMessage, Value: o.err.Message},
			thrift.Field{Number: thrift.OperationDisplay, Value: o.err.Message},
		)
	}
	out = append(out, thrift.Field{Number: thrift.OperationResultSet, Value: true})
	if o.affected >= 0 {
		out = append(out, thrift.Field{Number: thrift.OperationModified, Value: o.affected})
	}
	return out
}

// failure returns the error of a statement that failed, or was not let run to its
// end; nil for one whose result can be read.
func (o *operation) failure() *SQLError {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err != nil:
		return o.err
	case o.ctx.Err() != nil:
		return asSQLError(context.Cause(o.ctx))
	case o.rows == nil:
		return errClosed
	}
	return nil
}
