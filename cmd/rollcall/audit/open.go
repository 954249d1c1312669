package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/rollcall-db/rollcall/engine/store"
)

// Options of a log. The zero value is right outside tests.
type Options struct {
	Now func() time.Time // the clock; nil: the machine's
}

// Torn is the end of a line that a crash left unfinished, and that was cut off.
type Torn struct {
	File  string // path of the file of the log
	Line  int    // from 1
	Bytes int64
	Side  string // path of the file that has the bytes now
}

// String says what was cut off.
func (t Torn) String() string {
	return fmt.Sprintf("%s:%d: an unfinished line of %d bytes was moved to %s: the entry was being written when the process or the machine stopped", t.File, t.Line, t.Bytes, t.Side)
}

// Open opens the log in DIR/audit and makes it where there is none: a folder that
// its owner alone can read. It reads the last two files whole and checks their
// chain; [Log.Verify] checks all. An unfinished last line is moved to a file
// beside, see [Log.Torn]. A folder that is in use is a *[LockedError], a file that
// is not as it was written a *[DamageError].
func Open(ctx context.Context, dir string, options Options) (l *Log, err error) {
	dir = filepath.Join(dir, "audit")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	lock, err := store.OS.Lock(filepath.Join(dir, "lock"))
	if held := (*store.LockedError)(nil); errors.As(err, &held) {
		return nil, &LockedError{Dir: dir}
	}
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	l = &Log{dir: dir, now: options.Now, max: MaxFileBytes, lock: lock, sync: (*os.File).Sync}
	if l.now == nil {
		l.now = time.Now
	}
	if l.salt, err = loadSalt(dir); err != nil {
		return nil, err
	}
	if err := l.load(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// load finds the end of the log.
func (l *Log) load(ctx context.Context) error {
	files, err := listFiles(l.dir)
	if err != nil {
		return err
	}
	head := start
	if len(files) > 2 {
		files = files[len(files)-2:]
		head = unknownAfter(files[0].first)
	}
	l.ends.head = head
	for i, f := range files {
		found, err := f.check(ctx, &l.ends.head)
		if err != nil {
			return err
		}
		if found.torn > 0 && i < len(files)-1 {
			return f.unfinished(found)
		}
		if found.torn > 0 {
			if l.torn, err = cut(f, found); err != nil {
				return fmt.Errorf("audit: %s: cut off an unfinished line: %w", f.path, err)
			}
		}
		l.ends.last, l.ends.size = f, found.bytes
	}
	if len(files) == 0 {
		return nil
	}
	if l.file, err = os.OpenFile(l.ends.last.path, os.O_RDWR, 0); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// check reads a file to its end and checks its entries.
func (f logFile) check(ctx context.Context, head *Head) (scanned, error) {
	if err := f.startsAfter(*head); err != nil {
		return scanned{}, err
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return scanned{}, fmt.Errorf("audit: %w", err)
	}
	return f.walk(ctx, info.Size(), head, func(Entry) error { return nil })
}

// unfinished is the error about a line without an end where others follow.
func (f logFile) unfinished(found scanned) error {
	return f.damage(found.lines+1, fmt.Sprintf("no line break at the end of the file, after %d bytes, though entries follow in another file", found.torn))
}

// cut moves the unfinished line at the end of a file to another beside it. Should
// that be cut short, the line is still there and is moved again.
func cut(f logFile, found scanned) (_ *Torn, err error) {
	file, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	side, err := createBeside(f.path + ".torn-")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(side, io.NewSectionReader(file, found.bytes, found.torn))
	if err = errors.Join(err, side.Sync(), side.Close(), store.OS.SyncDir(filepath.Dir(f.path))); err != nil {
		return nil, err
	}
	if err := errors.Join(file.Truncate(found.bytes), file.Sync()); err != nil {
		return nil, err
	}
	return &Torn{File: f.path, Line: found.lines + 1, Bytes: found.torn, Side: side.Name()}, nil
}

// createBeside makes a file of a name that no file has: the prefix with a number.
func createBeside(prefix string) (*os.File, error) {
	for i := 1; ; i++ {
		file, err := os.OpenFile(fmt.Sprint(prefix, i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
}
