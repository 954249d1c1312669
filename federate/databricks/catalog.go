package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// entry is a table as a catalog lists it.
type entry struct {
	ref  model.TableRef // as tables are listed: without the default catalog
	full model.TableRef // with its catalog
	kind string         // in capitals as the catalog has it, such as MANAGED or VIEW; empty: not known
}

// maxNearest is how many tables are listed where none has a name like the one
// that was asked for.
const maxNearest = 8

// hiddenSchema is in every catalog, and has no data of anyone.
const hiddenSchema = "information_schema"

// defaultCatalog returns the catalog that names without one are of.
func (s *Source) defaultCatalog(ctx context.Context) (string, error) {
	if s.cfg.Catalog != "" {
		return s.cfg.Catalog, nil
	}
	return s.catalog.get(ctx, func() (string, error) {
		rows, err := s.ask(ctx, "the default catalog", "SELECT current_catalog() AS catalog")
		if err != nil {
			return "", err
		}
		if len(rows) != 1 || rows[0]["catalog"] == "" {
			return "", errors.New("the warehouse names no default catalog; add catalog=NAME to the URI")
		}
		return rows[0]["catalog"], nil
	})
}

// Tables lists the tables and views of the default catalog, in all of its schemas,
// sorted by name.
func (s *Source) Tables(ctx context.Context) ([]model.TableRef, error) {
	catalog, err := s.defaultCatalog(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := s.list(ctx, catalog, "", "")
	if err != nil {
		return nil, err
	}
	refs := make([]model.TableRef, len(entries))
	for i := range entries {
		refs[i] = entries[i].ref
	}
	slices.SortFunc(refs, func(a, b model.TableRef) int { return strings.Compare(a.String(), b.String()) })
	return refs, nil
}

// list returns the tables of a catalog; of one schema where schema is not empty,
// and of one name where table is not, in whatever case.
func (s *Source) list(ctx context.Context, catalog, schema, table string) ([]entry, error) {
	what := "tables of catalog " + catalog
	name, err := sqlgen.Identifier(sqlgen.Databricks, catalog)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	statement := "SELECT table_schema, table_name, table_type FROM " + name + ".information_schema.tables"
	where, err := ignoringCase("table_schema", schema, "table_name", table)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	rows, err := s.ask(ctx, what, statement+where)
	if isMissing(err) { // of the Hive metastore, and of catalogs that are not there
		return s.show(ctx, catalog, schema, table)
	}
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, row := range rows {
		if row["table_schema"] != hiddenSchema {
			entries = append(entries, s.entry(catalog, row["table_schema"], row["table_name"], row["table_type"]))
		}
	}
	return entries, nil
}

func (s *Source) entry(catalog, schema, table, kind string) entry {
	full := model.TableRef{Catalog: catalog, Schema: schema, Table: table}
	e := entry{ref: full, full: full, kind: strings.ToUpper(kind)}
	if byDefault, ok := s.catalog.peek(); catalog == s.cfg.Catalog || ok && s.cfg.Catalog == "" && catalog == byDefault {
		e.ref.Catalog = ""
	}
	return e
}

// ignoringCase returns a WHERE clause that compares columns with texts, pair by
// pair, leaving out those whose text is empty.
func ignoringCase(pairs ...string) (string, error) {
	var conditions []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		text, err := sqlgen.Literal(sqlgen.Databricks, strings.ToLower(pairs[i+1]))
		if err != nil {
			return "", err
		}
		conditions = append(conditions, "lower("+pairs[i]+") = "+text)
	}
	if conditions == nil {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), nil
}

// show lists what a catalog without information_schema has.
func (s *Source) show(ctx context.Context, catalog, schema, table string) ([]entry, error) {
	what := "tables of catalog " + catalog
	schemas := []string{schema}
	if schema == "" {
		var err error
		if schemas, err = s.showSchemas(ctx, catalog); err != nil {
			return nil, err
		}
	}
	var entries []entry
	for _, schema := range schemas {
		name, err := sqlgen.Table(sqlgen.Databricks, model.TableRef{Schema: catalog, Table: schema})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		rows, err := s.ask(ctx, what, "SHOW TABLES IN "+name)
		if isMissing(err) && table != "" {
			continue // there is no such schema: who asks says which tables there are
		}
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			inSchema := row["database"] // empty for views of this session
			if inSchema != "" && (table == "" || strings.EqualFold(row["tablename"], table)) {
				entries = append(entries, s.entry(catalog, inSchema, row["tablename"], ""))
			}
		}
	}
	return entries, nil
}

func (s *Source) showSchemas(ctx context.Context, catalog string) ([]string, error) {
	what := "schemas of catalog " + catalog
	name, err := sqlgen.Identifier(sqlgen.Databricks, catalog)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	rows, err := s.ask(ctx, what, "SHOW SCHEMAS IN "+name)
	if err != nil {
		return nil, err
	}
	var schemas []string
	for _, row := range rows {
		if schema := row["databasename"]; schema != hiddenSchema {
			schemas = append(schemas, schema)
		}
	}
	return schemas, nil
}

// missingClasses are the classes of errors of names that are not there.
var missingClasses = []string{
	"TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "NO_SUCH_CATALOG_EXCEPTION", "UC_CATALOG_NOT_FOUND",
}

// isMissing reports whether a warehouse says that there is no such name.
func isMissing(err error) bool {
	var refused *StatementError
	return errors.As(err, &refused) && slices.Contains(missingClasses, refused.Class())
}

// find looks a table up by the name that it was asked for: exactly, else the only
// one that matches ignoring case.
func (s *Source) find(ctx context.Context, ref model.TableRef) (entry, error) {
	catalog, err := s.defaultCatalog(ctx)
	if err != nil {
		return entry{}, err
	}
	wanted := ref
	if wanted.Catalog == "" {
		wanted.Catalog = catalog
	}
	if wanted.Schema == "" {
		wanted.Schema = s.cfg.Schema
	}
	if wanted.Schema == "" || wanted.Table == "" {
		return entry{}, s.notFound(ctx, ref, wanted.Catalog, nil)
	}
	candidates, err := s.list(ctx, wanted.Catalog, wanted.Schema, wanted.Table)
	if err != nil && !isMissing(err) {
		return entry{}, err
	}
	if strings.EqualFold(wanted.Catalog, catalog) { // which may be written in another case
		for i := range candidates {
			candidates[i].ref.Catalog = ""
		}
	}
	for _, c := range candidates {
		if c.full == wanted {
			return c, nil
		}
	}
	switch len(candidates) {
	case 0:
		return entry{}, s.notFound(ctx, ref, wanted.Catalog, []string{wanted.String()})
	case 1:
		return candidates[0], nil
	}
	return entry{}, fmt.Errorf("table %s is ambiguous in %s: %s and %s differ only in case", ref, s.URI(), candidates[0].ref, candidates[1].ref)
}

// notFound says what was looked for and, where the tables can be listed, what is
// there instead.
func (s *Source) notFound(ctx context.Context, ref model.TableRef, catalog string, looked []string) error {
	e := &source.NotFoundError{Source: s.URI(), Ref: ref, Looked: looked}
	entries, err := s.list(ctx, catalog, "", "")
	if err != nil {
		if err := s.check(ctx); err != nil {
			return err
		}
		return e
	}
	var names []string
	for i := range entries {
		names = append(names, entries[i].ref.String())
	}
	slices.Sort(names)
	if near := model.Nearest(ref.String(), names); near != "" {
		e.Nearest = []string{near}
	} else {
		e.Nearest = names[:min(maxNearest, len(names))]
	}
	return e
}
