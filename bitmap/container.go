package bitmap

import (
	"encoding/binary"
)

// Container is the rows of a View in one block, read in place. The zero Container
// is the empty set. It is valid as long as the bytes of the View are.
//
// Its methods allocate nothing and never leave the bytes. What they make of bytes
// that no writer wrote (rows that descend, runs that overlap) is some set of rows.
type Container struct {
	body []byte // exactly
	card int
	runs bool
	// words says that the rows are 8 KiB of plain bits, however few they are.
	words bool
}

// At returns the rows of v in a block.
func (v *View) At(block uint16) Container {
	i := v.find(block)
	if i < 0 {
		return Container{}
	}
	c := Container{body: v.body(i), card: v.card(i), runs: v.isRun(i)}
	c.words = v.plain || !c.runs && c.card > maxArrayCard
	switch {
	case c.words:
		c.body = c.body[:bitmapBytes]
	case c.runs:
		c.body = c.body[:2+4*int(binary.LittleEndian.Uint16(c.body))]
	default:
		c.body = c.body[:2*c.card]
	}
	return c
}

// Card returns the number of rows of v in a block, as its header has it.
func (v *View) Card(block uint16) int {
	i := v.find(block)
	if i < 0 {
		return 0
	}
	return v.card(i)
}

// CopyTo makes w the rows of v in a block.
func (v *View) CopyTo(w *Words, block uint16) {
	c := v.At(block)
	c.CopyTo(w)
}

// OrInto adds the rows of v in a block to w.
func (v *View) OrInto(w *Words, block uint16) {
	c := v.At(block)
	c.OrInto(w)
}

// AndInto keeps the rows of w that v has in a block and reports whether any are
// left.
func (v *View) AndInto(w *Words, block uint16) bool {
	c := v.At(block)
	return c.AndInto(w)
}

// AndNotInto removes the rows that v has in a block from w.
func (v *View) AndNotInto(w *Words, block uint16) {
	c := v.At(block)
	c.AndNotInto(w)
}

// Card returns the number of rows, as the header has it.
func (c *Container) Card() int { return c.card }

// InPlace returns the rows as words where they are stored so and the machine can
// read them there, else nil. They must not be changed.
func (c *Container) InPlace() *Words {
	if native && c.words {
		return inPlace(c.body)
	}
	return nil
}

// decode reads a bitmap container.
func decode(w *Words, body []byte) {
	b := (*[bitmapBytes]byte)(body)
	for i := range w {
		w[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
}

// CopyTo makes w the rows of c.
func (c *Container) CopyTo(w *Words) {
	switch {
	case !c.words:
		w.Clear()
		c.OrInto(w)
	case native:
		*w = *inPlace(c.body)
	default:
		decode(w, c.body)
	}
}

// OrInto adds the rows of c to w.
func (c *Container) OrInto(w *Words) {
	switch {
	case c.runs:
		eachRun(c.body, w.addRange)
	case !c.words:
		orArray(w, c.body)
	case native:
		w.Or(inPlace(c.body))
	default:
		var x Words
		decode(&x, c.body)
		w.Or(&x)
	}
}

// AndInto keeps the rows of w that are also in c and reports whether any are left.
func (c *Container) AndInto(w *Words) bool {
	switch {
	case c.card == 0:
		w.Clear()
		return false
	case c.runs:
		return andRuns(w, c.body)
	case !c.words:
		return andArray(w, c.body)
	case native:
		return w.SetAnd(w, inPlace(c.body))
	}
	var x Words
	decode(&x, c.body)
	return w.SetAnd(w, &x)
}

// AndNotInto removes the rows of c from w.
func (c *Container) AndNotInto(w *Words) {
	switch {
	case c.runs:
		eachRun(c.body, w.removeRange)
	case !c.words:
		andNotArray(w, c.body)
	case native:
		w.AndNot(inPlace(c.body))
	default:
		var x Words
		decode(&x, c.body)
		w.AndNot(&x)
	}
}

// CountIn returns the number of rows of w that are also in c.
func (c *Container) CountIn(w *Words) int {
	switch {
	case c.runs:
		n, end := 0, 0
		eachRun(c.body, func(lo, hi int) {
			n += w.countRange(max(lo, end), hi)
			end = max(end, hi)
		})
		return n
	case !c.words:
		return countArray(w, c.body)
	case native:
		return w.AndCount(inPlace(c.body))
	}
	var x Words
	decode(&x, c.body)
	return w.AndCount(&x)
}

// eachRun calls f with the rows lo to hi-1 of every run of a container: their
// number, then pairs (first row, rows after it).
func eachRun(body []byte, f func(lo, hi int)) {
	for body = body[2:]; len(body) >= 4; body = body[4:] {
		lo := int(binary.LittleEndian.Uint16(body))
		f(lo, min(lo+int(binary.LittleEndian.Uint16(body[2:]))+1, BlockRows))
	}
}

// andRuns clears what is between runs.
func andRuns(w *Words, body []byte) bool {
	found := false
	end := 0
	eachRun(body, func(lo, hi int) {
		w.removeRange(end, lo)
		found = found || w.next(lo, 0) < hi
		end = max(end, hi)
	})
	w.removeRange(end, BlockRows)
	return found
}

// orArray adds sorted 16-bit rows.
func orArray(w *Words, body []byte) {
	for ; len(body) >= 8; body = body[8:] {
		x := binary.LittleEndian.Uint64(body)
		w.Add(uint16(x))
		w.Add(uint16(x >> 16))
		w.Add(uint16(x >> 32))
		w.Add(uint16(x >> 48))
	}
	for ; len(body) >= 2; body = body[2:] {
		w.Add(binary.LittleEndian.Uint16(body))
	}
}

// andNotArray removes sorted 16-bit rows.
func andNotArray(w *Words, body []byte) {
	for ; len(body) >= 8; body = body[8:] {
		x := binary.LittleEndian.Uint64(body)
		w.remove(uint16(x))
		w.remove(uint16(x >> 16))
		w.remove(uint16(x >> 32))
		w.remove(uint16(x >> 48))
	}
	for ; len(body) >= 2; body = body[2:] {
		w.remove(binary.LittleEndian.Uint16(body))
	}
}

// andArray keeps sorted 16-bit rows. Which rows of a word come together nobody can
// foretell, so that a loop that writes word by word waits for its branches; rows put
// into words first take a third of the time.
func andArray(w *Words, body []byte) bool {
	const few = 2 * 48
	if len(body) <= few {
		return andFew(w, body)
	}
	var rows Words
	orArray(&rows, body)
	return w.SetAnd(w, &rows)
}

// andFew is andArray for few rows: those that stay are noted, then alone set.
func andFew(w *Words, body []byte) bool {
	var stay [48]uint16
	n := 0
	for ; len(body) >= 2; body = body[2:] {
		row := binary.LittleEndian.Uint16(body)
		stay[n] = row
		n += int(w[row/64] >> (row % 64) & 1)
	}
	w.Clear()
	for _, row := range stay[:n] {
		w.Add(row)
	}
	return n > 0
}

// countArray counts the sorted 16-bit rows that are in w.
func countArray(w *Words, body []byte) int {
	n := uint64(0)
	for ; len(body) >= 2; body = body[2:] {
		row := binary.LittleEndian.Uint16(body)
		n += w[row/64] >> (row % 64) & 1
	}
	return int(n)
}
