package warehouse

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// insert carries out INSERT INTO, INSERT OVERWRITE and INSERT OVERWRITE DIRECTORY.
func (s *session) insert(ctx context.Context, p *parser, params []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	overwrite := p.token(at).is("OVERWRITE")
	if !p.accept(&at, "INTO") && !p.accept(&at, "OVERWRITE") {
		return nil, p.unexpected(at)
	}
	if overwrite && p.accept(&at, "DIRECTORY") {
		return s.insertDirectory(ctx, p, at, params)
	}
	p.accept(&at, "TABLE")
	t, err := s.named(p, &at)
	if err != nil {
		return nil, err
	}
	if err := notView(t, "INSERT"); err != nil {
		return nil, err
	}
	var names []string
	if p.token(at).is("(") && !p.token(at+1).is("SELECT", "WITH", "VALUES", "(") {
		if names, err = p.nameList(&at); err != nil {
			return nil, err
		}
	}
	unlock, err := t.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	mode := map[bool]string{true: "Overwrite", false: "Append"}[overwrite]
	v := t.follow("WRITE", map[string]string{"mode": mode, "partitionBy": "[]"})
	query, err := s.translator(ctx, p, params).query(span{at, p.end()}, nil)
	if err != nil {
		return nil, err
	}
	if query, err = s.aligned(ctx, v, query, names, t); err != nil {
		return nil, err
	}
	rows, err := s.w.store(ctx, s.zone, query, v.columns)
	if err != nil {
		return nil, err
	}
	if overwrite {
		v.segments = nil
	}
	v.blind = !overwrite
	v.segments = append(v.segments, rows)
	v.metrics = metrics("numFiles", rows.files, "numOutputRows", rows.rows, "numOutputBytes", rows.bytes)
	v.changes = []change{{changeInsert, rows}}
	if overwrite {
		if err := s.replaced(ctx, t, v); err != nil {
			return nil, err
		}
	}
	s.w.commit(t, v)
	return affected(rows.rows, "num_affected_rows", "num_inserted_rows")
}

// aligned gives the columns of a query the places that they have in a table.
func (s *session) aligned(ctx context.Context, v *version, query string, names []string, t *table) (string, error) {
	found, err := s.w.describe(ctx, query)
	if err != nil {
		return "", err
	}
	want := len(v.columns)
	if names != nil {
		want = len(names)
	}
	if len(found) != want {
		class := "NOT_ENOUGH_DATA_COLUMNS"
		if len(found) > want {
			class = "TOO_MANY_DATA_COLUMNS"
		}
		return "", &sqlFailure{"INSERT_COLUMN_ARITY_MISMATCH." + class, "21S01", fmt.Sprintf("Cannot write to %s, the reason is that the table has %d columns and the data %d",
			backticked(t.names()...), want, len(found))}
	}
	if names == nil {
		return query, nil
	}
	places, items := make([]string, len(found)), make([]string, len(v.columns))
	for i := range places {
		places[i] = fmt.Sprintf("c%d", i)
	}
	for i, c := range v.columns {
		items[i] = "NULL"
		if k := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, c.name) }); k >= 0 {
			items[i] = places[k]
		}
	}
	for _, name := range names {
		if _, ok := v.column(name); !ok {
			return "", unresolved([]string{"", name, ""})
		}
	}
	return fmt.Sprintf("SELECT %s FROM (%s) AS q(%s)", strings.Join(items, ", "), query, strings.Join(places, ", ")), nil
}

// rewrite is an UPDATE or a DELETE: the rows that it changes, and what becomes of
// them.
type rewrite struct {
	t         *table
	v         *version
	relation  string   // the rows that are there, under the name of the table
	condition string   // which are changed
	items     []string // columns, changed where that is so; nil: rows are removed
	changed   []string // the same of rows that are all changed
}

// begin reads the table of an UPDATE or a DELETE, and locks it.
func (s *session) begin(ctx context.Context, p *parser, at *int, statement string) (r *rewrite, unlock func(), err error) {
	t, err := s.named(p, at)
	if err != nil {
		return nil, nil, err
	}
	if err := notView(t, statement); err != nil {
		return nil, nil, err
	}
	alias := t.name
	if p.accept(at, "AS") || p.token(*at).isName() && !p.token(*at).is("SET", "WHERE") {
		if alias, err = p.name(at); err != nil {
			return nil, nil, err
		}
	}
	if unlock, err = t.lock(ctx); err != nil {
		return nil, nil, err
	}
	r = &rewrite{t: t, v: t.follow(statement, nil), condition: "TRUE"}
	s.w.mu.RLock()
	relation, err := r.v.relation(t)
	s.w.mu.RUnlock()
	r.relation = relation + " AS " + duckName(alias)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return r, unlock, nil
}

