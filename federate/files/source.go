package files

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// Source is a folder of files as a source of tables. It is safe for concurrent
// use.
type Source struct {
	root   string
	uri    string
	mem    memory.Allocator
	closed atomic.Bool

	taskRows int64 // taskRows, save in tests

	mu     sync.Mutex
	opened map[string]*table // by path; a table is used again while its files are unchanged
}

var (
	_ source.Source = (*Source)(nil)
	_ source.Parted = (*table)(nil)
	_ source.Texter = (*table)(nil)
	_ source.Coder  = (*table)(nil)
)

// Open returns the source of the folder at location, which is a path or a
// file:// URI of an absolute path. No file is opened until a table is asked
// for. A location that is not a folder, or is the folder of a Delta, Iceberg or
// Hudi table, is an error.
func Open(location string) (*Source, error) {
	root := location
	if strings.HasPrefix(location, "file:") {
		u, err := url.Parse(location)
		switch {
		case err != nil:
			return nil, fmt.Errorf("source %q is not a valid URI: %w", location, err)
		case u.Host != "" && u.Host != "localhost":
			return nil, fmt.Errorf("source %q names the host %q: a file URI has three slashes, file:///folder", location, u.Host)
		case !filepath.IsAbs(u.Path) || u.RawQuery != "" || u.Fragment != "":
			return nil, fmt.Errorf("source %q is not file:// and an absolute path", location)
		}
		root = u.Path
	}
	info, err := os.Stat(root)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("source %q: there is no such folder", location)
	case err != nil:
		return nil, fmt.Errorf("source %q: %w", location, err)
	case !info.IsDir():
		return nil, fmt.Errorf("source %q is a file; a folder of <schema>/<table> files was expected", location)
	}
	if name := tableFormat(root); name != "" {
		return nil, fmt.Errorf("source %q %w", location, formatError(name))
	}
	return &Source{
		root: filepath.Clean(root), uri: location,
		mem: memory.DefaultAllocator, taskRows: taskRows, opened: map[string]*table{},
	}, nil
}

// URI returns the location as it was given to [Open].
func (s *Source) URI() string { return s.uri }

// Close makes the source and its tables unusable. Scans that are under way
// fail at their next batch. It returns nil.
func (s *Source) Close() error {
	s.closed.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = nil
	return nil
}

// check returns an error once the source is closed or ctx is done.
func (s *Source) check(ctx context.Context) error {
	if s.closed.Load() {
		return fmt.Errorf("source %s is closed", s.uri)
	}
	return ctx.Err()
}

// Tables lists the tables of the folder, down to catalog/schema/table, sorted
// by name. See the package documentation for how folders are told apart.
func (s *Source) Tables(ctx context.Context) ([]model.TableRef, error) {
	if err := checkFormat(s.root); err != nil {
		return nil, err
	}
	l := lister{ctx: ctx, source: s, read: os.ReadDir}
	if err := l.folder(nil); err != nil {
		return nil, err
	}
	slices.SortFunc(l.found, func(a, b model.TableRef) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(l.found), nil
}

// Table opens a table: it reads the footers of Parquet files, and the whole
// data of CSV and NDJSON files to find their types. Errors are
// *source.NotFoundError, *source.ReadError, or say which names are ambiguous.
func (s *Source) Table(ctx context.Context, ref model.TableRef) (source.Table, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	found, err := s.locate(ctx, ref)
	if err != nil {
		return nil, err
	}
	parts, err := listParts(ctx, found)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	known := s.opened[found.path]
	s.mu.Unlock()
	if known != nil && known.ref == found.ref && slices.EqualFunc(known.parts, parts, samePart) {
		return known, nil
	}
	t, err := openTable(ctx, s, found, parts)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != nil {
		s.opened[found.path] = t
	}
	return t, nil
}
