package federate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// AudienceSchema returns the schema of what [Audience] delivers: the key under its
// name in the master table, then the columns, which are named as [engine.Columns] has
// them, with the types that a snapshot gives them. Errors are those of engine.Columns.
func AudienceSchema(p *Place, checked *rule.Checked, columns ...string) (*arrow.Schema, error) {
	switch {
	case p == nil || p.Schema == nil:
		return nil, errIncomplete
	case checked == nil:
		return nil, errNoRule
	}
	found, err := engine.Columns(checked, columns...)
	if err != nil {
		return nil, err
	}
	return audienceSchema(p.Schema, found), nil
}

// audienceSchema is AudienceSchema for columns that have been found.
func audienceSchema(s *model.Schema, columns []engine.Column) *arrow.Schema {
	fields := []arrow.Field{{Name: s.KeyColumn, Type: s.KeyType.Arrow()}}
	for _, c := range columns {
		fields = append(fields, arrow.Field{Name: c.Name, Type: c.Type.Arrow(), Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// selected returns columns as a statement takes them.
func selected(columns []engine.Column) []sqlgen.Column {
	out := make([]sqlgen.Column, len(columns))
	for i, c := range columns {
		out[i] = sqlgen.Column{Attribute: c.Attribute, Events: c.Events}
	}
	return out
}

// encodingOf returns how the source holds the times of a column.
func (f *found) encodingOf(c engine.Column) model.TimeEncoding {
	if c.Events == nil {
		return f.layout.Attributes[c.Attribute].Encoding
	}
	test := c.Events.Test
	switch events := &f.layout.Behaviors[test.Behavior]; {
	case c.Type.Kind != model.Timestamp:
		return model.EncodedInstant
	case test.Aggregate.Field == rule.TimeField:
		return events.Time.Encoding
	default:
		return events.Fields[test.Aggregate.Field].Encoding
	}
}

// Audience streams the customers that a checked rule selects at asOf, in ascending
// order of their keys, as engine.Query.Batches delivers them from a snapshot. See
// [AudienceSchema]. A batch is valid until the next iteration; who keeps it retains
// it. An error ends the sequence; one that ends without has delivered every
// customer once, as a count at the same versions says: else the error is a
// *source.IncompleteError.
func Audience(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time, columns ...string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		m, err := p.members(ctx, checked, columns)
		if err != nil {
			yield(nil, err)
			return
		}
		m.all(ctx, asOf, yield)
	}
}

// all delivers all customers, in order of their keys.
func (m *members) all(ctx context.Context, asOf time.Time, yield func(arrow.RecordBatch, error) bool) {
	expected, err := m.count(ctx, m.checked, asOf)
	if err != nil {
		yield(nil, err)
		return
	}
	m.stream(ctx, asOf, expected, yield, sqlgen.Ordered())
}

// KeysOf returns the keys of the customers that a checked rule selects at asOf,
// as text, in ascending order: as bytes, or as numbers. So they compare with the
// keys of a snapshot that was built in full of the same open source. It is as
// complete as [Audience].
func KeysOf(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for batch, err := range Audience(ctx, p, checked, asOf) {
			if err != nil {
				yield("", err)
				return
			}
			for i := range int(batch.NumRows()) {
				if !yield(keyText(batch.Column(0), i), nil) {
					return
				}
			}
		}
	}
}

// keyText returns a key as text.
func keyText(keys arrow.Array, i int) string {
	if whole, ok := keys.(*array.Int64); ok {
		return strconv.FormatInt(whole.Value(i), 10)
	}
	return keys.ValueStr(i)
}

// List returns the first customers, at most limit, in ascending order of their
// keys, with columns as [AudienceSchema] has them, and how many the rule selects in all.
// limit must be positive.
func List(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time, limit int, columns ...string) (rows []engine.Row, count uint64, err error) {
	m, err := p.members(ctx, checked, columns)
	if err != nil {
		return nil, 0, err
	}
	return m.first(ctx, asOf, limit, sqlgen.First(limit))
}

// first returns the first customers in the order of an option, which takes limit of
// them, and how many there are in all.
func (m *members) first(ctx context.Context, asOf time.Time, limit int, order sqlgen.Option) (rows []engine.Row, count uint64, err error) {
	if count, err = m.count(ctx, m.checked, asOf); err != nil {
		return nil, 0, err
	}
	m.stream(ctx, asOf, min(count, uint64(max(limit, 0))), func(batch arrow.RecordBatch, failed error) bool {
		if err = failed; err == nil {
			rows, err = m.appendRows(rows, batch)
		}
		return err == nil
	}, order)
	if err != nil {
		return nil, 0, err
	}
	return rows, count, nil
}

// members streams customers with columns.
type members struct {
	*found
	checked   *rule.Checked
	columns   []engine.Column
	schema    *arrow.Schema
	convert   *converter
	last      string          // key of the batch before, as text; "" before the first
	lastWhole int64           // the same for whole-number keys
	seen      map[string]bool // keys so far, where these are in no order; nil: they ascend
	received  uint64
}

// members opens a place for customers with columns.
func (p *Place) members(ctx context.Context, checked *rule.Checked, columns []string) (*members, error) {
	f, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	return f.members(checked, columns)
}

func (f *found) members(checked *rule.Checked, columns []string) (*members, error) {
	if checked == nil {
		return nil, errNoRule
	}
	at, err := engine.Columns(checked, columns...)
	if err != nil {
		return nil, err
	}
	f.noteSums(nil, at...)
	return &members{
		found: f, checked: checked, columns: at, schema: audienceSchema(f.schema, at), convert: newConverter(checked.Location),
	}, nil
}

// stream delivers the customers in order of their keys. There must be as many as
// expected.
func (m *members) stream(ctx context.Context, asOf time.Time, expected uint64, yield func(arrow.RecordBatch, error) bool, options ...sqlgen.Option) {
	statement, err := m.generate(m.checked, asOf, append(options, sqlgen.Returning(selected(m.columns)...))...)
	if err != nil {
		yield(nil, err)
		return
	}
	var stopped error // by what this function said itself, or by nobody listening
	err = m.rows(ctx, "the audience", statement, m.schema.NumFields(), func(batch arrow.RecordBatch) error {
		converted, err := m.batch(batch)
		if err != nil {
			return err
		}
		defer converted.Release()
		if m.received += uint64(converted.NumRows()); m.received > expected {
			stopped = m.incomplete(expected)
		} else if !yield(converted, nil) {
			stopped = errBroken
		}
		return stopped
	})
	switch {
	case errors.Is(stopped, errBroken):
	case stopped != nil:
		yield(nil, stopped)
	case err != nil:
		yield(nil, err)
	case m.received != expected:
		yield(nil, m.incomplete(expected))
	}
}

// incomplete is the error for another number of customers than expected.
func (m *members) incomplete(expected uint64) error {
	return &source.IncompleteError{Table: "the audience in " + m.URI(), Received: int64(m.received), Expected: int64(expected)}
}

// batch returns a batch with the types of a snapshot, after a look at its keys.
func (m *members) batch(batch arrow.RecordBatch) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, batch.NumCols())
	defer func() {
		for _, c := range columns {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i := range columns {
		name, typ, encoding := m.schema.Field(i).Name, m.found.schema.KeyType, model.EncodedInstant
		if i > 0 {
			c := m.columns[i-1]
			typ, encoding = c.Type, m.encodingOf(c)
		}
		var err error
		if columns[i], err = m.convert.array(batch.Column(i), typ, encoding); err != nil {
			return nil, fmt.Errorf("column %q: %w", name, err)
		}
	}
	if err := m.checkKeys(columns[0]); err != nil {
		return nil, err
	}
	return array.NewRecordBatch(m.schema, columns, batch.NumRows()), nil
}

// checkKeys returns an error where keys do not ascend: so it finds a customer
// that is there twice.
func (m *members) checkKeys(keys arrow.Array) error {
	if keys.NullN() > 0 {
		return fmt.Errorf("column %q: the source gave a customer without a key", m.found.schema.KeyColumn)
	}
	if m.seen != nil {
		return m.checkNew(keys)
	}
	first := m.received == 0
	for i := range keys.Len() {
		var order int
		switch keys := keys.(type) {
		case *array.String:
			key := keys.Value(i)
			order = cmp.Compare(m.last, key)
			m.last = key
		case *array.Int64:
			order = cmp.Compare(m.lastWhole, keys.Value(i))
			m.lastWhole = keys.Value(i)
		}
		switch {
		case first && i == 0 || order < 0:
		case order == 0:
			return twice(keyText(keys, i))
		default:
			return fmt.Errorf("the source gave the key %q after a greater one, expected ascending order, of text by its bytes", keyText(keys, i))
		}
	}
	if keys, ok := keys.(*array.String); ok && keys.Len() > 0 {
		m.last = string([]byte(m.last)) // the batch may be reused
	}
	return nil
}

// checkNew returns an error where a key was there before.
func (m *members) checkNew(keys arrow.Array) error {
	for i := range keys.Len() {
		key := keyText(keys, i)
		if m.seen[key] {
			return twice(key)
		}
		m.seen[strings.Clone(key)] = true // the batch may be reused
	}
	return nil
}

// twice is the error for a customer who is there more than once.
func twice(key string) error {
	return fmt.Errorf("the customer with the key %q is there twice, expected once in the master table and in each table of attributes", key)
}

// appendRows appends the customers of a converted batch.
func (m *members) appendRows(rows []engine.Row, batch arrow.RecordBatch) ([]engine.Row, error) {
	values := make([]*column.Vector, len(m.columns))
	for j, c := range m.columns {
		var err error
		if values[j], err = column.NewVector(c.Type, batch.Column(j+1)); err != nil {
			return nil, err
		}
	}
	for i := range int(batch.NumRows()) {
		row := engine.Row{Key: keyText(batch.Column(0), i), Values: make([]any, len(values))}
		for j, v := range values {
			row.Values[j] = v.Value(i)
		}
		rows = append(rows, row)
	}
	return rows, nil
}
