package databricks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// spool is the folder in which parts of tables lie from when they were fetched
// until the whole table was read, so that a pull that was interrupted goes on with
// the parts that it lacks. Each pull has a folder of its own there, which it locks.
type spool struct {
	root  string
	limit int64                    // bytes of parts that a pull has read and that stay for a later one
	disk  func(*os.File) io.Writer // writes a part; nil: the file itself. Tests have smaller disks.
}

const (
	pullPrefix = "pull-"        // of the folder of a pull, before its key
	lockName   = "lock"         // in the folder of a pull
	maxAge     = 24 * time.Hour // after which what a pull has left is not taken up, and removed
	keptBytes  = 16_000_000_000 // limit of a spool, unless it is told
	ownerOnly  = fs.FileMode(0o700)
	ownerReads = fs.FileMode(0o600)
)

// newSpool returns the spool in a folder; empty: in the system's folder of
// temporary files. limit is how many bytes of parts that were read are kept; 0: as
// many as is usual. Nothing is created yet.
func newSpool(dir string, limit int64) spool {
	if dir == "" {
		dir = os.TempDir()
	}
	if limit == 0 {
		limit = keptBytes
	}
	return spool{root: filepath.Join(dir, "rollcall-"+strconv.Itoa(os.Getuid())), limit: limit}
}

// spoolError says that the spool could not be used, so that a part was not kept.
type spoolError struct {
	path string
	err  error
}

// Error names the path, and what to do where there is no room.
func (e *spoolError) Error() string {
	var path *fs.PathError
	err := e.err
	if errors.As(err, &path) {
		err = path.Err // which says no other path
	}
	s := fmt.Sprintf("spool %s: %v", e.path, err)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		s += "; the option spool=FOLDER names one with more room, spool-limit=SIZE keeps less there"
	}
	return s
}

// Unwrap returns the cause.
func (e *spoolError) Unwrap() error { return e.err }

// prepare makes the folder where it is not there, and refuses one that others may
// look into or have put there.
func (s spool) prepare() error {
	if err := os.MkdirAll(filepath.Dir(s.root), ownerOnly); err != nil {
		return &spoolError{s.root, err}
	}
	if err := os.Mkdir(s.root, ownerOnly); err != nil && !errors.Is(err, fs.ErrExist) {
		return &spoolError{s.root, err}
	}
	return s.check()
}

// check refuses a folder that is not there, or not this user's alone.
func (s spool) check() error {
	info, err := os.Lstat(s.root)
	if err != nil {
		return &spoolError{s.root, err}
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		err = errors.New("is no folder")
	case ok && int(stat.Uid) != os.Getuid():
		err = fmt.Errorf("belongs to user %d, expected %d", stat.Uid, os.Getuid())
	case info.Mode().Perm()&^ownerOnly != 0:
		err = fmt.Errorf("has mode %v, expected %v: others may look into it", info.Mode().Perm(), ownerOnly)
	}
	if err != nil {
		return &spoolError{s.root, err}
	}
	return nil
}

// clean removes what pulls have left more than maxAge before now, and are not at
// work on. What cannot be removed stays: it is in nobody's way.
func (s spool) clean(now time.Time) {
	if s.check() != nil {
		return
	}
	entries, err := os.ReadDir(s.root)
	if err != nil {
		return
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.IsDir() || !strings.HasPrefix(entry.Name(), pullPrefix) || now.Sub(info.ModTime()) < maxAge {
			continue
		}
		if lock, err := lockFolder(filepath.Join(s.root, entry.Name())); err == nil {
			removeLocked(lock)
		}
	}
}

// supersede removes what pulls of other versions of the same rows have left, and are
// not at work on: nobody asks for a version again when there is another. So a pull that
// fails day by day, or every minute, does not fill the disk. What cannot be removed goes
// when it is old.
func (s spool) supersede(key spoolKey) {
	entries, err := os.ReadDir(s.root)
	if err != nil {
		return
	}
	for _, entry := range entries {
		name := entry.Name()
		if !entry.IsDir() || !strings.HasPrefix(name, pullPrefix+key.of()) || strings.HasPrefix(name, pullPrefix+key.at()) {
			continue
		}
		if lock, err := lockFolder(filepath.Join(s.root, name)); err == nil {
			removeLocked(lock)
		}
	}
}

// errInUse says that another pull is at work on a folder.
var errInUse = errors.New("another pull is at work on it")

// lockTries is how often a folder is locked again that was removed meanwhile.
const lockTries = 10

// lockFolder makes the folder of a pull, where it is not there, and locks it. The
// file that it returns keeps the lock until it is closed. The error is errInUse
// where another pull has it.
func lockFolder(path string) (*os.File, error) {
	for range lockTries {
		if err := os.Mkdir(path, ownerOnly); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR|os.O_CREATE, ownerReads)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil && isStill(lock) {
			return lock, nil
		}
		_ = lock.Close() // nothing was written
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errInUse
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, errInUse
}

// isStill reports whether a file is the one that its path leads to.
func isStill(f *os.File) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(held, there)
}

// removeLocked removes the folder of a lock, and ends the lock. What cannot be
// removed is left to the next one who cleans.
func removeLocked(lock *os.File) {
	_ = os.RemoveAll(filepath.Dir(lock.Name()))
	_ = lock.Close() // nothing was written
}
