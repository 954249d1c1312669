package sqlgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// statement returns the whole statement.
func (g *generator) statement() string {
	var main scope
	selected := g.selected(&main)
	columns := g.key()
	switch {
	case g.count:
		columns = "count(*) AS customers"
	case g.wide:
		columns = g.members(&main)
	}
	return g.complete(g.customers(&main, columns, selected, "") + g.order())
}

// complete returns a query with the tables that it needs before it, and more.
func (g *generator) complete(query string, more ...string) string {
	tables := append(g.with(), more...)
	if len(tables) == 0 {
		return query
	}
	return "WITH\n" + strings.Join(tables, ",\n") + "\n" + query
}

// with returns the tables of the WITH clause.
func (g *generator) with() []string {
	var tables []string
	for _, t := range g.events {
		tables = append(tables, g.eventQuery(t))
	}
	for i := range g.sequences {
		tables = append(tables, g.sequenceQuery(&g.sequences[i]))
	}
	for _, s := range g.segments {
		tables = append(tables, s.text)
	}
	return append(tables, g.picks...)
}

// scope is one SELECT from the master table, which it calls m, with the tables
// that are joined to it. Each has at most one row per customer.
type scope struct {
	joins  []string
	joined map[string]string // the alias, by what is joined
	tables int               // of the source, among those joined
}

// join returns the alias under which a table is joined by its column key.
func (s *scope) join(g *generator, table, alias, key string) string {
	name := table + " ON " + key
	if found := s.joined[name]; found != "" {
		return found
	}
	if s.joined == nil {
		s.joined = map[string]string{}
	}
	as, on := table, table+"."+key
	if alias == "" {
		alias = table // of the WITH clause
	} else {
		s.tables++
		alias += strconv.Itoa(s.tables)
		as += " AS " + alias
		on = g.keyColumn(alias + "." + key)
	}
	s.joined[name] = alias
	s.joins = append(s.joins, fmt.Sprintf("LEFT JOIN %s ON %s = %s", as, on, g.key()))
	return alias
}

// key returns the master table's key.
func (g *generator) key() string { return g.keyColumn(g.heldKey()) }

// heldKey returns the master table's key as the source holds it.
func (g *generator) heldKey() string { return "m." + g.name(g.layout.KeyColumn) }

// keyColumn returns the key of customers, in a column of a table of the source.
func (g *generator) keyColumn(column string) string {
	return g.asRead(column, g.checked.Schema.KeyType)
}

// customer is the key of the tables of the WITH clause.
const customer = "customer"

// customers returns the SELECT of columns for the customers of the master table
// that a predicate selects, all of them for nil. Lines after the first start with indent.
func (g *generator) customers(s *scope, columns string, selected *predicate, indent string) string {
	operands := []*predicate{isNotNull(g.key())}
	if g.only != "" {
		operands = append(operands, leaf(g.key()+" = "+g.only, true))
	}
	for i := range g.layout.Filters {
		operands = append(operands, g.filter(&g.layout.Filters[i]))
	}
	if selected != nil {
		operands = append(operands, selected)
	}
	lines := append([]string{
		"SELECT " + columns,
		"FROM " + g.table(g.layout.Master) + " AS m",
	}, s.joins...)
	lines = append(lines, g.where(and(operands...), indent))
	return strings.Join(lines, "\n"+indent)
}

// where returns the clause of a predicate.
func (g *generator) where(p *predicate, indent string) string {
	g.checkDepth(p)
	if p.op != opAnd {
		return "WHERE " + p.lines(indent+"  ")
	}
	parts := make([]string, len(p.operands))
	for i, o := range p.operands {
		parts[i] = o.lines(indent + "  ")
		if o.op == opOr {
			parts[i] = "(" + o.inline() + ")"
			if len(indent)+o.width > maxWidth {
				parts[i] = "(\n" + indent + "    " + o.lines(indent+"    ") + "\n" + indent + "  )"
			}
		}
	}
	return "WHERE " + strings.Join(parts, "\n"+indent+"  AND ")
}

// checkDepth fails where a predicate nests deeper than the engine reads.
func (g *generator) checkDepth(p *predicate) {
	if most := g.maxDepth(); most > 0 && p.depth > most {
		g.fail("conditions nest %d deep, the engine reads at most %d", p.depth, most)
	}
}

// filter returns the test of a filter on the master table.
func (g *generator) filter(f *model.FilterLayout) *predicate {
	x := g.asRead("m."+g.name(f.Column), f.Type)
	items := make([]string, len(f.Values))
	for i, v := range f.Values {
		switch {
		case f.Type.Kind == model.String:
			items[i] = g.literal(v)
		case f.Type.Kind == model.Boolean && (v == "true" || v == "false"):
			items[i] = strings.ToUpper(v)
		case f.Type == model.Type{Kind: model.Number, Repr: model.Int64}:
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				g.invalid("filter on column %q: %q is no whole number of 64 bits", f.Column, v)
			}
			items[i] = strconv.FormatInt(n, 10)
		default:
			g.invalid("filter on column %q: %q is no value of type %s that filters take", f.Column, v, f.Type)
		}
	}
	if len(items) == 0 {
		return never
	}
	return in(x, items, true)
}

// segmentTable is the customers of a segment, in the WITH clause.
type segmentTable struct {
	name string
	text string
}

// segment returns the test that a customer is in another segment.
func (g *generator) segment(s *scope, segment *rule.Segment) *predicate {
	table := g.bySegm[segment]
	if table == nil {
		var inner scope
		selected := g.selection(&inner, segment.Root)
		table = &segmentTable{name: g.names.next("s", len(g.segments)+1)}
		query := g.customers(&inner, g.key()+" AS "+customer, selected, "    ")
		table.text = fmt.Sprintf("  %s\n  %s AS (\n    %s\n  )", comment("segment "+segment.Path), table.name, query)
		g.bySegm[segment] = table
		g.segments = append(g.segments, table)
	}
	return isNotNull(s.join(g, table.name, "", customer) + "." + customer)
}
