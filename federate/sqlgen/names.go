package sqlgen

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/rollcall-db/rollcall/engine/model"
)

// maxShownRunes is how much of a condition a message or a comment repeats.
const maxShownRunes = 100

// noVersions is what dialects say to a version of a table.
const noVersions = "its tables have no versions"

// names gives out names for the tables of a WITH clause. Such a name would hide a
// table of the source of the same name, so none of those is given out.
type names struct {
	taken map[string]bool // in lower case
}

func newNames(layout *model.Layout) names {
	n := names{taken: map[string]bool{}}
	take := func(table model.TableRef) { n.taken[strings.ToLower(table.Table)] = true }
	take(layout.Master)
	for i := range layout.Attributes {
		take(layout.Attributes[i].Table)
	}
	for i := range layout.Behaviors {
		take(layout.Behaviors[i].Table)
	}
	return n
}

// next returns a name made of a letter and a number.
func (n names) next(letter string, number int) string {
	name := letter + strconv.Itoa(number)
	for n.taken[name] {
		name += "_"
	}
	return name
}

// name returns an identifier of the source.
func (g *generator) name(name string) string {
	sql, problem := g.ident(name)
	switch {
	case name == "":
		g.invalid("the layout has an empty name where a table or a column belongs")
	case problem != "":
		g.fail("the name %q: %s", shorten(name), problem)
	}
	return sql
}

// table returns the name of a table of the source, with the version that it is
// read at. All tables of a statement come from one source.
func (g *generator) table(ref model.TableRef) string {
	if ref.Connection != g.layout.Master.Connection {
		g.fail("table %s is in another source than the master table: %q and %q", ref, ref.Connection, g.layout.Master.Connection)
	}
	sql := g.name(ref.Table)
	if ref.Schema != "" {
		sql = g.name(ref.Schema) + "." + sql
	}
	if ref.Catalog != "" {
		sql = g.name(ref.Catalog) + "." + sql
	}
	ref.Connection = ""
	version, ok := g.versions[ref]
	if !ok {
		return sql
	}
	if _, err := strconv.ParseUint(version, 10, 63); err != nil {
		g.invalid("table %s: the version %q is no whole number", ref, version)
		return sql
	}
	pinned, problem := g.pinned(sql, version)
	if problem != "" {
		g.fail("table %s at version %s: %s", ref, version, problem)
	}
	return pinned
}

// literal returns text of a rule as a literal.
func (g *generator) literal(s string) string {
	sql, problem := g.text(s)
	if problem != "" {
		g.fail("the text %q: %s", shorten(s), problem)
	}
	return sql
}

// comment returns a line of comment that holds text of others. Everything that
// could end the comment, go on after it or be replaced within it is left out: a
// line break, a backslash before one (Spark goes on with the next line then),
// and the $ of Spark's ${variable}.
func comment(text string) string {
	return "-- " + strings.Map(func(r rune) rune {
		if r == '\\' || r == '$' || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, shorten(text))
}

// shorten cuts text after maxShownRunes, with an ellipsis.
func shorten(text string) string {
	count := 0
	for i := range text {
		if count == maxShownRunes {
			return text[:i] + "…"
		}
		count++
	}
	return text
}
