package export

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// magic starts and ends a Parquet file.
const magic = "PAR1"

// parquetFile writes row groups one after the other, then the footer.
type parquetFile struct {
	out    io.Writer
	at     int64 // bytes written
	footer *format.FileMetaData
	leaves []parquetLeafColumn
	groups [][]chunkIndex // by row group and column
}

// chunkIndex is the index of the pages of a chunk, which follows the row groups.
type chunkIndex struct {
	columns *format.ColumnIndex // nil: a page has no bounds
	offsets format.OffsetIndex
}

// parquetLeafColumn is a column as the format numbers them.
type parquetLeafColumn struct {
	name          string // of the column of the audience
	path          []string
	typ           format.Type
	maxRepetition uint8
	maxDefinition uint8
	dictionary    bool
}

// maxLevel is the greatest level that a column can have.
const maxLevel = 3

// newParquetFile starts a file. Schema and metadata stand in the footer as the
// library has them in a file without rows.
func newParquetFile(out io.Writer, schema *parquet.Schema, metadata map[string]string) (*parquetFile, error) {
	settings := []parquet.WriterOption{
		schema,
		// The library would put its own version here; equal input gives equal
		// bytes for as long as this stays.
		parquet.CreatedBy("rollcall", "1", "parquet-go"),
	}
	for key, value := range metadata { // the writer sorts them
		settings = append(settings, parquet.KeyValueMetadata(key, value))
	}
	var empty bytes.Buffer
	if err := parquet.NewGenericWriter[any](&empty, settings...).Close(); err != nil {
		return nil, err
	}
	opened, err := parquet.OpenFile(bytes.NewReader(empty.Bytes()), int64(empty.Len()))
	if err != nil {
		return nil, err
	}
	f := &parquetFile{out: out, footer: opened.Metadata()}
	for _, path := range schema.Columns() {
		leaf, _ := schema.Lookup(path...)
		f.leaves = append(f.leaves, parquetLeafColumn{
			name: path[0], path: path, typ: format.Type(leaf.Node.Type().Kind()),
			maxRepetition: uint8(leaf.MaxRepetitionLevel), maxDefinition: uint8(leaf.MaxDefinitionLevel),
			dictionary: leaf.Node.Encoding() == &parquet.RLEDictionary,
		})
	}
	return f, f.write([]byte(magic))
}

func (f *parquetFile) write(text []byte) error {
	n, err := f.out.Write(text)
	f.at += int64(n)
	return err
}

// writePage writes a page, or nothing for none.
func (f *parquetFile) writePage(p pageText) error {
	if err := f.write(p.header); err != nil {
		return err
	}
	return f.write(p.packed)
}

// writeGroup writes a row group of so many rows. What the footer needs of the
// chunks is kept, their pages are not.
func (f *parquetFile) writeGroup(rows int64, columns []*parquetColumn, chunks []*chunk) error {
	group := format.RowGroup{NumRows: rows, FileOffset: f.at, Ordinal: int16(len(f.groups))}
	if len(f.groups) == parquet.MaxRowGroups {
		return fmt.Errorf("the file has %d row groups and more rows, expected at most that many: make row groups larger", len(f.groups))
	}
	var indexes []chunkIndex
	for i, c := range columns {
		at, chunk := f.at, chunks[i]
		chunk.finish(&c.leaf, at, c.plain.compare)
		if err := f.writePage(chunk.dictionary); err != nil {
			return err
		}
		for _, p := range chunk.pages {
			if err := f.writePage(p); err != nil {
				return err
			}
		}
		group.Columns = append(group.Columns, format.ColumnChunk{FileOffset: at, MetaData: chunk.meta})
		group.TotalByteSize += chunk.meta.TotalUncompressedSize
		group.TotalCompressedSize += chunk.meta.TotalCompressedSize
		index := chunkIndex{offsets: chunk.offsets}
		if !chunk.unbounded {
			columns := chunk.columns
			index.columns = &columns
		}
		indexes = append(indexes, index)
	}
	f.footer.RowGroups = append(f.footer.RowGroups, group)
	f.footer.NumRows += rows
	f.groups = append(f.groups, indexes)
	return nil
}

// writeFooter writes the index of the pages and the footer.
func (f *parquetFile) writeFooter() error {
	err := f.eachChunk(func(c *format.ColumnChunk, index *chunkIndex) (err error) {
		if index.columns != nil {
			c.ColumnIndexOffset, c.ColumnIndexLength, err = f.marshal(index.columns)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = f.eachChunk(func(c *format.ColumnChunk, index *chunkIndex) (err error) {
		c.OffsetIndexOffset, c.OffsetIndexLength, err = f.marshal(&index.offsets)
		return err
	})
	if err != nil {
		return err
	}
	_, size, err := f.marshal(f.footer)
	if err != nil {
		return err
	}
	return f.write(append(binary.LittleEndian.AppendUint32(nil, uint32(size)), magic...))
}

// eachChunk calls do for the chunks in the order of the file.
func (f *parquetFile) eachChunk(do func(c *format.ColumnChunk, index *chunkIndex) error) error {
	for i, indexes := range f.groups {
		for j := range indexes {
			if err := do(&f.footer.RowGroups[i].Columns[j], &indexes[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// marshal writes a part of the footer, and returns where it is and how large.
func (f *parquetFile) marshal(part any) (at int64, size int32, err error) {
	text, err := thrift.Marshal(new(thrift.CompactProtocol), part)
	if err != nil {
		return 0, 0, err
	}
	if len(text) > math.MaxInt32 {
		return 0, 0, fmt.Errorf("a part of the footer has %d bytes, expected at most %d: make row groups larger", len(text), math.MaxInt32)
	}
	at = f.at
	return at, int32(len(text)), f.write(text)
}
