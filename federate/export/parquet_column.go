package export

import (
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// parquetColumn turns Arrow arrays into the pages of one column, row group after
// row group.
type parquetColumn struct {
	index  int // among the columns of a batch
	leaf   parquetLeafColumn
	width  int // least bytes that a value takes in a page
	list   bool
	values pageValues  // of the page under way: plain or coded
	plain  pageValues  // values as they are
	coded  codedValues // values by a dictionary, nil: the column has none
	sample int         // values of the row group that coded has yet to see before it is judged

	repetitions []byte // levels of the page under way
	definitions []byte
	pageRows    int64 // of the page under way
	pageSize    int   // bytes of its values, by which it ends
	pageText    int64 // bytes of its strings alone, which are not NULL
	nulls       int64 // of the page under way

	chunk *chunk      // of the row group under way
	spare chan *chunk // those that are written, to be used again

	steps   chan *parquetStep
	stopped *atomic.Bool // of all columns: what they have to do yet is not wanted
}

// pageBuffers are what a page passes through. They may be used again.
type pageBuffers struct{ raw, packed []byte }

// newParquetColumn returns the column of field index of a schema, which has this leaf.
func newParquetColumn(index int, f arrow.Field, leaf parquetLeafColumn, stopped *atomic.Bool) *parquetColumn {
	c := &parquetColumn{
		index: index, leaf: leaf, stopped: stopped,
		steps: make(chan *parquetStep, maxSteps), spare: make(chan *chunk, maxSteps),
	}
	typ := f.Type
	if list, ok := typ.(*arrow.ListType); ok {
		c.list, typ = true, list.Elem()
	}
	c.plain, c.coded = newPageValues(typ)
	if !leaf.dictionary {
		c.coded = nil
	}
	c.width = valueWidth(typ)
	c.reset()
	return c
}

// valueWidth returns the least bytes that a value of a type takes in a page, a
// whole one for booleans.
func valueWidth(typ arrow.DataType) int {
	switch typ := typ.(type) {
	case *arrow.StringType:
		return 4
	case *arrow.BooleanType:
		return 1
	case *arrow.Date32Type:
		return 4
	case *arrow.Decimal128Type:
		return min(16, decimalBytes(int(typ.Precision)))
	}
	return 8
}

// reset starts a row group.
func (c *parquetColumn) reset() {
	c.values, c.sample = c.plain, sampleValues
	if c.coded != nil {
		c.coded.reset()
		c.values = c.coded
	}
	select {
	case c.chunk = <-c.spare:
	default:
		c.chunk = new(chunk)
	}
}

// plainSize returns the bytes that the values [lo, hi) of arr have in pages at most,
// before compression.
func (c *parquetColumn) plainSize(arr arrow.Array, lo, hi int) int64 {
	if list, ok := arr.(*array.List); ok {
		start, _ := list.ValueOffsets(lo)
		_, end := list.ValueOffsets(hi - 1)
		return int64((hi-lo)*c.width) + c.plainSize(list.ListValues(), int(start), int(end))
	}
	size := int64((hi - lo) * c.width)
	if text, ok := arr.(*array.String); ok {
		size += int64(textBytes(text, lo, hi))
	}
	return size
}

// textBytes returns how many bytes the strings [lo, hi) have, those under NULLs
// included.
func textBytes(text *array.String, lo, hi int) int {
	if lo == hi {
		return 0
	}
	return text.ValueOffset(hi-1) + text.ValueLen(hi-1) - text.ValueOffset(lo)
}

// hiddenBytes returns how many bytes those of the strings [lo, hi) have that are NULL:
// Arrow lets them have some.
func hiddenBytes(text *array.String, lo, hi int) int {
	size := 0
	for i := lo; i < hi && text.NullN() > 0; i++ {
		if text.IsNull(i) {
			size += text.ValueLen(i)
		}
	}
	return size
}

// write writes rows [lo, hi) of arr, up to a page after which they are not wanted.
// Pages end where they are full.
func (c *parquetColumn) write(arr arrow.Array, lo, hi int, buffers *pageBuffers) error {
	for lo < hi && !c.stopped.Load() {
		if list, ok := arr.(*array.List); ok {
			lo = c.takeLists(list, lo, hi)
		} else {
			lo = c.take(arr, lo, hi)
		}
		if c.pageSize >= pageBytes {
			if err := c.endPage(buffers); err != nil {
				return err
			}
		}
	}
	return nil
}

// take collects the rows of [lo, hi) up to where the page is full, at least
// one, and returns the row after them.
func (c *parquetColumn) take(arr arrow.Array, lo, hi int) int {
	hi = c.fitting(arr, lo, hi)
	c.pageRows += int64(hi - lo)
	c.takeValues(arr, lo, hi)
	return hi
}

// takeValues collects the values [lo, hi) of arr, with their levels of definition.
func (c *parquetColumn) takeValues(arr arrow.Array, lo, hi int) {
	c.count(arr, lo, hi)
	c.collect(arr, lo, hi)
	if c.leaf.maxDefinition == 0 {
		return
	}
	at := len(c.definitions)
	c.definitions = append(c.definitions, make([]byte, hi-lo)...)
	there, hasNulls := c.definitions[at:], arr.NullN() > 0
	for i := range there {
		there[i] = c.leaf.maxDefinition
		if hasNulls && arr.IsNull(lo+i) {
			there[i]--
			c.nulls++
		}
	}
}

// collect adds those of the values [lo, hi) of arr that are not NULL. A dictionary is
// judged by the first values of a row group, however they come: where nearly all
// differ, it goes on without.
func (c *parquetColumn) collect(arr arrow.Array, lo, hi int) {
	for c.values == c.coded && c.sample > 0 && lo < hi {
		next, before := min(hi, lo+c.sample), c.coded.pending()
		c.coded.take(arr, lo, next)
		lo = next
		c.sample -= c.coded.pending() - before
		if c.sample == 0 && c.coded.distinct() > maxSampleDistinct {
			c.coded.giveUp()
			c.values = c.plain
			if !c.chunk.coded() {
				c.coded.reset()
			}
		}
	}
	c.values.take(arr, lo, hi)
}

// count adds the sizes of the values [lo, hi) of arr.
func (c *parquetColumn) count(arr arrow.Array, lo, hi int) {
	c.pageSize += (hi - lo) * c.width
	if text, ok := arr.(*array.String); ok {
		size := textBytes(text, lo, hi) - hiddenBytes(text, lo, hi)
		c.pageSize += size
		c.pageText += int64(size)
	}
}

// fitting returns the row, at most hi, with which rows from lo on fill the page.
func (c *parquetColumn) fitting(arr arrow.Array, lo, hi int) int {
	left := pageBytes - c.pageSize
	text, ok := arr.(*array.String)
	if !ok {
		return min(hi, lo+(left+c.width-1)/c.width)
	}
	for at := lo; at < hi; at++ {
		if left -= c.width + text.ValueLen(at); left <= 0 {
			return at + 1
		}
	}
	return hi
}

// takeLists is take for lists. Levels of definition, counted down from that of
// a value: the element is NULL, the list is empty, the list is NULL.
func (c *parquetColumn) takeLists(list *array.List, lo, hi int) int {
	elems := list.ListValues()
	for ; lo < hi && c.pageSize < pageBytes; lo++ {
		c.pageRows++
		start, end := list.ValueOffsets(lo)
		switch {
		case list.IsNull(lo):
			c.takeNone(c.leaf.maxDefinition - 3)
			continue
		case start == end:
			c.takeNone(c.leaf.maxDefinition - 2)
			continue
		}
		c.repetitions = append(c.repetitions, 0) // a row starts
		for range end - start - 1 {
			c.repetitions = append(c.repetitions, 1)
		}
		c.takeValues(elems, int(start), int(end))
	}
	return lo
}

// takeNone collects a row that has no element, by its level of definition.
func (c *parquetColumn) takeNone(level uint8) {
	c.repetitions = append(c.repetitions, 0)
	c.definitions = append(c.definitions, level)
	c.pageSize += c.width
	c.nulls++
}

// finish writes the last page of a row group, and the dictionary.
func (c *parquetColumn) finish(buffers *pageBuffers) error {
	if c.pageRows > 0 {
		if err := c.endPage(buffers); err != nil {
			return err
		}
	}
	if !c.chunk.coded() {
		return nil
	}
	dictionary := c.coded.dictionary()
	packed, err := buffers.compress(c.leaf.name, dictionary)
	if err != nil {
		return err
	}
	header := pageHeader(format.DictionaryPage, len(dictionary), packed)
	header.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: int32(c.coded.distinct()), Encoding: format.Plain})
	return c.chunk.addDictionary(header, packed)
}

