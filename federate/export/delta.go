package export

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// ChangeColumn is the name of the column that Delta adds after the key. It holds
// Entered, Left or Stayed.
const ChangeColumn = "change"

// What has become of a customer since the earlier audience.
const (
	Entered = "entered" // is in the audience and was not
	Left    = "left"    // was in it and is not
	Stayed  = "stayed"  // was in it and is
)

// Delta turns an audience into what has changed since an earlier one: the rows of
// those who entered, in the order of the audience, then of those who left. The
// attributes of those who left are what they are now, NULL of those who exist no
// more, and these come last.
//
// An earlier key takes 16 bytes of memory, up to 40 while they are read; customers
// and members take none. Keys are compared by 128 bits of hash.
type Delta struct {
	// Earlier gives the earlier audience, the key first, whenever it is called:
	// twice where some exist no more. Other columns are not looked at. A key that
	// is there again counts once.
	Earlier func(ctx context.Context) iter.Seq2[arrow.RecordBatch, error]
	// Others gives customers with the columns of the audience, among them all who
	// may have left; who else is in it does not matter. It is called once, where
	// somebody left. nil: of those who left, the key alone is known.
	Others func(ctx context.Context) iter.Seq2[arrow.RecordBatch, error]
	// KeepStayed has those who stayed written as well, among those who entered.
	KeepStayed bool

	counts DeltaCounts
}

// DeltaCounts are numbers of customers.
type DeltaCounts struct {
	Entered int64
	Left    int64
	Gone    int64 // of Left: exist no more
	Stayed  int64
}

// Counts returns how many entered, left and stayed, once the sequence of Apply
// has ended without an error.
func (d *Delta) Counts() DeltaCounts { return d.counts }

