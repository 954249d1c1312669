package files

import (
	"errors"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding"
)

// typed is the appender of one physical type. It takes all values of a page at
// once from parquet-go's memory, and looks up those that are in a dictionary.
type typed[T any] struct {
	take       takeFunc[T]
	put        func([]T) (int, error) // appends; on error the position of the culprit
	values     []T                    // present in the page
	memory     []T                    // of values, where they are not parquet-go's
	source     parquet.Dictionary     // where dictionary was taken from
	dictionary []T
}

// A takeFunc returns n values: as they lie in v, or in memory, which it then
// replaces. What they point to is valid as long as v.
type takeFunc[T any] func(memory *[]T, v encoding.Values, n int) []T

func newTyped[T any](take takeFunc[T], put func([]T) (int, error)) *typed[T] {
	return &typed[T]{take: take, put: put}
}

func (t *typed[T]) setPage(page parquet.Page, n int) error {
	if d := page.Dictionary(); d == nil {
		t.values = t.take(&t.memory, page.Data(), n)
	} else if err := t.lookUp(d, page.Data()); err != nil {
		return err
	}
	if len(t.values) != n {
		return fmt.Errorf("a page has %d values where its levels need %d", len(t.values), n)
	}
	return nil
}

// lookUp finds the values of a page by their positions in the dictionary.
func (t *typed[T]) lookUp(d parquet.Dictionary, positions encoding.Values) error {
	if d != t.source {
		t.source, t.dictionary = d, t.take(new([]T), d.Page().Data(), d.Len())
	}
	values := slices.Grow(t.memory[:0], len(positions.Int32()))
	for _, k := range positions.Int32() {
		if uint(k) >= uint(len(t.dictionary)) {
			return fmt.Errorf("value %d of a dictionary of %d", k, len(t.dictionary))
		}
		values = append(values, t.dictionary[k])
	}
	t.values, t.memory = values, values
	return nil
}

func (t *typed[T]) appendValues(lo, hi int) (int, error) {
	i, err := t.put(t.values[lo:hi])
	return lo + i, err
}

func takeInt32s(_ *[]int32, v encoding.Values, _ int) []int32                       { return v.Int32() }
func takeInt64s(_ *[]int64, v encoding.Values, _ int) []int64                       { return v.Int64() }
func takeInt96s(_ *[]deprecated.Int96, v encoding.Values, _ int) []deprecated.Int96 { return v.Int96() }
func takeFloats(_ *[]float32, v encoding.Values, _ int) []float32                   { return v.Float() }
func takeDoubles(_ *[]float64, v encoding.Values, _ int) []float64                  { return v.Double() }

func takeBooleans(memory *[]bool, v encoding.Values, n int) []bool {
	bits, values := v.Boolean(), (*memory)[:0]
	for i := range n {
		values = append(values, bits[i>>3]>>(i&7)&1 == 1)
	}
	*memory = values
	return values
}

func takeByteArrays(memory *[][]byte, v encoding.Values, _ int) [][]byte {
	data, offsets := v.ByteArray()
	values := slices.Grow((*memory)[:0], len(offsets))
	for i := 1; i < len(offsets); i++ {
		lo, hi := offsets[i-1], offsets[i]
		values = append(values, data[lo:hi:hi])
	}
	*memory = values
	return values
}

func takeFixedArrays(memory *[][]byte, v encoding.Values, _ int) [][]byte {
	data, size := v.FixedLenByteArray()
	values := (*memory)[:0]
	for ; len(data) >= size; data = data[size:] {
		values = append(values, data[:size:size])
	}
	*memory = values
	return values
}

// nothing is the appender of a column of type UNKNOWN, which holds only NULL.
type nothing struct{}

func (nothing) setPage(_ parquet.Page, n int) error {
	if n > 0 {
		return errors.New("a value in a column of the type of NULL")
	}
	return nil
}

func (nothing) appendValues(int, int) (int, error) { return 0, nil }
