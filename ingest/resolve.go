package ingest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/source"
)

// resolved is a configuration whose every name has been found in the source.
type resolved struct {
	parent *model.ParentSegment
	loc    *time.Location
	schema *model.Schema
	layout *model.Layout
	master masterScan
	// attributes holds a scan per table and key column, so that a table is read
	// once however many attributes it gives.
	attributes []*attributeScan
	behaviors  []*behaviorScan
	computed   []*computedAttribute // the last attributes of the schema
}

// masterScan reads the keys of the customers.
type masterScan struct {
	found   source.Table // as the source gives it
	table   source.Table // the same, with the key as text where it has no types of its own
	key     string       // column name as the source spells it
	filters []filter
}

// attributeScan reads the attributes that one table gives.
type attributeScan struct {
	table   source.Table
	key     string
	filters []filter // of the master table, where this is it
	columns []attributeColumn
	notes   []string
}

type attributeColumn struct {
	attribute int // position in the schema
	name      string
	convert   *converter
}

// behaviorScan reads the events of one behavior.
type behaviorScan struct {
	table    source.Table
	behavior int // position in the schema
	key      string
	time     string
	timeConv *converter
	fields   []fieldColumn
	keepFrom int64 // events before it are left out; math.MinInt64: none
	notes    []string
}

type fieldColumn struct {
	name    string
	convert *converter
}

// resolver collects what a configuration resolves to, and its problems.
type resolver struct {
	ctx      context.Context
	src      source.Source
	asOf     time.Time // from which the times that events are kept count
	out      *resolved
	tables   map[model.TableRef]source.Table
	texts    map[keyColumn]source.Table // tables of which a key is read as text
	problems []Problem
	failed   error // the source failed; names are not to blame
}

// keyColumn is a table with a column that is its key.
type keyColumn struct {
	table  source.Table
	column string
}

// Resolve finds every table and column that p names in src, without reading any
// row, and returns the schema and the layout that a build at asOf would have. Its
// errors are those of Build before it reads: a *ConfigError with all problems, or
// the source's.
func Resolve(ctx context.Context, p *model.ParentSegment, src source.Source, asOf time.Time) (schema *model.Schema, layout *model.Layout, err error) {
	defer func() {
		if r := recover(); r != nil {
			schema, layout, err = nil, nil, fmt.Errorf("internal error while resolving: %v\n%s", r, debug.Stack())
		}
	}()
	loc, err := window.LoadLocation(p.Timezone)
	if err != nil {
		return nil, nil, err
	}
	r, err := resolve(ctx, p, src, loc, asOf)
	if err != nil {
		return nil, nil, err
	}
	return r.schema, r.layout, nil
}

// resolve finds every table and column of a parent segment. Its error is a
// *ConfigError with all problems, or the source's.
func resolve(ctx context.Context, p *model.ParentSegment, src source.Source, loc *time.Location, asOf time.Time) (*resolved, error) {
	r := &resolver{
		ctx: ctx, src: src, asOf: asOf, tables: map[model.TableRef]source.Table{}, texts: map[keyColumn]source.Table{},
		out: &resolved{
			parent: p, loc: loc,
			schema: &model.Schema{
				Name: p.Name, Timezone: p.Timezone, KeyColumn: p.Master.KeyColumn,
				Attributes: []model.Attribute{}, Behaviors: []model.Behavior{},
			},
			layout: &model.Layout{Attributes: []model.ColumnLayout{}, Behaviors: []model.EventLayout{}},
		},
	}
	r.master()
	for i := range p.Attributes {
		r.attribute(fmt.Sprintf("attributes[%d] (%s)", i, p.Attributes[i].Name), &p.Attributes[i])
	}
	r.masterAttributes()
	for i := range p.Behaviors {
		r.behavior(fmt.Sprintf("behaviors[%d] (%s)", i, p.Behaviors[i].Name), &p.Behaviors[i])
	}
	for i := range p.Computed {
		r.computed(fmt.Sprintf("computed[%d] (%s)", i, p.Computed[i].Name), &p.Computed[i])
	}
	r.names()
	switch {
	case r.failed != nil:
		return nil, r.failed
	case len(r.problems) > 0:
		return nil, &ConfigError{Problems: r.problems}
	}
	return r.out, nil
}

