package ingest

import (
	"context"
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/toc"
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

	ints []int64 // of find

	first   int  // row of the first customer that this version adds
	revived bool // a row is live that was dead in the version before
	died    bool // a row is dead that was live in the version before
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
		whole := wholeNumbers(keyColumn)
		c.ints = c.ints[:0]
		for i := range dst {
			c.ints = append(c.ints, whole(i))
		}
		_, err = c.dict.FindInts(dst, c.ints)
	}
	for i, row := range dst {
		if row == noRow || keyColumn.IsNull(i) || !c.isLive(row) {
			dst[i] = noRow
			missing++
		}
	}
	return missing, err
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
	state, err := b.tableState(ctx, "master", b.master.table)
	if err != nil {
		return err
	}
	if b.old != nil && b.old.unchanged(state) {
		b.keepTable(state, []string{})
		return b.keepCustomers()
	}
	n := &numbering{builder: b, sorter: keys.NewSorter(b.schema.KeyType, maxKeyBytesHeld, scratchKeys{b.out})}
	if b.old != nil {
		n.seen = make([]uint64, (b.old.customers.numbered+63)/64)
	}
	report, err := n.scan(ctx)
	if err != nil {
		return err
	}
	b.report(report)
	state.Rows = report.Rows
	b.manifest.Tables = append(b.manifest.Tables, *state)
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

// numbering gives customers their rows: those of the old version the ones that
// they have, new ones the next, in ascending order of their keys.
type numbering struct {
	*builder
	sorter  *keys.Sorter // of the keys that have no row yet
	seen    []uint64     // rows of the old version that are in the master table; nil: there is no old version
	twice   []uint64     // those of seen that came again; nil: none has
	doubles int64        // new keys that came again
	doubled []string     // the first of them, ascending
}

// scan reads the master table's keys.
func (n *numbering) scan(ctx context.Context) (*store.TableReport, error) {
	m := &n.master
	columns := projection(m.key)
	for _, f := range m.filters {
		columns = projection(m.key, append(columns[1:], f.column)...)
	}
	s := newScanner(m.table, "master", []string{}, columns, n.progress)
	err := s.run(ctx, func(batch arrow.RecordBatch) error { return n.collect(s, batch) })
	if err != nil {
		return nil, err
	}
	s.report.Loaded = s.report.Rows - s.report.NullKeys - s.report.Filtered
	if s.report.Loaded > store.MaxCustomers {
		return nil, fmt.Errorf("table %s (%s): %d customers, at most %d fit a snapshot", s.report.Table, s.report.Location, s.report.Loaded, uint64(store.MaxCustomers))
	}
	return s.report, nil
}

