package index

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// maxZoneText is the longest text, in bytes, that a zone map holds. A block
// whose least or greatest text is longer goes without that end, and no test but
// that of NULL is decided there.
const maxZoneText = 64

// The columns of the table that a zone map is stored as, one row a block.
const (
	zoneMin = iota
	zoneMax
	zoneNulls
	zoneColumns
)

var zoneNames = [zoneColumns]string{zoneMin: "min", zoneMax: "max", zoneNulls: "nulls"}

// Decision is what a zone map knows of a test in one block.
type Decision uint8

// The decisions. Only Unknown asks for a look at the values.
const (
	Unknown   Decision = iota
	Nobody             // no row passes
	Everybody          // every row passes
)

// String returns the decision in a word.
func (d Decision) String() string {
	switch d {
	case Nobody:
		return "nobody"
	case Everybody:
		return "everybody"
	}
	return "unknown"
}

// Zones is the zone map of an attribute column: the least value, the greatest
// value and the number of NULLs of every block of rows. It holds nothing of the
// file that it was opened from, is immutable and safe for concurrent use.
//
// Method: small materialized aggregates; Moerkotte, VLDB 1998.
type Zones struct {
	nulls []uint32 // of each block
	known []bool   // both ends of the block's zone are known
	bools bool     // of booleans

	// The zones, one a block; the member that the type calls for.
	ints     []rule.Range[int64] // Int64, Timestamp, Date, Boolean (0 or 1)
	floats   []rule.Range[float64]
	decimals []rule.Range[decimal128.Num]
	texts    []rule.Range[string]
}

// BuildZones returns the zone map of a column as the table that a snapshot
// stores: a row for every block of bitmap.BlockRows rows of b, with the columns
// "min" and "max" of b's type, NULL where a block has no value or a text is over
// 64 bytes long, and "nulls", the number of NULLs. It reports false for a list,
// which has no order to speak of. The caller releases the batch.
func BuildZones(b *column.Builder) (arrow.RecordBatch, bool) {
	if b.Type().IsArray() {
		return nil, false
	}
	least, greatest := column.NewBuilder(b.Type(), 0), column.NewBuilder(b.Type(), 0)
	nulls := array.NewUint32Builder(memory.DefaultAllocator)
	defer nulls.Release()
	for first := 0; first < b.Len(); first += bitmap.BlockRows {
		z := zoneOf(b, first, min(first+bitmap.BlockRows, b.Len()))
		if appendEnd(least, b, z.least) != nil || appendEnd(greatest, b, z.greatest) != nil {
			return nil, false
		}
		nulls.Append(z.nulls)
	}
	return zoneBatch(b.Type(), least, greatest, nulls)
}

// zoneBatch puts the columns of a zone map together.
func zoneBatch(t model.Type, least, greatest *column.Builder, nulls *array.Uint32Builder) (arrow.RecordBatch, bool) {
	rows := make([]uint32, least.Len())
	for i := range rows {
		rows[i] = uint32(i)
	}
	lo, err := least.Take(rows)
	if err != nil {
		return nil, false
	}
	defer lo.Release()
	hi, err := greatest.Take(rows)
	if err != nil {
		return nil, false
	}
	defer hi.Release()
	counts := nulls.NewArray()
	defer counts.Release()
	schema := arrow.NewSchema([]arrow.Field{
		{Name: zoneNames[zoneMin], Type: t.Arrow(), Nullable: true},
		{Name: zoneNames[zoneMax], Type: t.Arrow(), Nullable: true},
		{Name: zoneNames[zoneNulls], Type: arrow.PrimitiveTypes.Uint32},
	}, nil)
	return array.NewRecordBatch(schema, []arrow.Array{lo, hi, counts}, int64(len(rows))), true
}

// zone is one block's part of a zone map.
type zone struct {
	least, greatest int // rows of the builder; -1: none
	nulls           uint32
}

// zoneOf looks at the rows first to end-1.
func zoneOf(b *column.Builder, first, end int) zone {
	z := zone{least: -1, greatest: -1}
	for row := first; row < end; row++ {
		switch {
		case b.IsNull(row):
			z.nulls++
		case z.least < 0:
			z.least, z.greatest = row, row
		case b.Compare(row, z.least) < 0:
			z.least = row
		case b.Compare(row, z.greatest) > 0:
			z.greatest = row
		}
	}
	return z
}

