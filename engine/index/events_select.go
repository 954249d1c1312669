package index

// AppendFrom appends the events of another collection at the given positions, in
// that order. Both have the same fields. The error is a *column.TooLargeError:
// then c is of no use any more.
func (c *Collected) AppendFrom(from *Collected, positions []uint32) error {
	for _, i := range positions {
		c.Rows = append(c.Rows, from.Rows[i])
	}
	times, err := from.Times.Take(positions)
	if err != nil {
		return err
	}
	defer times.Release()
	if err := c.Times.Append(times); err != nil {
		return err
	}
	for f, values := range from.Values {
		taken, err := values.Take(positions)
		if err != nil {
			return err
		}
		err = c.Values[f].Append(taken)
		taken.Release()
		if err != nil {
			return err
		}
	}
	return nil
}
