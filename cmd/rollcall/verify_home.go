package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	homePrefix = "rollcall-verify-"
	// oldHome is how old a folder must be that another run has left: between its
	// making and its lock is no more than an instant.
	oldHome = 24 * time.Hour
)

// verifyHome is a folder of the user's own for what --verify builds. It is locked
// as long as it is in use.
type verifyHome struct {
	dir  string
	lock *os.File
}

// newVerifyHome makes a folder in the folder of temporary files, and removes those
// that runs have left there which were killed. The caller closes it.
func newVerifyHome() (*verifyHome, error) {
	removeOldHomes(os.TempDir(), time.Now())
	dir, err := os.MkdirTemp("", homePrefix)
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &verifyHome{dir, lock}, nil
}

// Close removes the folder with all that is in it.
func (h *verifyHome) Close() error {
	return errors.Join(os.RemoveAll(h.dir), h.lock.Close())
}

// lockFolder opens a folder and locks it. A folder that is locked is an error.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(&fs.PathError{Op: "lock", Path: dir, Err: err}, f.Close())
	}
	return f, nil
}

// removeOldHomes removes the folders of this user that nobody uses: customers are in
// them. What cannot be removed is left to the next run, or to the system.
func removeOldHomes(temp string, now time.Time) {
	entries, err := os.ReadDir(temp)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), homePrefix) && isOldHome(e, now) {
			dir := filepath.Join(temp, e.Name())
			if lock, err := lockFolder(dir); err == nil {
				_ = (&verifyHome{dir, lock}).Close()
			}
		}
	}
}

// isOldHome reports whether an entry is a folder of this user that was made long ago.
func isOldHome(e fs.DirEntry, now time.Time) bool {
	info, err := e.Info() // of a link itself
	if err != nil || !info.IsDir() || now.Sub(info.ModTime()) < oldHome {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) == os.Getuid()
}
