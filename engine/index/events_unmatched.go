package index

// Unmatched returns the positions of the events from the first n on that are more
// than their equals among the first n: of three equal events of which one is among
// the first n, the positions of two others or, should two be, of one. They come in
// the order of Order.
func (c *Collected) Unmatched(n int) []uint32 {
	order := c.Order()
	kept := order[:0]
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && c.same(order[lo], order[hi]) {
			hi++
		}
		before := 0
		for _, i := range order[lo:hi] {
			if int(i) < n {
				before++
			}
		}
		for _, i := range order[lo:hi] { // kept is never ahead of it
			switch {
			case int(i) < n:
			case before > 0:
				before--
			default:
				kept = append(kept, i)
			}
		}
		lo = hi
	}
	return kept
}

// same reports whether two events are equal in everything.
func (c *Collected) same(x, y uint32) bool {
	if c.Rows[x] != c.Rows[y] || c.Times.Compare(int(x), int(y)) != 0 {
		return false
	}
	return c.compareFields(x, y) == 0
}
