package sqlgen

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Inquiry is one statement that asks every condition of a rule of one customer.
// It gives one row, none where nobody has the key. Its first column says whether
// the rule selects the customer; what the others are the nodes say.
type Inquiry struct {
	SQL     string
	Columns int // how many there are
	Root    *Node
}

// Node is a condition of an inquiry.
type Node struct {
	Cond  rule.Cond
	Truth int // the column of the truth of an attribute's or a behavior's test, never NULL; -1 of others
	// Value is the column of what is tested: an attribute, or what a behavior's events
	// come to. It is -1 of others.
	Value    int
	Type     model.Type         // of the value; of an average a float
	Encoding model.TimeEncoding // of the value, where it is a Timestamp
	Nodes    []*Node            // the conditions below; of a segment that of its rule
	Steps    []StepNode         // of a sequence
	Same     *Node              // of a segment that was met before, which has no Nodes again: the Node there
}

// maxColumns is how many columns a statement may return in all dialects;
// PostgreSQL takes 1,664.
const maxColumns = 1600

// Why returns the inquiry about the customer of a key, which is text, of a
// whole-number key its digits. Of the options it heeds [Pinned].
func Why(d Dialect, checked *rule.Checked, layout *model.Layout, asOf time.Time, key string, options ...Option) (*Inquiry, error) {
	g, err := newGenerator(d, checked, layout, asOf, options)
	if err != nil {
		return nil, err
	}
	if g.only, err = g.keyLiteral(key); err != nil {
		return nil, err
	}
	w := &inquirer{generator: g, positions: map[string]int{}, segments: map[*rule.Segment]*Node{}}
	q := w.inquiry()
	if g.err != nil {
		return nil, g.err
	}
	return q, nil
}

// keyLiteral returns a key as a literal of its type.
func (g *generator) keyLiteral(key string) (string, error) {
	if g.checked.Schema.KeyType.Kind == model.String {
		literal := g.literal(key)
		return literal, g.err
	}
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return "", fmt.Errorf("the key %q: expected a whole number of 64 bits", key)
	}
	return strconv.FormatInt(n, 10), nil
}

// inquirer makes one inquiry.
type inquirer struct {
	*generator
	scope     scope
	columns   []string
	positions map[string]int // in columns, by expression
	segments  map[*rule.Segment]*Node
}

func (w *inquirer) inquiry() *Inquiry {
	w.column(w.decided(w.selection(&w.scope, w.checked.Root)))
	root := w.node(w.checked.Root)
	if len(w.columns) > maxColumns {
		w.fail("the rule has so many conditions that they take %d columns, a statement returns at most %d", len(w.columns), maxColumns)
	}
	columns := make([]string, len(w.columns))
	for i, c := range w.columns {
		columns[i] = c + " AS c" + strconv.Itoa(i)
	}
	return &Inquiry{SQL: w.complete(w.customers(&w.scope, strings.Join(columns, ",\n  "), nil, "")), Columns: len(columns), Root: root}
}

// decided returns the value of a predicate, which is never NULL.
func (g *generator) decided(p *predicate) string {
	g.checkDepth(p)
	if p.nullable {
		return "COALESCE(" + p.lines("    ") + ", FALSE)"
	}
	return "(" + p.lines("    ") + ")"
}

// column returns the position of the column of an expression.
func (w *inquirer) column(expression string) int {
	at, ok := w.positions[expression]
	if !ok {
		at = len(w.columns)
		w.positions[expression] = at
		w.columns = append(w.columns, expression)
	}
	return at
}

// node returns the node of a condition and those below it.
func (w *inquirer) node(c rule.Cond) *Node {
	n := &Node{Cond: c, Truth: -1, Value: -1}
	switch c := c.(type) {
	case *rule.And:
		n.Nodes = w.nodes(c.Conds)
	case *rule.Or:
		n.Nodes = w.nodes(c.Conds)
	case *rule.Not:
		n.Nodes = w.nodes([]rule.Cond{c.Cond})
	case *rule.SegmentTest:
		if n.Same = w.segments[c.Segment]; n.Same != nil {
			break
		}
		w.segments[c.Segment] = n
		n.Nodes = w.nodes([]rule.Cond{c.Segment.Root})
	case *rule.AttributeTest:
		w.test(n)
		if x, ok := w.attributeOperand(&w.scope, c.Attribute); ok {
			n.Value, n.Type, n.Encoding = w.column(x.sql), c.Type, x.encoding
		}
	case *rule.BehaviorTest:
		w.test(n)
		if w.err == nil {
			w.behaviorValue(n, c)
		}
	case *rule.SequenceTest:
		n.Steps = w.stepNodes(c)
	default:
		w.err = errors.Join(w.err, fmt.Errorf("a condition of type %T cannot be on customers", c))
	}
	return n
}

func (w *inquirer) nodes(conds []rule.Cond) []*Node {
	nodes := make([]*Node, len(conds))
	for i, c := range conds {
		nodes[i] = w.node(c)
	}
	return nodes
}

// test gives a node the column of its truth.
func (w *inquirer) test(n *Node) { n.Truth = w.column(w.decided(w.selection(&w.scope, n.Cond))) }

// behaviorValue gives a node the column of what a customer's events come to.
func (w *inquirer) behaviorValue(n *Node, c *rule.BehaviorTest) {
	var sql string
	sql, n.Type, n.Encoding = w.madeOf(w.eventsOf(c), c)
	n.Value = w.column(sql)
}

// mean returns an average as a float, rounded; NULL where there are no values.
func (g *generator) mean(t *eventTable, x operand, typ model.Type) string {
	sum, argument := t.value(g.total(x, typ)), x.sql
	if typ.Repr == model.Float64 {
		argument = g.double(argument)
	}
	count := t.value("count(" + g.cleaned(operand{sql: argument}, typ).sql + ")")
	return g.double(sum) + " / NULLIF(" + g.double(count) + ", 0)"
}
