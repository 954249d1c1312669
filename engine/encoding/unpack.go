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

// unpackOdd is unpack for widths that are not whole machine words. It takes as
// many codes out of the 8 bytes from a code's first one on as are sure to be in
// them; a code that may lie in 9 bytes it takes out of two words. Of the last
// codes, where these bytes would reach beyond src, it takes one at a time.
func unpackOdd[T word](dst []T, src []byte, w, first uint, base, unit uint64) {
	p := first * w
	end := uint(len(src)-wordBytes+1) * 8 // a code that starts before it has 8 bytes
	if w > oneWidth {
		end = uint(len(src)/wordBytes-1) * wordBits // two words
	}
	if p < end {
		whole := min(uint(len(dst)), (end-p+w-1)/w) &^ 3
		switch {
		case w <= fourWidth:
			unpackFours(dst[:whole], src, w, p, base, unit)
		case w <= twoWidth:
			unpackTwos(dst[:whole], src, w, p, base, unit)
		case w <= oneWidth:
			unpackOnes(dst[:whole], src, w, p, base, unit)
		default:
			unpackWide(dst[:whole], src, w, p, base, unit)
		}
		dst = dst[whole:]
		p += whole * w
	}
	for i := range dst {
		dst[i] = T(base + unit*codeAtBit(src, w, p))
		p += w
	}
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

// unpackFours takes four codes out of 8 bytes. Here and in the two functions
// below len(dst) is a multiple of 4.
func unpackFours[T word](dst []T, src []byte, w, p uint, base, unit uint64) {
	mask := uint64(1)<<w - 1
	for ; len(dst) >= 4; dst = dst[4:] {
		d, c := dst[:4:4], le.Uint64(src[p/8:])>>(p%8)
		d[0] = T(base + unit*(c&mask))
		d[1] = T(base + unit*(c>>(w%64)&mask))
		d[2] = T(base + unit*(c>>(2*w%64)&mask))
		d[3] = T(base + unit*(c>>(3*w%64)&mask))
		p += 4 * w
	}
}

// unpackTwos takes two codes out of 8 bytes.
func unpackTwos[T word](dst []T, src []byte, w, p uint, base, unit uint64) {
	mask := uint64(1)<<w - 1
	for ; len(dst) >= 4; dst = dst[4:] {
		d, c := dst[:4:4], le.Uint64(src[p/8:])>>(p%8)
		d[0] = T(base + unit*(c&mask))
		d[1] = T(base + unit*(c>>(w%64)&mask))
		p += 2 * w
		c = le.Uint64(src[p/8:]) >> (p % 8)
		d[2] = T(base + unit*(c&mask))
		d[3] = T(base + unit*(c>>(w%64)&mask))
		p += 2 * w
	}
}

// unpackOnes takes one code out of 8 bytes.
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
