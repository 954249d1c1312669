package scale

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// eventsPerCustomer is the average; one customer in a hundred has ten times it.
const eventsPerCustomer = 20

// days is how long before asOf the oldest event is.
const days = 730

var asOf = time.Date(2024, time.July, 1, 0, 0, 0, 0, time.UTC)

var (
	categories = []string{"Electronics", "Books", "Toys", "Garden", "Grocery", "Sports", "Music", "Clothing", "Health", "Office", "Pets", "Travel"}
	channels   = []string{"web", "store", "app", "phone"}
	tags       = []string{"sale", "gift", "new", "bulk", "return"}
)

var eventFields = []model.Field{
	{Name: "category", Type: model.Type{Kind: model.String}}, // 12 values
	{Name: "amount", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 10, Scale: 2}},
	{Name: "quantity", Type: model.Type{Kind: model.Number, Repr: model.Int64}},
	{Name: "price", Type: model.Type{Kind: model.Number, Repr: model.Float64}},
	{Name: "channel", Type: model.Type{Kind: model.String}}, // a third NULL
	{Name: "note", Type: model.Type{Kind: model.String}},    // nearly all differ
	{Name: "tags", Type: model.Type{Kind: model.StringArray}},
	{Name: "due", Type: model.Type{Kind: model.Date}},
}

// generator makes the snapshot block by block, so that it never holds more than
// one block's events.
type generator struct {
	random    *rand.Rand
	customers int
	timeline  *index.TimelineBuilder
	events    uint64 // made so far, with the times of the oldest and the newest
	oldest    int64
	newest    int64
}

// write writes the snapshot of n customers to dir.
func write(dir string, n int) error {
	g := &generator{random: rand.New(rand.NewPCG(1, 2)), customers: n, oldest: math.MaxInt64, newest: math.MinInt64, timeline: index.NewTimelineBuilder(time.UTC)}
	w, err := store.Create(store.OS, dir)
	if err != nil {
		return err
	}
	return errors.Join(g.files(w), w.Abort()) // the latter does nothing after Commit
}

func (g *generator) files(w *store.Writer) error {
	tier := column.NewBuilder(model.Type{Kind: model.String}, g.customers)
	keys := column.NewBuilder(model.Type{Kind: model.Number, Repr: model.Int64}, g.customers)
	for row := range g.customers {
		keys.SetInt(row, int64(row))
		tier.SetString(row, []string{"Gold", "Silver", "Bronze", "None"}[g.random.IntN(4)])
	}
	if err := w.WriteArrow(store.KeysFile, columnSchema("key", keys, false), columnBatches("key", keys, false)); err != nil {
		return err
	}
	if err := w.WriteArrow(store.AttributeFile(0), columnSchema("value", tier, true), columnBatches("value", tier, true)); err != nil {
		return err
	}
	directory, bitmaps, _, err := index.BuildValues(tier)
	if err != nil {
		return err
	}
	dirName, bitmapsName := store.AttributeIndexFiles(0)
	if err := writeIndex(w, dirName, bitmapsName, directory, bitmaps); err != nil {
		return err
	}
	if err := w.WriteArrow(store.BehaviorFile(0), index.EventSchema(eventFields), g.batches()); err != nil {
		return err
	}
	if directory, bitmaps, err = g.timeline.Finish(); err != nil {
		return err
	}
	dirName, bitmapsName = store.BehaviorIndexFiles(0)
	if err := writeIndex(w, dirName, bitmapsName, directory, bitmaps); err != nil {
		return err
	}
	return w.Commit(g.manifest())
}

func writeIndex(w *store.Writer, dirName, bitmapsName string, directory arrow.RecordBatch, bitmaps []byte) error {
	one := func(yield func(arrow.RecordBatch, error) bool) { yield(directory, nil) }
	if err := w.WriteArrow(dirName, directory.Schema(), one); err != nil {
		return err
	}
	return w.WriteBytes(bitmapsName, bitmaps)
}

