package source_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// fakeSource has tables of names only.
type fakeSource struct {
	uri    string
	tables []model.TableRef
	broken error // of Tables and Close
	closed bool
}

type fakeTable struct {
	source.Table
	ref model.TableRef
	of  *fakeSource
}

func (f *fakeSource) URI() string { return f.uri }

func (f *fakeSource) Tables(context.Context) ([]model.TableRef, error) { return f.tables, f.broken }

func (f *fakeSource) Table(_ context.Context, ref model.TableRef) (source.Table, error) {
	for _, have := range f.tables {
		if have == ref {
			return fakeTable{ref: ref, of: f}, nil
		}
	}
	return nil, &source.NotFoundError{Source: f.uri, Ref: ref}
}

func (f *fakeSource) Close() error {
	f.closed = true
	return f.broken
}

func ref(connection, table string) model.TableRef {
	return model.TableRef{Connection: connection, Schema: "db", Table: table}
}

func TestNamedFindsTablesByConnection(t *testing.T) {
	plain := &fakeSource{uri: "plain", tables: []model.TableRef{ref("", "customers")}}
	crm := &fakeSource{uri: "crm-uri", tables: []model.TableRef{ref("", "customers"), ref("", "accounts")}}
	both := map[string]source.Source{"": plain, "crm": crm}
	only := map[string]source.Source{"crm": crm}
	for _, c := range []struct {
		sources map[string]source.Source
		ref     model.TableRef
		want    *fakeSource // nil: an error
		err     string
	}{
		{both, ref("", "customers"), plain, ""},
		{both, ref("crm", "customers"), crm, ""},
		{both, ref("crm", "accounts"), crm, ""},
		{both, ref("", "accounts"), nil, "table db.accounts is not in plain"},
		{both, ref("CRM", "accounts"), nil, `table db.accounts has the connection "CRM", but the sources given are one without a name, "crm"`},
		{only, ref("", "accounts"), crm, ""},
		{only, ref("erp", "accounts"), nil, `table db.accounts has the connection "erp", but the sources given are "crm"`},
		{
			map[string]source.Source{"crm": crm, "erp": plain}, ref("", "accounts"), nil,
			`table db.accounts has no connection, but the sources given are "crm", "erp"`,
		},
	} {
		table, err := source.NewNamed(c.sources).Table(t.Context(), c.ref)
		if c.want == nil {
			if err == nil || err.Error() != c.err {
				t.Errorf("%v: error %v, want %s", c.ref, err, c.err)
			}
			continue
		}
		found, ok := table.(fakeTable)
		if err != nil || !ok || found.of != c.want {
			t.Errorf("%v: found %v (%v), want it in %s", c.ref, table, err, c.want.uri)
		}
	}
}

func TestNamedListsAllTables(t *testing.T) {
	named := source.NewNamed(map[string]source.Source{
		"crm": &fakeSource{uri: "u2", tables: []model.TableRef{ref("", "accounts"), ref("", "customers")}},
		"":    &fakeSource{uri: "u1", tables: []model.TableRef{ref("", "visits")}},
	})
	got, err := named.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []model.TableRef{ref("", "visits"), ref("crm", "accounts"), ref("crm", "customers")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, want := named.URI(), "u1, crm=u2"; got != want {
		t.Errorf("URI is %q, want %q", got, want)
	}
}

func TestNamedJoinsErrors(t *testing.T) {
	broken, whole := &fakeSource{broken: errors.New("gone")}, &fakeSource{}
	named := source.NewNamed(map[string]source.Source{"a": broken, "b": whole})
	if _, err := named.Tables(t.Context()); !errors.Is(err, broken.broken) {
		t.Errorf("Tables: %v, want that of one source", err)
	}
	if err := named.Close(); !errors.Is(err, broken.broken) || !broken.closed || !whole.closed {
		t.Errorf("Close: %v, closed %v and %v, want the error and both closed", err, broken.closed, whole.closed)
	}
}
