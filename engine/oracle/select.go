package oracle

import (
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// ErrOverflow is returned when a sum has more than 38 digits. The package
// comment says what that means for other executions.
var ErrOverflow = errors.New("OVERFLOW: a sum has more than 38 digits")

// Select returns, for every row of the table, whether the rule selects the
// customer at as_of, which is floored to microseconds. The rule must have been
// checked against the table's schema, and the table be valid. Errors are
// ErrOverflow, with the behavior and the customer, or say that the rule is not
// one that the checker makes.
func Select(t *Table, c *rule.Checked, asOf time.Time) ([]bool, error) {
	e := &evaluation{table: t, asOf: asOf, loc: c.Location, segments: map[*rule.Segment][]bool{}}
	return e.cond(c.Root)
}

// evaluation is a rule being evaluated at an as_of.
type evaluation struct {
	table    *Table
	asOf     time.Time
	loc      *time.Location
	segments map[*rule.Segment][]bool // the answers of those evaluated so far
}

// cond returns for every row whether the condition is true. Every operand is
// evaluated for every row.
func (e *evaluation) cond(c rule.Cond) ([]bool, error) {
	switch c := c.(type) {
	case *rule.And:
		return e.logic(c.Conds, func(a, b bool) bool { return a && b })
	case *rule.Or:
		return e.logic(c.Conds, func(a, b bool) bool { return a || b })
	case *rule.Not:
		return e.not(c)
	case *rule.SegmentTest:
		return e.segment(c.Segment)
	case *rule.AttributeTest:
		return e.eachRow(func(row int) (bool, error) {
			return columnTest(c.ColumnTest, e.table.Attributes[c.Attribute][row], e.asOf, e.loc)
		})
	case *rule.BehaviorTest:
		return e.eachRow(func(row int) (bool, error) {
			passes, err := e.behavior(c, row)
			if err != nil {
				err = fmt.Errorf("behavior %q, customer %v: %w", e.table.Schema.Behaviors[c.Behavior].Name, e.table.Keys[row], err)
			}
			return passes, err
		})
	case *rule.SequenceTest:
		return e.eachRow(func(row int) (bool, error) { return e.sequence(c, row) })
	}
	return nil, fmt.Errorf("a %T is no condition on customers", c)
}

func (e *evaluation) eachRow(test func(row int) (bool, error)) ([]bool, error) {
	rows := make([]bool, len(e.table.Keys))
	for row := range rows {
		var err error
		if rows[row], err = test(row); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// logic joins the answers of two conditions or more, row by row.
func (e *evaluation) logic(conds []rule.Cond, join func(a, b bool) bool) ([]bool, error) {
	if len(conds) < 2 {
		return nil, fmt.Errorf("%d conditions, expected at least 2", len(conds))
	}
	rows, err := e.cond(conds[0])
	if err != nil {
		return nil, err
	}
	for _, c := range conds[1:] {
		more, err := e.cond(c)
		if err != nil {
			return nil, err
		}
		joined := make([]bool, len(rows))
		for row := range rows {
			joined[row] = join(rows[row], more[row])
		}
		rows = joined
	}
	return rows, nil
}

func (e *evaluation) not(n *rule.Not) ([]bool, error) {
	rows, err := e.cond(n.Cond)
	if err != nil {
		return nil, err
	}
	complement := make([]bool, len(rows))
	for row := range rows {
		complement[row] = !rows[row]
	}
	return complement, nil
}

// segment evaluates another segment, once.
func (e *evaluation) segment(s *rule.Segment) ([]bool, error) {
	if rows, ok := e.segments[s]; ok {
		return rows, nil
	}
	rows, err := e.cond(s.Root)
	if err != nil {
		return nil, fmt.Errorf("segment %q: %w", s.Path, err)
	}
	e.segments[s] = rows
	return rows, nil
}
