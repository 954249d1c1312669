package storetest

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/engine/store"
)

// script runs operations that are given as text, a word each for operation and
// arguments, below a folder of a file system.
type script struct {
	fs    store.FS
	root  string // "" for the whole of it
	files map[string]store.File
	locks map[string]io.Closer
}

func newScript(fsys store.FS, root string) *script {
	return &script{fs: fsys, root: root, files: map[string]store.File{}, locks: map[string]io.Closer{}}
}

// run runs operations separated by semicolons and stops at the first error.
func (s *script) run(ops string) error {
	for op := range strings.SplitSeq(ops, ";") {
		if _, err := s.do(strings.Fields(op)); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(op), err)
		}
	}
	return nil
}

// do runs one operation and returns what it read.
func (s *script) do(op []string) (string, error) {
	name, path := op[0], filepath.Join(s.root, op[1])
	switch name {
	case "mkdir":
		return "", s.fs.MkdirAll(path)
	case "create":
		f, err := s.fs.Create(path)
		if err == nil {
			s.files[op[1]] = f
		}
		return "", err
	case "write":
		n, err := s.files[op[1]].Write([]byte(op[2]))
		return fmt.Sprint(n), err
	case "sync":
		return "", s.files[op[1]].Sync()
	case "close":
		return "", s.files[op[1]].Close()
	case "syncdir":
		return "", s.fs.SyncDir(path)
	case "rename":
		return "", s.fs.Rename(path, filepath.Join(s.root, op[2]))
	case "remove":
		return "", s.fs.Remove(path)
	case "removeall":
		return "", s.fs.RemoveAll(path)
	case "lock":
		lock, err := s.fs.Lock(path)
		if err == nil {
			s.locks[op[1]] = lock
		}
		return "", err
	case "unlock":
		return "", s.locks[op[1]].Close()
	}
	return s.read(name, path)
}

// read runs an operation that only reads.
func (s *script) read(name, path string) (string, error) {
	switch name {
	case "ls":
		names, err := s.fs.ReadDir(path)
		return strings.Join(names, " "), err
	case "cat":
		data, err := s.fs.ReadFile(path)
		return string(data), err
	case "map":
		m, err := s.fs.Map(path)
		if err != nil {
			return "", err
		}
		data := string(m.Bytes())
		return data, m.Close()
	case "readat": // bytes 1 and 2
		f, err := s.fs.Open(path)
		if err != nil {
			return "", err
		}
		data := make([]byte, 2)
		n, err := f.ReadAt(data, 1)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return string(data[:n]), errors.Join(err, f.Close())
	}
	panic("no operation " + name)
}
