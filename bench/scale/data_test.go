package scale

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
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

// keyType is that of the customers' keys.
var keyType = model.Type{Kind: model.Number, Repr: model.Int64}

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
	buyers    uint64 // customers with an event, so far
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
	ids := column.NewBuilder(keyType, g.customers)
	for row := range g.customers {
		ids.SetInt(row, int64(row))
		tier.SetString(row, []string{"Gold", "Silver", "Bronze", "None"}[g.random.IntN(4)])
	}
	if err := g.keys(w, ids); err != nil {
		return err
	}
	if err := attribute(w, tier); err != nil {
		return err
	}
	if err := g.behavior(w); err != nil {
		return err
	}
	return w.Commit(g.manifest(w), 1)
}

// keys writes the keys and their table.
func (g *generator) keys(w *store.Writer, ids *column.Builder) error {
	if err := writeColumn(w, store.KeysFile, "key", ids); err != nil {
		return err
	}
	batches, err := w.OpenTable(store.KeysFile, blocks(g.customers))
	if err != nil {
		return err
	}
	return w.WriteSections(store.KeyTableFile, func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		return keys.WriteTable(column.NewColumn(keyType, batches), g.customers, add)
	})
}

// attribute writes the only attribute with its zone map and its value index.
func attribute(w *store.Writer, values *column.Builder) error {
	if err := writeColumn(w, store.AttributeFile(0), "value", values); err != nil {
		return err
	}
	if zones, ok := index.BuildZones(values); ok {
		if err := writeBatch(w, store.AttributeZonesFile(0), zones); err != nil {
			return err
		}
	}
	directory, bitmaps, _, err := index.BuildValues(values)
	if err != nil {
		return err
	}
	dirName, bitmapsName := store.AttributeIndexFiles(0)
	return writeIndex(w, dirName, bitmapsName, directory, bitmaps)
}

// behavior writes the only behavior, in one part, with its timeline.
func (g *generator) behavior(w *store.Writer) error {
	if err := w.WriteSections(store.PartFile(0, 0), g.part); err != nil {
		return err
	}
	directory, bitmaps, err := g.timeline.Finish()
	if err != nil {
		return err
	}
	dirName, bitmapsName := store.PartIndexFiles(0, 0)
	return writeIndex(w, dirName, bitmapsName, directory, bitmaps)
}

func writeIndex(w *store.Writer, dirName, bitmapsName string, directory arrow.RecordBatch, bitmaps []byte) error {
	if err := writeBatch(w, dirName, directory); err != nil {
		return err
	}
	return w.WriteBytes(bitmapsName, bitmaps)
}

// writeBatch writes a table of one batch.
func writeBatch(w *store.Writer, name string, batch arrow.RecordBatch) error {
	return w.WriteArrow(name, batch.Schema(), func(yield func(arrow.RecordBatch, error) bool) { yield(batch, nil) })
}

// writeColumn writes a table of one column, a batch per block.
func writeColumn(w *store.Writer, file, name string, b *column.Builder) error {
	stored := b.Stored()
	schema := arrow.NewSchema([]arrow.Field{{Name: name, Type: stored.Type(), Nullable: true}}, nil)
	return w.WriteArrow(file, schema, func(yield func(arrow.RecordBatch, error) bool) {
		for lo := 0; lo < b.Len(); lo += bitmap.BlockRows {
			arr, err := stored.Take(sequence(lo, min(lo+bitmap.BlockRows, b.Len())))
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(array.NewRecordBatch(schema, []arrow.Array{arr}, int64(arr.Len())), nil) {
				return
			}
		}
	})
}

func sequence(lo, hi int) []uint32 {
	rows := make([]uint32, 0, hi-lo)
	for row := lo; row < hi; row++ {
		rows = append(rows, uint32(row))
	}
	return rows
}

// blocks returns how many blocks so many customers fill.
func blocks(customers int) int { return (customers + bitmap.BlockRows - 1) / bitmap.BlockRows }

// part writes the events, block by block.
func (g *generator) part(add func(tag toc.Tag, index uint32, data []byte) error) error {
	events := index.NewEventWriter(eventFields, add)
	for block := range blocks(g.customers) {
		lo := block * bitmap.BlockRows
		c := g.block(lo, min(bitmap.BlockRows, g.customers-lo))
		order := c.Order()
		rows, times := make([]uint32, len(order)), make([]int64, len(order))
		seen := map[uint32]bool{}
		for k, i := range order {
			rows[k] = c.Rows[i]
			times[k], _ = c.Times.Int(int(i))
			seen[rows[k]] = true
		}
		g.events, g.buyers = g.events+uint64(len(times)), g.buyers+uint64(len(seen))
		g.oldest, g.newest = min(g.oldest, times[0]), max(g.newest, times[len(times)-1])
		g.timeline.Add(rows, times)
		if err := events.Block(block, c, order); err != nil {
			return err
		}
	}
	return events.Finish()
}

// block makes the events of n customers, the first of whom has row lo.
func (g *generator) block(lo, n int) *index.Collected {
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
		c.Rows = append(c.Rows, uint32(lo+row))
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

func (g *generator) manifest(w *store.Writer) *store.Manifest {
	part := store.PartInfo{Events: g.events, First: &g.oldest, Last: &g.newest, Version: w.Version()}
	least, greatest := "Bronze", "Silver"
	return &store.Manifest{
		Customers: uint64(g.customers), Rows: uint64(g.customers),
		Schema: &model.Schema{
			Name: "Scale", Timezone: "UTC", KeyColumn: "id", KeyType: keyType,
			Attributes: []model.Attribute{{Name: "tier", Type: model.Type{Kind: model.String}}},
			Behaviors:  []model.Behavior{{Name: "purchase", TimeColumn: "purchased_at", Fields: eventFields}},
		},
		Attributes: []store.AttributeInfo{{Indexed: true, Distinct: 4, Least: &least, Greatest: &greatest}},
		Behaviors: []store.BehaviorInfo{{
			Events: g.events, Customers: g.buyers, First: &g.oldest, Last: &g.newest, Parts: []store.PartInfo{part},
		}},
		Tables: []store.TableState{},
	}
}
