package service

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

// SuggestAttribute writes a column of a table as an attribute into the configuration of a
// parent segment, in its own form. The configuration that it returns has been looked up in
// the source; nothing is changed before it is put.
func (s *Service) SuggestAttribute(ctx context.Context, who Caller, parent string, in SuggestRequest) (_ *SuggestionJSON, err error) {
	if err := s.allow(ctx, who, opSuggest, parentObject(parent)); err != nil {
		return nil, err
	}
	e, err := s.entryOf(ctx, parent)
	if err != nil {
		return nil, err
	}
	src, err := s.openSource(ctx, e.Connections)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	g := &suggestion{s: s, entry: e, src: src, notes: []string{}}
	if err := g.find(ctx, &in); err != nil {
		return nil, err
	}
	return g.write(ctx)
}

// suggestion is an attribute that a configuration is to have.
type suggestion struct {
	s         *Service
	entry     *entry
	src       *source.Named
	attribute model.AttributeSource
	resolved  model.Attribute
	notes     []string
}

// find finds the table, the column and the key, and resolves the configuration with the
// attribute.
func (g *suggestion) find(ctx context.Context, in *SuggestRequest) error {
	refs, err := g.s.list(ctx, g.entry.Connections, g.src)
	if err != nil {
		return err
	}
	ref, err := tableNamed(in.Table, refs)
	if err != nil {
		return err
	}
	table, err := g.src.Table(ctx, ref)
	if err != nil {
		return &SourceError{g.entry.Connections, err}
	}
	at, err := source.Column(table, in.Column)
	if err != nil {
		return &InputError{"column", err}
	}
	column := table.Schema().Field(at).Name
	schema, layout, err := ingest.Resolve(ctx, g.entry.config, g.src, g.s.now())
	if err != nil {
		return sourceFailed(ctx, g.entry.Connections, err)
	}
	keyColumn, err := g.keyOf(ref, table, layout)
	if err != nil {
		return err
	}
	if len(g.entry.Connections) == 1 || ref.Connection == g.entry.config.Master.Table.Connection {
		ref.Connection = g.entry.config.Master.Table.Connection
	}
	g.attribute = model.AttributeSource{Name: g.free(in, column, ref, schema), Table: ref, KeyColumn: keyColumn, ValueColumn: column}
	return g.resolve(ctx, g.with())
}

// with returns the configuration with the attribute.
func (g *suggestion) with() *model.ParentSegment {
	config := *g.entry.config
	config.Attributes = append(slices.Clone(config.Attributes), g.attribute)
	return &config
}

// resolve looks a configuration up in the source.
func (g *suggestion) resolve(ctx context.Context, config *model.ParentSegment) error {
	schema, _, err := ingest.Resolve(ctx, config, g.src, g.s.now())
	if err != nil {
		return sourceFailed(ctx, g.entry.Connections, err)
	}
	i := schema.Attribute(g.attribute.Name)
	if i < 0 {
		return fmt.Errorf("the attribute %q is not in the schema that it was added to", g.attribute.Name)
	}
	g.resolved = schema.Attributes[i]
	return nil
}

// keyOf returns the column of a table that equals the customer's key: the one that the
// configuration says, else the one that is called as the key of a table that it uses.
func (g *suggestion) keyOf(ref model.TableRef, table source.Table, layout *model.Layout) (string, error) {
	if ref.String() == layout.Master.String() {
		return layout.KeyColumn, nil
	}
	names := []string{layout.KeyColumn}
	for _, a := range layout.Attributes {
		if a.Table.String() == ref.String() {
			return a.KeyColumn, nil
		}
		names = append(names, a.KeyColumn)
	}
	for i, b := range layout.Behaviors {
		if b.Table.String() == ref.String() {
			return "", inputf("table", "%q has the events of the behavior %q: a customer may have several rows there. Make a computed attribute of them", ref.String(), g.entry.config.Behaviors[i].Name)
		}
		names = append(names, b.KeyColumn)
	}
	for _, name := range names {
		if at, err := source.Column(table, name); name != "" && err == nil {
			g.notes = append(g.notes, fmt.Sprintf("%s is taken for the customer's key, since it is called so. Every customer may have one row: a build fails where one has several.", table.Schema().Field(at).Name))
			return table.Schema().Field(at).Name, nil
		}
	}
	return "", inputf("table", "%q has no column called like the customer's key (%s): write the attribute by hand", ref.String(), layout.KeyColumn)
}

// free returns a name that nothing in the parent segment has.
func (g *suggestion) free(in *SuggestRequest, column string, ref model.TableRef, schema *model.Schema) string {
	wanted := column
	if in.Name != "" {
		wanted = in.Name
	}
	taken := func(name string) bool {
		return schema.Attribute(name) >= 0 || schema.Behavior(name) >= 0 || name == schema.KeyColumn
	}
	name := wanted
	for n := 1; taken(name); n++ {
		name = strings.ToLower(ref.Table) + "_" + wanted
		if n > 1 {
			name = fmt.Sprintf("%s_%d", name, n)
		}
	}
	if name != wanted {
		g.notes = append(g.notes, fmt.Sprintf("It is called %s, since %s is taken.", name, wanted))
	}
	return name
}

// write puts the attribute into the text of the configuration, at the first place where
// what reads back is what was meant.
func (g *suggestion) write(ctx context.Context) (*SuggestionJSON, error) {
	want := g.with()
	edits := editsOf(g.entry.Text, g.entry.Form, g.entry.config.Master.KeyColumn, g.attribute, g.resolved.Type.Kind)
	for _, edit := range edits {
		text := g.entry.Text[:edit.at] + edit.insert + g.entry.Text[edit.at:]
		config, err := model.Parse("", []byte(text))
		if err != nil || !sameConfiguration(config, want) {
			continue
		}
		if err := g.resolve(ctx, config); err != nil {
			return nil, err
		}
		line := 1 + strings.Count(g.entry.Text[:edit.at], "\n")
		return &SuggestionJSON{
			Attribute: g.resolved, Snippet: edit.snippet, Configuration: text, Where: fmt.Sprintf("line %d, in attributes", line), Notes: g.notes,
		}, nil
	}
	snippet := ""
	if len(edits) > 0 {
		snippet = "\n" + edits[0].snippet
	}
	return nil, &ConfigurationError{"NO_PLACE", fmt.Errorf("the attribute cannot be written into the configuration as it stands: add it to attributes by hand%s", snippet)}
}

// sameConfiguration reports whether two configurations say the same, whatever the order of
// their attributes, and whether the type of one was written down.
func sameConfiguration(a, b *model.ParentSegment) bool {
	x, y := *a, *b
	x.Attributes, y.Attributes = sortedAttributes(a), sortedAttributes(b)
	return reflect.DeepEqual(&x, &y)
}

func sortedAttributes(of *model.ParentSegment) []model.AttributeSource {
	out := slices.Clone(of.Attributes)
	for i := range out {
		out[i].Kind = 0
	}
	slices.SortFunc(out, func(a, b model.AttributeSource) int { return strings.Compare(a.Name, b.Name) })
	return out
}
