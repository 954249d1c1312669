package warehouse

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// create carries out CREATE CATALOG, SCHEMA, TABLE and VIEW.
func (s *session) create(ctx context.Context, p *parser, params []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	replace := p.accept(&at, "OR", "REPLACE")
	switch {
	case p.accept(&at, "CATALOG"), p.accept(&at, "SCHEMA"), p.accept(&at, "DATABASE"):
		return s.createSpace(p, at)
	case p.accept(&at, "VIEW"):
		return s.createView(ctx, p, at, replace, params)
	case p.accept(&at, "TABLE"):
		return s.createTable(ctx, p, at, replace, params)
	}
	return nil, p.unexpected(at)
}

// createSpace makes a catalog or a schema.
func (s *session) createSpace(p *parser, at int) (*dbtest.Result, error) {
	isCatalog := p.token(at - 1).is("CATALOG")
	tolerant := p.accept(&at, "IF", "NOT", "EXISTS")
	parts, err := p.names(&at)
	if err == nil {
		err = p.atEnd(at)
	}
	if err != nil {
		return nil, err
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if isCatalog {
		if s.w.catalogs[strings.ToLower(parts[0])] != nil && !tolerant {
			return nil, &sqlFailure{"CATALOG_ALREADY_EXISTS", "42710", "Catalog '" + parts[0] + "' already exists."}
		}
		s.w.addCatalog(parts[0])
		return nothing(), nil
	}
	inside, name := s.inside[0], parts[len(parts)-1]
	if len(parts) > 1 {
		inside = parts[0]
	}
	c := s.w.catalogs[strings.ToLower(inside)]
	if c == nil {
		return nil, catalogNotFound(inside)
	}
	if c.schemas[strings.ToLower(name)] != nil && !tolerant {
		return nil, &sqlFailure{"SCHEMA_ALREADY_EXISTS", "42P06", fmt.Sprintf("Cannot create schema %s because it already exists.\n"+
			"Choose a different name, drop the existing schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema.", backticked(c.name, name))}
	}
	c.addSchema(name)
	return nothing(), nil
}

// qualified returns the full name of a table that is to be made.
func (s *session) qualified(parts []string) (catalog, schema, name string) {
	full := append(s.inside[:3-len(parts):3-len(parts)], parts...)
	return full[0], full[1], full[2]
}

// createView keeps a query under a name.
func (s *session) createView(ctx context.Context, p *parser, at int, replace bool, params []dbtest.Param) (*dbtest.Result, error) {
	tolerant := p.accept(&at, "IF", "NOT", "EXISTS")
	parts, err := p.names(&at)
	if err != nil {
		return nil, err
	}
	if err := p.expect(&at, "AS"); err != nil {
		return nil, err
	}
	query, err := s.translator(ctx, p, params).query(span{at, p.end()}, nil)
	if err != nil {
		return nil, err
	}
	found, err := s.w.describe(ctx, query)
	if err != nil {
		return nil, err
	}
	t := newTable(s.qualified(parts))
	t.query, t.inside = p.statement[p.token(at).at:], s.inside
	for _, c := range found {
		t.columns = append(t.columns, column{name: c.Name, typ: c.Type})
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if there, err := s.w.find(parts, s.inside); err == nil {
		if tolerant {
			return nothing(), nil
		}
		if !there.isView() {
			return nil, alreadyExists(t)
		}
	}
	return nothing(), s.w.place(t, replace)
}

// tableText is what a statement says of a table that it makes.
type tableText struct {
	columns     []column
	constraints []constraint
	properties  map[string]string
	comment     string
	query       int // the place of the query; -1: there is none
}

// createTable makes a table, or a new version of one that it replaces.
func (s *session) createTable(ctx context.Context, p *parser, at int, replace bool, params []dbtest.Param) (*dbtest.Result, error) {
	tolerant := p.accept(&at, "IF", "NOT", "EXISTS")
	parts, err := p.names(&at)
	if err != nil {
		return nil, err
	}
	made, err := s.tableText(p, at)
	if err != nil {
		return nil, err
	}
	s.w.mu.RLock()
	t, _ := s.w.find(parts, s.inside)
	s.w.mu.RUnlock()
	switch {
	case t != nil && tolerant:
		return nothing(), nil
	case t != nil && (!replace || t.isView()):
		return nil, alreadyExists(t)
	case t == nil:
		t = newTable(s.qualified(parts))
	}
	unlock, err := t.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	v := &version{operation: "CREATE TABLE", columns: made.columns, properties: made.properties, blind: !replace}
	if replace {
		v.operation = "CREATE OR REPLACE TABLE"
	}
	if made.query >= 0 {
		if err := s.fill(ctx, p, v, span{made.query, p.end()}, params); err != nil {
			return nil, err
		}
	}
	if err := v.checkNames(); err != nil {
		return nil, err
	}
	v.parameters = tableParameters(made)
	if err := s.replaced(ctx, t, v); err != nil {
		return nil, err
	}
	s.w.commit(t, v)
	s.w.mu.Lock()
	t.comment, t.constraints = made.comment, made.constraints
	err = s.w.place(t, true)
	s.w.mu.Unlock()
	if err != nil || made.query < 0 {
		return nothing(), err
	}
	return affected(v.segments[0].rows, "num_affected_rows", "num_inserted_rows")
}

// fill has the rows of a query in a version, and its columns.
func (s *session) fill(ctx context.Context, p *parser, v *version, query span, params []dbtest.Param) error {
	v.operation += " AS SELECT"
	text, err := s.translator(ctx, p, params).query(query, nil)
	if err != nil {
		return err
	}
	found, err := s.w.describe(ctx, text)
	if err != nil {
		return err
	}
	if len(v.columns) > 0 {
		return p.unexpected(query.lo) // columns come from the query
	}
	for _, c := range found {
		if _, ok := v.column(c.Name); ok {
			return columnExists(c.Name)
		}
		v.columns = append(v.columns, column{name: c.Name, typ: c.Type, physical: c.Name})
	}
	rows, err := s.w.store(ctx, s.zone, text, v.columns)
	if err != nil {
		return err
	}
	v.segments = []*segment{rows}
	v.metrics = metrics("numFiles", rows.files, "numOutputRows", rows.rows, "numOutputBytes", rows.bytes)
	return nil
}

// replaced gives a version the changes of all rows that were, and all that are.
func (s *session) replaced(ctx context.Context, t *table, v *version) error {
	v.changes = nil
	if !strings.EqualFold(v.properties[changeFeed], "true") {
		return nil
	}
	if len(t.versions) > 0 {
		s.w.mu.RLock()
		last := t.latest()
		relation, err := last.relation(t)
		s.w.mu.RUnlock()
		if err != nil {
			return err
		}
		old, err := s.w.store(ctx, utc, "FROM "+relation, last.columns)
		if err != nil {
			return err
		}
		v.changes = append(v.changes, change{changeDelete, old})
	}
	for _, g := range v.segments {
		v.changes = append(v.changes, change{changeInsert, g})
	}
	return nil
}

func tableParameters(made *tableText) map[string]string {
	properties, err := json.Marshal(made.properties)
	if err != nil {
		properties = []byte("{}") // a map of texts can be written
	}
	return map[string]string{"partitionBy": "[]", "clusterBy": "[]", "description": made.comment, "isManaged": "true", "properties": string(properties)}
}

// affected is the result of a statement that writes rows.
func affected(rows int64, names ...string) (*dbtest.Result, error) {
	var fields []arrow.Field
	var row []any
	for _, name := range names {
		fields = append(fields, field(name, bigType))
		row = append(row, rows)
	}
	r, err := rowsResult(fields, [][]any{row})
	if err == nil {
		r.Affected = rows
	}
	return r, err
}

// tableText reads what stands behind the name of a table.
func (s *session) tableText(p *parser, at int) (*tableText, error) {
	made := &tableText{properties: map[string]string{}, query: -1}
	if p.token(at).is("(") {
		if err := s.columnsAndKeys(p, &at, made); err != nil {
			return nil, err
		}
	}
	for at < p.end() {
		switch {
		case p.accept(&at, "USING"):
			if !p.accept(&at, "DELTA") {
				return nil, unsupported("its tables are like those of Delta")
			}
		case p.accept(&at, "COMMENT"):
			var err error
			if made.comment, err = p.literal(&at); err != nil {
				return nil, err
			}
		case p.accept(&at, "TBLPROPERTIES"):
			if err := p.properties(&at, made.properties); err != nil {
				return nil, err
			}
		case p.accept(&at, "CLUSTER", "BY"), p.accept(&at, "PARTITIONED", "BY"): // how files lie is of no concern
			if _, err := p.nameList(&at); err != nil {
				return nil, err
			}
		case p.token(at).is("AS", "SELECT", "WITH", "VALUES", "("):
			p.accept(&at, "AS")
			made.query = at
			return made, nil
		default:
			return nil, p.unexpected(at)
		}
	}
	return made, nil
}

// properties reads ('name' = 'value', …).
func (p *parser) properties(at *int, into map[string]string) error {
	if !p.token(*at).is("(") {
		return p.unexpected(*at)
	}
	end := p.closing(*at)
	for _, part := range p.split(span{*at + 1, end}) {
		equals := p.find(part, "=")
		if equals != part.hi-2 {
			return p.unexpected(part.lo)
		}
		name := ""
		for i := part.lo; i < equals; i++ {
			name += p.token(i).text
		}
		into[name] = strings.ToLower(p.token(equals + 1).text)
		if p.token(equals+1).kind == textToken {
			into[name] = p.token(equals + 1).text
		}
	}
	*at = end + 1
	return nil
}

// columnsAndKeys reads the columns and the constraints of a table, in brackets.
func (s *session) columnsAndKeys(p *parser, at *int, made *tableText) error {
	end := p.closing(*at)
	for *at++; ; *at++ {
		if err := s.columnOrKey(p, at, end, made); err != nil {
			return err
		}
		if !p.token(*at).is(",") {
			break
		}
	}
	return p.expect(at, ")")
}

// columnOrKey reads a column or a constraint of a table, up to a comma or an end.
func (s *session) columnOrKey(p *parser, at *int, end int, made *tableText) error {
	if p.token(*at).is("CONSTRAINT", "PRIMARY", "FOREIGN") {
		c, err := s.constraint(p, at)
		if err == nil {
			made.constraints = append(made.constraints, *c)
		}
		return err
	}
	var c column
	var err error
	if c.name, err = p.name(at); err != nil {
		return err
	}
	c.physical = c.name
	if slices.ContainsFunc(made.columns, func(o column) bool { return strings.EqualFold(o.name, c.name) }) {
		return columnExists(c.name)
	}
	if c.typ, *at, err = p.typeAt(*at); err != nil {
		return err
	}
	for *at < end && !p.token(*at).is(",") {
		switch {
		case p.accept(at, "NOT", "NULL"):
			c.required = true
		case p.accept(at, "COMMENT"):
			if c.comment, err = p.literal(at); err != nil {
				return err
			}
		case p.accept(at, "PRIMARY", "KEY"):
			made.constraints = append(made.constraints, constraint{name: "pk_" + c.name, columns: []string{c.name}})
			c.required = true
		case p.accept(at, "RELY"), p.accept(at, "NORELY"):
		default:
			return p.unexpected(*at)
		}
	}
	made.columns = append(made.columns, c)
	return nil
}

// notInNames are the characters that names of columns have where columns are mapped,
// and nowhere else.
const notInNames = " ,;{}()\n\t="

// checkNames returns the error of a table whose columns have names that its files
// would not take.
func (v *version) checkNames() error {
	if mode := v.properties["delta.columnMapping.mode"]; mode == "name" || mode == "id" {
		return nil
	}
	var refused []string
	for _, c := range v.columns {
		if strings.ContainsAny(c.name, notInNames) {
			refused = append(refused, c.name)
		}
	}
	if refused == nil {
		return nil
	}
	return &sqlFailure{"DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES", "42K05", "Found invalid character(s) among ' ,;{}()\\n\\t=' in the column names of your schema.\n" +
		"Invalid column names: " + strings.Join(refused, ", ") + ".\nPlease use other characters and try again.\nAlternatively, enable Column Mapping to keep using these characters."}
}

func columnExists(name string) error {
	return &sqlFailure{"COLUMN_ALREADY_EXISTS", "42711", "The column " + backticked(strings.ToLower(name)) + " already exists. Choose another name or rename the existing column."}
}

// constraint reads [CONSTRAINT name] PRIMARY KEY (…) or FOREIGN KEY (…) REFERENCES
// table [(…)].
func (s *session) constraint(p *parser, at *int) (*constraint, error) {
	c := &constraint{}
	var err error
	if p.accept(at, "CONSTRAINT") {
		if c.name, err = p.name(at); err != nil {
			return nil, err
		}
	}
	c.foreign = p.token(*at).is("FOREIGN")
	if !p.accept(at, "PRIMARY", "KEY") && !p.accept(at, "FOREIGN", "KEY") {
		return nil, p.unexpected(*at)
	}
	if c.columns, err = p.nameList(at); err != nil {
		return nil, err
	}
	if c.name == "" {
		c.name = map[bool]string{true: "fk_", false: "pk_"}[c.foreign] + strings.Join(c.columns, "_")
	}
	if !c.foreign {
		p.accept(at, "RELY")
		return c, nil
	}
	if err := p.expect(at, "REFERENCES"); err != nil {
		return nil, err
	}
	parts, err := p.names(at)
	if err != nil {
		return nil, err
	}
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	t, err := s.w.find(parts, s.inside)
	if err != nil {
		return nil, err
	}
	c.refers = t.names()
	if p.token(*at).is("(") {
		c.toward, err = p.nameList(at)
		return c, err
	}
	for _, k := range t.constraints {
		if !k.foreign {
			c.toward = k.columns
		}
	}
	return c, nil
}

// drop carries out DROP TABLE, VIEW and SCHEMA.
func (s *session) drop(ctx context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	what, at := p.token(1).upper, 2
	if what != "TABLE" && what != "VIEW" && what != "SCHEMA" && what != "DATABASE" {
		return nil, p.unexpected(1)
	}
	tolerant := p.accept(&at, "IF", "EXISTS")
	parts, err := p.names(&at)
	if err != nil {
		return nil, err
	}
	cascade := p.accept(&at, "CASCADE")
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	if what == "SCHEMA" || what == "DATABASE" {
		return nothing(), s.dropSchema(parts, tolerant, cascade)
	}
	s.w.mu.Lock()
	t, err := s.w.find(parts, s.inside)
	if err == nil && t.isView() != (what == "VIEW") {
		err = &sqlFailure{"WRONG_COMMAND_FOR_OBJECT_TYPE", "42809", fmt.Sprintf("DROP %s cannot drop %s.", what, backticked(t.names()...))}
	}
	if err == nil {
		delete(s.w.catalogs[strings.ToLower(t.catalog)].schemas[strings.ToLower(t.schema)].tables, strings.ToLower(t.name))
	}
	s.w.mu.Unlock()
	if err != nil {
		if _, missing := err.(*sqlFailure); missing && tolerant && t == nil { //nolint:errorlint // find wraps nothing
			return nothing(), nil
		}
		return nil, err
	}
	return nothing(), s.w.discard(ctx, t.allSegments()...)
}

// allSegments returns the segments of all versions.
func (t *table) allSegments() []*segment {
	seen := map[*segment]bool{}
	for _, v := range t.versions {
		for _, g := range v.segments {
			seen[g] = true
		}
		for _, c := range v.changes {
			seen[c.rows] = true
		}
	}
	return slices.Collect(maps.Keys(seen))
}

func (s *session) dropSchema(parts []string, tolerant, cascade bool) error {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	inside, name := s.inside[0], parts[len(parts)-1]
	if len(parts) > 1 {
		inside = parts[0]
	}
	c := s.w.catalogs[strings.ToLower(inside)]
	if c == nil {
		return catalogNotFound(inside)
	}
	found := c.schemas[strings.ToLower(name)]
	switch {
	case found == nil && tolerant:
		return nil
	case found == nil:
		return schemaNotFound(inside, name)
	case len(found.tables) > 0 && !cascade:
		return &sqlFailure{"SCHEMA_NOT_EMPTY", "2BP01", fmt.Sprintf("Cannot drop a schema %s because it contains objects.\n"+
			"Use DROP SCHEMA ... CASCADE to drop the schema and all its objects.", backticked(c.name, found.name))}
	}
	delete(c.schemas, strings.ToLower(name))
	return nil
}
