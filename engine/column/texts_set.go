package column

// CodedTexts sets rows of a builder of strings to texts that have numbers already,
// of which there are few.
type CodedTexts struct {
	b      *Builder
	text   func(code int) string
	places []uint32 // by code: the number of the shared text + 1; 0: not looked for yet, or it is not shared
}

// NewCodedTexts returns what sets rows of b to texts with numbers below n.
func NewCodedTexts(b *Builder, n int, text func(code int) string) *CodedTexts {
	c := &CodedTexts{b: b, text: text}
	if b.shared != nil {
		c.places = make([]uint32, n)
	}
	return c
}

// Set sets a row to the text with a number. The text is copied.
func (c *CodedTexts) Set(row int, code uint32) {
	if c.places == nil {
		c.b.SetString(row, c.text(int(code)))
		return
	}
	if place := c.places[code]; place != 0 {
		c.b.valid[row], c.b.codes[row] = true, place-1
		return
	}
	c.b.setShared(row, c.text(int(code)))
	if at := c.b.codes[row]; int(at) < c.b.shared.limit {
		c.places[code] = at + 1
	}
}
