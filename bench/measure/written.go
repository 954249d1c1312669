package measure

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"os"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// keyColumn is the column that exports are in the order of.
const keyColumn = "customer_id"

// written is what an exported file holds.
type written struct {
	rows, bytes int64
	sums        []uint64 // by column, over the values in the order of the rows
}

// inspect opens a Parquet file that must have these columns, in this order. The
// values are read where valued says so, and keys must ascend then.
func inspect(name string, columns []string, valued bool) (w written, err error) {
	f, err := os.Open(name)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return w, err
	}
	p, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return w, fmt.Errorf("%s: %w", name, err)
	}
	var found []string
	for _, field := range p.Schema().Fields() {
		found = append(found, field.Name())
	}
	if !slices.Equal(found, columns) {
		return w, fmt.Errorf("%s has columns %q, expected %q", name, found, columns)
	}
	w.rows, w.bytes = p.NumRows(), info.Size()
	if valued {
		w.sums, err = checksums(p)
	}
	if err != nil {
		return w, fmt.Errorf("%s: %w", name, err)
	}
	return w, nil
}

// checksums returns a checksum of each column of a file, in the order of the rows.
func checksums(p *parquet.File) ([]uint64, error) {
	fields := p.Schema().Fields()
	sums := make([]*checksum, len(fields))
	for i, field := range fields {
		if !field.Leaf() {
			return nil, fmt.Errorf("column %s has columns of its own", field.Name())
		}
		sums[i] = &checksum{Hash64: fnv.New64a(), keys: field.Name() == keyColumn}
		if t := field.Type().LogicalType(); t != nil {
			if d, ok := t.Value.(*format.DecimalType); ok {
				sums[i].decimal = true
				sums[i].number(int64(d.Scale))
			}
		}
	}
	for _, group := range p.RowGroups() {
		for i, chunk := range group.ColumnChunks() {
			if err := sums[i].chunk(chunk); err != nil {
				return nil, fmt.Errorf("column %s: %w", fields[i].Name(), err)
			}
		}
	}
	all := make([]uint64, len(sums))
	for i, s := range sums {
		all[i] = s.Sum64()
	}
	return all, nil
}

// checksum is the checksum of a column's values. Equal values have the same in
// whatever physical type a file holds them.
type checksum struct {
	hash.Hash64
	decimal bool  // bytes are a number
	keys    bool  // values must ascend
	last    int64 // key
	some    bool  // whether there is a last key
}

// chunk adds the values of one row group.
func (s *checksum) chunk(chunk parquet.ColumnChunk) (err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	buffer := make([]parquet.Value, 1024)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		err = s.values(page.Values(), buffer)
		parquet.Release(page)
		if err != nil {
			return err
		}
	}
}

// values adds the values of a page.
func (s *checksum) values(in parquet.ValueReader, buffer []parquet.Value) error {
	for {
		n, err := in.ReadValues(buffer)
		for _, v := range buffer[:n] {
			if err := s.value(v); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// value adds one value by its physical type.
func (s *checksum) value(v parquet.Value) error {
	switch v.Kind() {
	case parquet.Int32:
		return s.key(int64(v.Int32()))
	case parquet.Int64:
		return s.key(v.Int64())
	case parquet.ByteArray, parquet.FixedLenByteArray:
		if s.decimal {
			s.number(unscaled(v.ByteArray()))
			return nil
		}
		s.text('t', v.ByteArray())
	default: // booleans, floats, and NULL, whose kind is below 0
		s.text('v', []byte(v.String()))
	}
	return nil
}

// key adds a whole number, which must be above the one before where keys are in
// the column.
func (s *checksum) key(n int64) error {
	if s.keys && s.some && n <= s.last {
		return fmt.Errorf("%d stands before %d, expected each key once and ascending", s.last, n)
	}
	s.last, s.some = n, true
	s.number(n)
	return nil
}

// number adds a whole number. A hash takes whatever it is given, without an error.
func (s *checksum) number(n int64) {
	_, _ = s.Write(binary.BigEndian.AppendUint64([]byte{'n'}, uint64(n)))
}

// text adds bytes of any number, and their kind.
func (s *checksum) text(kind byte, text []byte) {
	_, _ = s.Write(binary.BigEndian.AppendUint64([]byte{kind}, uint64(len(text))))
	_, _ = s.Write(text)
}

// unscaled returns the digits of a decimal in bytes, the most significant one
// first, in two's complement.
func unscaled(digits []byte) int64 {
	n := int64(0)
	for i, b := range digits {
		if i == 0 {
			n = int64(int8(b)) // the sign
			continue
		}
		n = n<<8 | int64(b)
	}
	return n
}
