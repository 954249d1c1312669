package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"github.com/rollcall-db/rollcall/engine/store"
)

const (
	databaseName = "studio.db"
	secretsName  = "secrets.json"
	// formatNumber is the number of the form of the database and of its values.
	formatNumber = 1
	// defaultLockTimeout is how long Open waits for a process that is ending.
	defaultLockTimeout = time.Second
)

// The buckets. Numbers are 8 bytes, the greatest first; parts of keys are joined
// with a NUL, which no name has.
const (
	metaBucket       = "meta"             // "format": number
	connectionBucket = "connections"      // name: connectionRecord
	parentBucket     = "parents"          // name: number of the current version
	parentVersions   = "parent_versions"  // name NUL version: Parent
	folderBucket     = "folders"          // folder ever given: nothing
	pathBucket       = "segment_paths"    // parent NUL path: id
	deletedBucket    = "segments_deleted" // parent NUL id: nothing
	segmentVersions  = "segment_versions" // id version: Segment; its sequence gives ids
	jobBucket        = "jobs"             // id: Job; its sequence gives ids
	jobIndex         = "jobs_of_parent"   // parent NUL id: kind, space, state
	prunedBucket     = "jobs_pruned"      // parent: number of jobs
)

var buckets = []string{
	metaBucket, connectionBucket, parentBucket, parentVersions, folderBucket, pathBucket, deletedBucket,
	segmentVersions, jobBucket, jobIndex, prunedBucket,
}

// Options of a registry. The zero value is right outside tests.
type Options struct {
	Now         func() time.Time                         // the clock; nil: the machine's
	LookupEnv   func(name string) (text string, ok bool) // the environment; nil: the process's
	LockTimeout time.Duration                            // how long to wait for another process; 0: a second
}

// Registry is an open registry. It is safe for concurrent use: changes take turns,
// readers see what was there when they started.
type Registry struct {
	dir     string
	db      *bolt.DB
	file    *os.File // of db
	now     func() time.Time
	env     func(string) (string, bool)
	secrets *vault

	mu     sync.RWMutex // held for reading by every call
	closed bool

	damage damaged
}

// damaged remembers that the database cannot be used any more.
type damaged struct {
	mu  sync.Mutex
	err *DamageError
}

func (d *damaged) set(err *DamageError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

func (d *damaged) get() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		return nil
	}
	return d.err
}

// Open opens the registry in a folder and makes folder and files where there are
// none. It checks the pages and the values of the whole database. One that another
// process has open is a *[LockedError], a file that is not as it was written a
// *[DamageError].
func Open(ctx context.Context, dir string, options Options) (*Registry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &Registry{dir: dir, now: options.Now, env: options.LookupEnv}
	if r.now == nil {
		r.now = time.Now
	}
	if r.env == nil {
		r.env = os.LookupEnv
	}
	timeout := options.LockTimeout
	if timeout <= 0 {
		timeout = defaultLockTimeout
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	if err := r.open(ctx, timeout); err != nil {
		return nil, errors.Join(err, r.letGo())
	}
	return r, nil
}

func (r *Registry) open(ctx context.Context, timeout time.Duration) error {
	path := filepath.Join(r.dir, databaseName)
	if err := create(path, timeout); err != nil {
		return err
	}
	if err := guard(path, func() error { return r.openDatabase(path, timeout) }); err != nil {
		return err
	}
	if err := r.view(ctx, checkDatabase); err != nil {
		return err
	}
	var err error
	if r.secrets, err = openVault(filepath.Join(r.dir, secretsName)); err != nil {
		return err
	}
	return r.sweepSecrets(ctx)
}

// openDatabase opens the file, which is there.
func (r *Registry) openDatabase(path string, timeout time.Duration) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("registry: %w", err)
	case info.Size() == 0: // bbolt would make a new one of it
		return &DamageError{path, "it is empty, expected a database"}
	}
	r.db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout: timeout,
		OpenFile: func(path string, flag int, mode os.FileMode) (*os.File, error) {
			file, err := os.OpenFile(path, flag&^os.O_CREATE, mode)
			r.file = file
			return file, err
		},
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return &LockedError{Dir: r.dir}
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return &DamageError{path, "it is no database of rollcall serve: " + err.Error()}
	case err != nil:
		return fmt.Errorf("registry: open %s: %w", path, err)
	}
	return checkMetas(r.file, r.db.Info().PageSize, path)
}

// create makes a database where there is none. It is made beside and linked into
// place, so that it is there with all its buckets or not at all; where another
// process is faster, its database stays.
func create(path string, timeout time.Duration) (err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // what else is wrong shows when it is opened
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+databaseName+"-*.tmp")
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(temp.Name())) }()
	if err := temp.Close(); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	db, err := bolt.Open(temp.Name(), 0o600, &bolt.Options{Timeout: timeout})
	if err != nil {
		return fmt.Errorf("registry: create %s: %w", path, err)
	}
	err = errors.Join(db.Update(makeBuckets), db.Close())
	if err == nil {
		if err = os.Link(temp.Name(), path); errors.Is(err, fs.ErrExist) {
			return nil
		}
	}
	if err = errors.Join(err, store.OS.SyncDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("registry: create %s: %w", path, err)
	}
	return nil
}

func makeBuckets(tx *bolt.Tx) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return put(tx, metaBucket, []byte("format"), formatNumber)
}

// Close lets go of the files. It waits for calls that are under way; later ones
// return [ErrClosed]. Closing twice does nothing.
func (r *Registry) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	return r.letGo()
}

// letGo closes the database. After a panic in it a lock of its own may be held for
// ever, and its mapping stays, which would keep the lock on the file.
func (r *Registry) letGo() error {
	switch {
	case r.file == nil:
		return nil
	case r.db != nil && r.damage.get() == nil:
		return r.db.Close()
	}
	err := unix.Flock(int(r.file.Fd()), unix.LOCK_UN)
	if err = errors.Join(err, r.file.Close()); errors.Is(err, os.ErrClosed) || errors.Is(err, unix.EBADF) {
		return nil // bbolt has closed it
	}
	return err
}

// view runs f in a transaction that reads.
func (r *Registry) view(ctx context.Context, f func(*bolt.Tx) error) error {
	return r.run(ctx, func() error { return r.db.View(f) })
}

// update runs f in a transaction that is on disk when update returns nil, and has
// no effect otherwise.
func (r *Registry) update(ctx context.Context, f func(*bolt.Tx) error) error {
	return r.run(ctx, func() error {
		return r.db.Update(func(tx *bolt.Tx) error {
			if err := ctx.Err(); err != nil {
				return err // while it waited for its turn
			}
			return f(tx)
		})
	})
}

func (r *Registry) run(ctx context.Context, transaction func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return ErrClosed
	}
	if err := r.damage.get(); err != nil {
		return err
	}
	err := guard(r.db.Path(), transaction)
	if damage := (*DamageError)(nil); errors.As(err, &damage) {
		r.damage.set(damage)
	}
	return err
}

// guard makes an error of what bbolt does where the file is not as it was written:
// it panics, or reads behind the end of the file, which is a fault.
func guard(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &DamageError{path, fmt.Sprintf("it is damaged: %v", p)}
		}
	}()
	return f()
}

// stamp is now, by somebody.
func (r *Registry) stamp(by string) Stamp { return Stamp{At: r.now().UTC(), By: by} }

// Stamp is when something was done, and by whom.
type Stamp struct {
	At time.Time `json:"at"` // UTC
	By string    `json:"by"` // as the caller names them
}
