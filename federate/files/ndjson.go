package files

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/source"
)

// maxLineBytes bounds a line of NDJSON.
const maxLineBytes = 64 << 20

// ndjsonData is the data of a table of NDJSON files, after the first pass.
type ndjsonData struct {
	parts   []part
	names   map[string]int // position of a key among the columns
	columns []arrow.Field  // in the order in which their keys first occur
	nRows   []int64
}

// openNDJSON reads the parts once, to find the columns and their types. A file
// need not have every column.
func openNDJSON(ctx context.Context, parts []part) (data, error) {
	d := &ndjsonData{parts: parts, names: map[string]int{}}
	var types []jsonType
	for i := range parts {
		err := guard(parts[i].path, func() (err error) {
			f, err := openNDJSONFile(&parts[i])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.close()) }()
			n := int64(0)
			for ; ; n++ {
				if n%ctxRows == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				fields, err := f.read()
				if errors.Is(err, io.EOF) {
					d.nRows = append(d.nRows, n)
					return nil
				}
				if err != nil {
					return err
				}
				types = d.infer(fields, types)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range types {
		f := types[i].field()
		f.Name = d.columns[i].Name
		d.columns[i] = f
	}
	return d, nil
}

// infer takes the fields of one line to the types of their columns.
func (d *ndjsonData) infer(fields []jsonField, types []jsonType) []jsonType {
	for _, f := range fields {
		i, ok := d.names[f.key]
		if !ok {
			i = len(types)
			d.names[f.key] = i
			d.columns = append(d.columns, arrow.Field{Name: f.key})
			types = append(types, jsonType{})
		}
		types[i].add(f.value)
	}
	return types
}

func (d *ndjsonData) fields() []arrow.Field { return d.columns }

func (d *ndjsonData) rows(part int) int64 { return d.nRows[part] }

func (d *ndjsonData) groups(part int) []int64 { return []int64{d.rows(part)} }

func (d *ndjsonData) reader(pieces span, columns []int, builders []array.Builder) (rowReader, error) {
	f, err := openNDJSONFile(&d.parts[pieces.part])
	if err != nil {
		return nil, err
	}
	r := &ndjsonReader{ndjsonFile: f, names: d.names, values: make([]jsonValue, len(d.columns))}
	for k, c := range columns {
		r.columns = append(r.columns, newJSONColumn(d.columns[c].Name, c, builders[k]))
	}
	return r, nil
}

// ndjsonFile is an open NDJSON file.
type ndjsonFile struct {
	part *part
	file *os.File
	in   *bufio.Reader
	line int64 // number of the line last read
	buf  []byte
}

func openNDJSONFile(p *part) (*ndjsonFile, error) {
	file, err := p.open()
	if err != nil {
		return nil, err
	}
	return &ndjsonFile{part: p, file: file, in: skipBOM(file)}, nil
}

func (f *ndjsonFile) close() error { return readError(f.part.path, f.file.Close()) }

// read returns the fields of the next object, or io.EOF. Blank lines are
// skipped.
func (f *ndjsonFile) read() ([]jsonField, error) {
	for {
		line, err := f.readLine()
		if err != nil {
			return nil, err
		}
		if isBlank(line) {
			continue
		}
		fields, err := parseObject(line)
		if err != nil {
			return nil, f.fail("", err)
		}
		return fields, nil
	}
}

// readLine returns the next line, valid until the next call, or io.EOF.
func (f *ndjsonFile) readLine() ([]byte, error) {
	f.buf = f.buf[:0]
	f.line++
	for {
		piece, err := f.in.ReadSlice('\n')
		if f.buf = append(f.buf, piece...); len(f.buf) > maxLineBytes {
			return nil, f.fail("", fmt.Errorf("a line of more than %d bytes", maxLineBytes))
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(f.buf) > 0:
			err = nil
		case err != nil && !errors.Is(err, io.EOF):
			return nil, readError(f.part.path, err)
		}
		if err == nil && !utf8.Valid(f.buf) {
			err = f.fail("", errors.New("the line is not valid UTF-8"))
		}
		return f.buf, err
	}
}

func (f *ndjsonFile) fail(column string, err error) error {
	return &source.ReadError{Path: f.part.path, Column: column, Row: f.line, Err: err}
}

// isBlank reports whether a line holds nothing but JSON's white space.
func isBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// ndjsonReader is the second pass over a file.
type ndjsonReader struct {
	*ndjsonFile
	names   map[string]int
	columns []jsonColumn
	values  []jsonValue // of the line, by column; NULL where the key is not there
}

func (r *ndjsonReader) read(n int) (int, error) {
	for i := range n {
		fields, err := r.ndjsonFile.read()
		if err != nil {
			return i, err
		}
		clear(r.values)
		for _, f := range fields {
			c, ok := r.names[f.key]
			if !ok {
				return i, r.fail(f.key, errors.New("was not there at first; did the file change?"))
			}
			r.values[c] = f.value
		}
		for _, c := range r.columns {
			if err := c.put(r.values[c.column]); err != nil {
				return i, r.fail(c.name, err)
			}
		}
	}
	return n, nil
}
