package engine

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Limits of a Split.
const (
	maxParts         = 100 // parts
	maxPartNameBytes = 64  // bytes of a part's name
)

// Split divides customers into parts: holdouts and variants. Which part a customer is
// in depends on the salt, the shares, their order and the key alone: not on the rule,
// nor on other customers, nor on the version of the snapshot. Anybody can work it out:
//
//	slot = floor(xxhash64(salt, a zero byte, key) × 100,000,000,000 / 2^64)
//
// is a whole number of billionths of a percent below 100 percent, xxhash64 being XXH64
// with the seed 0 of the bytes in UTF-8, a whole-number key in decimal digits. The first part has the
// slots below its share, the second those from there to the sum of both shares, and so
// on. So the slots of two salts have nothing to do with each other, and with one salt a
// change of the last shares moves nobody of the first parts.
type Split struct {
	Parts []Part // 2 to 100, whose shares add up to Hundred
	Salt  string // of any bytes but zero; an empty one is a salt, too
}

// Part is a part of a Split.
type Part struct {
	// Name is unlike those of other parts, whatever the case, and fit for a file's: up
	// to 64 letters, digits, "_", "-" and ".", of which the first is none of the last two.
	Name  string
	Share Percent // more than 0
}

// SplitError says what is wrong with a Split.
type SplitError struct{ msg string }

// Error says what was found and what was expected.
func (e *SplitError) Error() string { return e.msg }

func splitErrorf(format string, args ...any) error { return &SplitError{fmt.Sprintf(format, args...)} }

// Check returns a *SplitError where the split is not as its fields say.
func (s *Split) Check() error {
	if n := len(s.Parts); n < 2 || n > maxParts {
		return splitErrorf("a split has 2 to %d parts, found %d", maxParts, n)
	}
	if strings.Contains(s.Salt, "\x00") {
		return splitErrorf("the salt %q has a zero byte, which stands between the salt and the key", s.Salt)
	}
	sum := Percent(0)
	seen := map[string]string{}
	for _, p := range s.Parts {
		if !isPartName(p.Name) {
			return splitErrorf(`the part's name %q is not fit for a file; expected up to %d letters, digits, "_", "-" and ".", starting with a letter, a digit or "_"`,
				p.Name, maxPartNameBytes)
		}
		folded := strings.ToLower(p.Name)
		if other, ok := seen[folded]; ok {
			return splitErrorf("the parts %q and %q have one name; files of some systems know no case", other, p.Name)
		}
		seen[folded] = p.Name
		if p.Share == 0 || p.Share > Hundred {
			return splitErrorf("the share of %q is %s percent, expected more than 0 and at most 100", p.Name, p.Share)
		}
		sum += p.Share
	}
	switch sum {
	case Hundred:
		return nil
	case Hundred / 100:
		return splitErrorf("the shares add up to 1, expected 100: they are percentages, 10 rather than 0.1")
	}
	return splitErrorf("the shares add up to %s percent, expected exactly 100", sum)
}

// isPartName reports whether a part can be called so.
func isPartName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	return name != "" && len(name) <= maxPartNameBytes && strings.Contains(letters, name[:1]) && strings.Trim(name, letters+"-.") == ""
}

// PartOf returns the position in Parts of the part that the customer with a key is in,
// a whole-number key being its decimal digits. The split is one that Check takes.
func (s *Split) PartOf(key string) int {
	return newSorter(s, 0).partOf(key)
}

// sorter tells the parts of many keys. It is not safe for concurrent use.
type sorter struct {
	ends   []Percent // of the slots of each part
	part   int       // whose customers keep leaves
	salted []byte    // the salt and the zero byte; behind them the key
	salt   int       // bytes of the former
	rows   []uint32  // memory of keep
}

func newSorter(s *Split, part int) *sorter {
	o := &sorter{part: part, salted: append([]byte(s.Salt), 0), salt: len(s.Salt) + 1}
	end := Percent(0)
	for _, p := range s.Parts {
		end += p.Share
		o.ends = append(o.ends, end)
	}
	return o
}

// partOf returns the part of a key.
func (o *sorter) partOf(key string) int {
	o.salted = append(o.salted[:o.salt], key...)
	return o.hashed()
}

// partOfInt is partOf of a whole-number key.
func (o *sorter) partOfInt(key int64) int {
	o.salted = strconv.AppendInt(o.salted[:o.salt], key, 10)
	return o.hashed()
}

// hashed returns the part of the key that stands behind the salt.
func (o *sorter) hashed() int {
	slot, _ := bits.Mul64(xxhash.Sum64(o.salted), uint64(Hundred))
	for i, end := range o.ends {
		if Percent(slot) < end {
			return i
		}
	}
	return len(o.ends) - 1 // a split that adds up has no slot beyond
}

// of returns the part of row i of a vector of keys.
func (o *sorter) of(keys *column.Vector, i int) int {
	if keys.Type().Kind == model.String {
		return o.partOf(keys.Text(i))
	}
	return o.partOfInt(keys.Int(i))
}

// keep takes the customers out of a block's who are in other parts.
func (o *sorter) keep(keys *column.Vector, members *bitmap.Words) {
	o.rows = members.AppendRows(o.rows[:0], 0)
	members.Clear()
	for _, row := range o.rows {
		if o.of(keys, int(row)) == o.part {
			members.Add(uint16(row))
		}
	}
}
