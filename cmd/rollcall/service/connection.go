package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// Connections lists connections by name, without secrets.
func (s *Service) Connections(ctx context.Context, who Caller, in Listing) (*Page[ConnectionJSON], error) {
	if err := s.allow(ctx, who, opConnections, "connections"); err != nil {
		return nil, err
	}
	found, err := s.registry.Connections(ctx, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &Page[ConnectionJSON]{Items: []ConnectionJSON{}, Next: found.Next}
	for _, c := range found.Items {
		out.Items = append(out.Items, *newConnectionJSON(c, ""))
	}
	return out, nil
}

// newConnectionJSON shows a connection; secrets are where they are, never what.
func newConnectionJSON(c registry.Connection, outcome registry.Outcome) *ConnectionJSON {
	if c.Secrets == nil {
		c.Secrets = map[string]string{}
	}
	return &ConnectionJSON{Connection: c, Outcome: outcome}
}

// Connection returns a connection.
func (s *Service) Connection(ctx context.Context, who Caller, name string) (*ConnectionJSON, error) {
	if err := s.allow(ctx, who, opConnection, connectionObject(name)); err != nil {
		return nil, err
	}
	found, err := s.registry.Connection(ctx, name)
	if err != nil {
		return nil, err
	}
	return newConnectionJSON(found, ""), nil
}

// connectionObject is what the log calls a connection.
func connectionObject(name string) string { return "connections/" + name }

// PutConnection creates a connection or changes it. A folder of files must lie in a root
// of the operator; nothing is opened yet.
func (s *Service) PutConnection(ctx context.Context, who Caller, name string, in ConnectionRequest) (*ConnectionJSON, error) {
	object := connectionObject(name)
	if err := s.allow(ctx, who, opPutConnection, object); err != nil {
		return nil, err
	}
	connection, outcome, err := s.putConnection(ctx, who, name, &in)
	if err := s.record(ctx, who, opPutConnection, object, connection.Version, err); err != nil {
		return nil, err
	}
	s.forgetPlaces(name)
	return newConnectionJSON(connection, outcome), nil
}

func (s *Service) putConnection(ctx context.Context, who Caller, name string, in *ConnectionRequest) (registry.Connection, registry.Outcome, error) {
	uri, err := in.uri()
	if err != nil {
		return registry.Connection{}, "", err
	}
	references, values, err := in.secrets()
	if err != nil {
		return registry.Connection{}, "", err
	}
	if err := checkConnectionURI(registry.Kind(in.Kind), uri); err != nil {
		return registry.Connection{}, "", err
	}
	wanted := registry.ConnectionInput{Name: name, Kind: registry.Kind(in.Kind), URI: uri, Secrets: references}
	if wanted.Kind == registry.Files {
		_, err := s.folderOf(registry.Connection{ConnectionInput: wanted})
		if isA[*OutsideError](err) {
			return registry.Connection{}, "", err
		}
	}
	if err := s.keepsSecrets(ctx, wanted, values); err != nil {
		return registry.Connection{}, "", err
	}
	return s.registry.PutConnection(ctx, wanted, values, who.by())
}

// keepsSecrets refuses a change that would send a stored secret, which nobody can read, to
// another host: it has to be given again.
func (s *Service) keepsSecrets(ctx context.Context, wanted registry.ConnectionInput, values map[string]registry.Secret) error {
	was, err := s.registry.Connection(ctx, wanted.Name)
	if isA[*registry.NotFoundError](err) {
		return nil
	}
	if err != nil || was.Kind == wanted.Kind && hostOf(was.URI) == hostOf(wanted.URI) {
		return err
	}
	for _, role := range slices.Sorted(maps.Keys(wanted.Secrets)) {
		if _, given := values[role]; !given && wanted.Secrets[role] == registry.Stored {
			return inputf("secrets."+role, "the connection leads to another host than before: give the secret again")
		}
	}
	return nil
}

// hostOf returns the host of a URI, with its port.
func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	return u.Host
}

// DeleteConnection removes a connection that no parent segment uses, and its secrets.
func (s *Service) DeleteConnection(ctx context.Context, who Caller, name string) error {
	object := connectionObject(name)
	if err := s.allow(ctx, who, opDeleteConnection, object); err != nil {
		return err
	}
	return s.record(ctx, who, opDeleteConnection, object, 0, s.registry.DeleteConnection(ctx, name))
}