// appendEnd appends a row of b to the ends of zones, or a NULL where there is no
// such row and where its text is too long.
func appendEnd(ends, b *column.Builder, row int) error {
	if row < 0 || b.Type().Kind == model.String && len(b.Text(row)) > maxZoneText {
		ends.Grow(1)
		return nil
	}
	value, err := b.Take([]uint32{uint32(row)})
	if err != nil {
		return err
	}
	defer value.Release()
	return ends.Append(value)
}

// OpenZones returns the zone map of an attribute of type t with that many
// blocks, from the table that BuildZones made. What it reads is copied. The
// error says what is wrong with the table.
func OpenZones(t model.Type, batch arrow.RecordBatch, blocks int) (*Zones, error) {
	if batch.NumCols() != zoneColumns || batch.NumRows() != int64(blocks) {
		return nil, fmt.Errorf("zone map of %d columns and %d blocks, expected %d and %d", batch.NumCols(), batch.NumRows(), zoneColumns, blocks)
	}
	for i, want := range zoneNames {
		if got := batch.ColumnName(i); got != want {
			return nil, fmt.Errorf("column %d of a zone map is %q, expected %q", i, got, want)
		}
	}
	least, err := column.NewVector(t, batch.Column(zoneMin))
	if err != nil {
		return nil, err
	}
	greatest, err := column.NewVector(t, batch.Column(zoneMax))
	if err != nil {
		return nil, err
	}
	nulls, ok := batch.Column(zoneNulls).(*array.Uint32)
	if !ok {
		return nil, fmt.Errorf("counts of NULLs are of type %s, expected uint32", batch.Column(zoneNulls).DataType())
	}
	z := &Zones{nulls: slices.Clone(nulls.Uint32Values()), known: make([]bool, blocks), bools: t.Kind == model.Boolean}
	for block := range blocks {
		if err := z.add(block, least, greatest); err != nil {
			return nil, fmt.Errorf("zone map, block %d: %w", block, err)
		}
	}
	return z, nil
}

// add adds the zone of a block, after those before it.
func (z *Zones) add(block int, least, greatest *column.Vector) error {
	if z.nulls[block] > bitmap.BlockRows {
		return fmt.Errorf("%d NULLs, expected at most %d", z.nulls[block], bitmap.BlockRows)
	}
	lo, hi := least.Value(block), greatest.Value(block)
	z.known[block] = lo != nil && hi != nil
	ordered := true
	switch t := least.Type(); {
	case t.Kind == model.String:
		z.texts, ordered = appendZone(z.texts, lo, hi, textOf, cmp.Less[string])
	case t.Repr == model.Float64:
		z.floats, ordered = appendZone(z.floats, lo, hi, floatOf, cmp.Less[float64])
		// NaN does not occur; were it there, nothing would follow from the ends.
		z.known[block] = z.known[block] && z.floats[block].Lo <= z.floats[block].Hi
	case t.Repr == model.Decimal:
		z.decimals, ordered = appendZone(z.decimals, lo, hi, decimalOf, decimal128.Num.Less)
	default:
		z.ints, ordered = appendZone(z.ints, lo, hi, intOf, cmp.Less[int64])
	}
	if !ordered {
		return fmt.Errorf("least value %v is above greatest value %v", lo, hi)
	}
	return nil
}

// appendZone appends the zone from lo to hi, a zero one where one of them is
// NULL, and reports whether lo is not above hi.
func appendZone[T any](zones []rule.Range[T], lo, hi any, of func(any) T, less func(x, y T) bool) ([]rule.Range[T], bool) {
	if lo == nil || hi == nil {
		return append(zones, rule.Range[T]{}), true
	}
	r := rule.Range[T]{Lo: of(lo), Hi: of(hi)}
	return append(zones, r), !less(r.Hi, r.Lo)
}

// textOf, floatOf, decimalOf and intOf turn what column.Vector.Value returns into
// what tests of values are made of.
func textOf(v any) string            { return v.(string) }
func floatOf(v any) float64          { return v.(float64) }
func decimalOf(v any) decimal128.Num { return v.(column.Decimal).Unscaled }