// endPage writes the page under way. A dictionary that has grown too large is
// not used after it.
func (c *parquetColumn) endPage(buffers *pageBuffers) error {
	raw := buffers.raw[:0]
	if c.leaf.maxRepetition > 0 {
		raw = appendLevels(raw, c.repetitions, c.leaf.maxRepetition)
	}
	if c.leaf.maxDefinition > 0 {
		raw = appendLevels(raw, c.definitions, c.leaf.maxDefinition)
	}
	raw, lo, hi := c.values.encode(raw)
	buffers.raw = raw
	packed, err := buffers.compress(c.leaf.name, raw)
	if err != nil {
		return err
	}
	p := page{
		rows: c.pageRows, entries: c.entries(), nulls: c.nulls, text: c.pageText, lo: lo, hi: hi,
		repetitions: c.repetitions, definitions: c.definitions, encoding: format.Plain,
	}
	if c.values == c.coded && p.nulls < p.entries { // else there may be no dictionary
		p.encoding = format.RLEDictionary
	}
	if err := c.chunk.addPage(&c.leaf, &p, c.values.compare, len(raw), packed); err != nil {
		return err
	}
	c.repetitions, c.definitions = c.repetitions[:0], c.definitions[:0]
	c.pageRows, c.pageSize, c.pageText, c.nulls = 0, 0, 0, 0
	if c.coded != nil && c.coded.size() >= maxDictionaryBytes {
		c.values = c.plain
	}
	return nil
}

