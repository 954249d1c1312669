package rule

import (
	"fmt"
	"regexp"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

// Check resolves a rule against a schema and the segments that it may refer to;
// segments may be nil. All its problems, and those of the segments it refers to,
// are returned together, as [Errors]; any other error is about the schema's time
// zone. The Checked refers to schema, which must not change afterwards.
func Check(r *Rule, schema *model.Schema, segments *Library) (*Checked, error) {
	loc, err := window.LoadLocation(schema.Timezone)
	if err != nil {
		return nil, fmt.Errorf("parent segment %q: %w", schema.Name, err)
	}
	c := newChecker(newShared(schema, loc, segments), r)
	root, text := c.rule(r)
	if errs := append(c.errs.sorted(), c.segmentErrs...); len(errs) > 0 {
		return nil, errs[:min(len(errs), MaxErrors)]
	}
	return &Checked{Root: root, Schema: schema, Location: loc, text: text, warnings: c.warnings}, nil
}

// Warnings returns what is allowed in the rule, and in the segments it refers to,
// but hardly meant: a between whose first bound is greater than its second, of code
// EmptyRange. There are MaxErrors at most. The caller must not change the slice.
func (c *Checked) Warnings() Errors { return c.warnings }

// shared is what the checkers of a rule and of the segments it refers to have in
// common.
type shared struct {
	schema     *model.Schema
	loc        *time.Location
	attributes map[string]int // positions by name
	behaviors  map[string]int
	segments   *segmentTable
	// referencesOnly leaves out all that needs a schema.
	referencesOnly bool
	warnings       Errors

	patterns     map[string]*regexp.Regexp // those compiled, by their text
	patternSteps int                       // instructions of all of them
}

func newShared(schema *model.Schema, loc *time.Location, segments *Library) *shared {
	s := &shared{
		schema: schema, loc: loc,
		attributes: make(map[string]int, len(schema.Attributes)),
		behaviors:  make(map[string]int, len(schema.Behaviors)),
		segments:   newSegmentTable(segments),
		patterns:   make(map[string]*regexp.Regexp),
	}
	for i := range schema.Attributes {
		s.attributes[schema.Attributes[i].Name] = i
	}
	for i := range schema.Behaviors {
		s.behaviors[schema.Behaviors[i].Name] = i
	}
	return s
}

// checker turns the nodes of one rule into conditions and collects what is wrong
// with them. A function that notes a problem returns whatever it likes: the
// conditions are dropped if there was one.
type checker struct {
	*shared
	source
	file        string
	paths       pathIndex
	behavior    *model.Behavior // whose fields names are, within a where
	bareWhere   bool            // which has no brackets
	errs        Errors
	segmentErrs Errors // of segments that the rule refers to
	deepest     int    // levels of the segments that the rule refers to, in a row
}

func newChecker(s *shared, r *Rule) *checker {
	return &checker{shared: s, source: r.source, file: r.file, paths: r.paths}
}

// rule checks a whole rule and returns its canonical text, too.
func (c *checker) rule(r *Rule) (Cond, string) {
	if r.root == nil {
		c.add(c.emptyRule())
		return nil, ""
	}
	root := r.root
	if c.referencesOnly {
		c.references(root)
		return nil, ""
	}
	if r.loose {
		if root = c.typedTree(root); root == nil {
			return nil, ""
		}
	}
	return c.node(root), *root.slot()
}

// add notes a problem.
func (c *checker) add(err *Error) { c.errs = append(c.errs, c.placed(err)) }

// placed says of which file a problem is, and at which path there.
func (c *checker) placed(err *Error) *Error {
	err.File, err.Path = c.file, c.paths.at(err.Offset)
	return err
}

// full reports whether further problems would not be shown. Problems come in the
// order of their places but for those within one test.
func (c *checker) full() bool { return len(c.errs)+len(c.segmentErrs) >= MaxErrors }

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
	case *segmentNode:
		return c.segment(n)
	case *sequenceNode:
		return c.sequence(n)
	case *testNode:
		if c.behavior != nil {
			return c.fieldTest(n)
		}
		return c.test(n)
	}
	return nil
}

// test decides what the name of a test is.
func (c *checker) test(t *testNode) Cond {
	if i, ok := c.attributes[t.name.text]; ok {
		if t.ofBehavior() {
			c.add(c.behaviorPartOnAttribute(t))
			return nil
		}
		a := &AttributeTest{Attribute: i, text: t.text}
		return c.columnTest(t, c.schema.Attributes[i].Type, &a.ColumnTest, a, &a.text)
	}
	if i, ok := c.behaviors[t.name.text]; ok {
		return c.behaviorTest(t, i)
	}
	c.add(c.unknownName(t))
	return nil
}

// ofBehavior reports whether the test has a part that only behaviors have.
func (n *testNode) ofBehavior() bool {
	return n.edge != edgeNone || n.where != nil || n.aggregate != nil
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
	w := c.problem(EmptyRange, a.span,
		fmt.Sprintf("empty range: %s is %s than %s", shorten(a.print()), relation, shorten(b.print())), "")
	c.warnings = append(c.warnings, c.placed(w))
}
