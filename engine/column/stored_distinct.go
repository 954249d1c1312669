package column

// Distinct returns the number of values in the dictionary of a column, or the number
// of rows where it has none.
func (s *Stored) Distinct() int {
	if s.dict == nil {
		return s.b.Len()
	}
	return s.dict.Len()
}
