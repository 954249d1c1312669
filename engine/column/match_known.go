package column

// Known says whether a prepared test passes every value of a dictionary, or none, where
// that has been found out by now. NULLs are none of the values.
func (t Test) Known(d *Dictionary) (every, none bool) {
	if t.passed == nil || t.IsNull {
		return false, false
	}
	p := t.passed.of(d).all.Load()
	if p == nil {
		return false, false
	}
	return p.dense && p.lo == 0 && p.hi == int64(d.Len())-1, p.lo > p.hi
}
