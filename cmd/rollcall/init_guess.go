package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// draft is a parent segment guessed from tables, with the reason of every guess.
type draft struct {
	parent     *model.ParentSegment
	master     []string // why the master table is what it is, a paragraph each
	attributes []string // why the table of an attribute gives attributes; "" where the one before said it
	behaviors  []string // why a behavior is what it is
	leftOut    []leftOutTable
}

// guesser makes a draft from the tables of a source.
type guesser struct {
	src    source.Source
	engine source.Engine // of src, which counts keys; nil: they are read
	bar    *progress
	tables []source.Table
	refs   []model.TableRef    // of tables, as a configuration names them
	keyed  []map[string]string // of tables: columns of types that keys have, by joined name
	// keyColumns is all columns of such types, of tables, and constraints what the
	// source declares about them.
	keyColumns  [][]string
	constraints []source.Constraints
	out         *draft
	names       map[string]bool // taken by attributes and behaviors
	keys        *keyScan        // of the master table
	unique      []string        // other tables where the key is unique

	columns []string // of the master table that are attributes, with their types
}

func newGuesser(src source.Source, bar *progress) *guesser {
	return &guesser{
		src: src, engine: engineOf(src), bar: bar, names: map[string]bool{},
		out: &draft{parent: &model.ParentSegment{Timezone: "UTC"}, leftOut: []leftOutTable{}},
	}
}

// draft returns a parent segment over the named tables, the first of them the
// master table, or over all tables of the source.
func (g *guesser) draft(ctx context.Context, named []string) (*draft, error) {
	if err := g.open(ctx, named); err != nil {
		return nil, err
	}
	master, err := g.guessMaster(ctx, len(named) > 0)
	if err != nil {
		return nil, err
	}
	if err := g.useMaster(ctx, master); err != nil {
		return nil, err
	}
	for i := range g.tables {
		if i == master.table {
			continue
		}
		if err := g.use(ctx, master, i); err != nil {
			return nil, err
		}
	}
	g.explainMaster(master)
	slices.SortFunc(g.out.leftOut, func(a, b leftOutTable) int { return cmp.Compare(a.Table, b.Table) })
	return g.out, nil
}

// open finds the tables to look at. Of those not named, one that cannot be
// opened is left out.
func (g *guesser) open(ctx context.Context, named []string) error {
	refs, err := g.src.Tables(ctx)
	if err != nil {
		return err
	}
	if len(named) > 0 {
		there := refs
		refs = nil
		for _, name := range named {
			ref, err := parseTable(name, there)
			if err != nil {
				return err
			}
			if slices.Contains(refs, ref) {
				return usagef("the table %s is named twice", name)
			}
			refs = append(refs, ref)
		}
	}
	for _, ref := range refs {
		t, err := g.src.Table(ctx, ref)
		switch {
		case err == nil:
			g.add(ctx, ref, t)
		case len(named) > 0 || ctx.Err() != nil:
			return err
		default:
			g.leaveOut(ref, err.Error())
		}
	}
	if len(g.tables) == 0 {
		looked := ""
		if g.engine == nil {
			looked = "; <schema>/<table>.parquet, .csv, .ndjson or a folder of such files was looked for"
		}
		return fmt.Errorf("%s has no table that can be read%s%s", g.src.URI(), looked, g.leftOutText())
	}
	return nil
}

// add adds a table to those that are looked at.
func (g *guesser) add(ctx context.Context, ref model.TableRef, t source.Table) {
	columns := map[string]string{}
	var keys []string
	for _, f := range t.Schema().Fields() {
		if isKeyType(f.Type) {
			keys = append(keys, f.Name)
		}
		name := joined(f.Name)
		if _, taken := columns[name]; !taken && name != "" && isKeyType(f.Type) {
			columns[name] = f.Name
		}
	}
	g.tables, g.refs, g.keyed = append(g.tables, t), append(g.refs, ref), append(g.keyed, columns)
	g.keyColumns, g.constraints = append(g.keyColumns, keys), append(g.constraints, constraintsOf(ctx, t))
}

func (g *guesser) leaveOut(ref model.TableRef, reason string) {
	g.out.leftOut = append(g.out.leftOut, leftOutTable{tableName(ref), reason})
}

// leftOutText lists the tables left out so far, for the end of an error.
func (g *guesser) leftOutText() string {
	var b strings.Builder
	for _, t := range g.out.leftOut {
		b.WriteString("\n" + t.String())
	}
	return b.String()
}

// masterGuess is a table and a column of it that may be the customers and their
// key.
type masterGuess struct {
	table  int // position in guesser.tables
	column string
	links  int // other tables with a column that may hold this key
	person int // personScore of the table
	own    bool
	said   declared // by the source, of the column
	scan   *keyScan // nil until it is read
}

