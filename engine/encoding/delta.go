package encoding

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// frameValues is how many values a frame of Delta has; the last has what is
// left over. The codes of a whole frame are one chunk.
const frameValues = chunk

// deltaHead is the size of what is before the frames: header, step and unit.
const deltaHead = headerBytes + 2*wordBytes

// endBytes is the size of a frame's end.
const endBytes = 4

// deltaPlan is how values would be encoded as Delta.
type deltaPlan struct {
	n      int
	step   int64   // least difference of neighbours within a frame
	unit   divisor // of the differences' distances from step
	widths []uint8 // by frame
}

// planDelta looks at the differences of neighbours, modulo 2^64. It gives up
// and returns nil where the directory of the frames alone is of size or more.
func planDelta(values []int64, size int) *deltaPlan {
	d := &deltaPlan{n: len(values)}
	if d.headBytes() >= size || len(values) < 2 {
		return nil
	}
	first := values[1] - values[0]
	least, unit := int64(math.MaxInt64), newDivisor(0)
	mosts := make([]int64, d.frames()) // largest difference of every frame
	for f := range mosts {
		frame := values[f*frameValues : min((f+1)*frameValues, len(values))]
		before, most := frame[0], int64(math.MinInt64)
		for _, v := range frame[1:] {
			step := v - before
			before = v
			least, most = min(least, step), max(most, step)
			if x := distance(step, first); !unit.divides(x) {
				unit = unit.with(x)
			}
		}
		mosts[f] = most
	}
	d.step, d.unit = least, unit.orOne()
	d.widths = make([]uint8, len(mosts))
	for f, most := range mosts {
		if f*frameValues+1 < len(values) { // else it has one value and no step
			d.widths[f] = widthOf(d.unit.quotient(distance(most, d.step)))
		}
	}
	return d
}

func (d *deltaPlan) frames() int { return (d.n + frameValues - 1) / frameValues }

// headBytes returns the size of all that is before the codes.
func (d *deltaPlan) headBytes() int {
	return deltaHead + d.frames()*wordBytes + padded(d.frames()*endBytes)
}

// size returns the bytes that the encoding would take; where there is no plan
// it is more than any encoding takes.
func (d *deltaPlan) size() int {
	if d == nil {
		return math.MaxInt - 1
	}
	size, sum := uint64(d.headBytes()), uint64(0)
	for f, w := range d.widths {
		size += packedBytes(min(frameValues, d.n-f*frameValues), w)
		sum += uint64(w)
	}
	if sum > math.MaxUint32 {
		return math.MaxInt - 1
	}
	return int(size)
}

func (d *deltaPlan) appendTo(dst []byte, values []int64) []byte {
	dst = appendHeader(dst, Delta, 0, d.n)
	dst = le.AppendUint64(dst, uint64(d.step))
	dst = le.AppendUint64(dst, d.unit.unit)
	for i := 0; i < d.n; i += frameValues {
		dst = le.AppendUint64(dst, uint64(values[i]))
	}
	end := uint32(0)
	for _, w := range d.widths {
		end += uint32(w)
		dst = le.AppendUint32(dst, end)
	}
	if len(d.widths)%2 != 0 {
		dst = le.AppendUint32(dst, 0)
	}
	var codes [frameValues]uint64
	for f, w := range d.widths {
		frame := values[f*frameValues : min((f+1)*frameValues, d.n)]
		for i, v := range frame[1:] {
			codes[i+1] = d.unit.quotient(uint64(v) - uint64(frame[i]) - uint64(d.step))
		}
		dst = appendCodes(dst, codes[:len(frame)], w)
	}
	return dst
}

func (x *Ints) parseDelta(body []byte) error {
	frames := (uint64(x.n) + frameValues - 1) / frameValues
	table := uint64(deltaHead - headerBytes)
	ends := table + wordBytes*frames
	codes := ends + uint64(padded(int(endBytes*frames)))
	if uint64(len(body)) < codes {
		return fmt.Errorf("%d bytes after the header, at least %d expected", len(body), codes)
	}
	if err := x.checkNoCodes(); err != nil {
		return err
	}
	x.base, x.unit = load(body, 0), load(body, wordBytes)
	if x.unit == 0 {
		return errors.New("unit 0, at least 1 expected")
	}
	x.table, x.ends, x.codes = body[table:ends], body[ends:ends+endBytes*frames], body[codes:]
	var size, end uint64
	for f := range int(frames) {
		next := uint64(le.Uint32(x.ends[endBytes*f:]))
		if next < end || next > end+wordBits {
			return fmt.Errorf("frame %d ends at %d, expected %d to %d", f, next, end, end+wordBits)
		}
		size += packedBytes(min(frameValues, x.n-f*frameValues), uint8(next-end))
		end = next
	}
	if expected := codes + size; uint64(len(body)) != expected {
		return wrongSize(body, expected)
	}
	return nil
}

// frame returns the first value of frame f, where its codes start, and their
// width.
func (x *Ints) frame(f int) (first uint64, codes []byte, width uint8) {
	start, end := uint32(0), le.Uint32(x.ends[endBytes*f:])
	if f > 0 {
		start = le.Uint32(x.ends[endBytes*(f-1):])
	}
	return load(x.table, wordBytes*f), x.codes[chunk/8*uint64(start):], uint8(end - start)
}

// decodeFrame sets dst to the first len(dst) values of frame f.
func decodeFrame[T word](x *Ints, dst []T, f int) {
	first, codes, width := x.frame(f)
	unpack(dst, codes, width, 0, x.base, x.unit)
	v := T(first - x.base) // the frame's first code is 0
	for i, step := range dst {
		v += step
		dst[i] = v
	}
}

func decodeDelta[T word](x *Ints, dst []T, lo int) {
	if skip := lo % frameValues; skip != 0 {
		var frame [frameValues]T
		m := min(len(dst), frameValues-skip)
		decodeFrame(x, frame[:skip+m], lo/frameValues)
		copy(dst, frame[skip:skip+m])
		dst, lo = dst[m:], lo+m
	}
	for len(dst) > 0 {
		m := min(len(dst), frameValues)
		decodeFrame(x, dst[:m], lo/frameValues)
		dst, lo = dst[m:], lo+m
	}
}

func (x *Ints) deltaAt(i int) int64 {
	var frame [frameValues]int64
	last := i % frameValues
	decodeFrame(x, frame[:last+1], i/frameValues)
	return frame[last]
}

// searchDelta bisects the first values of the frames, then looks through the
// one frame where the values pass v.
func (x *Ints) searchDelta(v int64) int {
	frames := len(x.table) / wordBytes
	f := sort.Search(frames, func(f int) bool { return int64(load(x.table, wordBytes*f)) >= v })
	if f == 0 {
		return 0
	}
	var buf [frameValues]int64
	lo := (f - 1) * frameValues
	frame := buf[:min(frameValues, x.n-lo)]
	decodeFrame(x, frame, f-1)
	return lo + sort.Search(len(frame), func(i int) bool { return frame[i] >= v })
}

// widestFrame returns the width of the widest codes.
func (x *Ints) widestFrame() int {
	var widest uint8
	for f := range len(x.table) / wordBytes {
		_, _, w := x.frame(f)
		widest = max(widest, w)
	}
	return int(widest)
}

// padded returns n, up to the next multiple of a word's bytes.
func padded(n int) int { return (n + wordBytes - 1) / wordBytes * wordBytes }
