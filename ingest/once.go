package ingest

import "slices"

// once notices customers that come a second time.
type once struct {
	seen   []uint64 // a bit per customer
	second []uint32 // customers, each time they come again
}

func newOnce(customers int) *once { return &once{seen: make([]uint64, (customers+63)/64)} }

// visit notes customers; noRow is passed over.
func (o *once) visit(rows []uint32) {
	for _, row := range rows {
		if row == noRow {
			continue
		}
		word, bit := &o.seen[row/64], uint64(1)<<(row%64)
		if *word&bit != 0 {
			o.second = append(o.second, row)
		}
		*word |= bit
	}
}

// again returns the customers that came more than once, ascending.
func (o *once) again() []uint32 {
	slices.Sort(o.second)
	return slices.Compact(o.second)
}
