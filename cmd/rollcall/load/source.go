package load

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/federate/databricks"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/postgres"
	"github.com/rollcall-db/rollcall/federate/source"
)

// Source says where a source is and how to log in. Who makes it has checked that the
// server may open it.
type Source struct {
	Name    string // that configurations call it by
	Kind    registry.Kind
	URI     string                     // of files the path of the folder; without secrets
	Secrets map[string]registry.Secret // by what they are for
}

// Open opens the source. Its login is that of the secrets alone: nothing of the
// environment goes to a host that somebody has registered.
func (s Source) Open(ctx context.Context) (source.Source, error) {
	switch s.Kind {
	case registry.Files:
		src, err := files.Open(s.URI)
		if err != nil {
			return nil, err // a nil *files.Source in a Source would not be nil
		}
		return src, nil
	case registry.Databricks:
		return s.openDatabricks(ctx)
	case registry.Postgres:
		return s.openPostgres(ctx)
	}
	return nil, fmt.Errorf("its kind %q is not known", s.Kind)
}

func (s Source) openDatabricks(ctx context.Context) (source.Source, error) {
	login := map[string]string{
		"DATABRICKS_TOKEN": s.reveal("token"), "DATABRICKS_CLIENT_ID": s.reveal("client_id"), "DATABRICKS_CLIENT_SECRET": s.reveal("client_secret"),
	}
	config, err := databricks.ParseURI(s.URI, func(name string) string { return login[name] })
	if err != nil {
		return nil, err
	}
	src, err := databricks.OpenConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return src, nil
}

// reveal returns a secret, "" where there is none.
func (s Source) reveal(role string) string {
	if secret, has := s.Secrets[role]; has {
		return secret.Reveal()
	}
	return ""
}

func (s Source) openPostgres(ctx context.Context) (source.Source, error) {
	uri, err := postgresURI(s.URI, s.reveal("password"))
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
// that one, and no other from the environment or a file of passwords.
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

// openAll opens sources as one, each under its name. Where there is one alone, it has the
// tables that name no connection, too.
func openAll(ctx context.Context, sources []Source) (*source.Named, error) {
	opened := map[string]source.Source{}
	for _, s := range sources {
		src, err := s.Open(ctx)
		if err != nil {
			err = fmt.Errorf("the connection %q: %w", s.Name, err)
			if len(opened) > 0 {
				err = errors.Join(err, source.NewNamed(opened).Close())
			}
			return nil, err
		}
		opened[s.Name] = src
	}
	return source.NewNamed(opened), nil
}
