package ingest

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

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

// newNumbering returns a numbering of nobody yet.
func (b *builder) newNumbering() *numbering {
	n := &numbering{builder: b, sorter: keys.NewSorter(b.schema.KeyType, maxKeyBytesHeld, scratchKeys{b.out})}
	if b.old != nil {
		n.seen = make([]uint64, (b.old.customers.numbered+63)/64)
	}
	return n
}

// scanner returns a scanner of rows of the master table.
func (n *numbering) scanner(t source.Table) *scanner {
	columns := projection(n.master.key)
	for _, f := range n.master.filters {
		columns = projection(n.master.key, append(columns[1:], f.column)...)
	}
	s := newScanner(t, "master", []string{}, columns, n.progress)
	if narrow, ok := matching(t, n.master.filters); ok {
		s.narrow(narrow)
	}
	return s
}

// scan reads the master table's keys.
func (n *numbering) scan(ctx context.Context) (*store.TableReport, error) {
	s := n.scanner(n.master.table)
	left, err := s.runNarrow(ctx, func(batch arrow.RecordBatch) error { return n.collect(s, batch) })
	if err != nil {
		return nil, err
	}
	s.report.Filtered += left
	s.report.Loaded = s.report.Rows - s.report.NullKeys - s.report.Filtered
	if s.report.Loaded > store.MaxCustomers {
		return nil, fmt.Errorf("table %s (%s): %d customers, at most %d fit a snapshot", s.report.Table, s.report.Location, s.report.Loaded, uint64(store.MaxCustomers))
	}
	return s.report, nil
}

// collect notes the keys of the rows that pass all filters.
func (n *numbering) collect(s *scanner, batch arrow.RecordBatch) error {
	return n.eachKey(s, batch, n.addInt, n.addText)
}

// eachKey calls the function that fits with the keys of the rows that pass all
// filters, and counts the other rows.
func (n *numbering) eachKey(s *scanner, batch arrow.RecordBatch, whole func(int64) error, text func(string) error) error {
	arr, keep := batch.Column(0), s.keeper(n.master.filters, batch)
	number := wholeNumbers(arr)
	texts, isText := arr.(stringArray)
	for i := range arr.Len() {
		var err error
		switch {
		case !keep(i):
			s.report.Filtered++
		case arr.IsNull(i):
			s.nullKey(i)
		case isText:
			err = text(texts.Value(i))
		default:
			err = whole(number(i))
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
