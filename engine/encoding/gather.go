package encoding

// Gather sets every dst[i] to the value at position lo+positions[i]. The positions
// ascend, and all of them must be within [0, Len()) once lo is added; there are at
// least as many as dst has members. It is the way to read few values: of one in
// sixteen it takes about as long as Decode takes for all.
func (x *Ints) Gather(dst []int64, lo int, positions []uint32) {
	positions = positions[:len(dst)]
	switch x.kind {
	case Constant:
		fill(dst, int64(x.base))
	case Packed:
		x.gatherPacked(dst, uint(lo), positions)
	case Dictionary:
		for i, p := range positions {
			dst[i] = int64(load(x.table, wordBytes*int(codeAt(x.codes, x.width, lo+int(p)))))
		}
	case Delta:
		x.gatherDelta(dst, lo, positions)
	default:
		for i, p := range positions {
			dst[i] = int64(load(x.table, wordBytes*(lo+int(p))))
		}
	}
}

// gatherPacked is Gather for Packed: codes of up to oneWidth bits lie in the 8 bytes
// from their first one on, but for the last few of the sequence.
func (x *Ints) gatherPacked(dst []int64, lo uint, positions []uint32) {
	w, mask := uint(x.width), uint64(1)<<x.width-1
	if w > oneWidth {
		for i, p := range positions {
			dst[i] = int64(x.base + x.unit*codeAtBit(x.codes, w, (lo+uint(p))*w))
		}
		return
	}
	last := uint(len(x.codes) - wordBytes)
	for i, p := range positions {
		bit := (lo + uint(p)) * w
		at := bit / 8
		if at > last {
			dst[i] = int64(x.base + x.unit*codeAtBit(x.codes, w, bit))
			continue
		}
		dst[i] = int64(x.base + x.unit*(le.Uint64(x.codes[at:])>>(bit%8)&mask))
	}
}

// gatherDelta is Gather for Delta: it decodes every frame that has a position.
func (x *Ints) gatherDelta(dst []int64, lo int, positions []uint32) {
	var frame [frameValues]int64
	decoded := -1
	for i, p := range positions {
		at := lo + int(p)
		if f := at / frameValues; f != decoded {
			decoded = f
			decodeFrame(x, frame[:min(frameValues, x.n-f*frameValues)], f)
		}
		dst[i] = frame[at%frameValues]
	}
}
