package sqlgen

import "strings"

// predicate is a boolean SQL expression that may be NULL, which counts as false.
// NULL stays harmless under AND and OR, since they are monotone; only a negation
// must turn it into FALSE first, and [not] does.
type predicate struct {
	op       predicateOp
	sql      string   // of opLeaf; of opIn what stands before IN
	negated  string   // of opLeaf: another way to write its complement, "" for none
	items    []string // of opIn
	operands []*predicate
	nullable bool
	negates  bool // has an opNot in it
	width    int  // of the text on one line
	depth    int  // how deep brackets nest
}

type predicateOp uint8

const (
	opLeaf predicateOp = iota
	opIn
	opAnd
	opOr
	opNot
)

// maxWidth is the longest line that is not broken where it can be.
const maxWidth = 100

var (
	always = &predicate{sql: "TRUE", negated: "FALSE", width: 4}
	never  = &predicate{sql: "FALSE", negated: "TRUE", width: 5}
)

// leaf returns a test that binds closer than NOT and AND.
func leaf(sql string, nullable bool) *predicate {
	return &predicate{sql: sql, nullable: nullable, width: len(sql)}
}

// isNull returns the test that an operand is NULL.
func isNull(x string) *predicate {
	return &predicate{sql: x + " IS NULL", negated: x + " IS NOT NULL", width: len(x) + len(" IS NOT NULL")}
}

// isNotNull returns the test that an operand is not NULL.
func isNotNull(x string) *predicate {
	return &predicate{sql: x + " IS NOT NULL", negated: x + " IS NULL", width: len(x) + len(" IS NOT NULL")}
}

// in returns the test that an operand is one of the items, of which there is at
// least one.
func in(x string, items []string, nullable bool) *predicate {
	if len(items) == 1 {
		return leaf(x+" = "+items[0], nullable)
	}
	p := &predicate{op: opIn, sql: x, items: items, nullable: nullable, width: len(x) + len(" IN ()")}
	for _, item := range items {
		p.width += len(item) + len(", ")
	}
	return p
}

// and returns the conjunction, or the disjunction, of operands, of which there
// is at least one. Operands of the same kind are merged.
func and(operands ...*predicate) *predicate { return junction(opAnd, operands) }
func or(operands ...*predicate) *predicate  { return junction(opOr, operands) }

func junction(op predicateOp, operands []*predicate) *predicate {
	if len(operands) == 1 {
		return operands[0]
	}
	p := &predicate{op: op}
	for _, o := range operands {
		if o.op == op {
			p.operands = append(p.operands, o.operands...)
		} else {
			p.operands = append(p.operands, o)
		}
		p.nullable = p.nullable || o.nullable
		p.negates = p.negates || o.negates
		p.depth = max(p.depth, o.depth+1)
		p.width += o.width + len(" AND ()")
	}
	return p
}

// not returns the complement, where NULL counts as false. A negation within
// another is resolved by De Morgan's laws, so that none is nested: Spark takes twice as long
// to plan a statement for every level of NOT COALESCE(…).
func not(p *predicate) *predicate {
	switch {
	case p.op == opNot:
		return p.operands[0]
	case p.negated != "" && !p.nullable:
		return &predicate{sql: p.negated, negated: p.sql, width: max(p.width, len(p.negated))}
	case p.negates && p.op == opAnd:
		return or(complements(p.operands)...)
	case p.negates && p.op == opOr:
		return and(complements(p.operands)...)
	}
	return &predicate{
		op: opNot, operands: []*predicate{p}, negates: true, depth: p.depth + 1,
		width: p.width + len("NOT COALESCE(, FALSE)"),
	}
}

func complements(operands []*predicate) []*predicate {
	result := make([]*predicate, len(operands))
	for i, o := range operands {
		result[i] = not(o)
	}
	return result
}

// inline returns the text on one line.
func (p *predicate) inline() string {
	switch p.op {
	case opIn:
		return p.sql + " IN (" + strings.Join(p.items, ", ") + ")"
	case opNot:
		if inner := p.operands[0]; !inner.nullable {
			return "NOT (" + inner.inline() + ")"
		}
		return "NOT COALESCE(" + p.operands[0].inline() + ", FALSE)"
	case opAnd, opOr:
		parts := make([]string, len(p.operands))
		for i, o := range p.operands {
			parts[i] = o.inline()
			if o.op == opAnd || o.op == opOr {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, p.word())
	}
	return p.sql
}

func (p *predicate) word() string {
	if p.op == opAnd {
		return " AND "
	}
	return " OR "
}

// lines returns the text, broken where it is long. Lines after the first start
// with indent.
func (p *predicate) lines(indent string) string {
	if len(indent)+p.width <= maxWidth || p.op == opLeaf {
		return p.inline()
	}
	deeper := indent + "  "
	switch p.op {
	case opIn:
		return p.sql + " IN (\n" + deeper + fill(p.items, deeper) + "\n" + indent + ")"
	case opNot:
		inner := p.operands[0]
		open, end := "NOT COALESCE(\n", ", FALSE\n"
		if !inner.nullable {
			open, end = "NOT (\n", "\n"
		}
		return open + deeper + inner.lines(deeper) + end + indent + ")"
	}
	parts := make([]string, len(p.operands))
	for i, o := range p.operands {
		if o.op == opAnd || o.op == opOr {
			parts[i] = "(\n" + deeper + o.lines(deeper) + "\n" + indent + ")"
			if len(indent)+o.width <= maxWidth {
				parts[i] = "(" + o.inline() + ")"
			}
			continue
		}
		parts[i] = o.lines(indent)
	}
	return strings.Join(parts, "\n"+indent+strings.TrimLeft(p.word(), " "))
}

// fill puts items on lines that start with indent.
func fill(items []string, indent string) string {
	var b strings.Builder
	column := len(indent)
	for i, item := range items {
		switch {
		case i == 0:
		case column+len(item) > maxWidth:
			b.WriteString(",\n" + indent)
			column = len(indent)
		default:
			b.WriteString(", ")
			column += 2
		}
		b.WriteString(item)
		column += len(item)
	}
	return b.String()
}
