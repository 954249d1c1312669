package clickhouse

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// closeBound is how long a process may take to end by itself.
const closeBound = 5 * time.Second

// worker is the process that runs statements. Its methods are safe for concurrent
// use.
type worker struct {
	cmd     *exec.Cmd
	bound   time.Duration // how long it may take to end by itself
	stderr  tail
	ready   chan struct{} // closed when it has said so
	lines   chan []byte   // to its standard input
	closing chan struct{} // closed by close
	done    chan struct{} // closed when the process has ended, after err is set
	err     error         // why it ended, never nil

	closeOnce sync.Once
	writing   sync.WaitGroup

	mu      sync.Mutex
	last    uint64
	pending map[uint64]chan answer // statements that somebody waits for
}

// startWorker starts a command that speaks the protocol of worker.py and waits
// until it is ready. The process outlives ctx, which is for the wait: it ends with
// close, by force where it has not within bound.
func startWorker(ctx context.Context, cmd *exec.Cmd, bound time.Duration) (*worker, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &worker{
		cmd: cmd, bound: bound, ready: make(chan struct{}), lines: make(chan []byte, 64),
		closing: make(chan struct{}), done: make(chan struct{}), pending: map[uint64]chan answer{},
	}
	cmd.Stderr = &w.stderr
	cmd.WaitDelay = bound // a grandchild must not keep standard error open
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the worker: %w", err)
	}
	w.writing.Go(func() { w.write(stdin) })
	go w.read(stdout)
	select {
	case <-w.ready:
		return w, nil
	case <-w.done:
		err = w.err
	case <-ctx.Done():
		err = ctx.Err()
		w.kill()
	}
	w.close()
	return nil, err
}

// write carries requests to the worker until it ends or is closed.
func (w *worker) write(stdin io.WriteCloser) {
	for {
		select {
		case line := <-w.lines:
			if _, err := stdin.Write(line); err != nil {
				w.kill() // it reads no more; whoever waits learns it from read
				return
			}
		case <-w.closing:
			_ = stdin.Close() // what the worker ends with; it may have ended
			return
		case <-w.done:
			return
		}
	}
}

// read hands answers to who waits for them until the worker ends.
func (w *worker) read(stdout io.Reader) {
	err := w.deliver(bufio.NewReaderSize(stdout, 1<<16))
	if !errors.Is(err, io.EOF) {
		w.kill() // out of step: nothing that it says can be believed any more
	}
	ended := w.cmd.Wait()
	switch {
	case !errors.Is(err, io.EOF):
		w.err = fmt.Errorf("the worker is ended: %w%s", err, w.stderr.after())
	case ended != nil:
		w.err = fmt.Errorf("the worker has ended: %w%s", ended, w.stderr.after())
	default:
		w.err = fmt.Errorf("the worker has ended%s", w.stderr.after())
	}
	close(w.done)
}

// deliver reads answers up to an error, which is io.EOF at their regular end.
func (w *worker) deliver(r *bufio.Reader) error {
	if _, err := readAnswer(r); err != nil {
		return err
	}
	close(w.ready)
	for {
		a, err := readAnswer(r)
		if err != nil {
			return err
		}
		w.mu.Lock()
		waiting := w.pending[a.ID]
		delete(w.pending, a.ID)
		w.mu.Unlock()
		if waiting != nil { // nil: its context has ended, and the answer is stale
			waiting <- a
		}
	}
}

// run runs a statement and returns its result in a format of ClickHouse, and the
// time that it took inside the worker. Where ctx ends first, its error is
// returned at once, and the worker told to end the statement.
func (w *worker) run(ctx context.Context, sql, format string) ([]byte, time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	id, waiting := w.expect()
	defer w.forget(id)
	line, err := request{ID: id, SQL: sql, Format: format}.encode()
	if err != nil {
		return nil, 0, err
	}
	select {
	case w.lines <- line:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	case <-w.closing:
		return nil, 0, errClosed
	case <-w.done:
		return nil, 0, w.err
	}
	select {
	case a := <-waiting:
		if a.Error != "" {
			return nil, 0, errors.New(a.Error)
		}
		return a.data, time.Duration(a.Nanos), nil
	case <-ctx.Done():
		w.cancel(id)
		return nil, 0, ctx.Err()
	case <-w.closing:
		return nil, 0, errClosed
	case <-w.done:
		return nil, 0, w.err
	}
}

// errClosed is what calls return once close has been called.
var errClosed = errors.New("the engine is closed")

// expect returns a new statement's number and where its answer will come.
func (w *worker) expect() (uint64, chan answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	waiting := make(chan answer, 1) // deliver never waits for who has left
	w.pending[w.last] = waiting
	return w.last, waiting
}

// forget drops the answer of a statement, if there is none yet.
func (w *worker) forget(id uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.pending, id)
}

// cancel tells the worker to end a statement. It does not wait: where the worker
// takes nothing more at the moment, the statement runs to its end.
func (w *worker) cancel(id uint64) {
	line, err := request{Cancel: id}.encode()
	if err != nil {
		return
	}
	select {
	case w.lines <- line:
	default:
	}
}

// kill ends the process now. It may have ended before.
func (w *worker) kill() { _ = w.cmd.Process.Kill() }

// close ends the worker: by the end of its standard input, and by force where it
// is still there after a while. Pending and later calls return an error.
func (w *worker) close() {
	w.closeOnce.Do(func() { close(w.closing) })
	patience := time.NewTimer(w.bound)
	defer patience.Stop()
	select {
	case <-w.done:
	case <-patience.C:
		w.kill()
		<-w.done
	}
	w.writing.Wait()
}
