package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/ingest"
)

// resolve resolves a parent segment of the guessed master table with all its
// columns, and the given attributes and behaviors: what is loaded must agree with
// what a build takes.
func (g *guesser) resolve(ctx context.Context, m *masterGuess, attributes []model.AttributeSource, behaviors []model.BehaviorSource) (*model.Schema, *model.Layout, error) {
	return ingest.Resolve(ctx, &model.ParentSegment{
		Name: "draft", Timezone: "UTC",
		Master:     model.Master{Table: g.refs[m.table], KeyColumn: m.column, AllColumns: len(attributes) == 0 && len(behaviors) == 0},
		Attributes: attributes, Behaviors: behaviors,
	}, g.src, time.Now())
}

// useMaster puts the master table into the draft. All its other columns become
// attributes.
func (g *guesser) useMaster(ctx context.Context, m *masterGuess) error {
	schema, _, err := g.resolve(ctx, m, nil, nil)
	if err != nil {
		return err
	}
	ref := g.refs[m.table]
	g.keys = m.scan
	g.out.parent.Name = "All " + ref.Table
	g.out.parent.Master = model.Master{Table: ref, KeyColumn: m.column, AllColumns: true}
	for _, attr := range schema.Attributes {
		g.names[attr.Name] = true
		g.columns = append(g.columns, attr.Name+" ("+attr.Type.Kind.String()+")")
	}
	return nil
}

// explainMaster says why the master table and its key are what they are, before
// the reasons why others are not.
func (g *guesser) explainMaster(m *masterGuess) {
	said := ""
	if m.said != notDeclared {
		said = m.said.String() + ", and "
	}
	why := fmt.Sprintf("The customers are in %s: its %s is %sunique (%s)", tableName(g.refs[m.table]), m.column, said, m.scan)
	if m.person > 0 {
		why += ", and it is called like a table of them"
	}
	why += "."
	if m.scan.nulls > 0 {
		why += " Rows without a key are left out."
	}
	others := "It has no other columns that could be attributes."
	if len(g.columns) > 0 {
		others = "Its other columns are attributes: " + strings.Join(g.columns, ", ") + "."
	}
	g.out.master = slices.Concat([]string{why, g.keyText(m)}, g.out.master)
	if len(g.unique) > 0 {
		g.out.master = append(g.out.master, "Alternatives, in which the key is unique, too: "+strings.Join(g.unique, ", ")+".")
	}
	g.out.master = append(g.out.master, others)
}

// keyText says which columns of other tables hold the key.
func (g *guesser) keyText(m *masterGuess) string {
	var links []string
	n, called := 0, "called like it"
	for i := range g.tables {
		link := g.link(m, i)
		if i == m.table || link == "" {
			continue
		}
		n++
		if g.declaredLink(m, i) != "" {
			called = "that refers to it or is called like it"
		}
		if !slices.Contains(links, link) {
			links = append(links, link)
		}
	}
	if n == 0 {
		return fmt.Sprintf("key: %s; no other table has a column called like it.", m.column)
	}
	return fmt.Sprintf("key: %s; of %s, %s a column %s (%s).", m.column,
		wording.Plural(len(g.tables)-1, "other table", "other tables"), wording.Plural(n, "has", "have"), called, strings.Join(links, ", "))
}

