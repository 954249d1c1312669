package encoding

import "fmt"

// Kind says how the values of an Ints are encoded. Its numbers are stored: one
// is never given another meaning, and never given again. Zero is no Kind, so
// that a run of zeros is no encoding.
type Kind uint8

// The kinds; doc.go draws their bytes.
const (
	Constant   Kind = 1 // one value, as often as there are values
	Packed     Kind = 2 // base + unit × code, codes of one width
	Dictionary Kind = 3 // the distinct values, and codes that point at them
	Delta      Kind = 4 // frames of 128 values, each the one before it and a step
	Plain      Kind = 5 // the values themselves
)

// String gives the name of the kind in lower case, for people; a number that is
// no kind gives "kind(N)".
func (k Kind) String() string {
	switch k {
	case Constant:
		return "constant"
	case Packed:
		return "packed"
	case Dictionary:
		return "dictionary"
	case Delta:
		return "delta"
	case Plain:
		return "plain"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}
