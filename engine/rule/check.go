package rule

import (
	"fmt"
	"regexp"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Check resolves a rule against a schema. All its problems are returned
// together, as [Errors]; any other error is about the schema's time zone. The
// Checked refers to schema, which must not change afterwards.
func Check(r *Rule, schema *model.Schema) (*Checked, error) {
	if r.root == nil {
		return nil, Errors{r.source.emptyRule()}
	}
	loc, err := window.LoadLocation(schema.Timezone)
	if err != nil {
		return nil, fmt.Errorf("parent segment %q: %w", schema.Name, err)
	}
	c := newChecker(r.source, schema, loc)
	root := c.node(r.root)
	if len(c.errs) > 0 {
		return nil, c.errs.sorted()
	}
	return &Checked{Root: root, Schema: schema, Location: loc, text: r.String(), warnings: c.warnings}, nil
}

// Warnings returns what is allowed in the rule but hardly meant, a line each
// with line and column in front: a between whose first bound is greater than
// its second (EMPTY_RANGE). There are MaxErrors at most. The caller must not change the slice.
func (c *Checked) Warnings() []string { return c.warnings }

// checker turns nodes into conditions and collects what is wrong with them. A
// function that notes a problem returns whatever it likes: the conditions are
// dropped if there was one.
type checker struct {
	source
	schema     *model.Schema
	loc        *time.Location
	attributes map[string]int // positions by name
	behaviors  map[string]int
	errs       Errors
	warnings   []string

	patterns     map[string]*regexp.Regexp // those compiled, by their text
	patternSteps int                       // instructions of all of them
}

func newChecker(src source, schema *model.Schema, loc *time.Location) *checker {
	c := &checker{
		source: src, schema: schema, loc: loc,
		attributes: make(map[string]int, len(schema.Attributes)),
		behaviors:  make(map[string]int, len(schema.Behaviors)),
		patterns:   make(map[string]*regexp.Regexp),
	}
	for i := range schema.Attributes {
		c.attributes[schema.Attributes[i].Name] = i
	}
	for i := range schema.Behaviors {
		c.behaviors[schema.Behaviors[i].Name] = i
	}
	return c
}

// add notes a problem.
func (c *checker) add(err *Error) { c.errs = append(c.errs, err) }

// full reports whether further problems would not be shown. Problems come in the
// order of their places but for those within one test.
func (c *checker) full() bool { return len(c.errs) >= MaxErrors }

func (c *checker) node(n node) Cond {
	switch n := n.(type) {
	case *logicNode:
		conds := make([]Cond, 0, len(n.nodes))
		for _, operand := range n.nodes {
			if c.full() {
				return nil
			}
			conds = append(conds, c.node(operand))
		}
		if n.word == "and" {
			return &And{Conds: conds, text: n.text}
		}
		return &Or{Conds: conds, text: n.text}
	case *notNode:
		return &Not{Cond: c.node(n.node), text: n.text}
	case *testNode:
		return c.test(n)
	}
	return nil
}

// test decides what the name of a test is.
func (c *checker) test(t *testNode) Cond {
	if i, ok := c.attributes[t.name.text]; ok {
		return c.attribute(t, i)
	}
	if i, ok := c.behaviors[t.name.text]; ok {
		return c.behavior(t, i)
	}
	c.add(c.unknownName(t))
	return nil
}

// window resolves a window's times and checks its counts.
func (c *checker) window(w *windowNode) *window.Spec {
	spec := w.spec
	ok := true
	switch spec.Form {
	case window.Between:
		var okTo bool
		spec.From, ok = c.point(w.from)
		spec.To, okTo = c.point(w.to)
		ok = ok && okTo
	case window.Since, window.Before, window.After:
		spec.From, ok = c.point(w.from)
	}
	if !ok {
		return &spec
	}
	if err := spec.Validate(); err != nil {
		c.add(c.invalidWindow(w.span, err))
	} else if spec.Empty(c.loc) {
		c.warnEmpty(w.from, w.to, "later")
	}
	return &spec
}

// point reads a literal as a time.
func (c *checker) point(l literal) (window.Point, bool) {
	if l.kind != literalString {
		c.add(c.expectedTime(l))
		return window.Point{}, false
	}
	p, err := window.ParsePoint(l.str)
	if err != nil {
		c.add(c.invalidTime(l, err))
		return window.Point{}, false
	}
	return p, true
}

// warnEmpty notes that a between from a to b holds nothing, because a is, say,
// later than b.
func (c *checker) warnEmpty(a, b literal, relation string) {
	if len(c.warnings) >= MaxErrors {
		return
	}
	line, column := c.place(a.offset)
	c.warnings = append(c.warnings, fmt.Sprintf("%d:%d: empty range: %s is %s than %s",
		line, column, shorten(a.print()), relation, shorten(b.print())))
}
