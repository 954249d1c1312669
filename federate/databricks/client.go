package databricks

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
	"github.com/rollcall-db/rollcall/federate/source"
)

// client runs statements in a warehouse, each in a session of its own, but for small
// ones. It is safe for concurrent use, but for close.
type client struct {
	config    *Config
	transport *transport
	redact    *Redactor
	kept      kept // sessions for small statements

	life   context.Context // ends when the client is closed
	finish context.CancelFunc

	mu      sync.Mutex     // held while running grows, and while life ends
	running sync.WaitGroup // calls whose session is not closed yet, though who made them may be gone
}

// errClosed ends the calls of a client that is closed.
var errClosed = errors.New("the source is closed")

// newClient returns a client of the warehouse that cfg names. It sends nothing.
func newClient(cfg *Config) (*client, error) {
	loadZones()
	redact := &Redactor{}
	t, err := newTransport(cfg, redact)
	if err != nil {
		return nil, fmt.Errorf("databricks: %w", redact.Error(err))
	}
	life, finish := context.WithCancel(context.Background())
	return &client{config: cfg, transport: t, redact: redact, kept: kept{life: t.limits.kept}, life: life, finish: finish}, nil
}

// close ends the calls that are running, with errClosed, waits until all sessions
// are closed, each of which takes a few times limits.cleanup at most, and closes idle
// connections. The client is unusable after it.
func (c *client) close() error {
	c.mu.Lock()
	c.finish()
	c.mu.Unlock()
	c.running.Wait()
	c.kept.close()
	c.transport.close()
	return nil
}

// live returns ctx as it ends when the client is closed, with errClosed as cause.
// stop must be called.
func (c *client) live(ctx context.Context) (live context.Context, stop func()) {
	live, cancel := context.WithCancelCause(ctx)
	forget := context.AfterFunc(c.life, func() { cancel(errClosed) })
	return live, func() { forget(); cancel(nil) }
}

// ended returns why a context that live returned has ended, nil if it has not.
func ended(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, errClosed) {
		return cause
	}
	return ctx.Err()
}

// beside runs a call beside its caller, unless the client is closed.
func (c *client) beside(call func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.Err() != nil {
		return errClosed
	}
	c.running.Go(call)
	return nil
}

// query runs a statement that gives rows and changes nothing, and streams them. A
// stream that ends without an error has delivered every row that the warehouse
// declared, and the warehouse has said that there are no more. Else the last pair is
// an error that begins with what, a *source.IncompleteError where the statement had
// begun to give rows. A result without rows gives one batch without rows, for its
// schema.
//
// Requests are sent again where they fail for a reason that may pass, within
// limits; so is the statement, in another session, as long as it has given no batch.
//
// A batch is valid until the next iteration; who keeps it retains it. Batches have
// at most maxBatchRows rows. Breaking off the loop, as the end of ctx, cancels the
// statement and closes its session; what takes longer than limits.grace goes on
// behind the call.
func (c *client) query(ctx context.Context, what, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return c.run(ctx, what, statement, false)
}

// ask is query for a statement with a small result, such as a count. It may run in a
// session that was kept from an earlier one, which spares to open and close one: as
// nobody else uses it meanwhile, and one that something went wrong in is not kept,
// statements do not come in the way of each other. Where the warehouse has dropped the
// session, the statement is run again in a new one.
func (c *client) ask(ctx context.Context, what, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return c.run(ctx, what, statement, true)
}

// run is query, or ask where the statement is small.
func (c *client) run(ctx context.Context, what, statement string, small bool) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		ctx, stop := c.live(ctx)
		defer stop()
		started, limits := time.Now(), &c.transport.limits
		for n := 0; ; n++ {
			p := c.start(ctx, statement, small, n > 0)
			broken := p.each(ctx, yield)
			err := p.end(ctx, broken)
			switch {
			case broken || err == nil:
				return
			case p.given == 0 && n < limits.reruns && p.mayPass(err) && time.Since(started) < limits.retryTotal &&
				sleep(ctx, limits.retryMin<<n) == nil:
				continue
			}
			yield(nil, p.error(what, err))
			return
		}
	}
}

// pull is the run of one statement that gives rows.
type pull struct {
	client  *client
	guard   *guard
	reused  bool // the session was kept from another statement; read after batches is closed
	cancel  context.CancelFunc
	batches chan arrow.RecordBatch
	done    chan struct{} // closed when the session is closed, or kept
	err     error         // of the run; read after batches is closed
	given   int           // batches to the caller
	rows    int64         // in them
}

// start begins to run a statement, in a session that was kept if it is small and not
// to have a fresh one. end must be called.
func (c *client) start(ctx context.Context, statement string, small, fresh bool) *pull {
	ctx, cancel := context.WithCancel(ctx)
	p := &pull{
		client: c, guard: newGuard(ctx, c.transport, true), cancel: cancel,
		batches: make(chan arrow.RecordBatch), done: make(chan struct{}),
	}
	err := c.beside(func() {
		defer close(p.done)
		s := c.session(small, fresh)
		s.begin(p.guard)
		p.reused = s.conn != nil
		defer func() { c.leave(ctx, s, p.err) }()
		p.err = s.read(ctx, statement, func(b arrow.RecordBatch) bool {
			select {
			case p.batches <- b:
				return true
			case <-ctx.Done():
				b.Release()
				return false
			}
		})
		close(p.batches)
	})
	if err != nil {
		p.err = err
		close(p.batches)
		close(p.done)
	}
	return p
}

