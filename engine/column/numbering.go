package column

import (
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Numbering gives distinct values of a type numbers from 1 on, in the order in
// which they come, over any number of vectors. It is not safe for concurrent use.
type Numbering struct {
	limit int
	count int
	small [smallNumbers]uint16 // of the numbers from 0 on
	ints  map[int64]uint16
	texts map[string]uint16
	dicts map[*Dictionary][]uint16 // by code; 0: it has not come yet
}

// smallNumbers is how many whole numbers are looked up without a map.
const smallNumbers = 1 << 10

// CanNumber reports whether values of a type can be numbered: those of texts and of
// whole numbers can.
func CanNumber(t model.Type) bool {
	return t.Kind == model.String || t.Kind == model.Number && t.Repr == model.Int64
}

// NewNumbering returns a numbering of at most limit values, which is less than
// 1 << 16.
func NewNumbering(limit int) *Numbering {
	return &Numbering{limit: limit, ints: map[int64]uint16{}, texts: map[string]uint16{}, dicts: map[*Dictionary][]uint16{}}
}

// Numbers sets dst[i] to the number of row i of v, 0 where it is NULL. v is of a
// type that CanNumber takes, and the same for all calls; dst has as many members as
// v. It reports false where there are more distinct values than the limit.
func (n *Numbering) Numbers(v *Vector, dst []uint16) bool {
	switch {
	case v.dict != nil:
		return n.ofCodes(v, dst)
	case v.typ.Kind == model.String:
		return n.ofTexts(v, dst)
	}
	for i, x := range v.ints {
		if v.IsNull(i) {
			dst[i] = 0
			continue
		}
		number := n.ofInt(x)
		if number == 0 {
			return false
		}
		dst[i] = number
	}
	return true
}

// ofInt returns the number of a whole number, 0 where there is none left.
func (n *Numbering) ofInt(x int64) uint16 {
	if uint64(x) < smallNumbers {
		if n.small[x] == 0 {
			n.small[x] = n.next()
		}
		return n.small[x]
	}
	number := n.ints[x]
	if number == 0 {
		if number = n.next(); number != 0 {
			n.ints[x] = number
		}
	}
	return number
}

func (n *Numbering) ofTexts(v *Vector, dst []uint16) bool {
	for i := range dst {
		if v.IsNull(i) {
			dst[i] = 0
			continue
		}
		if dst[i] = n.ofText(v.Text(i)); dst[i] == 0 {
			return false
		}
	}
	return true
}

// ofText returns the number of a text, 0 where there is none left.
func (n *Numbering) ofText(text string) uint16 {
	number := n.texts[text]
	if number == 0 {
		if number = n.next(); number != 0 {
			n.texts[strings.Clone(text)] = number
		}
	}
	return number
}

// ofCodes looks up every value of the dictionary once.
func (n *Numbering) ofCodes(v *Vector, dst []uint16) bool {
	known := n.dicts[v.dict]
	if known == nil {
		known = make([]uint16, v.dict.Len())
		n.dicts[v.dict] = known
	}
	for i := range dst {
		if v.IsNull(i) {
			dst[i] = 0
			continue
		}
		code := v.codes.at(i)
		if known[code] == 0 {
			if known[code] = n.ofText(v.dict.Text(uint32(code))); known[code] == 0 {
				return false
			}
		}
		dst[i] = known[code]
	}
	return true
}

// next returns a new number, 0 where there is none left.
func (n *Numbering) next() uint16 {
	if n.count >= n.limit {
		return 0
	}
	n.count++
	return uint16(n.count)
}

// Union returns how many distinct values numberings of the same type have
// together.
func Union(numberings []*Numbering) int {
	small, ints, texts := map[int]bool{}, map[int64]bool{}, map[string]bool{}
	for _, n := range numberings {
		for x, number := range n.small {
			if number != 0 {
				small[x] = true
			}
		}
		for x := range n.ints {
			ints[x] = true
		}
		for text := range n.texts {
			texts[text] = true
		}
	}
	return len(small) + len(ints) + len(texts)
}
