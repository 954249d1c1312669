package files

import (
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"

	"github.com/rollcall-db/rollcall/federate/source"
)

// columnReader appends the rows of one column, chunk after chunk, to a builder.
type columnReader struct {
	path     string
	column   *parquetColumn
	builder  array.Builder
	list     *array.ListBuilder // the builder, where the column is a list
	appender valueAppender
	pages    pageReader
	level    int   // next level of the page
	value    int   // next present value of the page
	row      int64 // rows of the file that are complete
	open     bool  // the last row of the chunk is a list that may go on
}

// newColumnReader returns a reader of a column that starts after so many rows of the
// file.
func newColumnReader(path string, c *parquetColumn, row int64, b array.Builder) *columnReader {
	r := &columnReader{path: path, column: c, row: row, builder: b, pages: pageReader{leaf: c.leaf}}
	values := b
	if c.isList {
		r.list = b.(*array.ListBuilder)
		values = r.list.ValueBuilder()
	}
	r.appender = newAppender(c, values)
	return r
}

// start goes to the chunk that holds the column in a row group.
func (r *columnReader) start(file io.ReaderAt, g parquet.RowGroup) error {
	r.level, r.value, r.open = 0, 0, false
	return r.guard(func() error {
		chunk, ok := g.ColumnChunks()[r.column.leaf.leaf].(*parquet.FileColumnChunk)
		if !ok {
			return errors.New("its data is not in a file")
		}
		return r.pages.open(file, chunk)
	})
}

// read appends n rows.
func (r *columnReader) read(n int) error {
	return r.guard(func() error {
		r.builder.Reserve(n)
		for n > 0 {
			if r.level == r.pages.n {
				if err := r.nextPage(); errors.Is(err, io.EOF) {
					return r.endChunk(n)
				} else if err != nil {
					return err
				}
			}
			k, err := r.appendRows(n)
			if err != nil {
				return err
			}
			n -= k
		}
		return nil
	})
}

// endChunk ends the last row, where it is a list, and fails if that leaves any
// of n rows to read.
func (r *columnReader) endChunk(n int) error {
	if r.open {
		r.endRow()
		n--
	}
	if n > 0 {
		return errors.New("the row group ends before the rows that it declares")
	}
	return nil
}

// finish checks that a chunk holds no more rows than were read.
func (r *columnReader) finish() error {
	return r.guard(func() error {
		for r.level == r.pages.n {
			if err := r.nextPage(); errors.Is(err, io.EOF) {
				return r.pages.close()
			} else if err != nil {
				return err
			}
		}
		return errors.New("more rows than the row group declares")
	})
}

func (r *columnReader) close() error { return r.guard(r.pages.close) }

func (r *columnReader) nextPage() error {
	r.level, r.value = 0, 0
	return r.pages.next(r.appender)
}

// appendRows appends up to n rows of the page and returns how many it
// completed.
func (r *columnReader) appendRows(n int) (int, error) {
	switch {
	case r.list != nil:
		return r.appendLists(n)
	case r.pages.defs == nil:
		n = min(n, r.pages.n-r.level)
		return n, r.appendValues(n)
	}
	defs := r.pages.defs[r.level:]
	n = min(n, len(defs))
	present := uint8(r.column.leaf.maxDef)
	for i := 0; i < n; {
		k := i
		for k < n && defs[k] == present {
			k++
		}
		if err := r.appendValues(k - i); err != nil {
			return 0, err
		}
		for i = k; k < n && defs[k] != present; {
			k++
		}
		r.builder.AppendNulls(k - i)
		r.level += k - i
		r.row += int64(k - i)
		i = k
	}
	return n, nil
}

// appendValues appends the page's next n values, each a row of its own.
func (r *columnReader) appendValues(n int) error {
	bad, err := r.appender.appendValues(r.value, r.value+n)
	if err != nil {
		return r.fail(r.row+1+int64(bad-r.value), err)
	}
	r.level += n
	r.value += n
	r.row += int64(n)
	return nil
}

// appendLists appends the page's next levels up to n complete rows. A row is
// complete where the next one starts, which may be in a later page.
func (r *columnReader) appendLists(n int) (int, error) {
	reps, defs := r.pages.reps, r.pages.defs
	listDef, present := uint8(r.column.listDef), uint8(r.column.leaf.maxDef)
	for done := 0; r.level < len(defs); {
		def := defs[r.level]
		switch {
		case reps[r.level] == 0 && r.open:
			r.endRow()
			if done++; done == n {
				return n, nil
			}
		case reps[r.level] != 0 && !r.open:
			return 0, errors.New("the row starts in the middle of a list")
		}
		if !r.open {
			r.open = true
			if def < listDef {
				r.list.AppendNull()
			} else {
				r.list.Append(true)
			}
		}
		r.level++
		switch {
		case def == present:
			if _, err := r.appender.appendValues(r.value, r.value+1); err != nil {
				return 0, err
			}
			r.value++
		case def > listDef:
			r.list.ValueBuilder().AppendNull()
		}
		if r.level == len(defs) {
			return done, nil
		}
	}
	return 0, nil
}

func (r *columnReader) endRow() {
	r.open = false
	r.row++
}

func (r *columnReader) fail(row int64, err error) error {
	return &source.ReadError{Path: r.path, Column: r.column.field.Name, Row: row, Err: err}
}

// guard runs f, in which parquet-go may panic. Any error, where it does not say
// its row, is about the row after the last complete one.
func (r *columnReader) guard(f func() error) error {
	var located *source.ReadError
	err := recovered(f)
	if err == nil || errors.As(err, &located) {
		return err
	}
	return r.fail(r.row+1, err)
}
