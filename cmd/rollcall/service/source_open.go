package service

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/federate/databricks"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/postgres"
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
	connection, err := s.registry.Connection(ctx, name)
	if err != nil {
		return nil, err
	}
	var src source.Source
	switch connection.Kind {
	case registry.Files:
		src, err = s.openFolder(ctx, connection)
	case registry.Databricks:
		src, err = s.openDatabricks(ctx, connection)
	case registry.Postgres:
		src, err = s.openPostgres(ctx, connection)
	default:
		err = fmt.Errorf("its kind %q is not known", connection.Kind)
	}
	if err != nil && !isA[*OutsideError](err) && ctx.Err() == nil {
		err = &SourceError{[]string{name}, err}
	}
	return src, err
}

// openFolder opens a folder of files, if it lies in a root of the operator.
func (s *Service) openFolder(ctx context.Context, connection registry.Connection) (source.Source, error) {
	folder, err := s.folderOf(connection)
	if err == nil {
		err = s.checkLinks(ctx, folder)
	}
	if err != nil {
		return nil, err
	}
	src, err := files.Open(folder)
	if err != nil {
		return nil, err // a nil *files.Source in a Source would not be nil
	}
	return src, nil
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

// openDatabricks opens a warehouse. Its login is that of the connection's secrets alone:
// nothing of the server's own environment goes to a host that a request has named.
func (s *Service) openDatabricks(ctx context.Context, connection registry.Connection) (source.Source, error) {
	if err := checkConnectionURI(connection.Kind, connection.URI); err != nil {
		return nil, err
	}
	login := map[string]string{}
	for role, variable := range map[string]string{
		"token": "DATABRICKS_TOKEN", "client_id": "DATABRICKS_CLIENT_ID", "client_secret": "DATABRICKS_CLIENT_SECRET",
	} {
		if _, has := connection.Secrets[role]; !has {
			continue
		}
		secret, err := s.registry.Secret(ctx, connection.Name, role)
		if err != nil {
			return nil, err
		}
		login[variable] = secret.Reveal()
	}
	config, err := databricks.ParseURI(connection.URI, func(name string) string { return login[name] })
	if err != nil {
		return nil, err
	}
	src, err := databricks.OpenConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return src, nil
}

// openPostgres opens a database. Its password is the connection's, or none: neither the
// server's environment nor its file of passwords has a say.
func (s *Service) openPostgres(ctx context.Context, connection registry.Connection) (source.Source, error) {
	if err := checkConnectionURI(connection.Kind, connection.URI); err != nil {
		return nil, err
	}
	password := ""
	if _, has := connection.Secrets["password"]; has {
		secret, err := s.registry.Secret(ctx, connection.Name, "password")
		if err != nil {
			return nil, err
		}
		password = secret.Reveal()
	}
	uri, err := postgresURI(connection.URI, password)
	if err != nil {
		return nil, err
	}
	src, err := postgres.Open(ctx, uri)
	if err != nil {
		return nil, err
	}
	return src, nil
}

// postgresURI returns a URI with the password of a connection, which may be empty: it is
// that one, and no other from the server's environment or its file of passwords.
func postgresURI(uri, password string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", errors.New("its URI cannot be read")
	}
	u.User = url.UserPassword(u.User.Username(), password)
	options := u.Query()
	options.Set("passfile", os.DevNull)
	u.RawQuery = options.Encode()
	return u.String(), nil
}
