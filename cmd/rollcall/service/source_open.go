package service

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/load"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/federate/source"
)

// openSource opens the connections of a parent segment as one source, each under the
// name that the configuration calls it by. Where there is one alone, it has the tables
// that name no connection, too. The caller closes it.
func (s *Service) openSource(ctx context.Context, names []string) (*source.Named, error) {
	opened := map[string]source.Source{}
	for _, name := range names {
		src, err := s.openConnection(ctx, name)
		if err != nil {
			if len(opened) > 0 {
				err = errors.Join(err, source.NewNamed(opened).Close())
			}
			return nil, err
		}
		opened[name] = src
	}
	if len(opened) == 0 {
		return nil, inputf("connections", "there is none, expected one or more")
	}
	return source.NewNamed(opened), nil
}

// openConnection opens a registered connection. What fails there is a *[SourceError].
func (s *Service) openConnection(ctx context.Context, name string) (source.Source, error) {
	located, err := s.locate(ctx, name)
	if err != nil {
		return nil, err
	}
	src, err := located.Open(ctx)
	return src, failedAt(ctx, name, err)
}

// failedAt returns an error of a connection as a *[SourceError], unless it tells more, or
// the caller is gone.
func failedAt(ctx context.Context, name string, err error) error {
	if err == nil || isA[*OutsideError](err) || ctx.Err() != nil {
		return err
	}
	return &SourceError{[]string{name}, err}
}

// locate returns where a registered connection is and how to log in, once it is checked
// that the server may go there: a folder of files must lie in a root of the operator, a URI
// must not name anything of the server's own. Its login is that of the connection's secrets
// alone.
func (s *Service) locate(ctx context.Context, name string) (out load.Source, err error) {
	connection, err := s.registry.Connection(ctx, name)
	if err != nil {
		return out, err
	}
	out = load.Source{Name: name, Kind: connection.Kind, URI: connection.URI, Secrets: map[string]registry.Secret{}}
	if connection.Kind == registry.Files {
		if out.URI, err = s.folderOf(connection); err == nil {
			err = s.checkLinks(ctx, out.URI)
		}
	} else {
		err = checkConnectionURI(connection.Kind, connection.URI)
	}
	for role := range connection.Secrets {
		if err == nil {
			out.Secrets[role], err = s.registry.Secret(ctx, name, role)
		}
	}
	return out, failedAt(ctx, name, err)
}

// locateAll is locate for the connections of a parent segment.
func (s *Service) locateAll(ctx context.Context, names []string) ([]load.Source, error) {
	out := make([]load.Source, len(names))
	for i, name := range names {
		var err error
		if out[i], err = s.locate(ctx, name); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, inputf("connections", "there is none, expected one or more")
	}
	return out, nil
}

// folderOf returns the folder of a connection, with all symbolic links followed. One that
// is in none of the roots is an *[OutsideError], whether it is there or not.
func (s *Service) folderOf(connection registry.Connection) (string, error) {
	path := connection.URI
	if strings.HasPrefix(path, "file:") {
		u, err := url.Parse(path)
		if err != nil {
			return "", &OutsideError{connection.Name}
		}
		path = u.Path
	}
	real, there := realPath(filepath.Clean(path))
	if !s.inRoots(real) {
		return "", &OutsideError{connection.Name}
	}
	if !there {
		return "", errors.New("its folder is not there, or cannot be read")
	}
	return real, nil
}

// realPath returns a path with symbolic links followed, as far as it is there, and
// whether all of it is.
func realPath(path string) (real string, there bool) {
	rest := ""
	for at := path; ; at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(real, rest), rest == ""
		}
		if at == filepath.Dir(at) {
			return path, false
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// within reports whether a path is a folder or lies below it. Both are absolute, and
// clean.
func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// realRoots returns the roots with symbolic links followed.
func realRoots(roots []string) ([]string, error) {
	var out []string
	for _, root := range roots {
		absolute, err := filepath.Abs(root)
		if err == nil {
			absolute, err = filepath.EvalSymlinks(absolute)
		}
		if err != nil {
			return nil, fmt.Errorf("folder of files %q: %w", root, err)
		}
		info, err := os.Stat(absolute)
		if err != nil {
			return nil, fmt.Errorf("folder of files %q: %w", root, err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("folder of files %q is a file, expected a folder", root)
		}
		out = append(out, absolute)
	}
	return out, nil
}
