package federate

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Reason is a condition and whether it is true for a customer.
type Reason struct {
	Condition string // canonical text
	Kind      string // and, or, not, attribute, behavior, segment, sequence or step
	True      bool
	// Value is what decided: of an attribute its value, of a behavior the count,
	// sum, average, least or greatest value, or time that is tested. It is nil for
	// NULL, else as engine.Row has values. An average is a float64, rounded; a least
	// or greatest local time may be another one by as much as the clock was put
	// forward, if it was then. Of a step it is as engine.ReasonStep has it, of other kinds
	// nil.
	Value any
	// Reasons are those of the conditions below: of a segment, the one of its rule,
	// where the segment is met first. One that is met again has none. Of a sequence they
	// are its steps, which are true as engine.ReasonStep has it.
	Reasons []Reason
}

// Why says of one customer whether a checked rule selects it at asOf, and why:
// the truth of every condition. The key is text, of a whole-number key its digits.
// A key that nobody has, or can have, is a [*NoCustomerError].
func Why(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time, key string) (*Reason, error) {
	f, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	if !isKey(f.schema.KeyType, key) {
		return nil, &NoCustomerError{Code: CodeNoCustomer, Key: key}
	}
	inquiry, err := sqlgen.Why(f.dialect, checked, f.layout, asOf, key, sqlgen.Pinned(f.versions))
	if err != nil {
		return nil, inPlace(err)
	}
	f.noteSums(checked)
	var answer arrow.RecordBatch
	var received int64
	defer func() {
		if answer != nil {
			answer.Release()
		}
	}()
	err = f.rows(ctx, "the customer", inquiry.SQL, inquiry.Columns, func(batch arrow.RecordBatch) error {
		if received += batch.NumRows(); received == 1 {
			batch.Retain()
			answer = batch
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case received == 0:
		return nil, &NoCustomerError{Code: CodeNoCustomer, Key: key}
	case received > 1:
		return nil, fmt.Errorf("the customer with the key %q is there %d times, expected once in the master table and in each table of attributes", key, received)
	}
	w := &reasoner{row: answer, convert: newConverter(checked.Location), known: map[*sqlgen.Node]bool{}}
	return w.explain(inquiry.Root)
}

// isKey reports whether somebody can have a key: one of whole numbers is digits.
func isKey(typ model.Type, key string) bool {
	if typ.Kind == model.String {
		return true
	}
	_, err := strconv.ParseInt(key, 10, 64)
	return err == nil
}

// reasoner reads the answer to an inquiry.
type reasoner struct {
	row     arrow.RecordBatch
	convert *converter
	known   map[*sqlgen.Node]bool // the truth of segments met before
}

// explain returns the reason of a whole rule. The truth of groups follows from
// that of the tests in them; the source's own word on the whole must be the same.
func (w *reasoner) explain(root *sqlgen.Node) (*Reason, error) {
	selected, err := w.truth(0)
	if err != nil {
		return nil, err
	}
	reason, err := w.reason(root)
	if err != nil {
		return nil, err
	}
	if reason.True != selected {
		return nil, fmt.Errorf("the source says %t of the rule and its conditions come to %t", selected, reason.True)
	}
	return &reason, nil
}

// reason returns the reason of a node.
func (w *reasoner) reason(n *sqlgen.Node) (Reason, error) {
	r := Reason{Condition: n.Cond.Text()}
	if n.Truth >= 0 {
		return w.test(n, r)
	}
	if n.Same != nil {
		r.Kind, r.True = "segment", w.known[n.Same]
		return r, nil
	}
	if len(n.Steps) > 0 {
		return w.sequence(n, r)
	}
	all, some := true, false
	for _, below := range n.Nodes {
		reason, err := w.reason(below)
		if err != nil {
			return r, err
		}
		all, some = all && reason.True, some || reason.True
		r.Reasons = append(r.Reasons, reason)
	}
	switch n.Cond.(type) {
	case *rule.And:
		r.Kind, r.True = "and", all
	case *rule.Or:
		r.Kind, r.True = "or", some
	case *rule.Not:
		r.Kind, r.True = "not", !some
	default:
		r.Kind, r.True = "segment", some
		w.known[n] = some
	}
	return r, nil
}

// sequence fills in the reason of a sequence, which is true where its last step is.
func (w *reasoner) sequence(n *sqlgen.Node, r Reason) (_ Reason, err error) {
	r.Kind = "sequence"
	var longest *sqlgen.StepNode // the last that is true
	for i := range n.Steps {
		step := &n.Steps[i]
		if r.True, err = w.truth(step.Truth); err != nil {
			return r, err
		}
		if r.True {
			longest = step
		}
		r.Reasons = append(r.Reasons, Reason{Condition: step.Step.Text(), Kind: "step", True: r.True})
	}
	if longest == nil {
		return r, nil
	}
	for i, column := range longest.Values {
		if column < 0 {
			continue
		}
		if r.Reasons[i].Value, err = w.micros(column); err != nil {
			return r, fmt.Errorf("the time of %s: %w", r.Reasons[i].Condition, err)
		}
	}
	return r, nil
}

// micros returns a column of microseconds as a time, nil for NULL.
func (w *reasoner) micros(column int) (any, error) {
	values := w.row.Column(column)
	value := wholes(values)
	switch {
	case value == nil:
		return nil, fmt.Errorf("the source gave %s of type %s, expected microseconds", values.ValueStr(0), values.DataType())
	case values.IsNull(0):
		return nil, nil
	}
	return time.UnixMicro(value(0)).UTC(), nil
}

// test fills in the reason of a test of an attribute or of a behavior.
func (w *reasoner) test(n *sqlgen.Node, r Reason) (_ Reason, err error) {
	r.Kind = "behavior"
	if _, ok := n.Cond.(*rule.AttributeTest); ok {
		r.Kind = "attribute"
	}
	if r.True, err = w.truth(n.Truth); err != nil {
		return r, err
	}
	values, err := w.convert.vector(w.row.Column(n.Value), n.Type, n.Encoding)
	if err != nil {
		return r, fmt.Errorf("the value of %s: %w", r.Condition, err)
	}
	r.Value = values.Value(0)
	return r, nil
}

// truth returns a column of the answer that is true or false.
func (w *reasoner) truth(column int) (bool, error) {
	values, ok := w.row.Column(column).(*array.Boolean)
	if !ok || values.IsNull(0) {
		return false, fmt.Errorf("the source gave %s of type %s, expected true or false",
			w.row.Column(column).ValueStr(0), w.row.Column(column).DataType())
	}
	return values.Value(0), nil
}
