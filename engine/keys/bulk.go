package keys

// groupKeys is how many look-ups go side by side. What a look-up reads is seldom
// in a cache; a processor waits for several places at a time as long as none
// tells it where the next one is.
const groupKeys = 64

// group is look-ups side by side.
type group struct {
	hash    [groupKeys]uint64
	entries [groupKeys][]byte // of the hash's bucket
}

// FindInts sets dst[i] to the row of the whole-number key keys[i], or to [NoRow]
// where no customer has it, and returns how many are NoRow. dst is as long as
// keys. For many keys it takes about two thirds of the time of FindInt. The error may be
// that the files are corrupt, or that the keys are strings.
func (d *Dictionary) FindInts(dst []uint32, keys []int64) (missing int, err error) {
	if d.kind != kindInt {
		return 0, errNotInts
	}
	key := func(i int) int64 { return keys[i] }
	return findMany(d, dst[:len(keys)], key, hashInt, d.findIntIn)
}

// FindStrings is FindInts for as many string keys as dst is long, the one at i
// being key(i). A key need not be valid for longer than it takes to look dst up.
func (d *Dictionary) FindStrings(dst []uint32, key func(i int) string) (missing int, err error) {
	if d.kind != kindString {
		return 0, errNotStrings
	}
	return findMany(d, dst, key, hashString, d.findStringIn)
}

// findMany looks up as many keys as dst is long; findIn looks a key up among the
// entries of its bucket.
func findMany[K any](d *Dictionary, dst []uint32, key func(i int) K, hash func(K) uint64,
	findIn func(entries []byte, hash uint64, key K) (uint32, bool, error)) (missing int, err error) {
	var g group
	for lo := 0; lo < len(dst); lo += groupKeys {
		part := dst[lo:min(lo+groupKeys, len(dst))]
		for i := range part {
			g.hash[i] = hash(key(lo + i))
		}
		for i := range part {
			if g.entries[i], err = d.entriesOf(g.hash[i]); err != nil {
				return 0, err
			}
		}
		for i := range part {
			row, ok, err := findIn(g.entries[i], g.hash[i], key(lo+i))
			if err != nil {
				return 0, err
			}
			if part[i] = row; !ok {
				part[i] = NoRow
				missing++
			}
		}
	}
	return missing, nil
}