// where reads the condition of an UPDATE or a DELETE, at the statement's end.
func (s *session) where(p *parser, tr *translator, at int, r *rewrite) error {
	r.v.parameters = map[string]string{"predicate": "[]"}
	if at == p.end() {
		return nil
	}
	if err := p.expect(&at, "WHERE"); err != nil {
		return err
	}
	condition, err := tr.expression(span{at, p.end()})
	r.condition = "COALESCE((" + condition + "), FALSE)"
	r.v.parameters["predicate"] = `["` + strings.ReplaceAll(p.statement[p.token(at).at:], `"`, `\"`) + `"]`
	return err
}

// deleteRows carries out DELETE FROM.
func (s *session) deleteRows(ctx context.Context, p *parser, params []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	if err := p.expect(&at, "FROM"); err != nil {
		return nil, err
	}
	r, unlock, err := s.begin(ctx, p, &at, "DELETE")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := s.where(p, s.translator(ctx, p, params), at, r); err != nil {
		return nil, err
	}
	return s.carryOut(ctx, r)
}

// truncate carries out TRUNCATE TABLE.
func (s *session) truncate(ctx context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	if err := p.expect(&at, "TABLE"); err != nil {
		return nil, err
	}
	r, unlock, err := s.begin(ctx, p, &at, "TRUNCATE")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	r.v.parameters = map[string]string{"predicate": "[]"}
	return s.carryOut(ctx, r)
}

// update carries out UPDATE.
func (s *session) update(ctx context.Context, p *parser, params []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	r, unlock, err := s.begin(ctx, p, &at, "UPDATE")
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := p.expect(&at, "SET"); err != nil {
		return nil, err
	}
	tr := s.translator(ctx, p, params)
	end := p.find(span{at, p.end()}, "WHERE")
	if end < 0 {
		end = p.end()
	}
	values := make([]string, len(r.v.columns))
	for _, part := range p.split(span{at, end}) {
		i, err := columnNamed(p, &part.lo, r.v)
		if err == nil {
			err = p.expect(&part.lo, "=")
		}
		if err == nil {
			values[i], err = tr.expression(part)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := s.where(p, tr, end, r); err != nil {
		return nil, err
	}
	for i, c := range r.v.columns {
		name := duckName(c.name)
		item, changed := name, name
		if values[i] != "" {
			changed = fmt.Sprintf("CAST(%s AS %s)", values[i], duckType(c.typ))
			item = fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", r.condition, changed, name)
		}
		r.items, r.changed = append(r.items, item), append(r.changed, changed)
	}
	return s.carryOut(ctx, r)
}

// carryOut writes the version that an UPDATE or a DELETE makes.
func (s *session) carryOut(ctx context.Context, r *rewrite) (*dbtest.Result, error) {
	all := make([]string, len(r.v.columns))
	for i, c := range r.v.columns {
		all[i] = duckName(c.name)
	}
	kept := fmt.Sprintf("SELECT %s FROM %s WHERE NOT %s", strings.Join(all, ", "), r.relation, r.condition)
	hit := fmt.Sprintf("SELECT %s FROM %s WHERE %s", strings.Join(all, ", "), r.relation, r.condition)
	if r.items != nil {
		kept = fmt.Sprintf("SELECT %s FROM %s", strings.Join(r.items, ", "), r.relation)
	}
	before, err := s.w.store(ctx, s.zone, hit, r.v.columns)
	if err != nil {
		return nil, err
	}
	if before.rows == 0 { // nothing to do: no version either
		return affectedRows(0, s.w.discard(ctx, before))
	}
	r.v.changes = []change{{changeDelete, before}}
	if r.items != nil {
		after := fmt.Sprintf("SELECT %s FROM %s WHERE %s", strings.Join(r.changed, ", "), r.relation, r.condition)
		rows, err := s.w.store(ctx, s.zone, after, r.v.columns)
		if err != nil {
			return nil, err
		}
		r.v.changes = []change{{changeBefore, before}, {changeAfter, rows}}
	}
	rest, err := s.w.store(ctx, s.zone, kept, r.v.columns)
	if err != nil {
		return nil, err
	}
	name := map[bool]string{true: "numUpdatedRows", false: "numDeletedRows"}[r.items != nil]
	r.v.metrics = metrics(name, before.rows, "numAddedFiles", rest.files)
	r.v.segments = []*segment{rest}
	s.w.commit(r.t, r.v)
	return affectedRows(before.rows, nil)
}

func affectedRows(rows int64, err error) (*dbtest.Result, error) {
	if err != nil {
		return nil, err
	}
	return affected(rows, "num_affected_rows")
}