func (r *resolver) problem(code, path string, err error) {
	r.problems = append(r.problems, Problem{Code: code, Path: path, Err: err})
}

// table finds a table once; nil where it is not there, which is then a problem.
func (r *resolver) table(path string, ref model.TableRef) source.Table {
	t, known := r.tables[ref]
	if !known {
		var err error
		t, err = r.src.Table(r.ctx, ref)
		r.tables[ref] = t
		var missing *source.NotFoundError
		switch {
		case errors.As(err, &missing):
			r.problem("UNKNOWN_TABLE", path, err)
		case err != nil && r.failed == nil:
			r.failed = fmt.Errorf("%s: %w", path, err)
		}
		if err != nil {
			r.tables[ref] = nil
			return nil
		}
	}
	return t
}

// column finds a column and returns its spelling in the source; ok is false
// where it is not there, which is then a problem.
func (r *resolver) column(path string, t source.Table, name string) (position int, spelled string, ok bool) {
	i, err := source.Column(t, name)
	if err != nil {
		r.problem("UNKNOWN_COLUMN", path, err)
		return 0, "", false
	}
	return i, t.Schema().Field(i).Name, true
}

// atColumn says of which table and column an error is.
func atColumn(t source.Table, column string, err error) error {
	return fmt.Errorf("table %s (%s), column %q: %w", t.Ref(), t.Info().Location, column, err)
}

// withTextKey returns the table with its key as text, where the source has no
// types of its own: inferred ones would change with the data, 1 to 001.
func (r *resolver) withTextKey(t source.Table, key string) source.Table {
	at := keyColumn{t, key}
	if r.texts[at] == nil {
		r.texts[at] = t
		if texter, ok := t.(source.Texter); ok {
			if text, ok := texter.Text(key); ok {
				r.texts[at] = text
			}
		}
	}
	return r.texts[at]
}

// keyed finds a key column of the type that the customers' keys have. It returns
// the table to read it from.
func (r *resolver) keyed(path string, t source.Table, name string) (keyed source.Table, spelled string, ok bool) {
	i, spelled, ok := r.column(path+".key_column", t, name)
	if !ok {
		return nil, "", false
	}
	wholeNumber := model.Type{Kind: model.Number, Repr: model.Int64}
	if inferred, err := typeOf(t.Schema().Field(i).Type); err != nil || inferred != wholeNumber || r.out.schema.KeyType != wholeNumber {
		t = r.withTextKey(t, spelled) // else its whole numbers are those of the master table
	}
	typ, err := typeOf(t.Schema().Field(i).Type)
	isKey := err == nil && (typ.Kind == model.String || typ == wholeNumber)
	found := fmt.Sprintf("table %s (%s): key column %q is %s", t.Ref(), t.Info().Location, spelled, typ)
	if err != nil {
		found = fmt.Sprintf("table %s (%s): key column %q: %v", t.Ref(), t.Info().Location, spelled, err)
	}
	want := &r.out.schema.KeyType
	switch {
	case !isKey:
		r.problem("KEY_TYPE", path+".key_column", fmt.Errorf("%s, expected string or number (int64)", found))
		return nil, "", false
	case *want == model.Type{}:
		*want = typ // the master table is the first to come here
	case *want != typ:
		r.problem("KEY_TYPE", path+".key_column", fmt.Errorf("%s, but the master table %s (%s) has %q as %s",
			found, r.out.master.table.Ref(), r.out.master.table.Info().Location, r.out.master.key, *want))
		return nil, "", false
	}
	return t, spelled, true
}

func (r *resolver) master() {
	m := &r.out.parent.Master
	t := r.table("master_table", m.Table)
	if t == nil {
		return
	}
	keyed, key, ok := r.keyed("master_table", t, m.KeyColumn)
	if !ok {
		return
	}
	r.out.master.found, r.out.master.table, r.out.master.key = t, keyed, key
	r.out.schema.KeyColumn = key
	r.out.master.filters = r.filters(keyed, r.problem)
	r.out.layout.Master, r.out.layout.KeyColumn = m.Table, key
	for i, f := range r.out.master.filters {
		r.out.layout.Filters = append(r.out.layout.Filters, model.FilterLayout{Column: f.column, Type: f.typ, Values: m.Filters[i].Values})
	}
}