// collect notes the keys of the rows that pass all filters.
func (n *numbering) collect(s *scanner, batch arrow.RecordBatch) error {
	arr, keep := batch.Column(0), s.keeper(n.master.filters, batch)
	whole := wholeNumbers(arr)
	texts, isText := arr.(stringArray)
	for i := range arr.Len() {
		var err error
		switch {
		case arr.IsNull(i):
			s.nullKey(i)
		case !keep(i):
			s.report.Filtered++
		case isText:
			err = n.addText(texts.Value(i))
		default:
			err = n.addInt(whole(i))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *numbering) addInt(key int64) error {
	if n.seen != nil {
		row, ok, err := n.old.customers.dict.FindInt(key)
		if err != nil {
			return err
		}
		if ok {
			n.see(row)
			return nil
		}
	}
	return n.sorter.AddInt(key)
}

func (n *numbering) addText(key string) error {
	if n.seen != nil {
		row, ok, err := n.old.customers.dict.FindString(key)
		if err != nil {
			return err
		}
		if ok {
			n.see(row)
			return nil
		}
	}
	return n.sorter.AddString(key)
}

// see notes that a row of the old version is in the master table.
func (n *numbering) see(row uint32) {
	word, bit := &n.seen[row/64], uint64(1)<<(row%64)
	if *word&bit != 0 {
		if n.twice == nil {
			n.twice = make([]uint64, len(n.seen))
		}
		n.twice[row/64] |= bit
	}
	*word |= bit
}

// write writes the keys and their table, and returns the customers.
func (n *numbering) write(ctx context.Context) (*customers, error) {
	c := &customers{typ: n.schema.KeyType}
	if n.old != nil {
		c.first = n.old.customers.numbered
	}
	if n.old != nil && n.sorter.Len() == 0 {
		*c = *n.old.customers
		c.first = c.numbered
		if err := n.adopt(map[string]string{store.KeysFile: store.KeysFile, store.KeyTableFile: store.KeyTableFile}); err != nil {
			return nil, err
		}
	} else if err := n.writeKeys(ctx, c); err != nil {
		return nil, err
	}
	if err := n.checkDuplicates(); err != nil {
		return nil, err
	}
	n.settleLive(c)
	return c, nil
}

// checkDuplicates fails where a customer came twice.
func (n *numbering) checkDuplicates() error {
	t := n.master.table
	err := &DuplicateKeyError{Table: t.Ref().String(), Location: t.Info().Location, Column: n.master.key, Keys: n.doubled, Count: n.doubles}
	for i, word := range n.twice {
		for ; word != 0; word &= word - 1 {
			if err.Count++; len(err.Keys) < 2*maxNamedKeys {
				name, nameErr := n.old.customers.name(uint32(i*64 + bits.TrailingZeros64(word)))
				if nameErr != nil {
					return nameErr
				}
				err.Keys = append(err.Keys, clip(name))
			}
		}
	}
	if err.Count == 0 {
		return nil
	}
	slices.Sort(err.Keys)
	err.Keys = err.Keys[:min(len(err.Keys), maxNamedKeys)]
	return err
}

// settleLive finds out who is live: those of the old version who are still there,
// and all new ones.
func (n *numbering) settleLive(c *customers) {
	c.live, c.count, c.died, c.revived = nil, c.numbered, false, false
	if n.old == nil {
		return
	}
	live := make([]uint64, (c.numbered+63)/64)
	copy(live, n.seen)
	for row := c.first; row < c.numbered; row++ {
		live[row/64] |= 1 << (row % 64)
	}
	c.count = 0
	for i, word := range live {
		c.count += bits.OnesCount64(word)
		before := n.old.liveWord(i)
		c.died = c.died || before&^word != 0
		c.revived = c.revived || i < len(n.seen) && n.seen[i]&^before != 0
	}
	if c.count < c.numbered {
		c.live = live
	}
}

// writeKeys writes the key column and the table of keys: those of the old version,
// then the new ones.
func (n *numbering) writeKeys(ctx context.Context, c *customers) error {
	w := &keyWriter{numbering: n, c: c}
	schema := arrow.NewSchema([]arrow.Field{{Name: "key", Type: c.typ.Arrow(), Nullable: true}}, nil)
	if err := n.out.WriteArrow(store.KeysFile, schema, keyBatches(schema, w.all(ctx))); err != nil {
		return err
	}
	if c.numbered > store.MaxCustomers {
		return fmt.Errorf("%d rows, at most %d fit a snapshot; build with Full, or compact it, to take the rows of deleted customers out", c.numbered, uint64(store.MaxCustomers))
	}
	return n.openKeys(c)
}

// openKeys writes the table of the keys that have been written, and opens both.
func (b *builder) openKeys(c *customers) error {
	blocks := (c.numbered + bitmap.BlockRows - 1) / bitmap.BlockRows
	batches, err := b.out.OpenTable(store.KeysFile, blocks)
	if err != nil {
		return err
	}
	c.column = column.NewColumn(c.typ, batches)
	err = b.out.WriteSections(store.KeyTableFile, func(add func(tag toc.Tag, index uint32, data []byte) error) error {
		return keys.WriteTable(c.column, c.numbered, add)
	})
	if err != nil {
		return err
	}
	bytes, err := b.out.OpenWritten(store.KeyTableFile)
	if err != nil {
		return err
	}
	table, err := toc.Open(bytes)
	if err != nil {
		return err
	}
	c.dict, err = keys.Open(c.column, c.numbered, table)
	return err
}

// keyWriter gives the keys of all rows, and counts them.
type keyWriter struct {
	*numbering
	c *customers
}

// keyBatches returns keys as record batches, a block of customers each.
func keyBatches(schema *arrow.Schema, all iter.Seq2[*keys.Key, error]) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		build := array.NewBuilder(memory.DefaultAllocator, schema.Field(0).Type)
		defer build.Release()
		flush := func() bool {
			arr := build.NewArray()
			return yield(array.NewRecordBatch(schema, []arrow.Array{arr}, int64(arr.Len())), nil)
		}
		for key, err := range all {
			if err != nil {
				yield(nil, err)
				return
			}
			appendKey(build, key)
			if build.Len() == bitmap.BlockRows && !flush() {
				return
			}
		}
		if build.Len() > 0 {
			flush()
		}
	}
}

