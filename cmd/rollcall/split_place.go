package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The name of the folder in which a split is written, around something random.
const (
	stagePrefix = ".rollcall-"
	stageSuffix = ".tmp"
)

// placing puts the files of a split in their places: all, or none.
type placing struct {
	*partFiles
	stagedIn string       // folder with the whole files
	placed   []placedPart // in the order of their renaming
}

// placedPart is a file that has taken its place, or whose place has been cleared.
type placedPart struct {
	path string
	old  string // where the file that was there is; empty: there was none
}

// unrestoredError says that files could not be put back.
type unrestoredError struct {
	stage string // folder that has them
	err   error
}

// Error says where the files are.
func (e *unrestoredError) Error() string {
	return fmt.Sprintf("files of before could not be put back, and are in %q: %v", e.stage, e.err)
}

func (e *unrestoredError) Unwrap() error { return e.err }

func newPlacing(f *partFiles, stagedIn string) *placing {
	return &placing{partFiles: f, stagedIn: stagedIn}
}

// check refuses places that no file can take. A link is replaced, not followed.
func (p *placing) check() error {
	for part := range p.split.Parts {
		info, err := os.Stat(p.path(part))
		if err == nil && !info.Mode().IsRegular() {
			return notRegular(p.path(part))
		}
	}
	return nil
}

// all puts every file in its place. After an error, that of an ended ctx too, every
// place is as it was before; where that fails the error is an *unrestoredError, too.
func (p *placing) all(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, p.restore())
		}
	}()
	for part := range p.split.Parts {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := p.one(part); err != nil {
			return fmt.Errorf("the files of the split are not in their places: %w", err)
		}
	}
	return syncDir(p.dir)
}

// one puts a part's file in its place, and keeps the one that it replaces.
func (p *placing) one(part int) error {
	path := p.path(part)
	old, err := p.keep(path, part)
	if err != nil {
		return err
	}
	err = p.rename(filepath.Join(p.stagedIn, p.name(part)), path)
	if err == nil || old != "" { // else the place is not ours to clear
		p.placed = append(p.placed, placedPart{path, old})
	}
	return err
}

// keep gives the file at path a second name in the stage, empty where there is none.
// On file systems without second names it loses the first one.
func (p *placing) keep(path string, part int) (string, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSymlink:
		return "", notRegular(path)
	}
	old := filepath.Join(p.stagedIn, p.name(part)+".before") // no part's name: those end in the format's
	if os.Link(path, old) == nil {
		return old, nil
	}
	return old, p.rename(path, old)
}

func notRegular(path string) error {
	return fmt.Errorf("cannot write %q: it is not a regular file", path)
}

// restore makes the places as they were, the last one first.
func (p *placing) restore() error {
	var failed error
	for i := len(p.placed) - 1; i >= 0; i-- {
		at := p.placed[i]
		var err error
		if at.old != "" {
			// Between two names of one file it does nothing: the place was not taken.
			err = p.rename(at.old, at.path)
		} else {
			err = os.Remove(at.path)
		}
		failed = errors.Join(failed, err)
	}
	if failed != nil {
		return &unrestoredError{p.stagedIn, failed}
	}
	return nil
}

// syncDir waits until the names in a folder are on disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