// filters returns the filters of the master table for a scan of it: the scan's
// key may be text where other scans read whole numbers.
func (r *resolver) filters(keyed source.Table, problem func(code, path string, err error)) []filter {
	var filters []filter
	for i, f := range r.out.parent.Master.Filters {
		path := fmt.Sprintf("master_table.filters[%d]", i)
		at, err := source.Column(keyed, f.Column)
		if err != nil {
			problem("UNKNOWN_COLUMN", path+".column", err)
			continue
		}
		column := keyed.Schema().Field(at)
		compiled, err := newFilter(column.Name, column.Type, f.Values)
		if err != nil {
			problem("TYPE_MISMATCH", path, fmt.Errorf("table %s (%s): %w", keyed.Ref(), keyed.Info().Location, err))
			continue
		}
		filters = append(filters, compiled)
	}
	return filters
}

// attribute resolves one attribute and adds it to the scan of its table.
func (r *resolver) attribute(path string, a *model.AttributeSource) {
	t := r.table(path, a.Table)
	if t == nil {
		return
	}
	keyed, key, keyOK := r.keyed(path, t, a.KeyColumn)
	at, spelled, ok := r.column(path+".value_column", t, a.ValueColumn)
	if !ok || !keyOK {
		return
	}
	convert, err := newConverter(keyed.Schema().Field(at), a.Kind, r.out.loc)
	if err != nil {
		r.problem("TYPE_MISMATCH", path, atColumn(t, spelled, err))
		return
	}
	r.addAttribute(a.Name, r.scanOf(t, keyed, key), a.Table, spelled, convert)
}

func (r *resolver) addAttribute(name string, scan *attributeScan, table model.TableRef, column string, convert *converter) {
	r.out.layout.Attributes = append(r.out.layout.Attributes, model.ColumnLayout{
		Table: table, KeyColumn: scan.key, Column: column, Encoding: convert.encoding,
	})
	scan.columns = append(scan.columns, attributeColumn{len(r.out.schema.Attributes), column, convert})
	scan.notes = append(scan.notes, convert.noteOn(column)...)
	r.out.schema.Attributes = append(r.out.schema.Attributes, model.Attribute{Name: name, Type: convert.typ})
}

// scanOf returns the scan of a table by a key column; keyed is found, made ready
// for that key.
func (r *resolver) scanOf(found, keyed source.Table, key string) *attributeScan {
	for _, s := range r.out.attributes {
		if s.table == keyed && s.key == key {
			return s
		}
	}
	s := &attributeScan{table: keyed, key: key}
	if found == r.out.master.found && key == r.out.master.key {
		s.filters = r.filters(keyed, func(string, string, error) {}) // reported for the master scan
	}
	r.out.attributes = append(r.out.attributes, s)
	return s
}

