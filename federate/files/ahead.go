package files

import (
	"context"
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
)

const (
	// taskRows is the fewest rows that are worth a goroutine, but for what is left.
	taskRows = 4 * batchRows
	// maxReaders is how many goroutines read a table at a time at most.
	maxReaders = 4
	// maxAheadBytes is how much of Arrow data a goroutine holds that nobody has taken
	// yet: it stops once it holds more.
	maxAheadBytes = 32 << 20
)

// span is row groups [lo, hi) of a part.
type span struct{ part, lo, hi int }

// tasks divides the chosen parts, in order, into pieces that are read side by side.
func (t *table) tasks() [][]span {
	var tasks [][]span
	var task []span
	rows := int64(0)
	for _, part := range t.chosen {
		groups := t.data.groups(part)
		lo := 0
		for i, n := range groups {
			if rows += n; rows < t.source.taskRows && i < len(groups)-1 {
				continue
			}
			task = append(task, span{part, lo, i + 1})
			if lo = i + 1; rows >= t.source.taskRows {
				tasks, task, rows = append(tasks, task), nil, 0
			}
		}
		if len(groups) == 0 { // opening it may fail
			task = append(task, span{part, 0, 0})
		}
	}
	if len(task) > 0 {
		tasks = append(tasks, task)
	}
	return tasks
}

// ahead is the batches of a task that are read and that nobody has taken yet.
type ahead struct {
	mu      sync.Mutex
	changed sync.Cond
	batches []arrow.RecordBatch
	bytes   uint64
	stopped bool // nobody takes any more
	done    bool // no more come
	err     error
}

func newAhead() *ahead {
	a := &ahead{}
	a.changed.L = &a.mu
	return a
}

// put adds a batch, which it keeps, once there is room; it returns false where
// nobody takes it.
func (a *ahead) put(b arrow.RecordBatch) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.bytes > maxAheadBytes && !a.stopped {
		a.changed.Wait()
	}
	if a.stopped {
		return false
	}
	b.Retain()
	a.batches = append(a.batches, b)
	a.bytes += sizeOf(b)
	a.changed.Broadcast()
	return true
}

// sizeOf returns the bytes of a batch.
func sizeOf(b arrow.RecordBatch) uint64 {
	n := uint64(0)
	for _, c := range b.Columns() {
		n += c.Data().SizeInBytes()
	}
	return n
}

// take returns the next batch, which the caller releases; nil and the error, if
// any, after the last.
func (a *ahead) take() (arrow.RecordBatch, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.batches) == 0 && !a.done {
		a.changed.Wait()
	}
	if len(a.batches) == 0 {
		return nil, a.err
	}
	b := a.batches[0]
	a.batches = a.batches[1:]
	a.bytes -= sizeOf(b)
	a.changed.Broadcast()
	return b, nil
}

// finish says that no more batches come.
func (a *ahead) finish(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done, a.err = true, err
	a.changed.Broadcast()
}

// stop lets go of what is there, and of what may come.
func (a *ahead) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	for _, b := range a.batches {
		b.Release()
	}
	a.batches = nil
	a.changed.Broadcast()
}

// scanAhead reads tasks side by side, and yields their batches in order: they, and
// the error, are those that reading one task after the other would give. No
// goroutine is left when it returns.
func (t *table) scanAhead(ctx context.Context, columns []string, tasks [][]span, yield func(arrow.RecordBatch) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	var begun []*ahead
	defer func() {
		cancel()
		for _, a := range begun {
			a.stop()
		}
		running.Wait()
	}()
	readers := min(runtime.GOMAXPROCS(0), maxReaders)
	for next := range tasks {
		for len(begun) < min(readers, len(tasks)-next) {
			a := newAhead()
			task := tasks[next+len(begun)]
			begun = append(begun, a)
			running.Go(func() { a.finish(t.readTask(ctx, columns, task, a)) })
		}
		if err := t.drain(ctx, begun[0], yield); err != nil {
			return err
		}
		begun = begun[1:]
	}
	return nil
}

// readTask puts the batches of a task into a.
func (t *table) readTask(ctx context.Context, columns []string, task []span, a *ahead) error {
	return recovered(func() error {
		s, err := newScan(t, columns)
		if err != nil {
			return err
		}
		defer s.release()
		return s.run(ctx, task, a.put)
	})
}

// drain yields all batches of a task.
func (t *table) drain(ctx context.Context, a *ahead, yield func(arrow.RecordBatch) bool) error {
	for {
		b, err := a.take()
		if b == nil {
			return err
		}
		if err = t.source.check(ctx); err == nil && !yield(b) {
			err = errStopped
		}
		b.Release()
		if err != nil {
			return err
		}
	}
}

// scanOne reads one task in the caller's goroutine.
func (t *table) scanOne(ctx context.Context, columns []string, task []span, yield func(arrow.RecordBatch) bool) error {
	s, err := newScan(t, columns)
	if err != nil {
		return err
	}
	defer s.release()
	return s.run(ctx, task, yield)
}
