package index

import (
	"cmp"
	"maps"
	"slices"
)

// sortedKeys returns the keys of m, ascending.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// distinct sorts rows in place and returns them without doubles.
func distinct(rows []uint32) []uint32 {
	slices.Sort(rows)
	return slices.Compact(rows)
}