// masterAttributes adds the columns of the master table that are attributes
// without being named one by one.
func (r *resolver) masterAttributes() {
	m, t := &r.out.parent.Master, r.out.master.table
	if t == nil {
		return
	}
	scan := func() *attributeScan { return r.scanOf(r.out.master.found, t, r.out.master.key) }
	names := slices.Clip(m.Columns)
	if m.AllColumns {
		for _, f := range t.Schema().Fields() {
			if f.Name != r.out.master.key && r.out.schema.Attribute(f.Name) < 0 && !r.isNamed(f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	for _, name := range names {
		at, spelled, ok := r.column("master_table.attributes", t, name)
		if !ok {
			continue
		}
		convert, err := newConverter(t.Schema().Field(at), 0, r.out.loc)
		switch {
		case err == nil:
			r.addAttribute(name, scan(), m.Table, spelled, convert)
		case m.AllColumns:
			s := scan()
			s.notes = append(s.notes, fmt.Sprintf("column %q is left out: %v", spelled, err))
		default:
			r.problem("UNSUPPORTED_TYPE", "master_table.attributes", atColumn(t, spelled, err))
		}
	}
}

// isNamed reports whether the configuration gives a name to a behavior or a
// computed attribute. Explicit names win over the columns of the master table.
func (r *resolver) isNamed(name string) bool {
	p := r.out.parent
	return slices.ContainsFunc(p.Behaviors, func(b model.BehaviorSource) bool { return b.Name == name }) ||
		slices.ContainsFunc(p.Computed, func(c model.ComputedSource) bool { return c.Name == name })
}

// behavior resolves one behavior.
func (r *resolver) behavior(path string, b *model.BehaviorSource) {
	t := r.table(path, b.Table)
	if t == nil {
		return
	}
	keyed, key, keyOK := r.keyed(path, t, b.KeyColumn)
	at, spelled, ok := r.column(path+".timestamp_column", t, b.TimeColumn)
	if !ok || !keyOK {
		return
	}
	timeConv, err := newTimeConverter(keyed.Schema().Field(at), r.out.loc)
	if err != nil {
		r.problem("TYPE_MISMATCH", path, atColumn(t, spelled, err))
		return
	}
	scan := &behaviorScan{table: keyed, behavior: len(r.out.schema.Behaviors), key: key, time: spelled, timeConv: timeConv}
	scan.notes = timeConv.noteOn(spelled)
	layout := model.EventLayout{
		Table: b.Table, KeyColumn: key,
		Time: model.FieldLayout{Column: spelled, Encoding: timeConv.encoding}, Fields: []model.FieldLayout{}, Ranks: b.Ranks,
	}
	scan.keepFrom = b.Keep.Resolve(r.asOf, r.out.loc).Lo
	if scan.keepFrom != math.MinInt64 {
		layout.KeptFrom = &scan.keepFrom
	}
	fields := r.fields(path, b, scan)
	for _, f := range scan.fields {
		layout.Fields = append(layout.Fields, model.FieldLayout{Column: f.name, Encoding: f.convert.encoding})
	}
	r.out.behaviors = append(r.out.behaviors, scan)
	r.out.layout.Behaviors = append(r.out.layout.Behaviors, layout)
	r.out.schema.Behaviors = append(r.out.schema.Behaviors, model.Behavior{Name: b.Name, TimeColumn: spelled, Fields: fields})
}

// fields resolves the fields of a behavior: those named, or every column but
// key and time.
func (r *resolver) fields(path string, b *model.BehaviorSource, scan *behaviorScan) []model.Field {
	sources := slices.Clip(b.Fields)
	if b.AllFields {
		for _, f := range scan.table.Schema().Fields() {
			if f.Name != scan.key && f.Name != scan.time {
				sources = append(sources, model.FieldSource{Name: f.Name, Column: f.Name})
			}
		}
	}
	fields := []model.Field{}
	for _, source := range sources {
		if source.Name == scan.time && source.Column != scan.time {
			r.problem("AMBIGUOUS_NAME", path+".fields", fmt.Errorf("the field %q is called like the time column", source.Name))
			continue
		}
		at, spelled, ok := r.column(path+".fields", scan.table, source.Column)
		if !ok {
			continue
		}
		convert, err := newConverter(scan.table.Schema().Field(at), source.Kind, r.out.loc)
		switch {
		case err == nil:
			scan.fields = append(scan.fields, fieldColumn{spelled, convert})
			fields = append(fields, model.Field{Name: source.Name, Type: convert.typ})
			scan.notes = append(scan.notes, convert.noteOn(spelled)...)
		case b.AllFields:
			scan.notes = append(scan.notes, fmt.Sprintf("column %q is left out: %v", spelled, err))
		default:
			r.problem("UNSUPPORTED_TYPE", path, atColumn(scan.table, spelled, err))
		}
	}
	return fields
}

// names reports what is called alike: rules could not tell which is meant.
func (r *resolver) names() {
	seen := map[string]string{}
	check := func(what, name string) {
		if first, ok := seen[name]; ok {
			r.problem("AMBIGUOUS_NAME", what+" "+name, fmt.Errorf("the name %q is taken by the %s of that name", name, first))
		}
		seen[name] = what
	}
	for _, a := range r.out.schema.Attributes {
		check("attribute", a.Name)
	}
	for _, b := range r.out.schema.Behaviors {
		check("behavior", b.Name)
	}
}

// projection returns the names of the columns that a scan reads, the key first,
// each once.
func projection(key string, others ...string) []string {
	names := []string{key}
	for _, name := range others {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// position returns where name stands in names.
func position(names []string, name string) int { return slices.Index(names, name) }
