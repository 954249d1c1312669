package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Column is a column that is asked of an audience: an attribute, or a value that is
// computed from each customer's events. It is immutable.
type Column struct {
	Name      string
	Type      model.Type
	Attribute int               // position in the schema; -1: Events is not nil
	Events    *rule.EventColumn // nil: an attribute
}

// Columns finds the columns that a checked rule's audience is asked for, by their
// texts: the name of an attribute, or else a column of events as
// [rule.ParseEventColumn] reads it:
//
//	purchase sum(amount) in last 90 days as spent
//
// Whose text is neither is a *ColumnError. A column of events of the name of another
// column, or of the key, is a *RepeatedColumnError.
func Columns(checked *rule.Checked, texts ...string) (found []Column, err error) {
	err = guard(func() error {
		taken := map[string]bool{checked.Schema.KeyColumn: true}
		for _, text := range texts {
			c, err := columnOf(checked, text)
			if err != nil {
				return err
			}
			found = append(found, c)
			if c.Events == nil {
				taken[c.Name] = true
			}
		}
		for _, c := range found {
			if c.Events == nil {
				continue // an attribute may come twice
			}
			if taken[c.Name] {
				return &RepeatedColumnError{Name: c.Name}
			}
			taken[c.Name] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// columnOf finds one column.
func columnOf(checked *rule.Checked, text string) (Column, error) {
	if i := checked.Schema.Attribute(text); i >= 0 {
		a := checked.Schema.Attributes[i]
		return Column{Name: a.Name, Type: a.Type, Attribute: i}, nil
	}
	events, err := rule.ParseEventColumn(text, checked)
	if err != nil {
		unknown := NewColumnError(checked.Schema, text)
		problems := rule.Errors{}
		if errors.As(err, &problems) && (rule.StartsWithBehavior(text, checked) || unknown.Nearest == "" && problems[0].Code == rule.UnknownBehavior) {
			unknown.Problems = problems
		}
		return Column{}, unknown
	}
	return Column{Name: events.Name, Type: events.Result, Attribute: -1, Events: events}, nil
}

// ColumnError says that a column asked for is no attribute, nor one of events.
type ColumnError struct {
	Name    string
	Is      string   // what else has the name: "the key" or "a behavior"; empty: nothing
	Nearest string   // attribute of a similar name; may be empty
	Columns []string // all attributes
	// Problems says what is wrong with it as a column of events; nil where it hardly
	// looks like one, or where only an attribute will do.
	Problems rule.Errors
}

// Error names the column and what there is instead.
func (e *ColumnError) Error() string {
	text := fmt.Sprintf("unknown attribute %q", e.Name)
	if e.Is != "" {
		text = fmt.Sprintf("%q is %s, not an attribute", e.Name, e.Is)
	}
	if e.Nearest != "" {
		text += fmt.Sprintf("; did you mean %q?", e.Nearest)
	}
	switch {
	case len(e.Problems) > 0:
		return text + "\nas a column of events:\n" + e.Problems.Detail()
	case e.Nearest != "":
		return text
	}
	return text + "; attributes: " + joinNames(e.Columns)
}

// Unwrap returns what is wrong with the column as one of events.
func (e *ColumnError) Unwrap() error {
	if len(e.Problems) == 0 {
		return nil
	}
	return e.Problems
}

// NewColumnError returns the error of a text that is no attribute's name.
func NewColumnError(s *model.Schema, text string) *ColumnError {
	err := &ColumnError{Name: text}
	switch {
	case s.Behavior(text) >= 0:
		err.Is = "a behavior"
	case text == s.KeyColumn:
		err.Is = "the key"
	}
	for _, a := range s.Attributes {
		err.Columns = append(err.Columns, a.Name)
	}
	if err.Is == "" {
		err.Nearest = model.Nearest(text, err.Columns)
	}
	return err
}

// RepeatedColumnError says that a column of events has the name of another column.
type RepeatedColumnError struct{ Name string }

// Error names both, and says how to tell them apart.
func (e *RepeatedColumnError) Error() string {
	return fmt.Sprintf("two columns are called %q; name a column of events with: as NAME", e.Name)
}

// batchSchema is BatchSchema for columns that have been found.
func batchSchema(schema *model.Schema, columns []Column) *arrow.Schema {
	fields := []arrow.Field{{Name: schema.KeyColumn, Type: schema.KeyType.Arrow()}}
	for _, c := range columns {
		fields = append(fields, arrow.Field{Name: c.Name, Type: c.Type.Arrow(), Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// columnTaker takes the values of selected customers out of one column.
type columnTaker struct {
	typ    model.Type
	stored *column.Column  // nil: computed from events
	node   *plan.Node      // of plan.Value
	values *column.Builder // of a block; reused
}

// newColumnTaker makes the taker of a column of a version at an as_of.
func newColumnTaker(s *store.Snapshot, checked *rule.Checked, c Column, p *plan.Program) *columnTaker {
	if c.Events == nil {
		return storedTaker(s.Attribute(c.Attribute))
	}
	return &columnTaker{typ: c.Type, node: plan.Value(s, checked, c.Events.Test, p.AsOf), values: column.NewBuilder(c.Type, 0)}
}

// storedTaker makes the taker of a column that a snapshot has.
func storedTaker(c *column.Column) *columnTaker { return &columnTaker{typ: c.Type(), stored: c} }

// take returns the values of the selected customers of a block; rows are the same, in
// order.
func (t *columnTaker) take(ctx context.Context, s *store.Snapshot, block int, selected *bitmap.Words, rows []uint32) (arrow.Array, error) {
	if t.stored != nil {
		values, err := t.stored.Block(block)
		if err != nil {
			return nil, err
		}
		return values.Take(rows), nil
	}
	t.values.Reset()
	t.values.Grow(bitmap.BlockRows)
	if err := exec.Values(ctx, s, t.node, t.typ, block, selected, t.values); err != nil {
		return nil, err
	}
	return t.values.Take(rows)
}
