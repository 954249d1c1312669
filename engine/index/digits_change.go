package index

import "github.com/rollcall-db/rollcall/bitmap"

// change adds a block, which is above those before it, as old has it, but for some
// of its rows: numbers has theirs. Of old these are all bitmaps; its bases are those of b.
func (b *DigitsBuilder) change(block int, old [][]*bitmap.View, changed *bitmap.Words, rows []uint16, numbers *rankNumbers) {
	for place, base := range b.bases {
		for value := 1; value < base; value++ {
			w := &b.words[value]
			w.Clear()
			old[place][value-1].OrInto(w, uint16(block))
			for i := range w {
				w[i] &^= changed[i]
			}
		}
		digits := b.digits[place]
		for _, row := range rows {
			for value := int(digits[numbers[row]]); value > 0; value-- {
				b.words[value].Add(row)
			}
		}
		for value := 1; value < base; value++ {
			b.sets[place][value-1].AddWords(block, &b.words[value])
		}
	}
}