// TestConnection opens a connection and lists its tables. That it cannot be opened is an
// answer, no error.
func (s *Service) TestConnection(ctx context.Context, who Caller, name string) (*TestJSON, error) {
	object := connectionObject(name)
	if err := s.allow(ctx, who, opTestConnection, object); err != nil {
		return nil, err
	}
	if _, err := s.registry.Connection(ctx, name); err != nil {
		return nil, s.record(ctx, who, opTestConnection, object, 0, err)
	}
	start := time.Now()
	refs, err := s.tablesOf(ctx, []string{name})
	out := &TestJSON{OK: err == nil, Tables: len(refs), ElapsedUS: time.Since(start).Microseconds()}
	if ctx.Err() != nil {
		return nil, s.record(ctx, who, opTestConnection, object, 0, ctx.Err())
	}
	if lerr := s.record(ctx, who, opTestConnection, object, 0, err); lerr != nil && err == nil {
		return nil, lerr
	}
	if err != nil {
		out.Error = err.Error()
	}
	return out, nil
}

// tablesOf lists the tables of connections.
func (s *Service) tablesOf(ctx context.Context, names []string) (_ []model.TableRef, err error) {
	src, err := s.openSource(ctx, names)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return s.list(ctx, names, src)
}

// list lists the tables of an open source.
func (s *Service) list(ctx context.Context, names []string, src source.Source) ([]model.TableRef, error) {
	refs, err := src.Tables(ctx)
	if err != nil && ctx.Err() == nil {
		return nil, &SourceError{names, err}
	}
	return refs, err
}

// Tables lists the tables of a connection, by name.
func (s *Service) Tables(ctx context.Context, who Caller, name string, in Listing) (*TablesJSON, error) {
	if err := s.allow(ctx, who, opTables, connectionObject(name)); err != nil {
		return nil, err
	}
	limit, err := pageLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	refs, err := s.tablesOf(ctx, []string{name})
	if err != nil {
		return nil, err
	}
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = ref.String()
	}
	slices.Sort(names) // as pages are told apart
	out := &TablesJSON{Tables: []TableJSON{}}
	for _, table := range names {
		if in.After != "" && table <= in.After {
			continue
		}
		if len(out.Tables) == limit {
			out.Next = out.Tables[limit-1].Name
			break
		}
		out.Tables = append(out.Tables, TableJSON{Name: table})
	}
	return out, nil
}

// pageLimit returns how many entries a page has.
func pageLimit(limit int) (int, error) {
	switch {
	case limit < 0 || limit > registry.MaxPage:
		return 0, inputf("limit", "%d, expected 1 to %d", limit, registry.MaxPage)
	case limit == 0:
		return registry.DefaultPage, nil
	}
	return limit, nil
}

// Table returns a table of a connection with its columns. The name is as Tables has it:
// only a table that is listed can be looked at.
func (s *Service) Table(ctx context.Context, who Caller, name, table string) (_ *TableJSON, err error) {
	if err := s.allow(ctx, who, opTables, connectionObject(name)); err != nil {
		return nil, err
	}
	src, err := s.openSource(ctx, []string{name})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	refs, err := s.list(ctx, []string{name}, src)
	if err != nil {
		return nil, err
	}
	ref, err := tableNamed(table, refs)
	if err != nil {
		return nil, err
	}
	found, err := src.Table(ctx, ref)
	if err != nil {
		return nil, &SourceError{[]string{name}, err}
	}
	out := newTableJSON(ref, found)
	return &out, nil
}

// TableError is a table that no connection of those asked for has.
type TableError struct {
	Table   string // as asked for
	Nearest string // another that may be meant; empty for none
}

// Error names the table and the nearest.
func (e *TableError) Error() string {
	text := fmt.Sprintf("there is no table %.256q", e.Table)
	if e.Nearest != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	return text
}

// tableNamed finds a table among those there are, by its name with or without its
// connection.
func tableNamed(name string, refs []model.TableRef) (model.TableRef, error) {
	var names []string
	for _, ref := range refs {
		if name == ref.String() || name == ref.Connection+":"+ref.String() {
			return ref, nil
		}
		names = append(names, ref.String())
	}
	return model.TableRef{}, &TableError{name, model.Nearest(name, names)}
}

// newTableJSON shows a table with its columns.
func newTableJSON(ref model.TableRef, table source.Table) TableJSON {
	out := TableJSON{Connection: ref.Connection, Name: ref.String(), Columns: []ColumnJSON{}}
	if rows := table.Info().Rows; rows >= 0 {
		out.Rows = &rows
	}
	for _, f := range table.Schema().Fields() {
		column := ColumnJSON{Name: f.Name, Type: f.Type.String()}
		if kind, ok := f.Metadata.GetValue(source.UnsupportedKey); ok {
			column.Type = kind
		}
		out.Columns = append(out.Columns, column)
	}
	return out
}
