package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/source"
)

// parquetData is the data of a table of Parquet files.
type parquetData struct {
	parts []part
	metas []*parquetMeta
	// columnOf[p][i] is the position in part p of column i of the first part:
	// the columns of files may be in another order.
	columnOf [][]int
}

// openParquet reads the footers of the parts.
func openParquet(ctx context.Context, parts []part) (data, error) {
	d := &parquetData{parts: parts}
	for i := range parts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		meta, err := openMeta(&parts[i])
		if err != nil {
			return nil, err
		}
		d.metas = append(d.metas, meta)
		at, err := matchColumns(&parts[0], &parts[i], d.metas[0].columns, meta.columns)
		if err != nil {
			return nil, err
		}
		d.columnOf = append(d.columnOf, at)
	}
	return d, nil
}

func openMeta(p *part) (meta *parquetMeta, err error) {
	f, err := p.open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, readError(p.path, f.Close())) }()
	err = guard(p.path, func() (err error) {
		meta, err = readParquetMeta(f, p.size)
		return err
	})
	return meta, err
}

// matchColumns finds the columns of part a in part b. Both must have the same
// columns of the same types, in any order.
func matchColumns(a, b *part, as, bs []parquetColumn) ([]int, error) {
	at := make(map[string]int, len(bs))
	for i, c := range bs {
		if _, ok := at[c.field.Name]; ok {
			return nil, &source.ReadError{Path: b.path, Column: c.field.Name, Err: errors.New("is there twice")}
		}
		at[c.field.Name] = i
	}
	columns := make([]int, len(as))
	for i, c := range as {
		k, ok := at[c.field.Name]
		if !ok {
			return nil, &source.ReadError{Path: b.path, Column: c.field.Name, Err: fmt.Errorf("is not there, but it is in %s", a.path)}
		}
		if x, y := typeName(c.field), typeName(bs[k].field); x != y {
			return nil, &source.ReadError{Path: b.path, Column: c.field.Name, Err: fmt.Errorf("is %s, but %s in %s", y, x, a.path)}
		}
		columns[i] = k
		delete(at, c.field.Name)
	}
	for _, c := range bs {
		if _, extra := at[c.field.Name]; extra {
			return nil, &source.ReadError{Path: a.path, Column: c.field.Name, Err: fmt.Errorf("is not there, but it is in %s", b.path)}
		}
	}
	return columns, nil
}

// typeName names the type of a field, equal only for equal types.
func typeName(f arrow.Field) string {
	if reason, ok := f.Metadata.GetValue(source.UnsupportedKey); ok {
		return reason
	}
	return f.Type.String()
}

func (d *parquetData) fields() []arrow.Field {
	fields := make([]arrow.Field, len(d.metas[0].columns))
	for i, c := range d.metas[0].columns {
		fields[i] = c.field
	}
	return fields
}

func (d *parquetData) rows(part int) int64 { return d.metas[part].rows }

func (d *parquetData) groups(part int) []int64 {
	groups := d.metas[part].file.Metadata().RowGroups
	rows := make([]int64, len(groups))
	for i := range groups {
		rows[i] = groups[i].NumRows
	}
	return rows
}

func (d *parquetData) reader(pieces span, columns []int, builders []array.Builder) (rowReader, error) {
	i := pieces.part
	f, err := d.parts[i].open()
	if err != nil {
		return nil, err
	}
	r := &parquetReader{file: f, meta: d.metas[i], group: pieces.lo, end: pieces.hi}
	before := int64(0)
	for _, n := range d.groups(i)[:pieces.lo] {
		before += n
	}
	for k, c := range columns {
		column := &d.metas[i].columns[d.columnOf[i][c]]
		err := guard(d.parts[i].path, func() error { return r.meta.checkBooleans(f, column, pieces) })
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		r.columns = append(r.columns, newColumnReader(d.parts[i].path, column, before, builders[k]))
	}
	return r, nil
}

// parquetReader reads the rows of row groups of one file, one after the other.
type parquetReader struct {
	file    *os.File
	meta    *parquetMeta
	columns []*columnReader
	group   int   // the next row group to start
	end     int   // and the one to stop at
	left    int64 // rows of the current one
}

func (r *parquetReader) read(n int) (int, error) {
	for r.left == 0 {
		if r.group == r.end {
			return 0, io.EOF
		}
		g := r.meta.file.RowGroups()[r.group]
		for _, c := range r.columns {
			if err := c.start(r.file, g); err != nil {
				return 0, err
			}
		}
		r.group++
		r.left = g.NumRows()
		if r.left == 0 {
			if err := r.finish(); err != nil {
				return 0, err
			}
		}
	}
	n = int(min(int64(n), r.left))
	for _, c := range r.columns {
		if err := c.read(n); err != nil {
			return 0, err
		}
	}
	if r.left -= int64(n); r.left == 0 {
		return n, r.finish()
	}
	return n, nil
}

// finish checks that no column has rows left over.
func (r *parquetReader) finish() error {
	for _, c := range r.columns {
		if err := c.finish(); err != nil {
			return err
		}
	}
	return nil
}

func (r *parquetReader) close() error {
	var errs []error
	for _, c := range r.columns {
		errs = append(errs, c.close())
	}
	return errors.Join(append(errs, r.file.Close())...)
}