// appendKey appends a key, NULL where it is nil.
func appendKey(build array.Builder, key *keys.Key) {
	switch build := build.(type) {
	case *array.StringBuilder:
		if key != nil {
			build.Append(key.Text)
			return
		}
	case *array.Int64Builder:
		if key != nil {
			build.Append(key.Int)
			return
		}
	}
	build.AppendNull()
}

// all returns the keys in the order of rows; nil for a row whose key was purged.
// It notes new keys that come twice, once for each.
func (w *keyWriter) all(ctx context.Context) iter.Seq2[*keys.Key, error] {
	return func(yield func(*keys.Key, error) bool) {
		if w.old != nil {
			for key, err := range w.old.customers.each(ctx) {
				w.c.numbered++
				if !yield(key, err) || err != nil {
					return
				}
			}
		}
		for key, err := range w.joining(ctx) {
			w.c.numbered++
			if !yield(key, err) || err != nil {
				return
			}
		}
	}
}

// joining returns the keys that have no row yet, ascending, each once. A key is
// valid until the next.
func (w *keyWriter) joining(ctx context.Context) iter.Seq2[*keys.Key, error] {
	return func(yield func(*keys.Key, error) bool) {
		var last keys.Key
		var text []byte // of last, since the sorter reuses its own
		started, again := false, false
		for key, err := range w.sorter.Sorted(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if started && key.Int == last.Int && key.Text == string(text) {
				if !again {
					if w.doubles++; len(w.doubled) < maxNamedKeys {
						w.doubled = append(w.doubled, w.text(key))
					}
				}
				again = true
				continue
			}
			text = append(text[:0], key.Text...)
			last, started, again = key, true, false
			if !yield(&last, nil) {
				return
			}
		}
	}
}

// text returns a key as people read it.
func (w *keyWriter) text(key keys.Key) string {
	if w.c.typ.Kind == model.String {
		return clip(key.Text)
	}
	return strconv.FormatInt(key.Int, 10)
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

// scratchKeys lets a sorter of keys put runs aside.
type scratchKeys struct{ out *store.Writer }

// WriteScratch implements keys.Spill.
func (s scratchKeys) WriteScratch(schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (keys.Run, error) {
	return s.out.WriteScratch(schema, batches)
}

// stringArray is an Arrow array of text with offsets of either size.
type stringArray interface {
	arrow.Array
	Value(i int) string
}

// wholeNumbers returns a reader of the values of an integer array of any width
// up to 64 bits signed or 32 bits unsigned.
func wholeNumbers(arr arrow.Array) func(i int) int64 {
	switch a := arr.(type) {
	case *array.Int8:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int32:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int64:
		return a.Value
	case *array.Uint8:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint32:
		return func(i int) int64 { return int64(a.Value(i)) }
	}
	return nil
}
