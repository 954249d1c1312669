package export

import (
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// chunk is the pages of a column in one row group, and what the footer says of
// them. Offsets count from the first data page until the chunk is written.
type chunk struct {
	dictionary pageText // empty: there is none
	pages      []pageText
	size       int64 // of the pages of data, in bytes
	meta       format.ColumnMetaData
	columns    format.ColumnIndex
	offsets    format.OffsetIndex
	unbounded  bool // a page has values, but no bounds
	rows       int64
}

// pageText is the bytes of a page: its header, and what follows, compressed.
type pageText struct{ header, packed []byte }

// page is what the footer says of one.
type page struct {
	rows, entries, nulls, text int64
	lo, hi                     []byte // nil: none
	repetitions, definitions   []byte
	encoding                   format.Encoding
}

// reset forgets the pages. What was written of them may still be referred to,
// but for their bytes, whose memory is used again.
func (c *chunk) reset() {
	*c = chunk{dictionary: pageText{packed: c.dictionary.packed[:0]}, pages: c.pages[:0]}
}

// space returns memory for the next page: that of a page which was forgotten, if
// there is one.
func (c *chunk) space() []byte {
	if n := len(c.pages); n < cap(c.pages) {
		return c.pages[:n+1][n].packed[:0]
	}
	return nil
}

// addDictionary adds the page of the dictionary.
func (c *chunk) addDictionary(header *format.PageHeader, packed []byte) error {
	text, err := thrift.Marshal(new(thrift.CompactProtocol), header)
	if err != nil {
		return err
	}
	c.dictionary = pageText{text, append(c.dictionary.packed[:0], packed...)}
	c.count(header, len(text), header.DictionaryPageHeader.V.Encoding)
	return nil
}

// coded reports whether a page refers to a dictionary.
func (c *chunk) coded() bool {
	return slices.ContainsFunc(c.meta.EncodingStats, func(s format.PageEncodingStats) bool { return s.Encoding == format.RLEDictionary })
}

// addPage adds a page that has size bytes when it isn't compressed.
func (c *chunk) addPage(leaf *parquetLeafColumn, p *page, compare func(a, b []byte) int, size int, packed []byte) error {
	header := pageHeader(format.DataPage, size, packed)
	header.DataPageHeader = thrift.New(format.DataPageHeader{
		NumValues: int32(p.entries), Encoding: p.encoding,
		DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
	})
	text, err := thrift.Marshal(new(thrift.CompactProtocol), header)
	if err != nil {
		return err
	}
	c.offsets.PageLocations = append(c.offsets.PageLocations, format.PageLocation{
		Offset: c.size, CompressedPageSize: int32(len(text) + len(packed)), FirstRowIndex: c.rows,
	})
	c.pages = append(c.pages, pageText{text, append(c.space(), packed...)})
	c.size += int64(len(text) + len(packed))
	c.rows += p.rows
	c.meta.NumValues += p.entries
	c.meta.SizeStatistics.UnencodedByteArrayDataBytes += p.text
	c.count(header, len(text), p.encoding)
	c.addLevels(leaf, p)
	c.addBounds(p, compare)
	return nil
}

// count adds the sizes of a page, and that it is there.
func (c *chunk) count(header *format.PageHeader, headerSize int, encoding format.Encoding) {
	c.meta.TotalUncompressedSize += int64(headerSize) + int64(header.UncompressedPageSize)
	c.meta.TotalCompressedSize += int64(headerSize) + int64(header.CompressedPageSize)
	for i := range c.meta.EncodingStats {
		if s := &c.meta.EncodingStats[i]; s.PageType == header.Type && s.Encoding == encoding {
			s.Count++
			return
		}
	}
	c.meta.EncodingStats = append(c.meta.EncodingStats, format.PageEncodingStats{PageType: header.Type, Encoding: encoding, Count: 1})
}

// addLevels counts the levels of a page.
func (c *chunk) addLevels(leaf *parquetLeafColumn, p *page) {
	if leaf.maxRepetition > 0 {
		c.columns.RepetitionLevelHistogram = appendCounts(c.columns.RepetitionLevelHistogram, p.repetitions, leaf.maxRepetition)
	}
	if leaf.maxRepetition == 0 && leaf.maxDefinition > 0 { // each level is that of a value or of a NULL
		c.columns.DefinitionLevelHistogram = append(c.columns.DefinitionLevelHistogram, p.nulls, p.entries-p.nulls)
	} else if leaf.maxDefinition > 0 {
		c.columns.DefinitionLevelHistogram = appendCounts(c.columns.DefinitionLevelHistogram, p.definitions, leaf.maxDefinition)
	}
}

// addBounds adds the least and the greatest value of a page.
func (c *chunk) addBounds(p *page, compare func(a, b []byte) int) {
	none := p.nulls == p.entries
	c.columns.NullPages = append(c.columns.NullPages, none)
	c.columns.NullCounts = append(c.columns.NullCounts, p.nulls)
	c.columns.MinValues = append(c.columns.MinValues, append([]byte{}, p.lo...))
	c.columns.MaxValues = append(c.columns.MaxValues, append([]byte{}, p.hi...))
	c.unbounded = c.unbounded || !none && p.lo == nil
	s := &c.meta.Statistics
	s.NullCount += p.nulls
	if p.lo != nil && (s.MinValue == nil || compare(p.lo, s.MinValue) < 0) {
		s.MinValue = append([]byte{}, p.lo...)
	}
	if p.hi != nil && (s.MaxValue == nil || compare(p.hi, s.MaxValue) > 0) {
		s.MaxValue = append([]byte{}, p.hi...)
	}
}

// finish completes what the footer says of the chunk, which starts at an offset
// of the file.
func (c *chunk) finish(leaf *parquetLeafColumn, at int64, compare func(a, b []byte) int) {
	c.meta.Type, c.meta.PathInSchema, c.meta.Codec = leaf.typ, leaf.path, format.Zstd
	c.meta.Encoding = []format.Encoding{format.Plain, format.RLE}
	if size := len(c.dictionary.header) + len(c.dictionary.packed); size > 0 {
		c.meta.DictionaryPageOffset = at
		c.meta.Encoding = append(c.meta.Encoding, format.RLEDictionary)
		at += int64(size)
	}
	slices.SortFunc(c.meta.EncodingStats, func(a, b format.PageEncodingStats) int {
		if a.PageType != b.PageType {
			return int(a.PageType - b.PageType)
		}
		return int(a.Encoding - b.Encoding)
	})
	c.meta.DataPageOffset = at
	for i := range c.offsets.PageLocations {
		c.offsets.PageLocations[i].Offset += at
	}
	c.meta.SizeStatistics.RepetitionLevelHistogram = sumCounts(c.columns.RepetitionLevelHistogram, leaf.maxRepetition)
	c.meta.SizeStatistics.DefinitionLevelHistogram = sumCounts(c.columns.DefinitionLevelHistogram, leaf.maxDefinition)
	if c.unbounded {
		c.meta.Statistics.MinValue, c.meta.Statistics.MaxValue = nil, nil
		return
	}
	if leaf.typ == format.ByteArray {
		c.shorten()
	}
	c.columns.BoundaryOrder = c.order(compare)
}

// sumCounts adds up the counts of levels of all pages.
func sumCounts(counts []int64, greatest uint8) []int64 {
	if len(counts) == 0 {
		return nil
	}
	sums := make([]int64, greatest+1)
	for i, n := range counts {
		sums[i%len(sums)] += n
	}
	return sums
}

// order returns how the bounds of the pages, those without values left out, go.
func (c *chunk) order(compare func(a, b []byte) int) format.BoundaryOrder {
	ascending, descending, last := true, true, -1
	for i, none := range c.columns.NullPages {
		if none {
			continue
		}
		if last >= 0 {
			lo := compare(c.columns.MinValues[last], c.columns.MinValues[i])
			hi := compare(c.columns.MaxValues[last], c.columns.MaxValues[i])
			ascending = ascending && lo <= 0 && hi <= 0
			descending = descending && lo >= 0 && hi >= 0
		}
		last = i
	}
	switch {
	case ascending:
		return format.Ascending
	case descending:
		return format.Descending
	}
	return format.Unordered
}