// guessMaster finds the table of the customers and its key: the likeliest whose
// key is unique and not NULL, else the likeliest whose key is unique.
func (g *guesser) guessMaster(ctx context.Context, first bool) (*masterGuess, error) {
	guesses := g.masterGuesses(first)
	var withNulls *masterGuess
	for i := range guesses {
		m := &guesses[i]
		if err := g.scanMaster(ctx, m); err != nil {
			return nil, err
		}
		if m.scan.whyNot() == "" && m.scan.nulls == 0 {
			g.explainRejected(guesses[:i])
			return m, nil
		}
		if m.scan.whyNot() == "" && withNulls == nil {
			withNulls = m
		} else {
			m.scan.seen = nil // as large as the table may be
		}
	}
	if withNulls != nil {
		g.explainRejected(guesses)
		return withNulls, nil
	}
	return nil, g.noMaster(guesses, first)
}

// scanMaster reads the column of a guess, if it can be a key at all.
func (g *guesser) scanMaster(ctx context.Context, m *masterGuess) error {
	_, _, err := g.resolve(ctx, m, nil, nil)
	if err != nil {
		m.scan = &keyScan{failed: err}
		return ctx.Err()
	}
	m.scan, err = g.scanKeys(ctx, m.table, m.column, nil)
	return err
}

// explainRejected says why the likelier guesses are not the master table.
func (g *guesser) explainRejected(guesses []masterGuess) {
	for i := range guesses {
		if m := &guesses[i]; m.scan.whyNot() != "" {
			said := ""
			if m.said != notDeclared {
				said = ", which is " + m.said.String()
			}
			g.out.master = append(g.out.master, fmt.Sprintf("Not %s by %s%s: %s.", tableName(g.refs[m.table]), m.column, said, m.scan.whyNot()))
		}
	}
}

// noMaster says what was looked for and what was found instead.
func (g *guesser) noMaster(guesses []masterGuess, first bool) error {
	subject := "no table of " + g.src.URI() + " looks"
	if first {
		subject = "the table " + tableName(g.refs[0]) + ", which is named first and so the master table, does not look"
	}
	lines := []string{subject + " like one with a row per customer: a column was looked for that holds text or whole numbers, " +
		"is called like a key (customer_id, userId, id, email, …) or occurs in several tables, and is unique"}
	for i := range guesses {
		m := &guesses[i]
		lines = append(lines, fmt.Sprintf("%s, column %q: %s", tableName(g.refs[m.table]), m.column, m.scan.whyNot()))
	}
	if len(guesses) == 0 {
		lines = append(lines, "there is no column of such a type and name")
	}
	return errors.New(strings.Join(lines, "\n") + g.leftOutText())
}

// masterGuesses lists the columns that may be the key of the customers, the
// likeliest first.
func (g *guesser) masterGuesses(first bool) []masterGuess {
	var guesses []masterGuess
	for i, t := range g.tables {
		if first && i > 0 {
			break
		}
		for _, f := range t.Schema().Fields() {
			if !isKeyType(f.Type) {
				continue
			}
			guess := masterGuess{table: i, column: f.Name, person: personScore(g.refs[i].Table), said: g.declaredKey(i, f.Name)}
			guess.own = guess.person == 2 && isBareKey(f.Name) || personScore(f.Name) > 0
			for other := range g.tables {
				if link := g.link(&guess, other); other != i && link != "" && !guess.sharesBareName(link) {
					guess.links++
				}
			}
			if isKeyName(f.Name) || guess.links > 0 || guess.said != notDeclared {
				guesses = append(guesses, guess)
			}
		}
	}
	slices.SortStableFunc(guesses, func(a, b masterGuess) int { return -a.compare(&b) })
	return guesses
}

// compare tells which of two guesses is the likelier: what other tables refer
// to, then what is called like customers, is declared a key, is called like their key.
func (m *masterGuess) compare(o *masterGuess) int {
	return cmp.Or(
		cmp.Compare(min(m.links, 1), min(o.links, 1)), cmp.Compare(m.person, o.person),
		cmp.Compare(m.said, o.said), cmpBool(m.own, o.own),
		cmp.Compare(m.links, o.links), cmpBool(isKeyName(m.column), isKeyName(o.column)),
	)
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// sharesBareName reports whether a column of another table has the name of the
// key and that name does not say of what: it may be a key of its own.
func (m *masterGuess) sharesBareName(link string) bool {
	return isBareKey(m.column) && joined(link) == joined(m.column)
}

// isKeyType reports whether a column's type can be that of a key.
func isKeyType(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.STRING, arrow.LARGE_STRING:
		return true
	}
	return arrow.IsInteger(t.ID())
}

// link returns the column of another table that may hold the keys of a guess: one
// declared to refer to it, or one of its name; or "".
func (g *guesser) link(m *masterGuess, other int) string {
	if column := g.declaredLink(m, other); column != "" {
		return column
	}
	wanted := []string{joined(m.column)}
	if isBareKey(m.column) {
		wanted = append(keysOf(g.refs[m.table].Table, m.column), wanted...)
	}
	for _, name := range wanted {
		if column, ok := g.keyed[other][name]; ok {
			return column
		}
	}
	return ""
}

// free returns name, or where that is taken, the name with what it is of in
// front, or with a number behind. The name is taken from then on.
func (g *guesser) free(name, of string) string {
	free := name
	if g.names[free] {
		free = of + "_" + name
	}
	for i := 2; g.names[free]; i++ {
		free = fmt.Sprintf("%s_%s_%d", of, name, i)
	}
	g.names[free] = true
	return free
}