// entries returns the number of values of the page under way, those that are
// NULL and rows without an element included.
func (c *parquetColumn) entries() int64 {
	if c.leaf.maxDefinition > 0 {
		return int64(len(c.definitions))
	}
	return c.pageRows
}

// codec compresses pages. It may be used by several goroutines.
var codec = zstd.Codec{Level: zstd.SpeedFastest}

// compress returns a page compressed, until the buffers are used again.
func (b *pageBuffers) compress(column string, raw []byte) (packed []byte, err error) {
	if err := checkPage(column, raw); err != nil {
		return nil, err
	}
	b.packed, err = codec.Encode(slices.Grow(b.packed[:0], len(raw)), raw)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", column, err)
	}
	if err := checkPage(column, b.packed); err != nil { // what does not compress grows
		return nil, err
	}
	return b.packed, nil
}

// checkPage returns an error if a page is larger than its header can say.
func checkPage(column string, page []byte) error {
	if len(page) > math.MaxInt32 {
		return fmt.Errorf("column %q: a page has %d bytes, expected at most %d: its values are too large for Parquet", column, len(page), math.MaxInt32)
	}
	return nil
}

// pageHeader returns what the headers of all pages have.
func pageHeader(typ format.PageType, size int, packed []byte) *format.PageHeader {
	return &format.PageHeader{
		Type:                 typ,
		UncompressedPageSize: int32(size),
		CompressedPageSize:   int32(len(packed)),
		CRC:                  int32(crc32.ChecksumIEEE(packed)),
	}
}