func columnSchema(name string, b *column.Builder, nullable bool) *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{{Name: name, Type: b.Type().Arrow(), Nullable: nullable}}, nil)
}

// columnBatches returns a column, a batch per block.
func columnBatches(name string, b *column.Builder, nullable bool) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for lo := 0; lo < b.Len(); lo += bitmap.BlockRows {
			arr, err := b.Take(sequence(lo, min(lo+bitmap.BlockRows, b.Len())))
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(array.NewRecordBatch(columnSchema(name, b, nullable), []arrow.Array{arr}, int64(arr.Len())), nil) {
				return
			}
		}
	}
}

func sequence(lo, hi int) []uint32 {
	rows := make([]uint32, 0, hi-lo)
	for row := lo; row < hi; row++ {
		rows = append(rows, uint32(row))
	}
	return rows
}

// batches returns the events, a batch per block.
func (g *generator) batches() iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for lo := 0; lo < g.customers; lo += bitmap.BlockRows {
			c := g.block(min(bitmap.BlockRows, g.customers-lo))
			order := c.Order()
			rows, times := make([]uint32, len(order)), make([]int64, len(order))
			for k, i := range order {
				rows[k] = uint32(lo) + c.Rows[i]
				times[k], _ = c.Times.Int(int(i))
			}
			g.events, g.oldest, g.newest = g.events+uint64(len(times)), min(g.oldest, times[0]), max(g.newest, times[len(times)-1])
			g.timeline.Add(rows, times)
			if batch, err := c.Batch(order); !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

// block makes the events of n customers.
func (g *generator) block(n int) *index.Collected {
	r, total := g.random, n*eventsPerCustomer
	c := &index.Collected{Times: column.NewBuilder(model.Type{Kind: model.Timestamp}, total), Fields: eventFields}
	for _, f := range eventFields {
		c.Values = append(c.Values, column.NewBuilder(f.Type, total))
	}
	busy := max(n/100, 1)
	for i := range total {
		row := r.IntN(n)
		if r.IntN(10) == 0 {
			row = r.IntN(busy) * n / busy
		}
		c.Rows = append(c.Rows, uint32(row))
		c.Times.SetInt(i, asOf.UnixMicro()-1-r.Int64N(days*86_400_000_000))
		g.fields(c.Values, i)
	}
	return c
}

// fields makes the fields of event i.
func (g *generator) fields(values []*column.Builder, i int) {
	r := g.random
	values[0].SetString(i, categories[r.IntN(len(categories))])
	values[1].SetDecimal(i, decimal128.FromI64(r.Int64N(50_000)))
	values[2].SetInt(i, 1+r.Int64N(9))
	values[3].SetFloat(i, r.Float64()*500)
	if r.IntN(3) > 0 {
		values[4].SetString(i, channels[r.IntN(len(channels))])
	}
	values[5].SetString(i, fmt.Sprintf("order %08x at gate %d", r.Uint32(), r.IntN(100)))
	elems, first := values[6].SetList(i, r.IntN(4))
	for j := first; j < elems.Len(); j++ {
		elems.SetString(j, tags[r.IntN(len(tags))])
	}
	values[7].SetInt(i, 19_000+r.Int64N(900))
}

func (g *generator) manifest() *store.Manifest {
	return &store.Manifest{
		Customers: uint64(g.customers),
		Schema: &model.Schema{
			Name: "Scale", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.Number, Repr: model.Int64},
			Attributes: []model.Attribute{{Name: "tier", Type: model.Type{Kind: model.String}}},
			Behaviors:  []model.Behavior{{Name: "purchase", TimeColumn: "purchased_at", Fields: eventFields}},
		},
		Attributes: []store.AttributeInfo{{Indexed: true, Distinct: 4}},
		Behaviors:  []store.BehaviorInfo{{Events: g.events, Customers: uint64(g.customers), First: &g.oldest, Last: &g.newest}},
	}
}
