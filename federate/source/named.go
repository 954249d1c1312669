package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Named is several sources as one: the Connection of a table's name says which
// of them has it. It is safe for concurrent use until Close.
type Named struct {
	sources map[string]Source // not empty
	names   []string          // of sources, sorted
}

// NewNamed returns the given sources as one, by name; the one called "" has the
// tables without a connection. Where there is none called "", and only one in
// all, that one has them. There must be at least one.
//
// The Named owns the sources: closing it closes them.
func NewNamed(sources map[string]Source) *Named {
	return &Named{sources: maps.Clone(sources), names: slices.Sorted(maps.Keys(sources))}
}

// ConnectionError says that a table is wanted of a source that was not given.
type ConnectionError struct {
	Table      model.TableRef
	Connection string   // as the table has it; may be empty
	Given      []string // names of the sources there are, sorted; "" is one without a name
}

// Error names the table, its connection and the sources there are.
func (e *ConnectionError) Error() string {
	given := make([]string, len(e.Given))
	for i, name := range e.Given {
		given[i] = fmt.Sprintf("%q", name)
		if name == "" {
			given[i] = "one without a name"
		}
	}
	found := fmt.Sprintf("table %s has no connection", e.Table)
	if e.Connection != "" {
		found = fmt.Sprintf("table %s has the connection %q", e.Table, e.Connection)
	}
	return found + ", but the sources given are " + strings.Join(given, ", ")
}

// URI lists the sources with their names.
func (n *Named) URI() string {
	uris := make([]string, len(n.names))
	for i, name := range n.names {
		uris[i] = n.sources[name].URI()
		if name != "" {
			uris[i] = name + "=" + uris[i]
		}
	}
	return strings.Join(uris, ", ")
}

// Tables lists the tables of all sources, each with the name of its source as
// connection, sorted by connection and name.
func (n *Named) Tables(ctx context.Context) ([]model.TableRef, error) {
	var all []model.TableRef
	for _, name := range n.names {
		refs, err := n.sources[name].Tables(ctx)
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			ref.Connection = name
			all = append(all, ref)
		}
	}
	slices.SortStableFunc(all, func(a, b model.TableRef) int {
		return cmp.Or(cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.String(), b.String()))
	})
	return all, nil
}

// Table finds a table in the source that its connection names. Where there is no
// such source the error is a *ConnectionError, else it is that source's.
func (n *Named) Table(ctx context.Context, ref model.TableRef) (Table, error) {
	src, err := n.Source(ref)
	if err != nil {
		return nil, err
	}
	ref.Connection = "" // a source does not know what others call it
	return src.Table(ctx, ref)
}

// Source returns the source that has the tables of a connection, as Table finds
// it. Where there is none the error is a *ConnectionError about table.
func (n *Named) Source(table model.TableRef) (Source, error) {
	src, ok := n.sources[table.Connection]
	if !ok && table.Connection == "" && len(n.names) == 1 {
		src, ok = n.sources[n.names[0]], true
	}
	if !ok {
		return nil, &ConnectionError{Table: table, Connection: table.Connection, Given: n.names}
	}
	return src, nil
}

// Close closes all sources and returns their errors together.
func (n *Named) Close() error {
	var errs []error
	for _, name := range n.names {
		errs = append(errs, n.sources[name].Close())
	}
	return errors.Join(errs...)
}