func intOf(v any) int64 {
	switch v := v.(type) {
	case bool:
		if v {
			return 1
		}
		return 0
	case column.Day:
		return int64(v)
	case time.Time:
		return v.UnixMicro()
	}
	return v.(int64)
}

// Decide says what is known of a test of the values of a block with that many
// rows: Nobody and Everybody are what column.Vector.Match would find there. It
// decides tests of NULL and of values, but not patterns; of a text, only whether
// it is one of some, in a range, or starts like some.
func (z *Zones) Decide(block, rows int, t column.Test) Decision {
	nulls := int(z.nulls[block])
	switch {
	case nulls > rows: // not the block that this is the zone map of
		return Unknown
	case t.IsNull:
		return everybodyIf(nulls == rows, nulls == 0)
	case nulls == rows:
		return Nobody
	case !z.known[block]:
		return Unknown
	}
	found := z.values(block, t.Values)
	if t.Values.Except {
		found = found.opposite()
	}
	if found == Everybody && nulls > 0 {
		return Unknown // all but the NULLs
	}
	return found
}

// everybodyIf returns Everybody if all, Nobody if none.
func everybodyIf(all, none bool) Decision {
	switch {
	case all:
		return Everybody
	case none:
		return Nobody
	}
	return Unknown
}

// opposite returns the decision of the complement of a test.
func (d Decision) opposite() Decision {
	switch d {
	case Nobody:
		return Everybody
	case Everybody:
		return Nobody
	}
	return Unknown
}

// values says how many of the values that a block may hold are in a set, apart
// from its Except.
func (z *Zones) values(block int, set *rule.Values) Decision {
	switch {
	case z.texts != nil:
		return inTexts(z.texts[block], &set.Strings)
	case z.floats != nil:
		return inRanges(z.floats[block], set.Floats, cmp.Less[float64])
	case z.decimals != nil:
		return inRanges(z.decimals[block], set.Decimals, decimal128.Num.Less)
	case z.bools:
		lo, hi := slices.Contains(set.Bools, z.ints[block].Lo != 0), slices.Contains(set.Bools, z.ints[block].Hi != 0)
		return everybodyIf(lo && hi, !lo && !hi)
	}
	return inRanges(z.ints[block], set.Ints, cmp.Less[int64])
}

// inRanges says how many of the values of a zone are in ranges, which are sorted
// and disjoint.
func inRanges[T any](zone rule.Range[T], ranges []rule.Range[T], less func(x, y T) bool) Decision {
	i := sort.Search(len(ranges), func(i int) bool { return !less(ranges[i].Hi, zone.Lo) })
	if i == len(ranges) || less(zone.Hi, ranges[i].Lo) {
		return Nobody // the one range that might hold the zone's least value starts above it all
	}
	return everybodyIf(!less(zone.Lo, ranges[i].Lo) && !less(ranges[i].Hi, zone.Hi), false)
}

// inTexts says how many of the texts of a zone are in a set.
func inTexts(zone rule.Range[string], set *rule.Strings) Decision {
	switch set.Op {
	case rule.StringIn:
		i := sort.SearchStrings(set.List, zone.Lo)
		none := i == len(set.List) || set.List[i] > zone.Hi
		return everybodyIf(!none && zone.Lo == zone.Hi, none)
	case rule.StringBetween:
		below := func(s string) bool { return !set.HasHi || s < set.Hi }
		return everybodyIf(zone.Lo >= set.Lo && below(zone.Hi), zone.Hi < set.Lo || !below(zone.Lo))
	case rule.StringStarts:
		return startsWith(zone, set.List)
	}
	return Unknown // a part or a pattern may be anywhere in the texts between
}

// startsWith says how many of the texts of a zone start with one of some. Those
// that start with a given one lie side by side in the order of texts.
func startsWith(zone rule.Range[string], starts []string) Decision {
	none := true
	for _, s := range starts {
		if strings.HasPrefix(zone.Lo, s) && strings.HasPrefix(zone.Hi, s) {
			return Everybody
		}
		if zone.Hi >= s && (zone.Lo < s || strings.HasPrefix(zone.Lo, s)) {
			none = false
		}
	}
	return everybodyIf(false, none)
}
