package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

var _ source.TargetChecker = (*Source)(nil)

// tableKinds are the kinds of relations whose rows are their own.
var tableKinds = []string{"MANAGED", "EXTERNAL", "FOREIGN", "BASE TABLE", "MANAGED_SHALLOW_CLONE", "EXTERNAL_SHALLOW_CLONE"}

// CheckTarget implements [source.TargetChecker]. Of a view it knows what its
// definition says: one that has the target's name in it, or the name of such a view,
// is taken for a view of it, and so is one whose definition the warehouse does not
// show. What lies under a view that cannot be seen at all, it does not know.
func (s *Source) CheckTarget(ctx context.Context, target model.TableRef, reads []model.TableRef) error {
	if target.Schema == "" && s.cfg.Schema == "" {
		return &source.TargetError{Target: target, Why: "expected SCHEMA.TABLE, since the URI names no schema"}
	}
	there, err := s.find(ctx, target)
	var missing *source.NotFoundError
	if errors.As(err, &missing) {
		return nil // nothing can stand on it
	}
	if err != nil {
		return err
	}
	var views []entry
	for _, read := range reads {
		e, err := recall(&s.mu, s.found, read).get(ctx, func() (entry, error) { return s.find(ctx, read) })
		if err != nil {
			return err
		}
		if sameName(e.full, there.full) {
			return &source.TargetError{Target: target, Why: "the parent segment reads it"}
		}
		isTable, err := s.isTable(ctx, e)
		if err != nil {
			return err
		}
		if !isTable {
			views = append(views, e)
		}
	}
	return s.checkViews(ctx, target, there, views)
}

// sameName reports whether two full names are of the same thing: catalogs are
// spelled as they were asked for.
func sameName(a, b model.TableRef) bool {
	return strings.EqualFold(a.Catalog, b.Catalog) && strings.EqualFold(a.Schema, b.Schema) && strings.EqualFold(a.Table, b.Table)
}

// isTable reports whether the rows of a relation are its own. Catalogs without
// information_schema list views among tables.
func (s *Source) isTable(ctx context.Context, e entry) (bool, error) {
	kind := e.kind
	if kind == "" {
		name, err := sqlgen.Table(sqlgen.Databricks, e.full)
		if err != nil {
			return false, err
		}
		rows, err := s.ask(ctx, "table "+e.ref.String(), "DESCRIBE TABLE EXTENDED "+name)
		if err != nil {
			return false, err
		}
		for _, row := range rows {
			if row["col_name"] == "Type" {
				kind = strings.ToUpper(row["data_type"]) // the last one: a column may be called so
			}
		}
	}
	return slices.Contains(tableKinds, kind), nil
}

// checkViews returns an error where one of some views is, or may be, a view of a
// table.
func (s *Source) checkViews(ctx context.Context, target model.TableRef, there entry, views []entry) error {
	if len(views) == 0 {
		return nil
	}
	known, err := s.definitions(ctx, views)
	if err != nil {
		return err
	}
	above := standing(there.full.Table, known)
	for _, view := range views {
		i := slices.IndexFunc(known, func(d definition) bool { return sameName(d.of, view.full) })
		switch {
		case i < 0 || known[i].text == "":
			return &source.TargetError{Target: target, Why: fmt.Sprintf(
				"the parent segment reads %s, of which the warehouse shows no definition: it may be a view of it", view.ref)}
		case above[i]:
			return &source.TargetError{Target: target, Why: fmt.Sprintf(
				"the parent segment reads %s, which is or may be a view of it, since its name is in the definition", view.ref)}
		}
	}
	return nil
}

// definition is what a view selects.
type definition struct {
	of   model.TableRef
	text string // empty where it is not shown
}

// definitions returns those of all views that can be seen; where the catalogs
// cannot be looked through together, of those of some views.
func (s *Source) definitions(ctx context.Context, views []entry) ([]definition, error) {
	const system = "system"
	found, err := s.definitionsIn(ctx, system)
	var refused *StatementError
	if !errors.As(err, &refused) {
		return found, err
	}
	var catalogs []string
	for _, view := range views {
		if catalog := view.full.Catalog; !slices.Contains(catalogs, catalog) {
			catalogs = append(catalogs, catalog)
		}
	}
	for _, catalog := range catalogs {
		more, err := s.definitionsIn(ctx, catalog)
		if err != nil && !isMissing(err) {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

func (s *Source) definitionsIn(ctx context.Context, catalog string) ([]definition, error) {
	name, err := sqlgen.Identifier(sqlgen.Databricks, catalog)
	if err != nil {
		return nil, err
	}
	rows, err := s.ask(ctx, "views of catalog "+catalog, "SELECT table_catalog, table_schema, table_name, view_definition FROM "+
		name+".information_schema.views WHERE table_schema <> '"+hiddenSchema+"'")
	var found []definition
	for _, row := range rows {
		found = append(found, definition{
			of:   model.TableRef{Catalog: row["table_catalog"], Schema: row["table_schema"], Table: row["table_name"]},
			text: row["view_definition"],
		})
	}
	return found, err
}

// standing reports of each view whether it has the name of a table in its
// definition, or the name of such a view. One without a definition may have any.
func standing(table string, views []definition) []bool {
	above := make([]bool, len(views))
	names := []string{table}
	for next := 0; next < len(names); next++ {
		for i, v := range views {
			if !above[i] && (v.text == "" || mentions(v.text, names[next])) {
				above[i] = true
				names = append(names, v.of.Table)
			}
		}
	}
	return above
}

// mentions reports whether a text has a name in it, in whatever case, that is not
// part of a longer word.
func mentions(text, name string) bool {
	text, name = strings.ToLower(text), strings.ToLower(strings.ReplaceAll(name, "`", "``"))
	first, _ := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		lo, hi := from+i, from+i+len(name)
		before, _ := utf8.DecodeLastRuneInString(text[:lo])
		after, _ := utf8.DecodeRuneInString(text[hi:])
		if !(isWord(first) && isWord(before)) && !(isWord(last) && isWord(after)) {
			return true
		}
		from = lo + 1
	}
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
