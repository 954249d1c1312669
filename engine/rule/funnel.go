package rule

import "strings"

// FunnelStep is a step of a funnel: how far some of the customers have come.
type FunnelStep struct {
	// Text is the canonical text of the steps of the sequence that this one adds to
	// the one before: "not cart_event then purchase within 2 hours".
	Text string
	// Rule selects the customers who have come so far. Its problems, if the schema
	// refuses it, are at the places of the whole rule. In its text the time of a
	// first step's event may be called timestamp, and is meant even where a field is
	// called so.
	Rule *Rule
}

// Funnel returns the rules that select who has come how far in the sequence of r: a
// customer whom one of them selects, those before it select too. r is a sequence,
// or an "and" with exactly one sequence among its conditions, of which the others
// stand in every rule.
//
// There is a step for every event that the sequence asks for, which includes what
// must not have happened between it and the one before. If the sequence ends with
// what must not happen, the whole is one more step. Of the first step's events
// those without a time do not count, as in the sequence.
//
// Where r is no such rule, or the rule of a step is too long or too deep, the error is
// Errors.
func Funnel(r *Rule) ([]FunnelStep, error) {
	if r.root == nil {
		return nil, Errors{r.placed(r.source.emptyRule())}
	}
	conditions, at, err := r.sequenceAmong()
	if err != nil {
		return nil, Errors{r.placed(err)}
	}
	steps := conditions[at].(*sequenceNode).steps
	var funnel []FunnelStep
	for lo := 0; lo < len(steps); {
		hi := lo // steps[lo:hi] are those that this step of the funnel adds
		for hi < len(steps) && steps[hi].absent {
			hi++
		}
		hi = min(hi+1, len(steps))
		prefix, err := r.withRoot(prefixOf(conditions, at, hi))
		if err != nil {
			return nil, Errors{r.placed(err)}
		}
		funnel = append(funnel, FunnelStep{Text: joinSteps(steps[lo:hi]), Rule: prefix})
		lo = hi
	}
	return funnel, nil
}

// withRoot returns a rule of the same text with another tree, unless that is beyond
// what a rule may be.
func (r *Rule) withRoot(root node) (*Rule, *Error) {
	if textDepth(root) > MaxDepth {
		return nil, r.source.tooDeepCanonical()
	}
	fillText(root)
	other := *r
	other.root = root
	if size := len(other.String()); size > MaxBytes {
		return nil, r.source.tooLongCanonical(size)
	}
	return &other, nil
}

// sequenceAmong returns the conditions that all hold by the rule and the position
// of the only sequence among them.
func (r *Rule) sequenceAmong() (conditions []node, at int, err *Error) {
	conditions = []node{r.root}
	if and, ok := r.root.(*logicNode); ok && and.word == "and" {
		conditions = and.nodes
	}
	at = -1
	for i, n := range conditions {
		s, ok := n.(*sequenceNode)
		switch {
		case !ok:
		case at >= 0:
			return nil, 0, r.source.secondSequence(s.span)
		default:
			at = i
		}
	}
	if at < 0 {
		return nil, 0, r.source.noSequence()
	}
	return conditions, at, nil
}

// placed says of which file a problem is, and at which path there.
func (r *Rule) placed(err *Error) *Error {
	err.File = r.file
	if err.Length > 0 {
		err.Path = r.paths.at(err.Offset)
	}
	return err
}

// prefixOf returns a copy of the conditions joined, of which the sequence at
// has its first n steps only.
func prefixOf(conditions []node, at, n int) node {
	nodes := make([]node, len(conditions))
	for i, c := range conditions {
		nodes[i] = cloned(c)
	}
	s := nodes[at].(*sequenceNode)
	if s.steps = s.steps[:n]; n == 1 {
		nodes[at] = s.steps[0].test
		s.steps[0].test.dated()
	}
	if len(nodes) == 1 {
		return nodes[0]
	}
	return flatten(&logicNode{word: "and", nodes: nodes})
}

// dated leaves the events without a time out of a test that has a name, a where and
// a window at most. Windows other than ever do that themselves.
func (n *testNode) dated() {
	if n.window != nil && n.window.print() != "ever" {
		return
	}
	dated := &testNode{name: nameNode{text: timeAlias, time: true, span: n.name.span}, op: &opNode{kind: opIsNull, not: true}}
	if n.where == nil {
		n.where = dated
		return
	}
	n.where = flatten(&logicNode{word: "and", nodes: []node{n.where, dated}})
}

// cloned returns a copy of a tree, to get texts of its own.
func cloned(n node) node {
	switch n := n.(type) {
	case *logicNode:
		out := *n
		out.nodes = make([]node, len(n.nodes))
		for i, operand := range n.nodes {
			out.nodes[i] = cloned(operand)
		}
		return &out
	case *notNode:
		out := *n
		out.node = cloned(n.node)
		return &out
	case *testNode:
		return n.cloned()
	case *sequenceNode:
		out := *n
		out.steps = make([]*stepNode, len(n.steps))
		for i, s := range n.steps {
			step := *s
			step.test = s.test.cloned()
			out.steps[i] = &step
		}
		return &out
	case *segmentNode:
		out := *n
		return &out
	}
	return n
}

func (n *testNode) cloned() *testNode {
	out := *n
	if n.where != nil {
		out.where = cloned(n.where)
	}
	return &out
}

// joinSteps returns the canonical text of some steps.
func joinSteps(steps []*stepNode) string {
	texts := make([]string, len(steps))
	for i, s := range steps {
		texts[i] = s.text
	}
	return strings.Join(texts, " then ")
}
