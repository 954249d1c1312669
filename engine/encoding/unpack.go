package encoding

// unpack sets every dst[i] to base + unit × (code first+i), modulo the size of
// T, of the codes of width bits that src holds. Widths of machine words have
// loops of their own.
func unpack[T word](dst []T, src []byte, width uint8, first int, base, unit uint64) {
	switch width {
	case 0:
		fill(dst, T(base))
	case 8:
		for i, c := range src[first:][:len(dst)] {
			dst[i] = T(base + unit*uint64(c))
		}
	case 16:
		unpack16(dst, src[2*first:], base, unit)
	case 32:
		unpack32(dst, src[4*first:], base, unit)
	case 64:
		unpack64(dst, src[8*first:], base, unit)
	default:
		unpackOdd(dst, src, uint(width), uint(first), base, unit)
	}
}

// fill sets all of dst to v.
func fill[T word](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

func unpack16[T word](dst []T, src []byte, base, unit uint64) {
	for ; len(dst) >= 4 && len(src) >= 8; dst, src = dst[4:], src[8:] {
		d, s := dst[:4:4], src[:8:8]
		d[0] = T(base + unit*uint64(le.Uint16(s)))
		d[1] = T(base + unit*uint64(le.Uint16(s[2:])))
		d[2] = T(base + unit*uint64(le.Uint16(s[4:])))
		d[3] = T(base + unit*uint64(le.Uint16(s[6:])))
	}
	for i := range dst {
		dst[i] = T(base + unit*uint64(le.Uint16(src[2*i:])))
	}
}

func unpack32[T word](dst []T, src []byte, base, unit uint64) {
	for ; len(dst) >= 4 && len(src) >= 16; dst, src = dst[4:], src[16:] {
		d, s := dst[:4:4], src[:16:16]
		d[0] = T(base + unit*uint64(le.Uint32(s)))
		d[1] = T(base + unit*uint64(le.Uint32(s[4:])))
		d[2] = T(base + unit*uint64(le.Uint32(s[8:])))
		d[3] = T(base + unit*uint64(le.Uint32(s[12:])))
	}
	for i := range dst {
		dst[i] = T(base + unit*uint64(le.Uint32(src[4*i:])))
	}
}

func unpack64[T word](dst []T, src []byte, base, unit uint64) {
	for ; len(dst) >= 4 && len(src) >= 32; dst, src = dst[4:], src[32:] {
		d, s := dst[:4:4], src[:32:32]
		d[0] = T(base + unit*le.Uint64(s))
		d[1] = T(base + unit*le.Uint64(s[8:]))
		d[2] = T(base + unit*le.Uint64(s[16:]))
		d[3] = T(base + unit*le.Uint64(s[24:]))
	}
	for i := range dst {
		dst[i] = T(base + unit*le.Uint64(src[8*i:]))
	}
}

// unpackOdd is unpack for widths that are not whole machine words. Eight codes
// start where a byte does: of codes of up to maxConstant bits, eight at a time are
// unpacked with constant shifts. Of wider ones it takes as many out of the 8 bytes
// from a code's first one on as are sure to be in them; a code that may lie in 9
// bytes it takes out of two words. The last codes, where these bytes would reach
// beyond src, and those before the first eight it takes one at a time.
func unpackOdd[T word](dst []T, src []byte, w, first uint, base, unit uint64) {
	if w <= maxConstant {
		head := min(-first%8, uint(len(dst)))
		unpackEach(dst[:head], src, w, first*w, base, unit)
		dst, first = dst[head:], first+head
		eights := unpackPieces(dst, src[first*w/8:], w, base, unit)
		unpackEach(dst[eights:], src, w, (first+uint(eights))*w, base, unit)
		return
	}
	p := first * w
	end := uint(len(src)-wordBytes+1) * 8 // a code that starts before it has 8 bytes
	if w > oneWidth {
		end = uint(len(src)/wordBytes-1) * wordBits // two words
	}
	if p < end {
		whole := min(uint(len(dst)), (end-p+w-1)/w) &^ 3
		if w <= oneWidth {
			unpackOnes(dst[:whole], src, w, p, base, unit)
		} else {
			unpackWide(dst[:whole], src, w, p, base, unit)
		}
		dst = dst[whole:]
		p += whole * w
	}
	unpackEach(dst, src, w, p, base, unit)
}

// maxConstant is the widest code that is unpacked with constant shifts.
const maxConstant = 31

// unpackEach takes one code at a time, from bit p on.
func unpackEach[T word](dst []T, src []byte, w, p uint, base, unit uint64) {
	for i := range dst {
		dst[i] = T(base + unit*codeAtBit(src, w, p))
		p += w
	}
}

// scaledAtOnce is how many codes are unpacked before they are multiplied: they are
// still in the cache.
const scaledAtOnce = 1024

// unpackPieces takes eight codes at a time, and returns how many it has taken.
func unpackPieces[T word](dst []T, src []byte, w uint, base, unit uint64) (taken int) {
	if unit == 1 {
		return unpackEights(dst, src, w, base)
	}
	for taken < len(dst) {
		piece := dst[taken:min(taken+scaledAtOnce, len(dst))]
		n := unpackEights(piece, src[uint(taken)*w/8:], w, 0)
		for i, c := range piece[:n] {
			piece[i] = T(base) + T(unit)*c
		}
		taken += n
		if n < scaledAtOnce {
			break
		}
	}
	return taken
}

// unpackWide takes one code out of two words.
func unpackWide[T word](dst []T, src []byte, w, p uint, base, unit uint64) {
	mask := uint64(1)<<w - 1
	for i := range dst {
		at, shift := p/wordBits*wordBytes, p%wordBits
		s := src[at:][:2*wordBytes]
		c := le.Uint64(s)>>shift | le.Uint64(s[wordBytes:])<<1<<(wordBits-1-shift)
		dst[i] = T(base + unit*(c&mask))
		p += w
	}
}

// unpackOnes takes one code out of 8 bytes; len(dst) is a multiple of 4.
func unpackOnes[T word](dst []T, src []byte, w, p uint, base, unit uint64) {
	mask := uint64(1)<<w - 1
	for ; len(dst) >= 4; dst = dst[4:] {
		d := dst[:4:4]
		d[0] = T(base + unit*(le.Uint64(src[p/8:])>>(p%8)&mask))
		p += w
		d[1] = T(base + unit*(le.Uint64(src[p/8:])>>(p%8)&mask))
		p += w
		d[2] = T(base + unit*(le.Uint64(src[p/8:])>>(p%8)&mask))
		p += w
		d[3] = T(base + unit*(le.Uint64(src[p/8:])>>(p%8)&mask))
		p += w
	}
}
