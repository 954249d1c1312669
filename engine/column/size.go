package column

// SizeBytes returns the bytes that the values lie in, of texts those of a
// dictionary's codes without the dictionary.
func (v *Vector) SizeBytes() int {
	total := len(v.valid) + 8*len(v.ints) + 4*len(v.days) + 8*len(v.floats) + 16*len(v.decimals) + len(v.bools) + 4*len(v.offsets)
	switch {
	case v.dict != nil:
		return total + len(v.codes.small) + 2*len(v.codes.medium) + 4*len(v.codes.large)
	case v.elems != nil:
		return total + v.elems.SizeBytes()
	case len(v.offsets) > 0:
		return total + int(v.offsets[len(v.offsets)-1]-v.offsets[0])
	}
	return total
}
