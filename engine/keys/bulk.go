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
	guessed, missing, err := d.guessInts(dst, keys)
	if err != nil || guessed == len(keys) {
		return missing, err
	}
	dst, keys = dst[guessed:len(keys)], keys[guessed:]
	key := func(i int) int64 { return keys[i] }
	rest, err := findMany(d, dst, key, hashInt, d.findIntIn)
	return missing + rest, err
}

// guessInts looks keys up as FindInts does, guessing that the key of row r is that
// of row 0 plus r: so it is where a source numbers its customers one by one. A
// guess costs a look at the key, a third of what a look-up reads, and is checked
// by it. It goes on group by group as long as most guesses are right, and returns
// how many keys it has looked up.
func (d *Dictionary) guessInts(dst []uint32, keys []int64) (done, missing int, err error) {
	if d.keys.rows == 0 || len(keys) == 0 {
		return 0, 0, nil
	}
	base, ok, err := d.keys.firstInt()
	if err != nil || !ok {
		return 0, 0, err
	}
	for right := groupKeys; done < len(keys) && right > groupKeys/2; {
		part := keys[done:min(done+groupKeys, len(keys))]
		right = groupKeys - len(part)
		for i, key := range part {
			row := uint64(key) - uint64(base)
			ok := row < uint64(d.keys.rows)
			if ok {
				if ok, err = d.keys.isInt(uint32(row), key); err != nil {
					return 0, 0, err
				}
			}
			if ok {
				dst[done+i], right = uint32(row), right+1
				continue
			}
			found, ok, err := d.FindInt(key)
			if err != nil {
				return 0, 0, err
			}
			if dst[done+i] = found; !ok {
				dst[done+i] = NoRow
				missing++
			}
		}
		done += len(part)
	}
	return done, missing, nil
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
