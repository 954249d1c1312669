package ingest

import (
	"context"
	"fmt"
	"iter"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// noRow stands for a row of a table that belongs to no customer.
const noRow = keys.NoRow

// maxKeyBytesHeld is how many bytes of keys a build holds to sort them.
const maxKeyBytesHeld = 256 << 20

// customers is who a version is about: their keys, which are on disk, the rows
// that these have, and which of the rows are live.
type customers struct {
	typ      model.Type
	dict     *keys.Dictionary
	column   *column.Column
	numbered int      // rows, dead ones included
	live     []uint64 // a bit per row; nil: all rows are live
	count    int      // of live rows

	ints     []int64  // of find
	looked   int      // keys that find looked up
	placed   *keyRows // once isPlaced; nil: keys are not so
	isPlaced bool

	first   int  // row of the first customer that this version adds
	revived bool // a row is live that was dead in the version before
	died    bool // a row is dead that was live in the version before

	before *customers // of the version that is refreshed; nil: there is none
}

// joined reports whether somebody is a customer who was none before: what
// tables have about them may have been left out then.
func (c *customers) joined() bool { return c.first < c.numbered || c.revived }

// isLive reports whether a row is of somebody who is a customer.
func (c *customers) isLive(row uint32) bool {
	return c.live == nil || c.live[row/64]&(1<<(row%64)) != 0
}

// find sets dst[i] to the row of the customer whose key is keys[i], or to noRow
// where it is NULL or nobody's, and returns how many are noRow. The Arrow type of
// keys fits the customers'.
func (c *customers) find(dst []uint32, keyColumn arrow.Array) (missing int, err error) {
	texts, isText := keyColumn.(stringArray)
	if isText {
		_, err = c.dict.FindStrings(dst, texts.Value)
	} else {
		err = c.findInts(dst, keyColumn)
	}
	if err == nil && c.live == nil && keyColumn.NullN() == 0 {
		for _, row := range dst {
			if row == noRow {
				missing++
			}
		}
		return missing, nil
	}
	for i, row := range dst {
		if row == noRow || keyColumn.IsNull(i) || !c.isLive(row) {
			dst[i] = noRow
			missing++
		}
	}
	return missing, err
}

// findInts is find for whole numbers, but for NULLs and customers who are not live.
func (c *customers) findInts(dst []uint32, keyColumn arrow.Array) error {
	ints := c.ints[:0]
	if a, ok := keyColumn.(*array.Int64); ok {
		ints = a.Int64Values()
	} else {
		whole := wholeNumbers(keyColumn)
		for i := range dst {
			ints = append(ints, whole(i))
		}
		c.ints = ints
	}
	if c.looked += len(dst); c.looked >= c.numbered && !c.isPlaced {
		var err error
		if c.placed, err = newKeyRows(c.column, c.numbered); err != nil {
			return err
		}
		c.isPlaced = true
	}
	if c.placed != nil {
		c.placed.find(dst, ints)
		return nil
	}
	_, err := c.dict.FindInts(dst, ints)
	return err
}

// liveIn returns which rows of a block are live; nil: all.
func (c *customers) liveIn(block int) *bitmap.Words {
	if c.live == nil {
		return nil
	}
	words := new(bitmap.Words)
	copy(words[:], c.live[block*len(words):])
	return words
}

// name returns the key of a row as text.
func (c *customers) name(row uint32) (string, error) {
	block, err := c.column.Block(int(row / bitmap.BlockRows))
	if err != nil {
		return "", err
	}
	return fmt.Sprint(block.Value(int(row % bitmap.BlockRows))), nil
}

// numberCustomers reads the master table's keys, gives every customer a row, and
// writes keys, their table and who is live; or takes these over from the old
// version, as far as nothing has changed.
func (b *builder) numberCustomers(ctx context.Context) error {
	of := store.TableState{Table: b.layout.Master, Use: "master", KeyColumn: b.layout.KeyColumn}
	was := b.old.state(&of)
	data, err := b.findData(ctx, of, was, b.master.table)
	if err != nil {
		return err
	}
	if data.unchanged() {
		b.keepTable(data, []string{})
		return b.keepCustomers()
	}
	n, report, err := b.applyCustomers(ctx, was, data)
	if n == nil && err == nil {
		n = b.newNumbering()
		report, err = n.scan(ctx)
	}
	if err != nil {
		return err
	}
	data.describe(report, nil)
	b.report(report)
	data.state.Rows = report.Rows + report.Known
	b.manifest.Tables = append(b.manifest.Tables, *data.state)
	if err := data.checkRows(); err != nil {
		return err
	}
	if b.customers, err = n.write(ctx); err != nil {
		return err
	}
	return b.writeLive()
}

// keepCustomers takes the customers of the old version over as they are.
func (b *builder) keepCustomers() error {
	b.customers = b.old.customers
	b.customers.first = b.customers.numbered
	files := map[string]string{store.KeysFile: store.KeysFile, store.KeyTableFile: store.KeyTableFile}
	if b.customers.live != nil {
		files[store.LiveFile] = store.LiveFile
	}
	b.countCustomers()
	return b.adopt(files)
}

// countCustomers puts the numbers of customers and of rows into the manifest.
func (b *builder) countCustomers() {
	b.manifest.Customers, b.manifest.Rows = uint64(b.customers.count), uint64(b.customers.numbered)
}

// writeLive writes which rows are live, where some are not.
func (b *builder) writeLive() error {
	b.countCustomers()
	if b.customers.live == nil {
		return nil
	}
	var live bitmap.Builder
	var rows []uint32
	for i, word := range b.customers.live {
		for ; word != 0; word &= word - 1 {
			rows = append(rows, uint32(i*64+bits.TrailingZeros64(word)))
		}
		if (i+1)%(bitmap.BlockRows/64) == 0 || i == len(b.customers.live)-1 {
			live.Add(rows)
			rows = rows[:0]
		}
	}
	data, err := live.AppendTo(nil)
	if err != nil {
		return err
	}
	return b.out.WriteBytes(store.LiveFile, data)
}

// each returns the keys in the order of rows, nil for one that was purged. A key
// is valid until the next.
func (c *customers) each(ctx context.Context) iter.Seq2[*keys.Key, error] {
	return func(yield func(*keys.Key, error) bool) {
		var key keys.Key
		for lo := 0; lo < c.numbered; lo += bitmap.BlockRows {
			block, err := c.column.Block(lo / bitmap.BlockRows)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range block.Len() {
				at := &key
				switch {
				case block.IsNull(i):
					at = nil
				case c.typ.Kind == model.String:
					key.Text = block.Text(i)
				default:
					key.Int = block.Int(i)
				}
				if !yield(at, nil) {
					return
				}
			}
		}
	}
}

// joinedCount returns how many customers have joined. Rows of the version before must
// be known; see before.
func (c *customers) joinedCount() int64 {
	count := c.numbered - c.first
	if !c.revived {
		return int64(count)
	}
	for i, word := range c.before.live { // some were dead
		live := ^uint64(0)
		if c.live != nil {
			live = c.live[i]
		}
		if last := c.first - i*64; last < 64 {
			live &= 1<<max(last, 0) - 1 // rows from first on all have joined
		}
		count += bits.OnesCount64(live &^ word)
	}
	return int64(count)
}
