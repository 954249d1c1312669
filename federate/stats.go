package federate

import (
	"context"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Stats is what a source holds of the parts of a schema.
type Stats struct {
	Attributes []*AttributeStats // as Schema.Attributes; nil of one that no table has
	Behaviors  []BehaviorStats   // as Schema.Behaviors
}

// AttributeStats is about the values that customers have of an attribute.
type AttributeStats struct {
	Nulls    uint64 // customers without a value
	Distinct uint64 // values, NULL not among them; 0 of lists, which are not told apart
	// Least and Greatest are values as a snapshot's manifest writes them; nil of a list,
	// and where nobody has a value.
	Least, Greatest *string
}

// BehaviorStats is about the events of customers that are not too old.
type BehaviorStats struct {
	Events      uint64 // with a time, and without
	Undated     uint64
	Customers   uint64     // with at least one event
	First, Last *time.Time // nil where no event has a time
}

// StatsOf asks a place what it holds, with a statement for every table of attributes
// and for every behavior. Local times that the clock left out count as the source
// holds them.
func StatsOf(ctx context.Context, p *Place) (*Stats, error) {
	customers, err := Total(ctx, p)
	if err != nil {
		return nil, err
	}
	f, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	out := &Stats{Attributes: make([]*AttributeStats, len(f.schema.Attributes))}
	for _, attributes := range byTable(f.layout) {
		if err := f.attributeStats(ctx, out, attributes, customers); err != nil {
			return nil, err
		}
	}
	for i := range f.schema.Behaviors {
		b, err := f.behaviorStats(ctx, i)
		if err != nil {
			return nil, err
		}
		out.Behaviors = append(out.Behaviors, *b)
	}
	return out, nil
}

// byTable returns the attributes of each table, as few at a time as a statement takes.
func byTable(l *model.Layout) [][]int {
	var groups [][]int
	last := map[model.TableRef]int{} // the group of a table that is not full
	for i := range l.Attributes {
		ref := l.Attributes[i].Table
		if ref == (model.TableRef{}) {
			continue
		}
		at, ok := last[ref]
		if !ok || len(groups[at]) == sqlgen.MaxStats {
			at = len(groups)
			groups, last[ref] = append(groups, nil), at
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}

// attributeStats asks about attributes of one table.
func (f *found) attributeStats(ctx context.Context, out *Stats, attributes []int, customers uint64) error {
	statement, err := sqlgen.AttributeStats(f.dialect, f.schema, f.layout, attributes, sqlgen.Pinned(f.versions))
	if err != nil {
		return inPlace(err)
	}
	columns := 1
	for _, i := range attributes {
		columns += sqlgen.StatsColumns(f.schema.Attributes[i].Type)
	}
	return f.row(ctx, "the statistics of attributes", statement, columns, func(r *statsRow) error {
		n, err := r.count(0)
		if err != nil {
			return err
		}
		if n != customers {
			return fmt.Errorf("table %s makes %d customers of %d, expected at most one row for each",
				f.layout.Attributes[attributes[0]].Table, n, customers)
		}
		first := 1
		for _, i := range attributes {
			if out.Attributes[i], err = r.attribute(first, f.schema.Attributes[i].Type, f.layout.Attributes[i].Encoding, customers); err != nil {
				return fmt.Errorf("attribute %q: %w", f.schema.Attributes[i].Name, err)
			}
			first += sqlgen.StatsColumns(f.schema.Attributes[i].Type)
		}
		return nil
	})
}

// behaviorStats asks about a behavior.
func (f *found) behaviorStats(ctx context.Context, behavior int) (*BehaviorStats, error) {
	statement, err := sqlgen.BehaviorStats(f.dialect, f.schema, f.layout, behavior, sqlgen.Pinned(f.versions))
	if err != nil {
		return nil, inPlace(err)
	}
	out := &BehaviorStats{}
	err = f.row(ctx, "the statistics of events", statement, sqlgen.BehaviorColumns, func(r *statsRow) error {
		var counts [sqlgen.BehaviorFirst]uint64
		for i := range counts {
			var err error
			if counts[i], err = r.count(i); err != nil {
				return err
			}
		}
		out.Events, out.Customers = counts[sqlgen.BehaviorEvents], counts[sqlgen.BehaviorCustomers]
		dated := counts[sqlgen.BehaviorDated]
		if dated > out.Events {
			return fmt.Errorf("the source gave %d events, %d of them with a time", out.Events, dated)
		}
		out.Undated = out.Events - dated
		var err error
		encoding := f.layout.Behaviors[behavior].Time.Encoding
		if out.First, err = r.time(sqlgen.BehaviorFirst, encoding); err == nil {
			out.Last, err = r.time(sqlgen.BehaviorLast, encoding)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("behavior %q: %w", f.schema.Behaviors[behavior].Name, err)
	}
	return out, nil
}

// row runs a statement of one row.
func (f *found) row(ctx context.Context, what, statement string, columns int, read func(r *statsRow) error) error {
	loc, err := window.LoadLocation(f.schema.Timezone)
	if err != nil {
		return err
	}
	received := int64(0)
	err = f.rows(ctx, what, statement, columns, func(batch arrow.RecordBatch) error {
		if received += batch.NumRows(); received > 1 {
			return nil
		}
		return read(&statsRow{batch, newConverter(loc)})
	})
	if err == nil && received != 1 {
		err = &source.IncompleteError{Table: what, Received: received, Expected: 1}
	}
	return err
}

// statsRow is the one row of an answer about values.
type statsRow struct {
	row     arrow.RecordBatch
	convert *converter
}

// count returns a column that is a count.
func (r *statsRow) count(i int) (uint64, error) {
	values := r.row.Column(i)
	value := wholes(values)
	if value == nil || values.IsNull(0) || value(0) < 0 {
		return 0, fmt.Errorf("the source gave %s of type %s, expected a count", values.ValueStr(0), values.DataType())
	}
	return uint64(value(0)), nil
}

// attribute returns what the columns from first on say of an attribute.
func (r *statsRow) attribute(first int, typ model.Type, encoding model.TimeEncoding, customers uint64) (*AttributeStats, error) {
	known, err := r.count(first + sqlgen.StatsKnown)
	if err != nil {
		return nil, err
	}
	out := &AttributeStats{Nulls: customers - min(known, customers)}
	if typ.IsArray() {
		return out, nil
	}
	if out.Distinct, err = r.count(first + sqlgen.StatsDistinct); err != nil {
		return nil, err
	}
	if out.Least, err = r.text(first+sqlgen.StatsLeast, typ, encoding); err == nil {
		out.Greatest, err = r.text(first+sqlgen.StatsGreatest, typ, encoding)
	}
	return out, err
}

// text returns a value as a snapshot's manifest writes it, nil for NULL.
func (r *statsRow) text(i int, typ model.Type, encoding model.TimeEncoding) (*string, error) {
	values := r.row.Column(i)
	if values.IsNull(0) {
		return nil, nil
	}
	b := column.NewBuilder(typ, 1)
	if truth := wholes(values); typ.Kind == model.Boolean && truth != nil {
		b.SetInt(0, truth(0))
	} else if err := r.convert.load(b, 0, values, encoding); err != nil {
		return nil, err
	}
	text := b.Text(0)
	return &text, nil
}

// time returns a time, nil for NULL.
func (r *statsRow) time(i int, encoding model.TimeEncoding) (*time.Time, error) {
	values, err := r.convert.vector(r.row.Column(i), model.Type{Kind: model.Timestamp}, encoding)
	if err != nil {
		return nil, err
	}
	at, ok := values.Value(0).(time.Time)
	if !ok {
		return nil, nil
	}
	return &at, nil
}
