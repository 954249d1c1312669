package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/engine/store"
)

// MaxFileBytes is the size at which a file of the log is followed by another, in
// bytes. A file is longer by the entries that were written at once.
const MaxFileBytes = 16 << 20

// Log is an open log. It is safe for concurrent use. No other [Log], of any
// process, has the same folder open.
type Log struct {
	dir  string
	now  func() time.Time
	max  int64 // MaxFileBytes, less in tests
	lock io.Closer
	salt []byte
	torn *Torn

	state  sync.Mutex // guards what follows; held for moments
	batch  *batch     // events that wait for the next write
	ends   ends       // what is on disk
	closed bool

	writing sync.Mutex // held while writing; guards what follows
	file    *os.File   // nil: the next entry starts one
	failed  error      // of a sync: nobody knows what is on disk
	sync    func(*os.File) error
}

// ends is how far a log goes.
type ends struct {
	head Head
	last logFile // its path is empty where there is no file
	size int64   // of the last file
}

// batch is events that are written together. The caller that writes it sets done
// and err before it lets go of Log.writing.
type batch struct {
	events []Event
	times  []time.Time
	first  uint64 // number of the first event
	done   bool
	err    error
}

// Append logs an event and returns its number. When it returns without an error
// the entry is on disk. Callers that come while another one waits for the disk
// share the next write. An event that is not fit for the log is an *[EventError].
//
// After any other error the entry may be in the log or not. Where a sync failed,
// what is on disk is not known any more, and the log takes no entry until it is
// opened again. Once an event is taken, Append waits for the disk whatever becomes
// of ctx.
func (l *Log) Append(ctx context.Context, event Event) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := event.check(); err != nil {
		return 0, err
	}
	b, place, err := l.join(event)
	if err != nil {
		return 0, err
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	if !b.done {
		l.write(b)
	}
	if b.err != nil {
		return 0, b.err
	}
	return b.first + uint64(place), nil
}

// join puts an event into the batch that is written next.
func (l *Log) join(event Event) (b *batch, place int, err error) {
	l.state.Lock()
	defer l.state.Unlock()
	if l.closed {
		return nil, 0, ErrClosed
	}
	if l.batch == nil {
		l.batch = &batch{}
	}
	l.batch.events = append(l.batch.events, event)
	l.batch.times = append(l.batch.times, l.now().UTC())
	return l.batch, len(l.batch.events) - 1, nil
}

// write writes a batch, to which nobody can be added from then on.
func (l *Log) write(b *batch) {
	l.state.Lock()
	l.batch = nil
	at := l.ends
	l.state.Unlock()
	b.done, b.first = true, at.head.Seq+1
	if b.err = l.failed; b.err != nil {
		return
	}
	head := at.head
	data, err := b.encode(&head)
	if err == nil {
		err = l.store(&at, data, b.times[0])
	}
	if err == nil {
		at.head = head
	} else {
		b.err = fmt.Errorf("audit: write an entry: %w", err)
	}
	l.state.Lock()
	l.ends = at // after an error it may be a new file, as yet empty
	l.state.Unlock()
}

// encode returns the lines of a batch, and moves head along.
func (b *batch) encode(head *Head) ([]byte, error) {
	var data []byte
	for i, event := range b.events {
		e := Entry{Format: entryFormat, Seq: head.Seq + 1, Time: b.times[i], Event: event, Previous: head.Hash}
		line, err := e.encode()
		if err != nil {
			return nil, err
		}
		if problem := head.follow(e, line); problem != "" {
			return nil, errors.New(problem)
		}
		data = append(append(data, line...), '\n')
	}
	return data, nil
}

// store appends data to the last file, or to a new one where that is full or of
// another day, and syncs it. at moves along.
func (l *Log) store(at *ends, data []byte, now time.Time) error {
	next := newFile(l.dir, at.head.Seq+1, now)
	full := at.size > 0 && (at.size >= l.max || at.last.day != next.day)
	if l.file == nil || full {
		if err := l.create(next); err != nil {
			return err
		}
		at.last, at.size = next, 0
	}
	if _, err := l.file.WriteAt(data, at.size); err != nil {
		// What has been written of it must not stay in front of the next entry.
		if cut := l.file.Truncate(at.size); cut != nil {
			l.failed = fmt.Errorf("audit: the log takes no entries since a write failed: %w", err)
		}
		return err
	}
	if err := l.sync(l.file); err != nil {
		l.failed = fmt.Errorf("audit: the log takes no entries since a sync failed: %w", err)
		return err
	}
	at.size += int64(len(data))
	return nil
}

// create starts a file. One of that name is there only where an entry that was to
// be its first failed; it is empty then.
func (l *Log) create(f logFile) error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Truncate(0), store.OS.SyncDir(l.dir)); err != nil {
		return errors.Join(err, file.Close())
	}
	old := l.file
	l.file = file
	if old != nil {
		return old.Close()
	}
	return nil
}

// Head returns the last entry that is on disk.
func (l *Log) Head() Head { return l.reach().head }

func (l *Log) reach() ends {
	l.state.Lock()
	defer l.state.Unlock()
	return l.ends
}

// Torn says what Open cut off the log, nil for nothing.
func (l *Log) Torn() *Torn { return l.torn }

// Close waits for entries that are being written and lets go of the folder. Nothing
// may be appended, read or verified afterwards. Closing twice does nothing.
func (l *Log) Close() error {
	l.state.Lock()
	was := l.closed
	l.closed = true
	l.state.Unlock()
	if was {
		return nil
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	if b := l.pending(); b != nil {
		l.write(b) // its callers wait for writing and find it done
	}
	var err error
	if l.file != nil {
		err = l.file.Close()
	}
	return errors.Join(err, l.lock.Close())
}

func (l *Log) pending() *batch {
	l.state.Lock()
	defer l.state.Unlock()
	return l.batch
}
