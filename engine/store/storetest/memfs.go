package storetest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"

	"github.com/rollcall-db/rollcall/engine/store"
)

// MemFS is a file system in memory that knows what was synced. It is safe for
// concurrent use.
//
// Programs that run see every change at once, as those on a machine do, with
// the errors of POSIX. What a change is worth after a loss of power is another
// matter, and as little as POSIX promises:
//
//   - The bytes of a file are durable after Sync of it.
//   - A name (made, replaced, renamed, removed; of a file or of a folder) is
//     durable after SyncDir of the folder that holds it. A file with all of its
//     bytes synced is gone with its name, and so is all that is in a folder.
//   - A rename within a folder is one change. From one folder to another it is
//     two, each durable with its own folder: the file may be found at both
//     places, or at neither.
//
// Paths are slash-separated; relative ones start at the root, which is always
// there. Only files can be renamed, which is all that a [store.FS] is for.
type MemFS struct {
	mu   sync.Mutex // guards all nodes below root
	root *node
}

var _ store.FS = (*MemFS)(nil)

// NewMemFS returns an empty file system.
func NewMemFS() *MemFS { return &MemFS{root: newFolder()} }

// String lists what a program sees, a line each, sorted: folders with a slash
// at the end, files with their size in bytes.
func (m *MemFS) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var lines []string
	var list func(prefix string, n *node)
	list = func(prefix string, n *node) {
		for _, name := range sortedNames(n.folder.names) {
			child, at := n.folder.names[name], prefix+name
			if child.folder == nil {
				lines = append(lines, fmt.Sprintf("%s %d", at, len(child.data)))
				continue
			}
			lines = append(lines, at+"/")
			list(at+"/", child)
		}
	}
	list("", m.root)
	return strings.Join(lines, "\n")
}

// split returns the names that lead from the root to path.
func split(name string) []string {
	clean := path.Clean("/" + name)
	if clean == "/" {
		return nil
	}
	return strings.Split(clean[1:], "/")
}

// find returns what is at path. The error is an errno.
func (m *MemFS) find(path string) (*node, error) { return m.walk(split(path)) }

// walk is find for a path that is split.
func (m *MemFS) walk(names []string) (*node, error) {
	n := m.root
	for _, name := range names {
		if n.folder == nil {
			return nil, syscall.ENOTDIR
		}
		child, ok := n.folder.names[name]
		if !ok {
			return nil, syscall.ENOENT
		}
		n = child
	}
	return n, nil
}

// parent returns the folder that holds path, and what path is called there.
func (m *MemFS) parent(path string) (*folder, string, error) {
	names := split(path)
	if len(names) == 0 {
		return nil, "", syscall.EBUSY // the root
	}
	last := len(names) - 1
	n, err := m.walk(names[:last])
	if err != nil {
		return nil, "", err
	}
	if n.folder == nil {
		return nil, "", syscall.ENOTDIR
	}
	return n.folder, names[last], nil
}

// pathError says which operation had the error; no error stays none.
func pathError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// MkdirAll makes a folder and those above it. Each is durable after SyncDir of
// the one that holds it.
func (m *MemFS) MkdirAll(path string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.root
	for _, name := range split(path) {
		child, ok := n.folder.names[name]
		if !ok {
			child = newFolder()
			n.folder.change(change{set: name, node: child})
		}
		if child.folder == nil {
			return pathError("mkdir", path, syscall.ENOTDIR)
		}
		n = child
	}
	return nil
}

// ReadDir lists the names in a folder, sorted.
func (m *MemFS) ReadDir(path string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(path)
	if err == nil && n.folder == nil {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, pathError("readdir", path, err)
	}
	return sortedNames(n.folder.names), nil
}

// ReadFile returns a copy of the bytes of a file.
func (m *MemFS) ReadFile(path string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.findFile(path)
	if err != nil {
		return nil, pathError("read", path, err)
	}
	return append([]byte{}, n.data...), nil
}

// findFile is find for what must be a file.
func (m *MemFS) findFile(path string) (*node, error) {
	n, err := m.find(path)
	if err == nil && n.folder != nil {
		return nil, syscall.EISDIR
	}
	return n, err
}

// Create makes a file, which must not exist.
func (m *MemFS) Create(path string) (store.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, name, err := m.parent(path)
	if err == nil && dir.names[name] != nil {
		err = syscall.EEXIST
	}
	if err != nil {
		return nil, pathError("create", path, err)
	}
	n := &node{}
	dir.change(change{set: name, node: n})
	return &memFile{handle{fs: m, path: path, node: n}}, nil
}

// Rename moves a file, replacing another at once.
func (m *MemFS) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.rename(from, to); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

func (m *MemFS) rename(from, to string) error {
	source, old, err := m.parent(from)
	if err != nil {
		return err
	}
	target, name, err := m.parent(to)
	if err != nil {
		return err
	}
	n := source.names[old]
	if n == nil {
		return syscall.ENOENT
	}
	if n.folder != nil {
		return syscall.ENOTSUP
	}
	switch there := target.names[name]; {
	case there == n:
		return nil
	case there != nil && there.folder != nil:
		return syscall.EEXIST // as os.Rename says it
	case source == target:
		target.change(change{set: name, node: n, drop: old})
	default:
		target.change(change{set: name, node: n})
		source.change(change{drop: old})
	}
	return nil
}

// Remove deletes a file or an empty folder. Files that are open stay readable,
// and writable, to who has them open.
func (m *MemFS) Remove(path string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, name, err := m.parent(path)
	if err == nil {
		switch n := dir.names[name]; {
		case n == nil:
			err = syscall.ENOENT
		case n.folder != nil && len(n.folder.names) > 0:
			err = syscall.ENOTEMPTY
		default:
			dir.change(change{drop: name})
		}
	}
	return pathError("remove", path, err)
}

// RemoveAll deletes a file, or a folder and what is in it, name by name. A path
// that is not there is no error.
func (m *MemFS) RemoveAll(path string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, name, err := m.parent(path)
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if err != nil {
		return pathError("removeall", path, err)
	}
	if n := dir.names[name]; n != nil {
		n.empty()
		dir.change(change{drop: name})
	}
	return nil
}

// SyncDir makes the names in a folder durable.
func (m *MemFS) SyncDir(path string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(path)
	if err == nil && n.folder == nil {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return pathError("syncdir", path, err)
	}
	n.folder.sync()
	return nil
}
