package warehouse

import (
	"path/filepath"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Table is a table of a warehouse.
type Table struct {
	Ref     model.TableRef // its schema and name, plain words both
	Columns []*Column      // all of one length; the key first
}

// Path returns the Parquet file of the table in the folder of a warehouse.
func (t *Table) Path(dir string) string {
	return filepath.Join(dir, t.Ref.Schema, t.Ref.Table+".parquet")
}

// rows returns the number of rows.
func (t *Table) rows() int { return len(t.Columns[0].Values) }

// keepRows removes the rows that are not to be kept.
func (t *Table) keepRows(keep []bool) {
	for _, c := range t.Columns {
		var kept []any
		for row, v := range c.Values {
			if keep[row] {
				kept = append(kept, v)
			}
		}
		c.Values = kept
	}
}

// shuffle puts the rows of a table in another order.
func (l *layout) shuffle(t *Table) {
	if !l.random {
		return
	}
	l.r.Shuffle(t.rows(), func(i, j int) {
		for _, c := range t.Columns {
			c.Values[i], c.Values[j] = c.Values[j], c.Values[i]
		}
	})
}

// someValue returns one of some values, or NULL where there is none.
func (l *layout) someValue(values []any) any {
	if len(values) == 0 {
		return nil
	}
	return values[l.r.IntN(len(values))]
}
