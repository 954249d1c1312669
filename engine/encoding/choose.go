package encoding

import "slices"

// AppendInts appends values to dst in the encoding that takes the fewest bytes
// and returns the longer slice. Of encodings of one size it takes the one that
// is decoded fastest. What it appends is a multiple of 8 bytes and depends on
// values alone: the same values give the same bytes.
func AppendInts(dst []byte, values []int64) []byte {
	if len(values) == 0 {
		return appendPlain(dst, nil)
	}
	p := profileOf(values)
	if p.min == p.max {
		return appendConstant(dst, len(values), p.min)
	}
	kind, size := Plain, plainSize(len(values))
	if s := packedSize(len(values), p.width()); s < size {
		kind, size = Packed, s
	}
	d := planDelta(values, size)
	deltaSize := d.size()
	// The dictionary comes last because it costs most to try: what the others
	// need limits how many distinct values it may have. Delta loses ties to it.
	codes := newCoder(len(values), min(size, deltaSize+1))
	if codes.add(values) {
		return appendDictionary(slices.Grow(dst, dictionarySize(len(values), len(codes.values))), codes)
	}
	switch {
	case deltaSize < size:
		return d.appendTo(slices.Grow(dst, deltaSize), values)
	case kind == Packed:
		return appendPacked(slices.Grow(dst, size), values, p)
	}
	return appendPlain(slices.Grow(dst, size), values)
}