// session returns the session of a statement.
func (c *client) session(small, fresh bool) *session {
	if small && !fresh {
		if s := c.kept.take(); s != nil {
			return s
		}
	}
	return newSession(c.config, small)
}

// leave closes the session of a statement that ended with err, or keeps it where it was
// small and ended well: its result was read to the end, the warehouse has ended it, and
// it cannot have been begun twice. Else something would stay open in the session.
func (c *client) leave(ctx context.Context, s *session, err error) {
	r := s.guard.result()
	if s.small && err == nil && ctx.Err() == nil && r.finished && !r.unheard && !r.unended {
		c.kept.put(s)
		return
	}
	s.close()
}

// each yields the batches, and reports whether the caller has had enough.
func (p *pull) each(ctx context.Context, yield func(arrow.RecordBatch, error) bool) bool {
	finished := false
	defer func() {
		if !finished {
			p.cancel() // yield panicked
		}
	}()
	for {
		select {
		case <-ctx.Done():
			finished = true
			return false
		case b, more := <-p.batches:
			if !more {
				finished = true
				return false
			}
			p.given++
			p.rows += b.NumRows()
			enough := !yield(b, nil)
			b.Release()
			if enough {
				finished = true
				return true
			}
		}
	}
}

// end waits for the end of the run and returns its error. It waits not much longer
// than ctx, and not for ever for a session that is hard to close.
func (p *pull) end(ctx context.Context, broken bool) error {
	limits := p.client.transport.limits
	wait := limits.settle
	if ctx.Err() != nil {
		wait = limits.grace
	}
	if broken || ctx.Err() != nil {
		p.cancel()
	}
	defer p.cancel()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
	}
	if err := ended(ctx); err != nil {
		return err
	}
	if broken {
		return nil
	}
	return p.err // batches is closed
}

// mayPass reports whether the statement may well succeed in a new session.
func (p *pull) mayPass(err error) bool { return transient(err) || isDropped(err) && p.reused }

// error says what the statement was about, and how far its result had come.
func (p *pull) error(what string, err error) error {
	err = p.client.redact.Error(err)
	r := p.guard.result()
	if p.given == 0 && r.declared == 0 {
		return fmt.Errorf("%s: %w", what, err)
	}
	expected := int64(-1)
	if r.finished {
		expected = r.declared
	}
	return &source.IncompleteError{Table: what, Received: p.rows, Expected: expected, Err: err}
}

// exec runs a statement that writes and returns how many rows it wrote, -1 where
// the warehouse does not say. The statement is sent once; one that isRepeatable is sent
// again where the server says that it is busy, which it may say of a statement that it
// has passed on. An error begins with what; one that leaves open whether the statement
// was carried out says so. When ctx ends the statement is cancelled.
func (c *client) exec(ctx context.Context, what, statement string) (int64, error) {
	ctx, stop := c.live(ctx)
	defer stop()
	call, cancel := context.WithCancel(ctx)
	defer cancel()
	g := newGuard(call, c.transport, false)
	g.twice = isRepeatable(statement)
	run, closed := make(chan error, 1), make(chan struct{})
	if err := c.beside(func() {
		defer close(closed)
		s := newSession(c.config, false)
		s.begin(g)
		defer s.close()
		run <- s.exec(call, statement)
	}); err != nil {
		return -1, fmt.Errorf("%s: %w", what, err)
	}
	var err error
	select {
	case err = <-run:
	case <-ctx.Done():
		cancel()
	}
	wait := c.transport.limits.settle
	if ctx.Err() != nil {
		wait = c.transport.limits.grace
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-closed:
	case <-timer.C:
	}
	if err == nil {
		err = ended(ctx)
	}
	if err == nil {
		return g.result().modified, nil
	}
	return -1, c.execError(ctx, what, err, g.result())
}

// execError says what a statement that failed was about, and whether it may have
// been carried out.
func (c *client) execError(ctx context.Context, what string, err error, r result) error {
	if why := ended(ctx); why != nil {
		err = why
	}
	err = c.redact.Error(err)
	var refused *StatementError
	var http *HTTPError
	notTaken := errors.As(err, &refused) || errors.As(err, &http) && http.Call == thrift.MethodExecute
	if !r.sent || notTaken && !r.unheard {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: whether the statement was carried out is not known: %w", what, err)
}

// repeatable finds statements that replace a table as one step.
var repeatable = regexp.MustCompile(`(?i)^\s*(CREATE\s+OR\s+REPLACE|INSERT\s+OVERWRITE)\s+TABLE\s`)

// isRepeatable reports whether a statement that is carried out twice, even side by
// side, leaves what it leaves once: it replaces a table of Delta by what a query gives,
// which does not read that table. A directory is none: files of both could stay.
func isRepeatable(statement string) bool { return repeatable.MatchString(statement) }
