package bitmap

// SizeIn returns the size in bytes of what v stores of the given block.
func (v *View) SizeIn(block uint16) int {
	c := v.At(block)
	return len(c.body)
}
