package rule

import (
	"slices"

	"github.com/rollcall-db/rollcall/engine/document"
)

// The types of conditions. A Composite is a group whose conditions an expression
// joins.
const (
	typeAnd       = "And"
	typeOr        = "Or"
	typeComposite = "Composite"
	typeValue     = "Value"
	typeColumn    = "Column"
	typeInclude   = "include"
	typeExclude   = "exclude"
	typeReference = "Reference"
	typeSequence  = "Sequence"
)

var (
	ruleTypes   = []string{typeAnd, typeOr, typeComposite, typeValue, typeSequence, typeInclude, typeExclude, typeReference}
	filterTypes = []string{typeAnd, typeOr, typeComposite, typeColumn}
)

// conditionKeys holds the keys of a condition by its type, besides those that
// all have.
var conditionKeys = map[string][]string{
	typeAnd:       {"conditions"},
	typeOr:        {"conditions"},
	typeComposite: {"conditions", "expr"},
	typeValue:     {"attribute", "source", "leftValue", "aggregation", "filter", "timeWindow", "arrayMatching", "operator", "limit"},
	typeColumn:    {"column", "leftValue", "arrayMatching", "operator"},
	typeSequence:  {"steps", "within"},
	typeInclude:   {"segment", "name", "id"},
	typeExclude:   {"segment", "name", "id"},
	typeReference: {"segment", "name", "id"},
}

// keysOf holds the keys of a condition by its type. Those kept describe it in the
// published shapes.
var keysOf = func() map[string]fileKeys {
	all := map[string]fileKeys{}
	for typ, keys := range conditionKeys {
		all[typ] = fileKeys{
			what: "a condition of type " + typ,
			keys: slices.Concat([]string{"type"}, keys, []string{"exclude", "not"}),
			kept: []string{"id", "name", "description", "visibility"},
			null: slices.Concat(conditionKeys[typeComposite], conditionKeys[typeValue], conditionKeys[typeColumn], conditionKeys[typeInclude]),
		}
	}
	return all
}()

// isConditionType reports whether a node names a type of conditions.
func isConditionType(n *document.Node) bool {
	return n != nil && n.Kind == document.Scalar && (slices.Contains(ruleTypes, n.Text) || n.Text == typeColumn)
}

// maxFileDepth is how many conditions of a file may lie within each other. A rule
// that is MaxDepth deep in text needs a few more: the group at the top, that of a
// filter, and the innermost condition. What they come to in text is limited again
// when all is read.
const maxFileDepth = MaxDepth + 4

// condition reads a condition, with its negation.
func (r *fileReader) condition(n *document.Node) node {
	if r.full() {
		return nil
	}
	if r.depth++; r.depth > maxFileDepth {
		r.conditionsTooDeep(n)
		return nil
	}
	defer func() { r.depth-- }()
	typ := r.conditionType(n)
	if typ == "" {
		return nil
	}
	m, ok := r.mapping(n, InvalidRuleType, keysOf[typ])
	if !ok {
		return nil
	}
	before := len(r.errs)
	var out node
	switch typ {
	case typeAnd:
		return r.negated(m, r.group(m, "and"))
	case typeOr:
		return r.negated(m, r.group(m, "or"))
	case typeComposite:
		out = r.composite(m)
	case typeValue:
		out = r.value(m)
	case typeColumn:
		out = r.column(m)
	case typeSequence:
		out = r.sequence(m)
	default:
		out = r.reference(m, typ)
	}
	out = r.negated(m, out)
	if len(r.errs) > before {
		return nil // what was read of it may lack a part
	}
	return out
}

// negated returns the complement of a condition where its keys say so.
func (r *fileReader) negated(m mapping, n node) node {
	for _, key := range []string{"exclude", "not"} {
		if r.flag(m.values[key]) && n != nil {
			n = &notNode{node: n}
		}
	}
	return n
}

// conditionType returns the type of a condition, "" where it has none of those
// allowed here.
func (r *fileReader) conditionType(n *document.Node) string {
	if n.Kind != document.Map {
		r.expectedCondition(n)
		return ""
	}
	allowed := ruleTypes
	if r.fields {
		allowed = filterTypes
	}
	typ := n.Find("type")
	switch {
	case typ == nil || typ.IsNull():
		r.missingType(n, allowed)
	case typ.Kind != document.Scalar || !slices.Contains(allowed, typ.Text):
		r.unknownType(typ, allowed)
	default:
		return typ.Text
	}
	return ""
}

// group reads an And or an Or.
func (r *fileReader) group(m mapping, word string) node {
	n := m.values["conditions"]
	if n == nil {
		r.missingConditions(m.node)
		return nil
	}
	return r.conditions(n, word)
}

// conditions reads the list of conditions of a group.
func (r *fileReader) conditions(list *document.Node, word string) node {
	nodes := r.conditionList(list)
	switch len(nodes) {
	case 0:
		return nil
	case 1:
		return nodes[0]
	}
	return &logicNode{word: word, nodes: nodes}
}

// conditionList reads conditions, those with problems left out.
func (r *fileReader) conditionList(list *document.Node) []node {
	switch {
	case list.Kind != document.List:
		r.expectedConditions(list)
		return nil
	case len(list.Items) == 0:
		r.emptyConditions(list)
		return nil
	}
	nodes := make([]node, 0, len(list.Items))
	for _, item := range list.Items {
		if n := r.condition(item); n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// reference reads an include, an exclude or a Reference.
func (r *fileReader) reference(m mapping, typ string) node {
	ref := &segmentNode{}
	name := r.one(m, "segment", "name")
	if id := m.values["id"]; id != nil && (typ == typeReference || name == nil) {
		name, ref.byID = id, true
	}
	if name == nil {
		r.missingReference(m.node, typ)
		return nil
	}
	ref.ref, ref.span = r.text(name), spanOf(name)
	if ref.ref == "" && name.Kind == document.Scalar {
		r.emptyReference(name)
		return nil
	}
	if typ == typeExclude {
		return &notNode{node: ref}
	}
	return ref
}
