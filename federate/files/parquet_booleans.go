package files

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// checkBooleans refuses a column of booleans with pages that parquet-go reads
// wrongly. It reads the headers of all of the column's pages in some row groups of
// a file.
//
// Note: parquet-go v0.32.0 gives whole bytes of booleans for each run of RLE, so
// that every value after a run of another length lies in a wrong row.
func (m *parquetMeta) checkBooleans(file io.ReaderAt, c *parquetColumn, in span) error {
	if c.leaf.Type.V != format.Boolean {
		return nil
	}
	groups := m.file.Metadata().RowGroups
	for i := in.lo; i < in.hi; i++ {
		chunk := &groups[i].Columns[c.leaf.leaf].MetaData
		isRLE, err := hasRLEPage(io.NewSectionReader(file, chunkStart(chunk), chunk.TotalCompressedSize))
		if err != nil {
			return fmt.Errorf("column %q, row group %d: corrupt page header: %w", c.field.Name, i, err)
		}
		if isRLE {
			return fmt.Errorf("column %q has boolean pages in RLE, which are not supported; PLAIN is", c.field.Name)
		}
	}
	return nil
}

// hasRLEPage reports whether the values of any data page of a chunk are encoded
// with RLE. It goes from page to page as parquet-go does.
func hasRLEPage(chunk io.Reader) (bool, error) {
	in := bufio.NewReaderSize(chunk, readBufferBytes)
	headers := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(in))
	for {
		if _, err := in.Peek(1); errors.Is(err, io.EOF) {
			return false, nil
		}
		var h format.PageHeader
		if err := headers.Decode(&h); err != nil {
			return false, err
		}
		if isRLEPage(&h) {
			return true, nil
		}
		if _, err := in.Discard(int(h.CompressedPageSize)); errors.Is(err, io.EOF) {
			return false, fmt.Errorf("a page of %d bytes in a chunk that ends before: %w", h.CompressedPageSize, io.ErrUnexpectedEOF)
		} else if err != nil {
			return false, err
		}
	}
}

func isRLEPage(h *format.PageHeader) bool {
	switch h.Type {
	case format.DataPage:
		return h.DataPageHeader.V.Encoding == format.RLE
	case format.DataPageV2:
		return h.DataPageHeaderV2.V.Encoding == format.RLE
	}
	return false
}