// Apply returns the schema and the batches of what has changed. The schema is
// that of the audience, whose first column is the key, with ChangeColumn after it
// and all others nullable. The error says that there is a column of this name
// already. The sequence may be iterated over once; a batch is valid until the
// next iteration.
func (d *Delta) Apply(ctx context.Context, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (*arrow.Schema, iter.Seq2[arrow.RecordBatch, error], error) {
	if err := checkSchema(schema); err != nil {
		return nil, nil, err
	}
	key := schema.Field(0)
	if id := key.Type.ID(); id != arrow.STRING && id != arrow.INT64 {
		return nil, nil, fmt.Errorf("the key %q has type %s, expected string or int64", key.Name, key.Type)
	}
	fields := []arrow.Field{key, {Name: ChangeColumn, Type: arrow.BinaryTypes.String}}
	for _, f := range schema.Fields()[1:] {
		if f.Name == ChangeColumn {
			return nil, nil, fmt.Errorf("the audience has a column %q already, which is where the change of a customer stands: leave it out", ChangeColumn)
		}
		f.Nullable = true
		fields = append(fields, f)
	}
	metadata := schema.Metadata()
	changed := arrow.NewSchema(fields, &metadata)
	return changed, func(yield func(arrow.RecordBatch, error) bool) {
		run := deltaRun{Delta: d, schema: schema, changed: changed, whole: key.Type.ID() == arrow.INT64}
		d.counts = DeltaCounts{}
		if err := run.all(ctx, batches, yield); err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}, nil
}

// deltaRun is one pass of a Delta.
type deltaRun struct {
	*Delta
	schema, changed *arrow.Schema
	whole           bool // whether keys are whole numbers
	earlier         *keySet
}

// errStopped ends a pass whose consumer broke off the loop.
var errStopped = errors.New("stopped")

// all delivers the rows of those who entered and stayed, and of those who left.
func (r *deltaRun) all(ctx context.Context, batches iter.Seq2[arrow.RecordBatch, error], yield func(arrow.RecordBatch, error) bool) error {
	var err error
	if r.earlier, err = readKeySet(ctx, r.Earlier(ctx), r.whole); err != nil {
		return fmt.Errorf("the earlier audience: %w", err)
	}
	if err := r.each(ctx, batches, r.member, yield); err != nil {
		return err
	}
	if r.earlier.unmet() == 0 {
		return nil
	}
	if r.Others != nil {
		if err := r.each(ctx, r.Others(ctx), r.other, yield); err != nil {
			return err
		}
	}
	if r.earlier.unmet() == 0 {
		return nil
	}
	return r.gone(ctx, yield)
}

// each delivers those rows of batches that change names, with what it says.
func (r *deltaRun) each(ctx context.Context, batches iter.Seq2[arrow.RecordBatch, error], change func(key string) string, yield func(arrow.RecordBatch, error) bool) error {
	for batch, err := range batches {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = checkBatch(r.schema, batch)
		}
		if err != nil {
			return err
		}
		keys, err := keyTexts(batch.Column(0), r.whole)
		if err != nil {
			return err
		}
		changes := make([]string, len(keys))
		for row, key := range keys {
			changes[row] = change(key)
		}
		if err := r.deliver(batch, changes, yield); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// member says what has become of a member of the audience, "" for nothing that is
// to be written.
func (r *deltaRun) member(key string) string {
	if _, was := r.earlier.meet(key); !was {
		r.counts.Entered++
		return Entered
	}
	r.counts.Stayed++
	if r.KeepStayed {
		return Stayed
	}
	return ""
}

// other is member for a customer who may be in the audience or not.
func (r *deltaRun) other(key string) string {
	if first, _ := r.earlier.meet(key); !first {
		return ""
	}
	r.counts.Left++
	return Left
}

// deliver delivers the rows of a batch that have a change.
func (r *deltaRun) deliver(batch arrow.RecordBatch, changes []string, yield func(arrow.RecordBatch, error) bool) error {
	runs, rows := runsOf(changes)
	if rows == 0 {
		return nil
	}
	columns := make([]arrow.Array, 0, batch.NumCols()+1)
	defer func() {
		for _, c := range columns {
			c.Release()
		}
	}()
	for i, arr := range batch.Columns() {
		taken, err := takeRuns(arr, runs)
		if err != nil {
			return fmt.Errorf("column %q: %w", r.schema.Field(i).Name, err)
		}
		columns = append(columns, taken)
		if i == 0 {
			columns = append(columns, changeColumn(changes))
		}
	}
	return r.yield(columns, int64(rows), yield)
}

// yield delivers a batch.
func (r *deltaRun) yield(columns []arrow.Array, rows int64, yield func(arrow.RecordBatch, error) bool) error {
	out := array.NewRecordBatch(r.changed, columns, rows)
	defer out.Release()
	if !yield(out, nil) {
		return errStopped
	}
	return nil
}

// gone delivers those who left and were not among the others: their keys alone.
func (r *deltaRun) gone(ctx context.Context, yield func(arrow.RecordBatch, error) bool) error {
	for batch, err := range r.Earlier(ctx) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("the earlier audience: %w", err)
		}
		keys, err := keyTexts(batch.Column(0), r.whole)
		if err != nil {
			return fmt.Errorf("the earlier audience: %w", err)
		}
		var gone []string
		for _, key := range keys {
			if first, _ := r.earlier.meet(key); first {
				gone = append(gone, key)
			}
		}
		if len(gone) == 0 {
			continue
		}
		r.counts.Left += int64(len(gone))
		r.counts.Gone += int64(len(gone))
		if err := r.deliverGone(gone, yield); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// deliverGone delivers customers of whom nothing but the key is known.
func (r *deltaRun) deliverGone(keys []string, yield func(arrow.RecordBatch, error) bool) error {
	var columns []arrow.Array
	defer func() {
		for _, c := range columns {
			c.Release()
		}
	}()
	key, err := keyColumn(r.schema.Field(0).Type, keys)
	if err != nil {
		return err
	}
	changes := make([]string, len(keys))
	for i := range changes {
		changes[i] = Left
	}
	columns = append(columns, key, changeColumn(changes))
	for _, f := range r.schema.Fields()[1:] {
		columns = append(columns, array.MakeArrayOfNull(memory.DefaultAllocator, f.Type, len(keys)))
	}
	return r.yield(columns, int64(len(keys)), yield)
}