// use puts a table into the draft, as attributes or as a behavior, or leaves it
// out.
func (g *guesser) use(ctx context.Context, m *masterGuess, i int) error {
	ref := g.refs[i]
	link := g.link(m, i)
	if link == "" {
		g.leaveOut(ref, "it has no column called like "+m.column)
		return nil
	}
	probe := model.AttributeSource{Name: "probe", Table: ref, KeyColumn: link, ValueColumn: link}
	if _, _, err := g.resolve(ctx, m, []model.AttributeSource{probe}, nil); err != nil {
		g.leaveOut(ref, strings.ReplaceAll(err.Error(), "attributes[0] (probe).", ""))
		return ctx.Err()
	}
	scan, err := g.scanKeys(ctx, i, link, g.keys)
	if err != nil {
		return err
	}
	switch {
	case scan.failed != nil || scan.rows == scan.nulls:
		g.leaveOut(ref, scan.whyNot())
	case scan.known == 0:
		g.leaveOut(ref, fmt.Sprintf("none of the %s looked at has the key of a customer in %s", rowsText(scan.rows), link))
	case scan.repeats:
		return g.addBehavior(ctx, m, i, link, scan)
	case m.sharesBareName(link) && !sharesStem(singular(joined(g.refs[m.table].Table)), ref.Table):
		g.leaveOut(ref, fmt.Sprintf("its %s is unique and may be a key of its own; it has no column called like %s", link, singular(g.refs[m.table].Table)+"_"+m.column))
	default:
		return g.addAttributes(ctx, m, i, link, scan)
	}
	return nil
}

// addAttributes makes every column of a table an attribute, save its key.
func (g *guesser) addAttributes(ctx context.Context, m *masterGuess, i int, link string, scan *keyScan) error {
	ref := g.refs[i]
	schema, _, err := g.resolve(ctx, &masterGuess{table: i, column: link}, nil, nil)
	if err != nil {
		return err
	}
	g.unique = append(g.unique, tableName(ref))
	why := fmt.Sprintf("%s: its %s is unique (%s; %s), so it has one row per customer, whose columns are attributes.",
		tableName(ref), g.linkText(m, i, link), scan, scan.knownText())
	if time := g.likelyTime(ctx, &masterGuess{table: i, column: link}, i, link); time != "" {
		why += fmt.Sprintf(" If its rows are events all the same, make it a behavior with timestamp_column %s.", time)
	}
	for _, column := range schema.Attributes {
		if strings.TrimSpace(column.Name) == "" {
			continue
		}
		name := g.free(column.Name, ref.Table)
		if name != column.Name {
			why = strings.TrimSpace(fmt.Sprintf("%s %s is called %s here, since the name is taken.", why, column.Name, name))
		}
		g.out.parent.Attributes = append(g.out.parent.Attributes, model.AttributeSource{
			Name: name, Table: ref, KeyColumn: link, ValueColumn: column.Name,
		})
		g.out.attributes = append(g.out.attributes, why)
		why = ""
	}
	if why != "" {
		g.leaveOut(ref, "it has no column besides "+link+" that could be an attribute")
	}
	return nil
}

// addBehavior makes the rows of a table events.
func (g *guesser) addBehavior(ctx context.Context, m *masterGuess, i int, link string, scan *keyScan) error {
	ref := g.refs[i]
	times, rejected, err := g.times(ctx, m, i, link)
	if err != nil {
		return err
	}
	repeats := fmt.Sprintf("its %s repeats", g.linkText(m, i, link))
	if len(times) == 0 {
		reason := repeats + ", but it has no column of timestamps, dates or unix seconds to say when"
		g.leaveOut(ref, strings.Join(append([]string{reason}, rejected...), "; not "))
		return nil
	}
	of := ref.Schema
	if of == "" {
		of = "event"
	}
	plain := behaviorName(ref.Table)
	name := g.free(plain, of)
	why := fmt.Sprintf("%s: %s (%s; %s), so its rows are events. time: %s.",
		tableName(ref), repeats, scan, scan.knownText(), timesText(times))
	for _, r := range rejected {
		why += " time: not " + r + "."
	}
	if name != plain {
		why += fmt.Sprintf(" They are called %s, since %s is taken.", name, plain)
	}
	g.out.behaviors = append(g.out.behaviors, why)
	g.out.parent.Behaviors = append(g.out.parent.Behaviors, model.BehaviorSource{
		Name: name, Table: ref, KeyColumn: link, TimeColumn: times[0].column, AllFields: true,
	})
	return nil
}
