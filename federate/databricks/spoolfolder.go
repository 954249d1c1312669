package databricks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/cespare/xxhash/v2"
)

// pullFolder is the folder of one pull in the spool. It is locked once a part is
// put into it or taken out. It is safe for concurrent use until leave.
type pullFolder struct {
	spool spool
	key   spoolKey

	mu     sync.Mutex
	path   string
	shared bool     // a later pull may take up its parts
	lock   *os.File // nil: not locked yet
	kept   map[int]string
	read   []string // paths of parts that were read, the first one first
	sizes  []int64  // of these, in bytes
	bytes  int64    // of all of them
}

// folder returns the folder of a pull, with the parts of an earlier one of the same
// key, where there is one that nobody is at work on. shared is false where parts of
// equal keys need not be equal. Nothing is created yet.
func (s spool) folder(key spoolKey, shared bool) *pullFolder {
	return &pullFolder{spool: s, key: key, path: filepath.Join(s.root, pullPrefix+key.String()), shared: shared}
}

// enter makes and locks the folder. Where another pull is at work on it, or must
// not take up its parts later, it makes one under another name.
func (f *pullFolder) enter() error {
	if f.lock != nil {
		return nil
	}
	if err := f.spool.prepare(); err != nil {
		return err
	}
	if f.shared {
		lock, err := lockFolder(f.path)
		if err == nil {
			f.lock = lock
			f.spool.supersede(f.key)
			return f.look()
		}
		if !errors.Is(err, errInUse) {
			return &spoolError{f.path, err}
		}
	}
	f.shared = false
	path, err := os.MkdirTemp(f.spool.root, pullPrefix)
	if err != nil {
		return &spoolError{f.spool.root, err}
	}
	f.path = path
	if f.lock, err = lockFolder(path); err != nil {
		return &spoolError{path, err}
	}
	return nil
}

// look finds the parts that an earlier pull has left, and removes those that are too
// old and what it left undone.
func (f *pullFolder) look() error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return &spoolError{f.path, err}
	}
	f.kept = map[int]string{}
	for _, entry := range entries {
		if entry.Name() == lockName {
			continue
		}
		path := filepath.Join(f.path, entry.Name())
		name, ok := parsePartName(entry.Name())
		if info, err := entry.Info(); ok && err == nil && time.Since(info.ModTime()).Abs() < maxAge {
			f.kept[name.part] = path
		} else if err := os.Remove(path); err != nil {
			return &spoolError{path, err}
		}
	}
	return nil
}

// take returns part i where an earlier pull has left it whole, with so many rows;
// else nil. One goroutine at a time asks for the same part.
func (f *pullFolder) take(ctx context.Context, i int, rows int64) (*heldPart, error) {
	path, ok := f.claim(i)
	if !ok {
		return nil, nil
	}
	sum, err := hashFile(ctx, path)
	if ctx.Err() != nil {
		return nil, ctx.Err() // the part may well be good
	}
	name, _ := parsePartName(filepath.Base(path))
	if err != nil || sum != name.sum || name.rows != rows {
		_ = os.Remove(path) // the part is fetched again, under another name
		return nil, nil
	}
	return &heldPart{rows: rows, path: path}, nil
}

// claim returns the path of part i where an earlier pull has left one. Nobody else
// is given it then.
func (f *pullFolder) claim(i int) (path string, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lock == nil {
		if !f.shared {
			return "", false
		}
		if _, err := os.Lstat(f.path); err != nil {
			return "", false
		}
		if err := f.enter(); err != nil {
			return "", false // creating a part says why
		}
	}
	path, ok = f.kept[i]
	delete(f.kept, i)
	return path, ok
}

// wasRead is told of a part whose rows were all given. It stays for a later pull that
// begins anew, where there may be one, as long as such parts are within the limit of
// the spool; the first ones go.
func (f *pullFolder) wasRead(part *heldPart) {
	if part.path == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Lstat(part.path)
	if err != nil {
		return // there is nothing to remove
	}
	f.read = append(f.read, part.path)
	f.sizes = append(f.sizes, info.Size())
	f.bytes += info.Size()
	for len(f.read) > 0 && (f.bytes > f.spool.limit || !f.shared) {
		_ = os.Remove(f.read[0]) // what cannot be removed goes with the folder
		f.bytes -= f.sizes[0]
		f.read, f.sizes = f.read[1:], f.sizes[1:]
	}
}

// create starts the file of part i.
func (f *pullFolder) create(i int, schema *arrow.Schema) (*partFile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.enter(); err != nil {
		return nil, err
	}
	return f.spool.newPartFile(f.path, i, schema)
}

// leave ends the pull, which ended with err. The parts stay where a later pull may
// take them up, which is not so when all is done, or the disk is full.
func (f *pullFolder) leave(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lock == nil {
		return
	}
	var disk *spoolError
	if err == nil || !f.shared || errors.As(err, &disk) || f.isEmpty() {
		removeLocked(f.lock)
	} else {
		_ = f.lock.Close() // nothing was written
	}
	f.lock = nil
}

// isEmpty reports whether there is no part.
func (f *pullFolder) isEmpty() bool {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if _, ok := parsePartName(entry.Name()); ok {
			return false
		}
	}
	return true
}

// partName is what the name of a part's file tells.
type partName struct {
	part int
	rows int64
	sum  uint64 // XXH64 of the file
}

const partEnding = ".arrow"

func (n partName) String() string {
	return fmt.Sprintf("part-%05d-%d-%016x%s", n.part, n.rows, n.sum, partEnding)
}

// parsePartName is the inverse of String; ok is false for other names.
func parsePartName(name string) (n partName, ok bool) {
	if !strings.HasSuffix(name, partEnding) {
		return n, false
	}
	if _, err := fmt.Sscanf(name, "part-%05d-%d-%016x.arrow", &n.part, &n.rows, &n.sum); err != nil {
		return n, false
	}
	return n, n.String() == name
}

// hashBytes is how much of a file is hashed between two looks at the context.
const hashBytes = 1 << 20

// hashFile returns the XXH64 of a file.
func hashFile(ctx context.Context, path string) (sum uint64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := xxhash.New()
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if _, err := io.CopyN(hash, file, hashBytes); errors.Is(err, io.EOF) {
			return hash.Sum64(), nil
		} else if err != nil {
			return 0, err
		}
	}
}
