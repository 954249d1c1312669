package export

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// keySet is the keys of an audience, by their hashes, with which of them have
// been met.
type keySet struct {
	seeds  [2]maphash.Seed
	hashes []keyHash // ascending, each once
	met    []bool
	left   int // how many have not been met
}

// keyHash is the hash of a key.
type keyHash [2]uint64

// compareHashes orders hashes.
func compareHashes(a, b keyHash) int { return slices.Compare(a[:], b[:]) }

// readKeySet reads the first column of batches, as keyTexts does.
func readKeySet(ctx context.Context, batches iter.Seq2[arrow.RecordBatch, error], whole bool) (*keySet, error) {
	s := &keySet{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	for batch, err := range batches {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		keys, err := keyTexts(batch.Column(0), whole)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			s.hashes = append(s.hashes, s.hash(key))
		}
	}
	slices.SortFunc(s.hashes, compareHashes)
	s.hashes = slices.Compact(s.hashes)
	s.met, s.left = make([]bool, len(s.hashes)), len(s.hashes)
	return s, ctx.Err()
}

func (s *keySet) hash(key string) keyHash {
	return keyHash{maphash.String(s.seeds[0], key), maphash.String(s.seeds[1], key)}
}

// meet reports whether a key is in the set, and whether it is met for the first
// time.
func (s *keySet) meet(key string) (first, found bool) {
	i, found := slices.BinarySearchFunc(s.hashes, s.hash(key), compareHashes)
	if !found || s.met[i] {
		return false, found
	}
	s.met[i] = true
	s.left--
	return true, true
}

// unmet returns how many keys have not been met.
func (s *keySet) unmet() int { return s.left }

// keyTexts returns keys as text, whole numbers in digits. Where the key is a whole
// number, texts must be such ones: they come from CSV, or from people.
func keyTexts(arr arrow.Array, whole bool) ([]string, error) {
	if n := arr.NullN(); n > 0 {
		return nil, fmt.Errorf("%d keys are NULL, expected none", n)
	}
	keys := make([]string, arr.Len())
	switch arr := arr.(type) {
	case *array.Int64:
		for row, key := range arr.Int64Values() {
			keys[row] = strconv.FormatInt(key, 10)
		}
		return keys, nil
	case *array.String:
		for row := range keys {
			keys[row] = arr.Value(row)
			if !whole {
				continue
			}
			n, err := strconv.ParseInt(keys[row], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("found the key %q, expected a whole number of 64 bits", keys[row])
			}
			keys[row] = strconv.FormatInt(n, 10)
		}
		return keys, nil
	}
	return nil, fmt.Errorf("the key has type %s, expected string or int64", arr.DataType())
}

// keyColumn returns keys as a column of a type. The caller releases it.
func keyColumn(typ arrow.DataType, keys []string) (arrow.Array, error) {
	if typ.ID() == arrow.STRING {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		defer b.Release()
		b.AppendValues(keys, nil)
		return b.NewArray(), nil
	}
	b := array.NewInt64Builder(memory.DefaultAllocator)
	defer b.Release()
	for _, key := range keys {
		n, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return nil, err
		}
		b.Append(n)
	}
	return b.NewArray(), nil
}

// changeColumn returns the column of the changes that there are. The caller
// releases it.
func changeColumn(changes []string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for _, c := range changes {
		if c != "" {
			b.Append(c)
		}
	}
	return b.NewArray()
}

// rowRun is rows [lo, hi) of a batch.
type rowRun struct{ lo, hi int }

// runsOf returns the rows that have a change, and how many.
func runsOf(changes []string) (runs []rowRun, rows int) {
	for row, c := range changes {
		if c == "" {
			continue
		}
		rows++
		if n := len(runs); n > 0 && runs[n-1].hi == row {
			runs[n-1].hi++
		} else {
			runs = append(runs, rowRun{row, row + 1})
		}
	}
	return runs, rows
}

// takeRuns returns the rows of runs, of which there is one at least. The caller
// releases them.
func takeRuns(arr arrow.Array, runs []rowRun) (arrow.Array, error) {
	parts := make([]arrow.Array, len(runs))
	for i, run := range runs {
		parts[i] = array.NewSlice(arr, int64(run.lo), int64(run.hi))
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	defer func() {
		for _, p := range parts {
			p.Release()
		}
	}()
	return array.Concatenate(parts, memory.DefaultAllocator)
}
