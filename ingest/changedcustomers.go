package ingest

import (
	"context"
	"errors"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/source"
)

// changedCustomers applies to the customers what has happened to the master table:
// rows that went and rows that came.
//
// Method: each row that came is set against one that went with the same key. What is
// left must fit: who loses a row was a customer, who gets one was none. Else somebody
// has two rows, or the source does not say what happened; a scan of the whole table
// finds that out.
type changedCustomers struct {
	*numbering
	rows map[uint32]int   // of those who have a number: how many rows more came than went
	gone map[keys.Key]int // of others: rows that went and have not come yet
	held int64            // bytes of the keys of gone
}

var (
	errTwice   = &notApplied{"a row came of somebody who is a customer"}
	errUnknown = &notApplied{"a row went of somebody who was no customer"}
)

// heldBytes is what a key takes in a map, about.
const heldBytes = 64

// applyCustomers returns the numbering after what has happened to the master table
// since the old version, and what it has read. It is nil where it cannot; data then
// says why, if there is something to say.
func (b *builder) applyCustomers(ctx context.Context, was *store.TableState, data *tableData) (*numbering, *store.TableReport, error) {
	if !data.resumed {
		return nil, nil, nil
	}
	c := &changedCustomers{numbering: b.newNumbering(), rows: map[uint32]int{}, gone: map[keys.Key]int{}}
	report, err := c.apply(ctx, was, data)
	var not *notApplied
	switch {
	case errors.As(err, &not):
		data.readWhole(not.reason)
		return nil, nil, c.sorter.Close()
	case err != nil:
		return nil, nil, err
	}
	return c.numbering, report, nil
}

// apply reads what has changed, and settles who is a customer.
func (c *changedCustomers) apply(ctx context.Context, was *store.TableState, data *tableData) (*store.TableReport, error) {
	for i := range c.seen {
		c.seen[i] = c.old.liveWord(i)
	}
	removed := int64(0)
	if data.removed != nil {
		if removed = data.removed.Info().Rows; 2*removed >= was.Rows {
			return nil, errManyChanged // the whole table is no more than those that came and went
		}
		if _, err := c.read(ctx, data.removed, c.wentInt, c.wentText); err != nil {
			return nil, err
		}
	}
	report := c.scanner(c.master.table).report
	if len(data.found.added) > 0 {
		var err error
		if report, err = c.read(ctx, data.from.Only(data.found.added), c.cameInt, c.cameText); err != nil {
			return nil, err
		}
	}
	report.Removed, report.Known = removed, was.Rows-removed
	if len(c.gone) > 0 {
		return nil, errUnknown
	}
	return report, c.settle()
}

// read reads the keys of rows that came or went.
func (c *changedCustomers) read(ctx context.Context, t source.Table, whole func(int64) error, text func(string) error) (*store.TableReport, error) {
	s := c.scanner(t)
	left, err := s.runNarrow(ctx, func(batch arrow.RecordBatch) error {
		if err := c.eachKey(s, batch, whole, text); err != nil {
			return err
		}
		if int64(len(c.rows)+len(c.gone))*heldBytes+c.held > c.spillBytes/changedShare {
			return errTooMany
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.report.Filtered += left
	s.report.Loaded = s.report.Rows - s.report.NullKeys - s.report.Filtered
	return s.report, nil
}

func (c *changedCustomers) wentInt(key int64) error {
	row, ok, err := c.old.customers.dict.FindInt(key)
	c.went(row, ok, keys.Key{Int: key})
	return err
}

func (c *changedCustomers) wentText(key string) error {
	row, ok, err := c.old.customers.dict.FindString(key)
	c.went(row, ok, keys.Key{Text: key})
	return err
}

// went notes a row that went.
func (c *changedCustomers) went(row uint32, numbered bool, key keys.Key) {
	if numbered {
		c.rows[row]--
		return
	}
	key.Text = strings.Clone(key.Text) // it lies in the batch
	c.held += int64(len(key.Text))
	c.gone[key]++
}

func (c *changedCustomers) cameInt(key int64) error {
	row, ok, err := c.old.customers.dict.FindInt(key)
	if err != nil || c.cameBack(row, ok, keys.Key{Int: key}) {
		return err
	}
	return c.sorter.AddInt(key)
}

func (c *changedCustomers) cameText(key string) error {
	row, ok, err := c.old.customers.dict.FindString(key)
	if err != nil || c.cameBack(row, ok, keys.Key{Text: key}) {
		return err
	}
	return c.sorter.AddString(key)
}

// cameBack notes a row that came, and reports whether it is of somebody who has a
// number, or went.
func (c *changedCustomers) cameBack(row uint32, numbered bool, key keys.Key) bool {
	if numbered {
		c.rows[row]++
		return true
	}
	n := c.gone[key]
	switch n {
	case 0:
		return false
	case 1:
		delete(c.gone, key)
	default:
		key.Text = strings.Clone(key.Text) // the map takes this one instead of its own
		c.gone[key] = n - 1
	}
	return true
}

// settle makes customers of those who got a row, and takes those out who lost it.
func (c *changedCustomers) settle() error {
	for row, more := range c.rows {
		word, bit := &c.seen[row/64], uint64(1)<<(row%64)
		isCustomer := *word&bit != 0
		switch {
		case more == 0:
		case more == 1 && !isCustomer:
			*word |= bit
		case more == -1 && isCustomer:
			*word &^= bit
		case more > 0:
			return errTwice
		default:
			return errUnknown
		}
	}
	return nil
}
