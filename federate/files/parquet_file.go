package files

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// readBufferBytes is what parquet-go reads ahead in each column.
const readBufferBytes = 64 << 10

// parquetMeta is what the footer of a Parquet file says. It is not changed
// after it is read.
type parquetMeta struct {
	file    *parquet.File // only for its metadata: what it was read from is closed
	columns []parquetColumn
	rows    int64
}

// readParquetMeta reads and checks the footer of a Parquet file of size bytes.
func readParquetMeta(r io.ReaderAt, size int64) (*parquetMeta, error) {
	end, err := checkEnds(r, size)
	if err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true),
		parquet.ReadBufferSize(readBufferBytes))
	if err != nil {
		return nil, fmt.Errorf("corrupt Parquet footer: %w", err)
	}
	meta := file.Metadata()
	if meta.EncryptionAlgorithm.Value != nil {
		return nil, errors.New("an encrypted Parquet file, which is not supported")
	}
	root, leaves, err := parquetTree(meta.Schema)
	if err != nil {
		return nil, fmt.Errorf("corrupt Parquet footer: %w", err)
	}
	m := &parquetMeta{file: file, columns: parquetColumns(root), rows: file.NumRows()}
	if err := m.check(leaves, end); err != nil {
		return nil, fmt.Errorf("corrupt Parquet footer: %w", err)
	}
	if err := m.checkCodecs(); err != nil {
		return nil, err
	}
	return m, nil
}

// checkEnds checks the magic at both ends and the length of the footer, which
// parquet-go believes. It returns the offset at which the data ends.
func checkEnds(r io.ReaderAt, size int64) (int64, error) {
	const magic, least = 4, 4 + 8 // leading magic; footer length and trailing magic
	if size == 0 {
		return 0, errors.New("not a Parquet file: it is empty")
	}
	var head [magic]byte
	if _, err := r.ReadAt(head[:min(magic, size)], 0); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	switch got := string(head[:min(magic, size)]); {
	case got == "PARE":
		return 0, errors.New("an encrypted Parquet file, which is not supported")
	case got != "PAR1":
		return 0, fmt.Errorf(`not a Parquet file: it starts with %q, not "PAR1"`, got)
	case size < least:
		return 0, fmt.Errorf("truncated: a Parquet file of %d bytes", size)
	}
	var tail [8]byte
	if _, err := r.ReadAt(tail[:], size-8); err != nil {
		return 0, err
	}
	switch got := string(tail[4:]); {
	case got == "PARE":
		return 0, errors.New("an encrypted Parquet file, which is not supported")
	case got != "PAR1":
		return 0, fmt.Errorf(`truncated: a Parquet file ends with "PAR1", this one with %q`, got)
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if length > size-least {
		return 0, fmt.Errorf("truncated: a footer of %d bytes in a file of %d", length, size)
	}
	return size - 8 - length, nil
}

// check holds the counts and offsets of the footer against each other. Data
// lies before end.
func (m *parquetMeta) check(leaves int, end int64) error {
	var rows int64
	groups := m.file.Metadata().RowGroups
	for i := range groups {
		g := &groups[i]
		if g.NumRows < 0 || g.NumRows > m.rows-rows {
			return fmt.Errorf("row group %d declares %d rows, the file %d", i, g.NumRows, m.rows)
		}
		rows += g.NumRows
		if len(g.Columns) != leaves {
			return fmt.Errorf("row group %d has %d columns, the schema %d", i, len(g.Columns), leaves)
		}
		for k := range g.Columns {
			if err := checkChunk(&g.Columns[k], end); err != nil {
				return fmt.Errorf("row group %d, column %d: %w", i, k, err)
			}
		}
	}
	if rows != m.rows {
		return fmt.Errorf("the row groups have %d rows, the file declares %d", rows, m.rows)
	}
	for _, c := range m.columns {
		if err := m.checkColumn(c); err != nil {
			return err
		}
	}
	return nil
}

func checkChunk(c *format.ColumnChunk, end int64) error {
	switch m := &c.MetaData; {
	case c.FilePath != "":
		return fmt.Errorf("its data is in another file, %q", c.FilePath)
	case c.CryptoMetadata.Value != nil:
		return errors.New("it is encrypted, which is not supported")
	case m.NumValues < 0 || m.TotalCompressedSize < 0:
		return errors.New("a negative size")
	case chunkStart(m) < 0 || m.TotalCompressedSize > end || chunkStart(m) > end-m.TotalCompressedSize:
		return fmt.Errorf("its %d bytes at %d are outside of the data, which ends at %d", m.TotalCompressedSize, chunkStart(m), end)
	}
	return nil
}

// checkColumn holds the type and the number of values of a column's chunks
// against the schema.
func (m *parquetMeta) checkColumn(c parquetColumn) error {
	if c.leaf == nil {
		return nil // unsupported, never read
	}
	if c.leaf.Type.V == format.FixedLenByteArray && c.leaf.TypeLength.V < 1 {
		return fmt.Errorf("column %q has values of %d bytes", c.field.Name, c.leaf.TypeLength.V)
	}
	for i, g := range m.file.Metadata().RowGroups {
		chunk := &g.Columns[c.leaf.leaf].MetaData
		if chunk.Type != c.leaf.Type.V {
			return fmt.Errorf("column %q is %s in row group %d and %s in the schema", c.field.Name, chunk.Type, i, c.leaf.Type.V)
		}
		if rows := g.NumRows; chunk.NumValues != rows && (!c.isList || chunk.NumValues < rows) {
			return fmt.Errorf("column %q has %d values in row group %d, which has %d rows", c.field.Name, chunk.NumValues, i, rows)
		}
	}
	return nil
}

// chunkStart returns the offset at which parquet-go starts on a chunk.
func chunkStart(m *format.ColumnMetaData) int64 {
	if m.DictionaryPageOffset != 0 {
		return m.DictionaryPageOffset
	}
	return m.DataPageOffset
}
