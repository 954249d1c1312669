package files

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/source"
)

// csvData is the data of a table of CSV files, after the first pass.
type csvData struct {
	parts   []part
	columns []arrow.Field
	nRows   []int64
}

// ctxRows is how many rows a first pass reads between two looks at its context.
const ctxRows = 4096

// openCSV reads the parts once, to find the types of their columns.
func openCSV(ctx context.Context, parts []part) (data, error) {
	d := &csvData{parts: parts}
	var names []string
	var types []inferrer
	for i := range parts {
		err := guard(parts[i].path, func() (err error) {
			f, err := openCSVFile(&parts[i])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.close()) }()
			if i == 0 {
				names, types = f.header, make([]inferrer, len(f.header))
			}
			at, err := f.match(&parts[0], names)
			if err != nil {
				return err
			}
			n, err := f.infer(ctx, at, types)
			d.nRows = append(d.nRows, n)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for i, name := range names {
		d.columns = append(d.columns, types[i].field(name))
	}
	return d, nil
}

func (d *csvData) fields() []arrow.Field { return d.columns }

func (d *csvData) rows(part int) int64 { return d.nRows[part] }

func (d *csvData) groups(part int) []int64 { return []int64{d.rows(part)} }

func (d *csvData) reader(pieces span, columns []int, builders []array.Builder) (rowReader, error) {
	f, err := openCSVFile(&d.parts[pieces.part])
	if err != nil {
		return nil, err
	}
	names := make([]string, len(d.columns))
	for k := range names {
		names[k] = d.columns[k].Name
	}
	at, err := f.match(&d.parts[0], names)
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	r := &csvReader{csvFile: f}
	for k, c := range columns {
		r.columns = append(r.columns, csvColumn{at[c], builders[k], textAppender(builders[k])})
	}
	return r, nil
}

// csvFile is an open CSV file after its header.
type csvFile struct {
	part   *part
	file   *os.File
	csv    *csv.Reader
	header []string
}

func openCSVFile(p *part) (*csvFile, error) {
	file, err := p.open()
	if err != nil {
		return nil, err
	}
	f := &csvFile{part: p, file: file, csv: csv.NewReader(skipBOM(file))}
	f.csv.ReuseRecord = true
	if err := f.readHeader(); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// skipBOM returns a reader of r without the UTF-8 byte order mark at its start.
func skipBOM(r io.Reader) *bufio.Reader {
	b := bufio.NewReaderSize(r, 256<<10)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = b.Discard(3) // cannot fail: the bytes are there
	}
	return b
}

func (f *csvFile) close() error { return readError(f.part.path, f.file.Close()) }

// readHeader reads the names of the columns.
func (f *csvFile) readHeader() error {
	record, err := f.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return readError(f.part.path, errors.New("is empty; a CSV file starts with a row of column names"))
	case err != nil:
		return f.fail(err)
	}
	seen := map[string]int{}
	for i, name := range record {
		line, _ := f.csv.FieldPos(i)
		err := error(nil)
		switch {
		case name == "":
			err = fmt.Errorf("column %d has no name", i+1)
		case strings.Contains(name, "\r"):
			err = fmt.Errorf("line ends are CR alone, or the name of column %d holds a CR; lines are to end in LF or CR LF", i+1)
		case !utf8.ValidString(name):
			err = fmt.Errorf("the name %q of column %d is not valid UTF-8", name, i+1)
		case seen[name] > 0:
			err = fmt.Errorf("columns %d and %d are both called %q", seen[name], i+1, name)
		}
		if err != nil {
			return &source.ReadError{Path: f.part.path, Row: int64(line), Err: err}
		}
		seen[name] = i + 1
		f.header = append(f.header, strings.Clone(name))
	}
	return nil
}

// match finds the columns called names, which are those of the part first, and
// fails where this file has others.
func (f *csvFile) match(first *part, names []string) ([]int, error) {
	at := make(map[string]int, len(f.header))
	for i, name := range f.header {
		at[name] = i
	}
	columns := make([]int, len(names))
	for i, name := range names {
		k, ok := at[name]
		if !ok {
			return nil, &source.ReadError{Path: f.part.path, Column: name, Err: fmt.Errorf("is not there, but it is in %s", first.path)}
		}
		columns[i] = k
		delete(at, name)
	}
	for _, name := range f.header {
		if _, extra := at[name]; extra {
			return nil, &source.ReadError{Path: first.path, Column: name, Err: fmt.Errorf("is not there, but it is in %s", f.part.path)}
		}
	}
	return columns, nil
}

// read returns the next record, or io.EOF.
func (f *csvFile) read() ([]string, error) {
	record, err := f.csv.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, f.fail(err)
	}
	return record, err
}

// fail says in our words what encoding/csv found.
func (f *csvFile) fail(err error) error {
	var e *csv.ParseError
	if !errors.As(err, &e) {
		return readError(f.part.path, err)
	}
	line, err := e.Line, e.Err
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		err = fmt.Errorf("a row of another number of fields than the %d of the first row", len(f.header))
	case errors.Is(err, csv.ErrBareQuote):
		err = fmt.Errorf(`a quote in a field without quotes, at byte %d of the line`, e.Column)
	case errors.Is(err, csv.ErrQuote):
		err = fmt.Errorf(`a quoted field that is not closed, or goes on after its closing quote, at byte %d of the line`, e.Column)
	}
	return &source.ReadError{Path: f.part.path, Row: int64(line), Err: err}
}

// infer reads all rows, gives the field at[i] of each to types[i], and returns
// their number.
func (f *csvFile) infer(ctx context.Context, at []int, types []inferrer) (int64, error) {
	for n := int64(0); ; n++ {
		if n%ctxRows == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		record, err := f.read()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		for i, k := range at {
			if record[k] == "" {
				continue
			}
			if !utf8.ValidString(record[k]) {
				return 0, f.failField(k, fmt.Errorf("%.40q is not valid UTF-8", record[k]))
			}
			types[i].add(record[k], asAnybody)
		}
	}
}

func (f *csvFile) failField(i int, err error) error {
	line, _ := f.csv.FieldPos(i)
	return &source.ReadError{Path: f.part.path, Column: f.header[i], Row: int64(line), Err: err}
}

// csvReader is the second pass over a file.
type csvReader struct {
	*csvFile
	columns []csvColumn
}

// csvColumn takes one field of each row to a builder.
type csvColumn struct {
	field   int
	builder array.Builder
	put     func(string) error
}

func (r *csvReader) read(n int) (int, error) {
	for i := range n {
		record, err := r.csvFile.read()
		if err != nil {
			return i, err
		}
		for _, c := range r.columns {
			s := record[c.field]
			if s == "" {
				c.builder.AppendNull()
				continue
			}
			if !utf8.ValidString(s) {
				return i, r.failField(c.field, fmt.Errorf("%.40q is not valid UTF-8", s))
			}
			if err := c.put(s); err != nil {
				return i, r.failField(c.field, err)
			}
		}
	}
	return n, nil
}
