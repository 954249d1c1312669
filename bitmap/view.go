package bitmap

import (
	"encoding/binary"
	"fmt"
)

// Constants of the portable roaring format.
const (
	cookieNoRuns   = 12346 // low 16 bits; no run containers
	cookieRuns     = 12347 // low 16 bits; a bit per container says whether it holds runs
	noOffsetsBelow = 4     // with runs, fewer containers than this have no offset header
	maxArrayCard   = 4096  // an array container holds no more values than this
	bitmapBytes    = BlockRows / 8
)

// View is a stored set of rows, read in place from its bytes. The zero View is
// the empty set. A View stays valid as long as its bytes do; it is safe for
// concurrent use.
type View struct {
	data    []byte // the whole bitmap
	n       int    // containers
	rows    uint64 // in all of them
	header  int    // offset of the n pairs (block uint16, cardinality-1 uint16)
	runs    int    // offset of the run flags; 0: none
	offsets int    // offset of the n container offsets uint32; 0: none
	bodies  int    // offset of the first container
	plain   bool   // the form of plain words: containers are those of all blocks
}

// Parse returns the bitmap that data holds, in portable roaring form or as plain
// words, see [Builder.AppendPlainTo]; data must be exactly as long as the bitmap.
// It checks the header and the bounds of every container, so that no later call can
// leave data; what is inside the containers is not read.
func Parse(data []byte) (View, error) {
	if isPlain(data) {
		return parsePlain(data)
	}
	v := View{data: data}
	if err := v.parseHeader(); err != nil {
		return View{}, err
	}
	end, prev := v.bodies, -1
	for i := range v.n {
		block := int(v.block(i))
		if block <= prev {
			return View{}, fmt.Errorf("bitmap: container %d is for block %d after block %d", i, block, prev)
		}
		prev = block
		if v.offsets != 0 {
			if off := int(v.u32(v.offsets + 4*i)); off != end {
				return View{}, fmt.Errorf("bitmap: container %d is at offset %d, expected %d", i, off, end)
			}
		}
		size, err := v.bodySize(i, end)
		if err != nil {
			return View{}, err
		}
		end += size
		v.rows += uint64(v.card(i))
	}
	if end != len(data) {
		return View{}, fmt.Errorf("bitmap: %d bytes, expected %d", len(data), end)
	}
	return v, nil
}

// parseHeader sets the counts and offsets of v and checks that they lie within
// the data.
func (v *View) parseHeader() error {
	if len(v.data) < 4 {
		return fmt.Errorf("bitmap: %d bytes are too few for a header", len(v.data))
	}
	cookie := v.u32(0)
	switch cookie & 0xffff {
	case cookieNoRuns:
		if len(v.data) < 8 {
			return fmt.Errorf("bitmap: %d bytes are too few for a header", len(v.data))
		}
		if n := v.u32(4); n <= BlockRows {
			v.n = int(n)
		} else {
			return fmt.Errorf("bitmap: %d containers, at most %d expected", n, BlockRows)
		}
		v.header = 8
	case cookieRuns:
		v.n = int(cookie>>16) + 1
		v.runs = 4
		v.header = 4 + (v.n+7)/8
	default:
		return fmt.Errorf("bitmap: unknown cookie %d", cookie&0xffff)
	}
	v.bodies = v.header + 4*v.n
	if v.runs == 0 || v.n >= noOffsetsBelow {
		v.offsets = v.bodies
		v.bodies += 4 * v.n
	}
	if v.bodies > len(v.data) {
		return fmt.Errorf("bitmap: %d bytes are too few for a header of %d containers", len(v.data), v.n)
	}
	return nil
}

// bodySize returns the size in bytes of container i, which starts at off.
func (v *View) bodySize(i, off int) (int, error) {
	size := bitmapBytes
	switch {
	case v.isRun(i):
		if off+2 > len(v.data) {
			return 0, fmt.Errorf("bitmap: container %d is cut off", i)
		}
		size = 2 + 4*int(v.u16(off))
	case v.card(i) <= maxArrayCard:
		size = 2 * v.card(i)
	}
	if off+size > len(v.data) {
		return 0, fmt.Errorf("bitmap: container %d is cut off", i)
	}
	return size, nil
}

func (v *View) u16(off int) uint16 { return binary.LittleEndian.Uint16(v.data[off:]) }
func (v *View) u32(off int) uint32 { return binary.LittleEndian.Uint32(v.data[off:]) }
func (v *View) block(i int) uint16 {
	if v.plain {
		return uint16(i)
	}
	return v.u16(v.header + 4*i)
}
func (v *View) card(i int) int {
	if v.plain {
		return int(v.u32(v.header + 4*i))
	}
	return int(v.u16(v.header+4*i+2)) + 1
}
func (v *View) isRun(i int) bool { return v.runs != 0 && v.data[v.runs+i/8]&(1<<(i%8)) != 0 }
func (v *View) offset(i int) int { return int(v.u32(v.offsets + 4*i)) }

// find returns the position of the container of a block, -1 where there is none.
// Where all blocks have one it looks once.
func (v *View) find(block uint16) int {
	if v.n == 0 {
		return -1
	}
	if v.plain {
		if int(block) >= v.n || v.card(int(block)) == 0 {
			return -1
		}
		return int(block)
	}
	at := int(block) - int(v.block(0)) // none can be further on
	if at < 0 {
		return -1
	}
	if at < v.n && v.block(at) == block {
		return at
	}
	lo, hi := 0, min(at, v.n)
	for lo < hi {
		if mid := (lo + hi) / 2; v.block(mid) < block {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < v.n && v.block(lo) == block {
		return lo
	}
	return -1
}

// body returns the bytes of container i and what follows them.
func (v *View) body(i int) []byte {
	if v.plain {
		return v.data[v.bodies+bitmapBytes*i:]
	}
	if v.offsets != 0 {
		return v.data[v.offset(i):]
	}
	off := v.bodies
	for j := range i { // fewer than noOffsetsBelow steps
		size, err := v.bodySize(j, off)
		if err != nil {
			return nil // cannot be: Parse has checked it
		}
		off += size
	}
	return v.data[off:]
}

// Cardinality returns the number of rows in v.
func (v *View) Cardinality() uint64 { return v.rows }

// SizeBytes returns the size of the stored form.
func (v *View) SizeBytes() int { return len(v.data) }
