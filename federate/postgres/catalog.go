package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// catalog is the tables of the database, as the snapshot has them.
type catalog struct {
	database  string
	relations []relation // sorted by name
}

// relation is a table, a partitioned table, a view, a materialised view or a
// foreign table.
type relation struct {
	oid       string
	ref       model.TableRef // without a catalog
	kind      byte           // relkind
	partition bool           // of a partitioned table, which has its rows, too
	path      int            // place of its schema in search_path; 0: not there
	hidden    bool           // row-level security may hide rows from this user
}

const listRelations = `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition,
  coalesce(pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname), 0),
  c.relrowsecurity AND pg_catalog.row_security_active(c.oid), pg_catalog.current_database()
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`

// relations returns the catalog, which is read once.
func (t *session) relations(ctx context.Context) (*catalog, error) {
	s := t.source
	s.mu.Lock()
	known := s.catalog
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	rows, err := t.ask(ctx, listRelations)
	if err != nil {
		return nil, fmt.Errorf("the tables of %s: %w", s.URI(), err)
	}
	found := &catalog{database: s.place.config.Database}
	for _, row := range rows {
		found.database = string(row[7])
		found.relations = append(found.relations, relation{
			oid: string(row[0]), ref: model.TableRef{Schema: string(row[1]), Table: string(row[2])},
			kind: row[3][0], partition: isTrue(row[4]), path: int(number(row[5])), hidden: isTrue(row[6]),
		})
	}
	slices.SortFunc(found.relations, func(a, b relation) int { return cmp.Compare(a.ref.String(), b.ref.String()) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catalog = found
	return found, nil
}

func isTrue(text []byte) bool { return string(text) == "t" }

// Tables lists tables, partitioned tables, views, materialised views and foreign
// tables outside of the system's schemas, sorted by name. Partitions are left out, as
// their tables have their rows; Table finds them all the same.
func (s *Source) Tables(ctx context.Context) ([]model.TableRef, error) {
	ctx, cancel := s.alive(ctx)
	defer cancel()
	t, err := s.begin(ctx, reading)
	if err != nil {
		return nil, err
	}
	defer t.end(ctx)
	all, err := t.relations(ctx)
	if err != nil {
		return nil, err
	}
	return all.refs(), nil
}

func (c *catalog) refs() []model.TableRef {
	var refs []model.TableRef
	for i := range c.relations {
		if !c.relations[i].partition {
			refs = append(refs, c.relations[i].ref)
		}
	}
	return refs
}

// find returns the relation that is called ref: exactly, else the only one that is
// ignoring case. Without a schema it is the first of search_path that has one.
func (c *catalog) find(s *Source, ref model.TableRef) (*relation, error) {
	if ref.Table == "" {
		return nil, errors.New("a table without a name")
	}
	if ref.Catalog != "" && ref.Schema == "" {
		return nil, fmt.Errorf("table %q of database %q has no schema", ref.Table, ref.Catalog)
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		var found []*relation
		for i := range c.relations {
			if c.relations[i].is(ref, c.database, same) {
				found = append(found, &c.relations[i])
			}
		}
		if ref.Schema == "" {
			found = firstOfPath(found)
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return nil, fmt.Errorf("table %s is ambiguous in %s: %s and %s differ only in case", ref, s.URI(), found[0].ref, found[1].ref)
		}
	}
	return nil, c.notFound(s, ref)
}

// is reports whether a relation is called ref.
func (r *relation) is(ref model.TableRef, database string, same func(a, b string) bool) bool {
	return same(r.ref.Table, ref.Table) &&
		(ref.Catalog == "" || same(database, ref.Catalog)) &&
		(ref.Schema == "" && r.path > 0 || ref.Schema != "" && same(r.ref.Schema, ref.Schema))
}

// firstOfPath returns those of some relations whose schema comes first.
func firstOfPath(found []*relation) []*relation {
	if len(found) == 0 {
		return nil
	}
	first := slices.MinFunc(found, func(a, b *relation) int { return cmp.Compare(a.path, b.path) }).path
	return slices.DeleteFunc(found, func(r *relation) bool { return r.path != first })
}

// notFound says what is there instead of a table.
func (c *catalog) notFound(s *Source, ref model.TableRef) error {
	const most = 8 // names that are listed
	e := &source.NotFoundError{Source: s.URI(), Ref: ref}
	if ref.Schema == "" {
		e.Looked = []string{"the schemas of search_path"}
	}
	var names []string
	for _, r := range c.refs() {
		names = append(names, r.String())
	}
	if near := model.Nearest(ref.String(), names); near != "" {
		e.Nearest = []string{near}
	} else {
		e.Nearest = names[:min(most, len(names))]
	}
	return e
}
