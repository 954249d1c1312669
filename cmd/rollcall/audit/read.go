package audit

import (
	"context"
	"errors"
	"iter"
	"os"
	"strings"
	"time"
)

// Filter says which entries are read. What is zero lets all of them pass.
type Filter struct {
	After    uint64    // entries with greater numbers
	From, To time.Time // logged at From or later, and before To
	Token    string    // of the actor, by id
	Action   string    // an action, or the start of some up to a point: "segment" has "segment.update"
	Object   string    // an object, or the start of some up to a slash
	Customer string    // [Log.CustomerHash]
	Outcome  Outcome
}

func (f Filter) passes(e Entry) bool {
	return e.Seq > f.After &&
		(f.From.IsZero() || !e.Time.Before(f.From)) && (f.To.IsZero() || e.Time.Before(f.To)) &&
		(f.Token == "" || f.Token == e.Actor.Token) &&
		leads(f.Action, e.Action, ".") && leads(f.Object, e.Object, "/") &&
		(f.Customer == "" || f.Customer == e.Customer) &&
		(f.Outcome == "" || f.Outcome == e.Outcome)
}

// leads reports whether text is the one asked for or lies below it.
func leads(asked, text, separator string) bool {
	return asked == "" || text == asked || strings.HasPrefix(text, asked+separator)
}

// errEnough ends a walk that nobody wants to go on.
var errEnough = errors.New("audit: enough")

// Read streams the entries that pass a filter, oldest first, as far as they are on
// disk when it starts: memory does not depend on their number. Every entry that
// it passes over is checked, with those before it in the same file. An error ends
// it: it comes with an empty entry, and is a *[DamageError] where a file is not as
// it was written.
func (l *Log) Read(ctx context.Context, filter Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		_, _, err := l.walk(ctx, filter.After, func(e Entry) error {
			if filter.passes(e) && !yield(e, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(Entry{}, err)
		}
	}
}

// Report is what Verify has found in order.
type Report struct {
	Files   int    `json:"files"`
	Entries uint64 `json:"entries"`
	Head    Head   `json:"head"` // all entries hang on its hash
}

// Verify reads all entries that are on disk when it starts and checks every line,
// that no number is missing, and that every entry carries the SHA-256 of the one
// before it. The first thing that is wrong is a *[DamageError].
func (l *Log) Verify(ctx context.Context) (Report, error) {
	head, files, err := l.walk(ctx, 0, func(Entry) error { return nil })
	if err != nil {
		return Report{}, err
	}
	return Report{Files: files, Entries: head.Seq, Head: head}, nil
}

// walk gives visit all entries from the file on that has the one behind after. It
// returns the last and the number of files.
func (l *Log) walk(ctx context.Context, after uint64, visit func(Entry) error) (head Head, count int, err error) {
	l.state.Lock()
	to, closed := l.ends, l.closed
	l.state.Unlock()
	if closed {
		return Head{}, 0, ErrClosed
	}
	files, err := listFiles(l.dir)
	if err != nil {
		return Head{}, 0, err
	}
	head = start
	for len(files) > 1 && files[1].first <= min(after, to.last.first) {
		head = unknownAfter(files[1].first)
		files = files[1:]
	}
	for _, f := range files {
		if f.first > to.last.first || to.last.path == "" {
			break // made since
		}
		if err := f.walkTo(ctx, to, &head, visit); err != nil {
			return Head{}, 0, err
		}
		count++
	}
	if head.Seq != to.head.Seq || head.Hash != "" && head.Hash != to.head.Hash {
		return Head{}, 0, to.last.damage(0, "the log ends before its last entry: the file, or one before it, was cut off or is missing")
	}
	return head, count, nil
}

// walkTo reads a file, the last one as far as it is on disk.
func (f logFile) walkTo(ctx context.Context, to ends, head *Head, visit func(Entry) error) error {
	if err := f.startsAfter(*head); err != nil {
		return err
	}
	size := to.size
	if f.first != to.last.first {
		info, err := os.Stat(f.path)
		if err != nil {
			return err
		}
		size = info.Size()
	}
	found, err := f.walk(ctx, size, head, visit)
	if err == nil && found.torn > 0 {
		return f.unfinished(found)
	}
	return err
}
